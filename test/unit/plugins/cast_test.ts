/** What the recorded cases of Cast leave open; the answers are those of Kafka Connect 4.2. */

import assert from "node:assert/strict";
import {
  BigDecimal,
  ConnectDate,
  Decimal,
  type Schema,
  SchemaBuilder,
  Schemas,
  SourceRecord,
  Struct,
  Timestamp,
} from "../../../mod.ts";
import plugins from "../../../plugins/transforms/cast.ts";

function configured(spec: string) {
  const cast = new plugins[1].create();
  cast.configure({ spec });
  return cast;
}

function castTo(type: string, schema: Schema | null, value: unknown): unknown {
  return configured(type).apply(new SourceRecord({ topic: "t", valueSchema: schema, value }))!
    .value;
}

const answers: readonly [type: string, schema: Schema | null, value: unknown, answer: unknown][] = [
  ["int8", Schemas.int32, 255, -1],
  ["int8", Schemas.float64, 4294967295, -1],
  ["int16", Schemas.float32, 1e10, -1],
  ["int32", Schemas.float64, 2147483648.5, 2147483647],
  ["int32", Schemas.int64, 2n ** 32n + 5n, 5],
  ["int64", Schemas.float64, Infinity, 2n ** 63n - 1n],
  ["int64", null, 3_000_000_000, 3_000_000_000n],
  ["int32", null, 3_000_000_000, -1294967296],
  ["int32", null, 3e20, 2147483647],
  ["float32", Schemas.int64, 9007199791611905n, 9007200328482816],
  ["float32", Decimal.schema(24), BigDecimal.parse("16777217.000000000000000000000001"), 16777218],
  ["int64", Decimal.schema(0), BigDecimal.parse("9223372036854775808"), -(2n ** 63n)],
  ["float64", Schemas.string, " 0x1p3f ", 8],
  ["int32", Schemas.string, "\u0663", 3],
  ["boolean", Schemas.float64, 0.5, false],
  ["boolean", Schemas.string, "tRUE", true],
  ["boolean", Schemas.string, " true", false],
  ["string", Schemas.float32, 1, "1.0"],
  ["string", Schemas.int64, 1n, "1"],
];

for (const [type, schema, value, answer] of answers) {
  Deno.test(`Cast.apply() makes ${answer} of ${schema} ${value} as ${type}`, () => {
    assert.equal(castTo(type, schema, value), answer);
  });
}

Deno.test("Cast.apply() keeps the date of what lies before 1970, and of the first day", () => {
  assert.equal(castTo("string", Timestamp.schema, new Date(-1)), "1969-12-31T23:59:59.999Z");
  assert.equal(castTo("string", ConnectDate.schema, new Date(0)), "1970-01-01");
  assert.equal(castTo("string", Timestamp.schema, new Date(5)), "00:00:00.005Z");
});

Deno.test("Cast.apply() casts the defaults of fields, and keeps nothing else of their schemas", () => {
  const count = SchemaBuilder.int32().optional().defaultValue(300).doc("d").build();
  const schema = SchemaBuilder.struct().name("S").field("count", count).build();
  const cast = configured("count:int8");
  const value = new Struct(schema);
  const { valueSchema, value: answer } = cast.apply(
    new SourceRecord({ topic: "t", valueSchema: schema, value }),
  )!;
  const after = SchemaBuilder.int8().optional().defaultValue(44).build();
  assert.ok(valueSchema!.equals(SchemaBuilder.struct().name("S").field("count", after).build()));
  assert.equal((answer as Struct).getWithoutDefault("count"), 44);
});

for (const spec of [":", "::"]) {
  Deno.test(`Cast.configure() refuses ${spec}, where Java is out of bounds`, () => {
    assert.throws(() => configured(spec), { name: "ConfigError", message: /Invalid type found/ });
  });
}

for (
  const [type, value, why] of [
    ["int8", "300", 'Value out of range. Value:"300" Radix:10'],
    ["int8", "99999999999", 'For input string: "99999999999"'],
    ["int32", "", 'For input string: ""'],
    ["int64", " 7", 'For input string: " 7"'],
    ["float32", " x ", 'For input string: "x"'],
    ["float64", " ", "empty String"],
  ] as const
) {
  Deno.test(`Cast.apply() says why "${value}" is no ${type}, as Java's parsers do`, () => {
    assert.throws(() => castTo(type, Schemas.string, value), (error: Error) => {
      assert.equal(error.message, `Value (${value}) was out of range for requested data type`);
      const { name, message } = error.cause as Error;
      assert.deepEqual([name, message], ["NumberFormatError", why]);
      return true;
    });
  });
}
