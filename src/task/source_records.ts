/**
 * Turns the records of a source task into what topics hold, and takes care of those that fail. Kafka:
 * `AbstractWorkerSourceTask.convertTransformedRecord`; dead letters of sources it does not have.
 *
 * @module
 */

import { type Schema, type Serialized, type SourceRecord, valueToJson } from "../api/mod.ts";
import { Secrets } from "../base/mod.ts";
import type { RecordHeader } from "../batch/mod.ts";
import { applyStep, type ChainStep, type Converters } from "./chain.ts";
import type { DeadLetters, Receipt } from "./dead_letters.ts";
import type { ErrorPolicy, Operation } from "./error_policy.ts";
import {
  dataText,
  failureHeaders,
  failureMessage,
  sourceHeaders,
  sourceText,
} from "./failure_report.ts";
import type { TaskSpec } from "./messages.ts";

/** What {@linkcode SourceRecords} works with. */
export interface SourceRecordsOptions {
  /** What the task runs with. */
  spec: TaskSpec;
  /** The transforms. */
  chain: readonly ChainStep[];
  /** The converters. */
  converters: Converters;
  /** What is tried again, and what is tolerated. */
  policy: ErrorPolicy;
  /** Where records that failed go; null: nowhere. */
  letters: DeadLetters | null;
  /** The time, epoch ms. */
  now: () => number;
  /** Takes a line for the log, an error. */
  logError: (message: string) => void;
}

/** What a topic would hold of a record. */
export interface SerializedRecord {
  /** The topic. */
  topic: string;
  /** The key. */
  key: Serialized;
  /** The value. */
  value: Serialized;
  /** The headers. */
  headers: readonly RecordHeader[];
  /** The time, epoch ms. */
  timestampMs: number;
}

/** The writing of records. */
export const produceOperation: Operation = {
  stage: "KAFKA_PRODUCE",
  className: "org.apache.kafka.connect.runtime.WorkerSourceTask",
};
const noHeaders: readonly RecordHeader[] = [];
const encoder = new TextEncoder();

/** The records of one source task, one at a time: what is read here is of the one that was begun last. */
export class SourceRecords implements SerializedRecord {
  readonly #options: SourceRecordsOptions;
  /** One after another: the transforms, then the converters. */
  readonly #operations: readonly Operation[];
  readonly #secrets: Secrets;
  /** How far the record has come. */
  readonly #progress = { at: 0 };
  /** The record as the task gave it. */
  original!: SourceRecord;
  /** The record as the transforms have left it. */
  record!: SourceRecord;
  key: Serialized = null;
  value: Serialized = null;
  headers: readonly RecordHeader[] = noHeaders;
  timestampMs = 0;

  /** No record has been begun. */
  constructor(options: SourceRecordsOptions) {
    this.#options = options;
    const { chain, converters: { classNames }, spec } = options;
    this.#secrets = new Secrets(spec.secrets);
    this.#operations = [
      ...chain.map(({ className }) => ({ stage: "TRANSFORMATION", className } as const)),
      { stage: "HEADER_CONVERTER", className: classNames.header },
      { stage: "KEY_CONVERTER", className: classNames.key },
      { stage: "VALUE_CONVERTER", className: classNames.value },
    ];
  }

  /** The topic of the record. */
  get topic(): string {
    return this.record.topic;
  }

  /** Begins with a record. */
  begin(original: SourceRecord): void {
    this.original = this.record = original;
    this.#progress.at = 0;
  }

  /** Transforms and converts it, from where it stopped. @returns whether anything is left of it */
  convert(): boolean {
    const { chain, converters } = this.#options;
    const progress = this.#progress;
    const length = chain.length;
    // Written back once: what is young costs each time it is put into what is old.
    let record = this.record;
    try {
      for (; progress.at < length; progress.at++) {
        const changed = applyStep(chain[progress.at], record);
        if (changed === null) return false;
        record = changed;
      }
    } finally {
      this.record = record;
    }
    if (progress.at === length) {
      this.headers = record.hasHeaders ? this.#headers(record) : noHeaders;
      progress.at++;
    }
    if (progress.at === length + 1) {
      this.key = converters.key.fromConnectData(record.topic, record.keySchema, record.key);
      progress.at++;
    }
    if (progress.at === length + 2) {
      this.value = converters.value.fromConnectData(record.topic, record.valueSchema, record.value);
    }
    this.timestampMs = record.timestamp ?? this.#options.now();
    return true;
  }

  /** Goes on after an operation that has thrown `error`, if it may. */
  retry(error: unknown): ReturnType<ErrorPolicy["retry"]> {
    return this.#options.policy.retry(this.#progress, () => this.convert(), error);
  }

  /** Reports that an operation has failed for good, with what there is of the record by then. */
  reportConversion(number: number, error: unknown): Receipt | null {
    const length = this.#options.chain.length;
    const { at } = this.#progress;
    const { topic, keySchema, key, valueSchema, value, timestamp, headers } = this.record;
    const letter = {
      topic,
      key: at > length + 1 ? this.key : serialized(keySchema, key),
      value: serialized(valueSchema, value),
      headers: at > length ? this.headers : [...headers].map(({ key, schema, value }) => ({
        key,
        value: bytesOf(serialized(schema, value)),
      })),
      timestampMs: timestamp ?? this.#options.now(),
    };
    return this.report(this.original, letter, number, this.#operations[at], error);
  }

  /** Reports a failure. @returns what becomes of the record; null when nothing does */
  report(
    original: SourceRecord,
    letter: SerializedRecord,
    number: number,
    operation: Operation,
    error: unknown,
  ): Receipt | null {
    const { spec: { connector, task, errors }, policy, letters, logError } = this.#options;
    if (operation === produceOperation) policy.reported();
    const failure = { connector, task, operation, error, secrets: this.#secrets };
    if (errors.log) {
      policy.counts.logged++;
      logError(failureMessage(failure, errors.logRecords ? sourceText(original) : null));
    }
    if (letters === null) return null;
    policy.counts.letters++;
    const { topic, key, value, headers, timestampMs } = letter;
    const context = errors.deadLetters?.withContext
      ? [...sourceHeaders(original, topic), ...failureHeaders(failure)]
      : [];
    return letters.add({ key, value, headers: [...headers, ...context], timestampMs, number });
  }

  #headers(record: SourceRecord): RecordHeader[] {
    const { header } = this.#options.converters;
    return [...record.headers].map(({ key, schema, value }) => ({
      key,
      value: bytesOf(header.fromConnectHeader(record.topic, key, schema, value)),
    }));
  }
}

function bytesOf(serialized: Serialized): Uint8Array | null {
  return typeof serialized === "string" ? encoder.encode(serialized) : serialized;
}

/** Data that no converter has converted: text and bytes as they are, else as JSON. */
function serialized(schema: Schema | null, value: unknown): Serialized {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || value instanceof Uint8Array) return value;
  const options = { replaceNullWithDefault: false, decimalsAsNumbers: true };
  try {
    return valueToJson(schema, value, options);
  } catch {
    // It may have failed for the same reason: it is not what its schema says, or nested too deep.
    return dataText(value, schema);
  }
}
