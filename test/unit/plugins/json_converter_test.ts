import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BigDecimal,
  type Converter,
  DataError,
  type Schema,
  SchemaBuilder,
  Schemas,
  valuesEqual,
} from "../../../mod.ts";
import plugins from "../../../plugins/converters/json_converter.ts";
import { data } from "../api/data/arbitraries.ts";

function configured(props: Record<string, string> = {}): Converter {
  const made = new plugins[0].create() as Converter;
  made.configure(props, false);
  return made;
}

const encoder = new TextEncoder();
const read = (made: Converter, text: string) => made.toConnectData("t", encoder.encode(text));
const envelope = (schema: string, payload: string) => `{"schema":${schema},"payload":${payload}}`;
const int32 = '{"type":"int32","optional":false}';
const decimal =
  '{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"}}';

Deno.test("JsonConverter reads back what it writes, whether it has met the schema or not", () => {
  for (const format of ["BASE64", "numeric"]) {
    const [writer, reader] = [configured({ "decimal.format": format }), configured()];
    fc.assert(fc.property(data, ({ schema, value }) => {
      const text = writer.fromConnectData("t", schema, value) as string;
      for (let time = 0; time < 2; time++) {
        const back = read(reader, text);
        assert.ok(back.schema!.equals(schema), text);
        assert.ok(valuesEqual(back.value, value), text);
      }
    }));
  }
});

Deno.test("JsonConverter writes no name twice where a map has null for a key", () => {
  const keys = SchemaBuilder.string().optional().defaultValue("a").build();
  const schema = SchemaBuilder.map(keys, Schemas.int32).build();
  const map = new Map<unknown, unknown>([[null, 1], ["b", 2], ["a", 3], ["null", 4]]);
  const [replacing, plain] = ["true", "false"].map((replaces) =>
    configured({ "schemas.enable": "false", "replace.null.with.default": replaces })
  );
  assert.equal(replacing.fromConnectData("t", schema, map), '{"a":3,"b":2,"null":4}');
  assert.equal(plain.fromConnectData("t", schema, map), '{"null":4,"b":2,"a":3}');
});

Deno.test("JsonConverter reads numbers exactly, however they are written", () => {
  const made = configured({ "schemas.enable": "false" });
  const value = (text: string) => read(made, text).value;
  assert.deepEqual(value("[8999999999999999,9007199254740993,-12345678901234567]"), [
    8999999999999999,
    9007199254740993n,
    -12345678901234567n,
  ]);
  assert.deepEqual(
    value('{"a": 0.30000000000000004, "b":[-0,1e3,1.5E-3]}'),
    new Map<string, unknown>([["a", 0.1 + 0.2], ["b", [0, 1000, 0.0015]]]),
  );
  const digits = (count: number) => "9".repeat(count);
  assert.equal(value(`0.${digits(999)}`), 1);
  for (const text of [`[0.${digits(1000)}]`, `[0,${digits(1001)}]`, "[1e9999999999]"]) {
    assert.throws(() => value(text), DataError, text.slice(0, 20));
  }
});

Deno.test("JsonConverter gives one schema to all envelopes that say the same", () => {
  const made = configured();
  const { schema } = read(made, envelope(int32, "1"));
  assert.equal(read(made, envelope(int32, "2")).schema, schema);
  assert.equal(read(made, `{"payload":3,"schema":${int32}}`).schema, schema);
  assert.equal(read(made, `{ "schema" : ${int32}, "payload": 4 }`).schema, schema);
});

Deno.test("JsonConverter remembers schemas.cache.size schemas, and forgets the oldest first", () => {
  const made = configured({ "schemas.cache.size": "2" });
  const schemaOf = (type: string): Schema | null =>
    read(made, envelope(`{"type":"${type}","optional":true}`, "null")).schema;
  const [first, second] = [schemaOf("int8"), schemaOf("int16")];
  assert.equal(schemaOf("int8"), first);
  schemaOf("int32");
  assert.equal(schemaOf("int16"), second);
  assert.notEqual(schemaOf("int8"), first);
  const forgetful = configured({ "schemas.cache.size": "0" });
  const one = read(forgetful, envelope(int32, "1"));
  assert.notEqual(read(forgetful, envelope(int32, "1")).schema, one.schema);
});

Deno.test("JsonConverter keeps the scale of decimals in envelopes it has met before", () => {
  const made = configured();
  for (const text of ["1.50", "1.5", "1E+2", "-0.00", "7"]) {
    const { value } = read(made, envelope(decimal, text));
    assert.ok(valuesEqual(value, BigDecimal.parse(text)), `${text} was read as ${value}`);
  }
});

Deno.test("JsonConverter reads a decimal whose default has another scale than the schema", () => {
  const schema = decimal.replace(/}$/, ',"default":1}');
  const made = configured();
  assert.equal(String(read(made, envelope(schema, "null")).value), "1");
  assert.equal(String(read(made, `{"payload":null,"schema":${schema}}`).value), "1");
});

Deno.test("JsonConverter is not misled by an envelope that begins like one it has met", () => {
  const made = configured();
  const message = /requires "schema" and "payload" fields/;
  read(made, envelope(int32, "1"));
  assert.throws(() => read(made, `{"schema":${int32},"payload":1,"more":2}`), message);
  assert.throws(() => read(made, `{"schema":${int32},"payload":"1","more":2}`), message);
  assert.throws(() => read(made, `{"schema":${int32},"payload":1`), /serialization error/);
  assert.throws(() => read(made, `{"schema":${int32},"payload":}`), /serialization error/);
  assert.equal(read(made, `{"schema":${int32},"payload":2}x`).value, 2);
  const text = '{"type":"string"}';
  const tricky = JSON.stringify('a,"payload":1}');
  for (let time = 0; time < 2; time++) {
    assert.equal(read(made, envelope(text, tricky)).value, 'a,"payload":1}');
  }
});

Deno.test("JsonConverter reads integers of 64 bits exactly, with a schema and without", () => {
  const [made, plain] = [configured(), configured({ "schemas.enable": "false" })];
  for (const integer of [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    assert.equal(read(made, envelope('{"type":"int64"}', String(integer))).value, integer);
    assert.equal(read(plain, String(integer)).value, integer);
  }
});

Deno.test("JsonConverter reads names that every object has as fields like any other", () => {
  const schema = '{"type":"struct","fields":[{"type":"int32","optional":true,"field":"toString"},' +
    '{"type":"int32","optional":true,"field":"__proto__"}]}';
  const made = configured();
  for (let time = 0; time < 2; time++) {
    assert.equal(String(read(made, envelope(schema, "{}")).value), "Struct{}");
    const { value } = read(made, envelope(schema, '{"__proto__":1,"toString":2}'));
    assert.equal(String(value), "Struct{toString=2,__proto__=1}");
  }
});
