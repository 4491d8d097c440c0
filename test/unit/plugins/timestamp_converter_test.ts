import assert from "node:assert/strict";
import { Schema, Schemas, SourceRecord, Struct } from "../../../mod.ts";
import timestampConverter from "../../../plugins/transforms/timestamp_converter.ts";

const valueTransform = timestampConverter.find(({ name }) => name === "TimestampConverter$Value")!;

function applied(record: Partial<SourceRecord>, config: Record<string, string>): SourceRecord {
  const made = new valueTransform.create();
  made.configure(config);
  return made.apply(new SourceRecord({ topic: "t", ...record }))!;
}

Deno.test("TimestampConverter.apply() keeps Unix time exact beyond what a Date holds", () => {
  const value = 2n ** 62n + 1n;
  const { value: same } = applied({ valueSchema: Schemas.int64, value }, { "target.type": "unix" });
  assert.equal(same, value);
  assert.throws(
    () => applied({ valueSchema: Schemas.int64, value }, { "target.type": "Timestamp" }),
    {
      name: "DataError",
      message: "Cannot read Timestamp 4611686018427387905: it is too far from 1970 for a Date",
    },
  );
});

Deno.test("TimestampConverter.apply() says that there is no format when text has to be read without one", () => {
  assert.throws(() => applied({ value: "2020" }, { "target.type": "unix" }), {
    name: "DataError",
    message: "Could not parse timestamp: value (2020): no format is configured",
  });
});

Deno.test("TimestampConverter.apply() converts the default of a struct with its schema", () => {
  const options = {
    type: "struct",
    optional: true,
    fields: [{ name: "ts", schema: Schemas.int64 }],
  } as const;
  const defaultValue = new Struct(new Schema(options)).put("ts", 5n);
  const valueSchema = new Schema({ ...options, defaultValue });
  const config = { "field": "ts", "target.type": "Timestamp" };
  const changed = applied({ valueSchema, value: null }, config);
  assert.equal(changed.value, null);
  const converted = changed.valueSchema!.defaultValue as Struct;
  assert.deepEqual(converted.get("ts"), new Date(5));
  assert.equal(changed.valueSchema!.optional, true);
});
