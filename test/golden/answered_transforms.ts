/**
 * Compares our transforms and predicates with what those of Kafka Connect answer, recorded or fresh.
 *
 * @module
 */

import assert from "node:assert/strict";
import {
  ConnectRecord,
  Headers,
  type Plugin,
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

/** A key or value: its schema as JSON, and itself. */
export interface RecordedDatum {
  /** The schema as JsonConverter writes it. */
  schema: unknown;
  /** The value. */
  tagged: Tagged;
}

/** A record as it was recorded. */
export interface RecordedRecord {
  /** The rest as in {@linkcode ConnectRecord}. */
  topic: string;
  partition: number | null;
  timestamp: number | null;
  key: RecordedDatum;
  value: RecordedDatum;
  headers: (RecordedDatum & { name: string })[];
}

/** What Java threw. */
export interface Thrown {
  /** The class. */
  exception: string;
  /** What it said. */
  message: string;
  /** The class of what was behind it. */
  cause?: string;
  /** What that said. */
  causeMessage?: string | null;
}

/** What a transform or a predicate is asked. */
export interface Question {
  /** The Java class of a transform, or of a predicate. */
  transform?: string;
  predicate?: string;
  /** What the case is about. */
  case: string;
  /** The configuration. */
  config: Record<string, string>;
  /** Which kind of record; a source's unless told. */
  recordKind?: "source" | "sink";
  /** The record; none when the configuration alone is asked about. */
  input?: RecordedRecord;
}

/** A question with what Kafka's answered. */
export interface AnsweredCase extends Question {
  /** What a transform made of the record, null when it dropped it. */
  output?: RecordedRecord | null;
  /** What a predicate answered. */
  result?: boolean;
  /** Whether a transform returned the very record. */
  sameInstance?: boolean;
  /** What `apply` or `test` threw. */
  error?: Thrown;
  /** What `configure` threw. */
  configError?: Thrown;
}

/** A record of either kind. */
export type AnyRecord = SourceRecord | SinkRecord;

const plugins = await Promise.all(BUILT_IN.map(async ({ names, load }) => {
  const declared = [(await load()).default].flat();
  return names.map((name) => {
    return [name, declared.find(({ aliases }) => aliases?.includes(name))!] as const;
  });
}));

/** Our plugins by the names of Java's. */
export const pluginByJavaName: ReadonlyMap<string, Plugin> = new Map(plugins.flat());

function instanceOf(name: string): Transformation | Predicate {
  const plugin = pluginByJavaName.get(name)!;
  assert(plugin.type === "transformation" || plugin.type === "predicate", name);
  return new plugin.create();
}

/** Our record for a recorded one. */
export function recordOf(recorded: RecordedRecord, kind: Question["recordKind"]): AnyRecord {
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
    ? new SinkRecord({ ...fields, kafkaOffset: 99n, timestampType: "CreateTime" })
    : new SourceRecord({ ...fields, sourcePartition: { p: "x" }, sourceOffset: { o: 1 } });
}

function assertDatum(schema: Schema | null, value: unknown, recorded: RecordedDatum): void {
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

function applied(transformation: Transformation, record: AnyRecord) {
  return record instanceof SinkRecord ? transformation.apply(record) : transformation.apply(record);
}

/** What our transform makes of a question's record. */
export function apply({ transform, config, input, recordKind }: Question) {
  const instance = instanceOf(transform!) as Transformation;
  instance.configure(config);
  return applied(instance, recordOf(input!, recordKind));
}

function testOf(predicate: Predicate, record: AnyRecord) {
  return record instanceof SinkRecord ? predicate.test(record) : predicate.test(record);
}

/** Asserts that our transform or predicate answers as Kafka's did, and leaves the record as it was. */
export function assertAnswer(recorded: AnsweredCase): void {
  const { config, recordKind, input, output, error, configError } = recorded;
  const instance = instanceOf(recorded.transform ?? recorded.predicate!);
  if (configError !== undefined) {
    // Java shows the address of the field in memory; we show its name.
    const message = configError.message.replace(/org\.apache.*@HASH$/, config["static.field"]);
    assertThrows(() => instance.configure(config), { ...configError, message }, {
      withCause: true,
    });
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
    assertThrows(() => applied(instance, record), error, { withCause: true });
    return;
  }
  const changed = applied(instance, record);
  assert.equal(changed === record, recorded.sameInstance ?? false);
  if (output === null) assert.equal(changed, null);
  else assertRecord(changed!, output!);
  // The record that came in is as it was.
  assertRecord(record, input);
}
