import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BigDecimal,
  decodeJson,
  jsonString,
  parseExact,
  parseJson,
  SchemaBuilder,
  schemaFromJson,
  Schemas,
  schemaToJson,
  stringifyExact,
  Struct,
  valueFromJson,
  valuesEqual,
  valueToJson,
} from "../../../../mod.ts";
import { data } from "../data/arbitraries.ts";

for (const decimalsAsNumbers of [false, true]) {
  const options = { replaceNullWithDefault: true, decimalsAsNumbers };

  Deno.test(`schemaFromJson() and valueFromJson() read back what is written, decimals as numbers: ${decimalsAsNumbers}`, () => {
    fc.assert(fc.property(data, ({ schema, value }) => {
      const schemaText = schemaToJson(schema, options);
      const readSchema = schemaFromJson(parseJson(schemaText)!, options)!;
      assert.ok(schema.equals(readSchema), schemaText);
      const text = valueToJson(schema, value, options);
      const read = valueFromJson(readSchema, parseJson(text)!, options);
      assert.ok(valuesEqual(value, read), `${text} of ${schemaText}`);
    }));
  });
}

Deno.test("parseJson() reads the same as JSON.parse() where numbers are small integers", () => {
  const json = fc.jsonValue({ depthSize: "medium" }).map((value) =>
    JSON.stringify(value, (_, item) => typeof item === "number" ? Math.trunc(item) % 1e6 + 0 : item)
  );
  fc.assert(fc.property(json, (text) => {
    assert.equal(JSON.stringify(parseJson(text)), text);
  }));
});

Deno.test("parseJson() keeps numbers exact", () => {
  assert.equal(parseJson("9007199254740991"), 9007199254740991);
  assert.equal(parseJson("-9007199254740992"), -9007199254740992n);
  assert.deepEqual(parseJson("1.50"), new BigDecimal(150n, 2));
  assert.deepEqual(parseJson("[1e3, 007]"), [new BigDecimal(1n, -3), 7]);
  assert.ok(Object.is(parseJson("-0"), 0));
});

Deno.test("parseJson() reads the first value alone, but a number has to end", () => {
  assert.equal(parseJson("1 2"), 1);
  assert.equal(parseJson('"a"b'), "a");
  assert.throws(() => parseJson("1,2"), SyntaxError);
  assert.throws(() => parseJson("truex"), SyntaxError);
  assert.equal(parseJson(" \t\r\n"), undefined);
});

Deno.test("parseJson() refuses what is too deep, too long or broken, and does not hang on it", () => {
  assert.ok(Array.isArray(parseJson("[".repeat(1000) + "]".repeat(1000))));
  for (
    const text of [
      "[".repeat(1001) + "]".repeat(1001),
      "[".repeat(5_000_000),
      '{"a":'.repeat(1_000_000),
      "9".repeat(1001),
      "9".repeat(5_000_000),
      `{"${"x".repeat(50_001)}":1}`,
      `"${"\\".repeat(1_000_001)}`,
      '"a\u0001b"',
      "[1,]",
      '{"a" 1}',
      "{a:1}",
      "1.",
      ".5",
      "+1",
      "-",
    ]
  ) {
    assert.throws(() => parseJson(text), SyntaxError, text.slice(0, 20));
  }
});

Deno.test("parseJson() takes no member from a prototype", () => {
  const json = parseJson('{"__proto__":{"a":1}}') as Record<string, unknown>;
  assert.deepEqual(Object.keys(json), ["__proto__"]);
  assert.equal(json.a, undefined);
});

Deno.test("valueFromJson() reads base64 behind padding, unit by unit", () => {
  const options = { replaceNullWithDefault: true };
  const bytes = (text: string) => valueFromJson(Schemas.bytes, text, options);
  assert.deepEqual(bytes("AQ==AgM=BAUG"), Uint8Array.of(1, 2, 3, 4, 5, 6));
  for (const text of ["AQ=Ag===", "====", "AQ==A", "AQ==Ag", "=AAA"]) {
    assert.throws(() => bytes(text), { message: "Invalid bytes field" }, text);
  }
});

Deno.test("jsonString() reads back, and escapes as Kafka Connect does", () => {
  assert.equal(
    jsonString('é"\\/\n\u001b\u007f\u2028😀\ud800'),
    '"é\\"\\\\/\\n\\u001B\u007f\u2028\\uD83D\\uDE00\\uD800"',
  );
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert.equal(JSON.parse(jsonString(text)), text);
  }));
  // Long texts are searched another way than short ones.
  const long = "x".repeat(40);
  for (
    let code = 0;
    code < 0x10000;
    code = code === 0xff ? 0xd7f0 : code === 0xe00f ? 0xfff0 : code + 1
  ) {
    const char = String.fromCharCode(code);
    assert.equal(jsonString(long + char), `"${long}${jsonString(char).slice(1)}`);
  }
});

Deno.test("valueToJson() puts each field of a struct behind whatever the one before it holds", () => {
  const { optionalString, optionalInt32 } = Schemas;
  const options = { replaceNullWithDefault: true, decimalsAsNumbers: false };
  const item = fc.oneof(
    fc.integer(),
    fc.constant(null),
    fc.string(),
    fc.constantFrom('"', "plain"),
  );
  fc.assert(fc.property(fc.array(item, { maxLength: 6 }), (items) => {
    const builder = SchemaBuilder.struct();
    items.forEach((item, i) =>
      builder.field(`"${i}"`, typeof item === "number" ? optionalInt32 : optionalString)
    );
    const schema = builder.build();
    const struct = new Struct(schema);
    items.forEach((item, i) => struct.put(`"${i}"`, item));
    const expected = JSON.stringify(Object.fromEntries(items.map((item, i) => [`"${i}"`, item])));
    assert.equal(valueToJson(schema, struct, options), expected);
  }));
});

Deno.test("decodeJson() tells UTF-16 by its first bytes, and refuses what is no text", () => {
  assert.equal(decodeJson(Uint8Array.of(0, 0x31)), "1");
  assert.equal(decodeJson(Uint8Array.of(0x31, 0)), "1");
  assert.equal(parseJson(decodeJson(Uint8Array.of(0xff, 0xfe, 0x31, 0))), 1);
  assert.equal(decodeJson(Uint8Array.of(0x31)), "1");
  assert.throws(() => decodeJson(Uint8Array.of(0x22, 0xff, 0x22)), TypeError);
});

Deno.test("parseExact() and stringifyExact() keep integers and names as they are", () => {
  const text = String
    .raw`[{"b":1},{"\u000a":1,"\u00e9":2},{"\u000a":1,"\u00e9":9223372036854775807}]`;
  const value = parseExact(text);
  assert.deepEqual(value, [{ b: 1 }, { "\n": 1, "é": 2 }, { "\n": 1, "é": 9223372036854775807n }]);
  assert.equal(
    stringifyExact(value),
    '[{"b":1},{"\\n":1,"é":2},{"\\n":1,"é":9223372036854775807}]',
  );
  assert.deepEqual(parseExact("[-9007199254740993, 1.5, 2.0, 1e3, null, true]"), [
    -9007199254740993n,
    1.5,
    2,
    1000,
    null,
    true,
  ]);
  assert.equal(stringifyExact(parseExact('{"__proto__":{"a":1}}')), '{"__proto__":{"a":1}}');
  for (const wrong of ["", "{", "1 2", "{'a':1}"]) {
    assert.throws(() => parseExact(wrong), SyntaxError, wrong);
  }
});
