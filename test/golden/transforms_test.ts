/** Compares our transforms and predicates with answers recorded from those of Kafka Connect 4.2. */

import assert from "node:assert/strict";
import {
  ConnectRecord,
  Headers,
  type Predicate,
  type Schema,
  SinkRecord,
  SourceRecord,
  type Transformation,
} from "../../mod.ts";
import { BUILT_IN } from "../../plugins/mod.ts";
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
  headers: (Datum & { name: string })[];
}

interface Thrown {
  exception: string;
  message: string;
}

interface Case {
  transform?: string;
  predicate?: string;
  case: string;
  config: Record<string, string>;
  recordKind?: "source" | "sink";
  input?: RecordedRecord;
  output?: RecordedRecord | null;
  /** What a predicate answers. */
  result?: boolean;
  sameInstance?: boolean;
  error?: Thrown;
  configError?: Thrown;
}

type AnyRecord = SourceRecord | SinkRecord;

const plugins = await Promise.all(BUILT_IN.map(async ({ names, load }) => {
  const declared = [(await load()).default].flat();
  return names.map((name) => {
    return [name, declared.find(({ aliases }) => aliases?.includes(name))!] as const;
  });
}));
const byName = new Map(plugins.flat());

function instanceOf(name: string): Transformation | Predicate {
  const plugin = byName.get(name)!;
  assert(plugin.type === "transformation" || plugin.type === "predicate", name);
  return new plugin.create();
}

function recordOf(recorded: RecordedRecord, kind: Case["recordKind"]): AnyRecord {
  const { topic, partition, timestamp, key, value } = recorded;
  const [keySchema, valueSchema] = [schemaOfJson(key.schema), schemaOfJson(value.schema)];
  const headers = new Headers();
  for (const { name, schema: json, tagged } of recorded.headers) {
    const schema = schemaOfJson(json);
    headers.add(name, valueOf(tagged, schema), schema);
  }
  const fields = {
    topic,
    kafkaPartition: partition,
    timestamp,
    keySchema,
    key: valueOf(key.tagged, keySchema),
    valueSchema,
    value: valueOf(value.tagged, valueSchema),
    headers,
  };
  return kind === "sink"
    ? new SinkRecord({ ...fields, kafkaOffset: 99n })
    : new SourceRecord({ ...fields, sourcePartition: { p: "x" }, sourceOffset: { o: 1 } });
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
  const headers = [...actual.headers];
  assert.deepEqual(headers.map((header) => header.key), recorded.headers.map(({ name }) => name));
  for (const [index, header] of headers.entries()) {
    assertDatum(header.schema, header.value, recorded.headers[index]);
  }
}

function apply(transformation: Transformation, record: AnyRecord) {
  return record instanceof SinkRecord ? transformation.apply(record) : transformation.apply(record);
}

function testOf(predicate: Predicate, record: AnyRecord) {
  return record instanceof SinkRecord ? predicate.test(record) : predicate.test(record);
}

function check(recorded: Case): void {
  const { config, recordKind, input, output, error, configError } = recorded;
  const instance = instanceOf(recorded.transform ?? recorded.predicate!);
  if (configError !== undefined) {
    // Java shows the address of the field in memory; we show its name.
    const message = configError.message.replace(/org\.apache.*@HASH$/, config["static.field"]);
    assertThrows(() => instance.configure(config), { ...configError, message });
    return;
  }
  instance.configure(config);
  if (input === undefined) return;
  const record = recordOf(input, recordKind);
  if ("test" in instance) {
    assert.equal(testOf(instance, record), recorded.result);
    return;
  }
  if (error !== undefined) {
    assertThrows(() => apply(instance, record), error);
    return;
  }
  const changed = apply(instance, record);
  assert.equal(changed === record, recorded.sameInstance ?? false);
  if (output === null) assert.equal(changed, null);
  else assertRecord(changed!, output!);
  // The record that came in is as it was.
  assertRecord(record, input);
}

for (const [index, recorded] of (golden.cases as unknown as Case[]).entries()) {
  const javaName = recorded.transform ?? recorded.predicate!;
  const what = recorded.predicate === undefined ? "apply" : "test";
  const name = `${javaName.split(".").at(-1)}.${what}()`;
  // Those whose plugin is still to come are run as soon as plugins/mod.ts names it.
  if (!byName.has(javaName)) continue;
  Deno.test(`${name} ${index} ${recorded.case}, ${JSON.stringify(recorded.config)}`, () => {
    check(recorded);
  });
}
