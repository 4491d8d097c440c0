/**
 * Tries the transforms and converters of a connector on records, on the way that a task's records take, but
 * without its task and without topics. What comes in and goes out is text and bytes: data as JSON beside its
 * schema, as JsonConverter has them.
 *
 * @module
 */

import {
  Headers,
  type Json,
  parseJson,
  type Schema,
  schemaFromJson,
  schemaToJson,
  SourceRecord,
  textOf,
  valueFromJson,
  valueToJson,
} from "../api/mod.ts";
import { type Clock, ConnectError, messageOf } from "../base/mod.ts";
import type { ChainStep, Converters } from "./chain.ts";
import { ErrorPolicy, strictErrors } from "./error_policy.ts";
import type { TaskSpec } from "./messages.ts";
import { jsonDifferences } from "./json_differences.ts";
import { SinkRecords } from "./sink_records.ts";
import { SourceRecords } from "./source_records.ts";
import { TaskCounts } from "./task_counts.ts";

/** A record whose keys and values are of one form. */
export interface TrialRecord<D> {
  /** The topic. */
  topic: string;
  /** The partition; null: none is named. */
  partition: number | null;
  /** Milliseconds since the epoch; null: none is set. */
  timestampMs: number | null;
  /** The key. */
  key: D;
  /** The value. */
  value: D;
  /** The headers, in order. */
  headers: { key: string; value: D }[];
}

/** Data: a schema and a value, both JSON text. */
export interface TrialData {
  /** The schema; null: none. */
  schema: string | null;
  /** The value. */
  value: string;
}

/** What topics hold. */
export type TrialBytes = Uint8Array<ArrayBuffer> | null;

/** A record to try: data as a source's task gives it, or bytes as a sink's topic holds it. */
export type TrialInput = TrialRecord<TrialData> | TrialRecord<TrialBytes>;

/** What becomes of a record. */
export type TrialOutcome =
  /** It arrives: as bytes from a source, as data at a sink. */
  | { is: "bytes"; record: TrialRecord<TrialBytes> }
  | { is: "data"; record: TrialRecord<TrialData> }
  /** A transform drops it; `at` is the key that names it. */
  | { is: "dropped"; at: string }
  /** A transform or a converter fails; `at` is the key that names it. */
  | { is: "failed"; at: string; message: string }
  /** The record to try is none: what stands at `at` in it. */
  | { is: "unsound"; at: string; message: string };

/** What {@linkcode runTrial} works with. */
export interface TrialOptions {
  /** The task's. */
  spec: TaskSpec;
  /** The transforms. */
  chain: readonly ChainStep[];
  /** The converters. */
  converters: Converters;
  /** Time. */
  clock: Clock;
}

const jsonOptions = { replaceNullWithDefault: false, decimalsAsNumbers: true };
const encoder = new TextEncoder();

/** Tries records one after another, and tells what becomes of each. */
export async function runTrial(
  options: TrialOptions,
  inputs: readonly TrialInput[],
  report: (outcome: TrialOutcome) => void,
): Promise<void> {
  const place = { at: "" };
  const watched = { ...options, ...watch(options, place) };
  const attempt = options.spec.kind === "source" ? sourceTrial(watched) : sinkTrial(watched);
  for (const input of inputs) {
    try {
      const outcome = await attempt(input);
      report(outcome ?? { is: "dropped", at: place.at });
    } catch (error) {
      if (error instanceof UnsoundError) {
        report({ is: "unsound", at: error.at, message: error.message });
      } else report({ is: "failed", at: place.at, message: messagesOf(error) });
    }
  }
}

type Attempt = (input: TrialInput) => TrialOutcome | null | Promise<TrialOutcome | null>;

function sourceTrial(options: TrialOptions): Attempt {
  const records = new SourceRecords({ ...options, ...policyOf(options) });
  return (input) => {
    records.begin(sourceRecord(input as TrialRecord<TrialData>));
    if (!records.convert()) return null;
    const { topic, record, key, value, headers } = records;
    const { kafkaPartition: partition, timestamp: timestampMs } = record;
    return {
      is: "bytes",
      record: {
        ...{ topic, partition, timestampMs, key: bytesOf(key), value: bytesOf(value) },
        headers: headers.map(({ key, value }) => ({ key, value: bytesOf(value) })),
      },
    };
  };
}

function sinkTrial(options: TrialOptions): Attempt {
  const records = new SinkRecords({ ...options, ...policyOf(options) });
  return async (input) => {
    const { topic, partition, timestampMs, ...rest } = input as TrialRecord<TrialBytes>;
    const view = {
      ...{ offset: 0n, timestampMs: timestampMs ?? 0, timestampType: "CreateTime" as const },
      ...rest,
    };
    const made = records.make(topic, partition ?? 0, view);
    const record = records.later === null ? made : await records.later;
    if (record === null || typeof record === "symbol") return null;
    const headers = [...record.headers].map(({ key, schema, value }) => (
      { key, value: dataOf(schema, value) }
    ));
    return {
      is: "data",
      record: {
        topic: record.topic,
        partition: record.kafkaPartition,
        timestampMs: record.timestamp,
        key: dataOf(record.keySchema, record.key),
        value: dataOf(record.valueSchema, record.value),
        headers,
      },
    };
  };
}

