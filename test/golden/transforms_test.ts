/** Compares our transforms with answers recorded from those of Kafka Connect 4.2. */

import assert from "node:assert/strict";
import {
  ConnectRecord,
  type Schema,
  SinkRecord,
  SourceRecord,
  type Transformation,
} from "../../mod.ts";
import hoistField from "../../plugins/transforms/hoist_field.ts";
import insertField from "../../plugins/transforms/insert_field.ts";
import {
  assertSchema,
  assertThrows,
  assertValue,
  schemaOfJson,
  type Tagged,
  valueOf,
} from "./tagged_values.ts";
import golden from "./transforms.json" with { type: "json" };

/** A key or value: its schema as JSON, and itself. */
interface Datum {
  schema: unknown;
  tagged: Tagged;
}

interface RecordedRecord {
  topic: string;
  partition: number | null;
  timestamp: number | null;
  key: Datum;
  value: Datum;
}

interface Thrown {
  exception: string;
  message: string;
}

interface Case {
  transform: string;
  case: string;
  config: Record<string, string>;
  recordKind: "source" | "sink";
  input?: RecordedRecord;
  output?: RecordedRecord;
  sameInstance?: boolean;
  error?: Thrown;
  configError?: Thrown;
}

const transforms = new Map(
  [...hoistField, ...insertField].map((plugin) => [plugin.aliases![0], plugin.create]),
);

function recordOf(
  { topic, partition, timestamp, key, value }: RecordedRecord,
  kind: Case["recordKind"],
): SourceRecord | SinkRecord {
  const [keySchema, valueSchema] = [schemaOfJson(key.schema), schemaOfJson(value.schema)];
  const fields = {
    topic,
    kafkaPartition: partition,
    timestamp,
    keySchema,
    key: valueOf(key.tagged, keySchema),
    valueSchema,
    value: valueOf(value.tagged, valueSchema),
  };
  return kind === "sink"
    ? new SinkRecord({ ...fields, kafkaOffset: 99n })
    : new SourceRecord(fields);
}

function assertDatum(schema: Schema | null, value: unknown, recorded: Datum): void {
  const expected = schemaOfJson(recorded.schema);
  assertSchema(schema, expected);
  assertValue(value, recorded.tagged, expected);
}

function assertRecord(actual: ConnectRecord<SourceRecord> | SinkRecord, recorded: RecordedRecord) {
  const { topic, kafkaPartition, timestamp, keySchema, key, valueSchema, value } = actual;
  assert.deepEqual([topic, kafkaPartition, timestamp], [
    recorded.topic,
    recorded.partition,
    recorded.timestamp,
  ]);
  assertDatum(keySchema, key, recorded.key);
  assertDatum(valueSchema, value, recorded.value);
}

function apply(transformation: Transformation, record: SourceRecord | SinkRecord) {
  return record instanceof SinkRecord ? transformation.apply(record) : transformation.apply(record);
}

for (const [index, recorded] of (golden.cases as unknown as Case[]).entries()) {
  const { transform, config, recordKind, input, output, error, configError } = recorded;
  const name = transform.split(".").at(-1);
  Deno.test(`${name}.apply() ${index} ${recorded.case}, ${JSON.stringify(config)}`, () => {
    const transformation: Transformation = new (transforms.get(transform)!)();
    if (configError !== undefined) {
      // Java shows the address of the field in memory; we show its name.
      const message = configError.message.replace(/org\.apache.*@HASH$/, config["static.field"]);
      assertThrows(() => transformation.configure(config), { ...configError, message });
      return;
    }
    transformation.configure(config);
    const record = recordOf(input!, recordKind);
    if (error !== undefined) {
      assertThrows(() => apply(transformation, record), error);
      return;
    }
    const changed = apply(transformation, record)!;
    assertRecord(changed, output!);
    assert.equal(changed === record, recorded.sameInstance ?? false);
    // The record that came in is as it was.
    assertRecord(record, input!);
  });
}
