/** What converters make of data that is too deep, too large or no text: an error of data, or an answer. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ConnectDate,
  type Converter,
  DataError,
  Decimal,
  type Schema,
  SchemaBuilder,
  Schemas,
  Struct,
  Time,
  Timestamp,
  valuesEqual,
} from "../../../mod.ts";
import { BUILT_IN } from "../../../plugins/mod.ts";
import { data } from "../api/data/arbitraries.ts";

const plugins = (await Promise.all(BUILT_IN.map(({ load }) => load())))
  .flatMap((file) => file.default);

function converter(name: string, props: Record<string, string> = {}): Converter {
  const plugin = plugins.find((one) => one.type === "converter" && one.name === name);
  assert(plugin?.type === "converter");
  const made = new plugin.create();
  made.configure(props, false);
  return made;
}

const encoder = new TextEncoder();
const json = converter("JsonConverter");
const plain = converter("JsonConverter", { "schemas.enable": "false" });
const string = converter("StringConverter");
const unwritable = {
  name: "DataError",
  message: "Converting Kafka Connect data to byte[] failed due to serialization error: ",
};
const unreadable = {
  name: "DataError",
  message: "Converting byte[] to Kafka Connect data failed due to serialization error: ",
};

function nestedLists(depth: number): { schema: Schema; value: unknown } {
  let [schema, value]: [Schema, unknown] = [Schemas.string, "x"];
  for (let i = 0; i < depth; i++) {
    [schema, value] = [SchemaBuilder.array(schema).build(), [value]];
  }
  return { schema, value };
}

Deno.test("JsonConverter writes 1000 values or schemas inside each other, the envelope among them, and no more", () => {
  const [deep, deeper, deepest] = [998, 999, 1000].map(nestedLists);
  const text = json.fromConnectData("t", deep.schema, deep.value) as string;
  const read = json.toConnectData("t", encoder.encode(text));
  assert.ok(read.schema!.equals(deep.schema));
  assert.ok(valuesEqual(read.value, deep.value));
  assert.throws(() => json.fromConnectData("t", deeper.schema, deeper.value), unwritable);
  const written = plain.fromConnectData("t", deepest.schema, deepest.value) as string;
  assert.equal(plain.fromConnectData("t", null, deepest.value), written);
  assert.ok(valuesEqual(plain.toConnectData("t", encoder.encode(written)).value, deepest.value));
  const { value } = nestedLists(1001);
  assert.throws(() => plain.fromConnectData("t", null, value), unwritable);
});

Deno.test("converters refuse values and schemas of any depth, and no stack overflows", () => {
  const { schema, value } = nestedLists(200_000);
  for (const name of ["JsonConverter", "StringConverter"]) {
    const made = converter(name);
    assert.throws(() => made.fromConnectData("t", null, value), DataError);
    assert.throws(() => made.fromConnectData("t", schema, value), DataError);
  }
  const optional = SchemaBuilder.array(schema).optional().build();
  assert.throws(() => json.fromConnectData("t", optional, null), unwritable);
  let struct = new Struct(SchemaBuilder.struct().field("a", Schemas.optionalInt32).build());
  for (let i = 0; i < 1500; i++) {
    struct = new Struct(SchemaBuilder.struct().field("a", struct.schema).build()).put("a", struct);
  }
  assert.throws(() => string.fromConnectData("t", struct.schema, struct), DataError);
  assert.throws(() => plain.fromConnectData("t", struct.schema, struct), unwritable);
});

for (const [opening, closing] of [["[", "]"], ['{"a":', "}"]] as const) {
  Deno.test(`JsonConverter refuses millions of ${opening} with and without their ends`, () => {
    const count = 2_000_000;
    const whole = opening.repeat(count) + "1" + closing.repeat(count);
    const known = '{"schema":{"type":"array","items":{"type":"int32"}},"payload":[1]}';
    json.toConnectData("t", encoder.encode(known));
    for (const text of [whole, opening.repeat(count), known.replace("[1]", () => whole)]) {
      assert.throws(() => plain.toConnectData("t", encoder.encode(text)), unreadable);
      assert.throws(() => json.toConnectData("t", encoder.encode(text)), unreadable);
    }
  });
}

Deno.test("converters write and read text of 16 MB", () => {
  const text = '0123456789abcdé"'.repeat(1024 * 1024);
  for (const made of [json, plain, string]) {
    const written = made.fromConnectData("t", Schemas.string, text) as string;
    assert.equal(made.toConnectData("t", encoder.encode(written)).value, text);
  }
});

Deno.test("JsonConverter reads a list of a million numbers", () => {
  const values = Array.from({ length: 1_000_000 }, (_, i) => i);
  const { value } = plain.toConnectData("t", encoder.encode(JSON.stringify(values)));
  assert.ok(valuesEqual(value, values));
});

Deno.test("JsonConverter keeps lone surrogates; invalid UTF-8 is an error", () => {
  for (const text of ["\ud800", "a\udfffb", "\ude00\ud83d"]) {
    const written = json.fromConnectData("t", Schemas.string, text) as string;
    assert.equal(json.toConnectData("t", encoder.encode(written)).value, text);
  }
  for (const hex of ["22ff22", "22c322", "22eda08022", "22f490808022", "c080"]) {
    assert.throws(() => plain.toConnectData("t", Uint8Array.fromHex(hex)), unreadable);
  }
});

Deno.test("JsonConverter writes NaN and infinities as text, which is read as 0, as Java has it", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const text = json.fromConnectData("t", Schemas.float64, value) as string;
    assert.ok(text.endsWith(`"payload":"${value}"}`));
    assert.equal(json.toConnectData("t", encoder.encode(text)).value, 0);
    assert.equal(plain.fromConnectData("t", null, value), `"${value}"`);
  }
});

Deno.test("JsonConverter refuses dates and decimals beyond what their types hold", () => {
  const message =
    /^(Cannot read|Cannot convert|Kafka Connect|Time values|Invalid type|Decimal value)/;
  const wrong: [Schema, unknown][] = [
    [Timestamp.schema, new Date(NaN)],
    [ConnectDate.schema, new Date(1)],
    [Time.schema, new Date(-1)],
    [Time.schema, new Date(86_400_001)],
    [ConnectDate.schema, 5],
    [Decimal.schema(1), "1"],
  ];
  for (const [schema, value] of wrong) {
    assert.throws(() => json.fromConnectData("t", schema, value), { name: "DataError", message });
  }
  const texts = [
    [Timestamp.schema, "9223372036854775807"],
    [ConnectDate.schema, "2147483647"],
    [ConnectDate.schema, "2147483648"],
    [Time.schema, "-1"],
    [Time.schema, '"x"'],
  ] as const;
  for (const [schema, payload] of texts) {
    const optional = SchemaBuilder.type(schema.type).name(schema.name!).optional().build();
    const text = (json.fromConnectData("t", optional, null) as string).replace(
      /null}$/,
      `${payload}}`,
    );
    for (let time = 0; time < 2; time++) {
      const read = () => json.toConnectData("t", encoder.encode(text));
      assert.throws(read, { name: "DataError", message });
    }
  }
});

Deno.test("JsonConverter without schemas reads what it wrote, and writes that again the same", () => {
  fc.assert(fc.property(data, ({ schema, value }) => {
    const text = plain.fromConnectData("t", schema, value);
    if (text === null) return;
    const { value: read } = plain.toConnectData("t", encoder.encode(text as string));
    const again = plain.fromConnectData("t", null, read) ?? "null";
    const { value: reread } = plain.toConnectData("t", encoder.encode(again as string));
    assert.ok(valuesEqual(reread, read), `${text} became ${again}`);
  }));
});