/** The first failure is what is asked for, so none is tried again. */
function policyOf({ spec, clock }: TrialOptions) {
  const random = () => 0;
  const wait = () => Promise.resolve(true);
  return {
    spec: { ...spec, errors: strictErrors },
    policy: new ErrorPolicy({ spec: strictErrors, clock, random, wait, counts: new TaskCounts() }),
    letters: null,
    now: () => clock.now(),
    logError: () => {},
  };
}

/** The same transforms and converters, which say where a record is: `transforms.NAME`, `key.converter`. */
function watch(
  { spec, chain, converters }: TrialOptions,
  place: { at: string },
): Pick<TrialOptions, "chain" | "converters"> {
  function here<A extends unknown[], R>(at: string, call: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      place.at = at;
      return call(...args);
    };
  }
  const { key, value, header } = converters;
  const converter = (at: string, one: typeof key): typeof key => ({
    configure: () => {},
    fromConnectData: here(at, one.fromConnectData.bind(one)),
    toConnectData: here(at, one.toConnectData.bind(one)),
  });
  return {
    chain: chain.map(({ transformation, predicate, className }, index) => {
      const at = `transforms.${spec.transforms[index].alias}`;
      return {
        className,
        transformation: {
          configure: () => {},
          apply: here(at, transformation.apply.bind(transformation)),
        },
        predicate: predicate && {
          negate: predicate.negate,
          predicate: {
            configure: () => {},
            test: here(`${at}.predicate`, predicate.predicate.test.bind(predicate.predicate)),
          },
        },
      } as ChainStep;
    }),
    converters: {
      ...converters,
      key: converter("key.converter", key),
      value: converter("value.converter", value),
      header: {
        configure: () => {},
        fromConnectHeader: here("header.converter", header.fromConnectHeader.bind(header)),
        toConnectHeader: here("header.converter", header.toConnectHeader.bind(header)),
      },
    },
  };
}

/** A record to try that is none. */
class UnsoundError extends ConnectError {
  readonly at: string;

  constructor(at: string, message: string) {
    super(message);
    this.at = at;
  }
}

function sourceRecord(input: TrialRecord<TrialData>): SourceRecord {
  const { topic, partition: kafkaPartition, timestampMs: timestamp } = input;
  const key = readData("key", input.key);
  const value = readData("value", input.value);
  const headers = new Headers();
  input.headers.forEach(({ key, value }, index) => {
    const read = readData(`headers[${index}].value`, value);
    headers.add(key, read.value, read.schema);
  });
  return new SourceRecord({
    ...{ topic, kafkaPartition, timestamp, headers },
    ...{ keySchema: key.schema, key: key.value, valueSchema: value.schema, value: value.value },
  });
}

/** Kafka reads what does not fit a schema as 0, false or null; here it is a mistake. */
function readData(at: string, { schema: schemaText, value: text }: TrialData) {
  const schema = schemaText === null ? null : sound(schemaKey(at), () => {
    return schemaFromJson(parseJson(schemaText)!, { replaceNullWithDefault: true });
  });
  const json = parseJson(text)!;
  const value = sound(at, () => valueFromJson(schema, json, { replaceNullWithDefault: true }));
  if (schema !== null) {
    const back = sound(at, () => parseJson(valueToJson(schema, value, jsonOptions))!);
    const [difference] = jsonDifferences(json as Json, back, { mayLack: true });
    if (difference !== undefined) {
      const { path, expected } = difference;
      throw new UnsoundError(at + path, `${expected} does not fit its schema`);
    }
  }
  return { schema, value };
}

function schemaKey(at: string): string {
  return at.endsWith(".value") ? at.replace(/value$/, "schema") : `${at}Schema`;
}

function sound<T>(at: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UnsoundError(at, messagesOf(error));
  }
}

function dataOf(schema: Schema | null, value: unknown): TrialData {
  return {
    schema: schema === null ? null : schemaToJson(schema, jsonOptions),
    value: jsonOf(schema, value),
  };
}

/** A value as JSON; one that JSON has no form for, such as a date without a schema, as its text. */
function jsonOf(schema: Schema | null, value: unknown): string {
  try {
    return valueToJson(schema, value, jsonOptions);
  } catch {
    return JSON.stringify(textOf(value, schema));
  }
}

function bytesOf(serialized: string | Uint8Array | null): TrialBytes {
  if (serialized === null) return null;
  return typeof serialized === "string" ? encoder.encode(serialized) : new Uint8Array(serialized);
}

/** The most causes of an error that are told. */
const causesMax = 10;

/** What an error and its causes say; that no failure is tolerated is said of every one. */
function messagesOf(error: unknown): string {
  const messages: string[] = [];
  let one = error;
  for (let depth = 0; one !== undefined && one !== null && depth < causesMax; depth++) {
    const message = inLine(messageOf(one) ?? "").replace(/:$/, "");
    // Kafka's messages often tell those of their causes.
    if (!messages.some((told) => told.includes(message))) messages.push(message);
    one = one instanceof Error ? one.cause : null;
  }
  if (messages.length > 1 && messages[0].startsWith("Tolerance exceeded")) messages.shift();
  return messages.join(": ");
}

/** Text of several lines as one. */
export function inLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").trim();
}
