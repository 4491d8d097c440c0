/**
 * Makes records for a sink task of what was consumed, and takes care of those that fail: on their way to the
 * task, or in its hands (KIP-610). Kafka: `WorkerSinkTask.convertAndTransformRecord`,
 * `WorkerErrantRecordReporter`.
 *
 * @module
 */

import {
  type ErrantRecordReporter,
  Headers,
  type SchemaAndValue,
  type Serialized,
  SinkRecord,
} from "../api/mod.ts";
import { Secrets } from "../base/mod.ts";
import type { RecordView } from "../batch/mod.ts";
import { applyStep, type ChainStep, type Converters } from "./chain.ts";
import type { DeadLetters, Receipt } from "./dead_letters.ts";
import type { ErrorPolicy, Operation } from "./error_policy.ts";
import {
  consumedHeaders,
  type ConsumedRecord,
  consumedText,
  failureHeaders,
  failureMessage,
} from "./failure_report.ts";
import { originOf } from "./letter_origin.ts";
import type { TaskSpec } from "./messages.ts";

/** What {@linkcode SinkRecords} works with. */
export interface SinkRecordsOptions {
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

/** Says that a record is given up before it is known what becomes of it. */
export const givenUp = Symbol("given up");

const putOperation: Operation = {
  stage: "TASK_PUT",
  className: "org.apache.kafka.connect.sink.SinkTask",
};
const noView: ConsumedRecord["view"] = {
  offset: 0n,
  timestampMs: 0,
  timestampType: "CreateTime",
  key: null,
  value: null,
  headers: [],
};

/** The records of one sink task. */
export class SinkRecords implements ErrantRecordReporter {
  /** Whether records can be reported. Kafka: `SinkConnectorConfig.enableErrantRecordReporter`. */
  readonly takesReports: boolean;
  /**
   * What becomes of the record that was made last, if an operation has failed: null when it is passed over.
   * Rejects with a ConnectError when no failure is tolerated.
   */
  later: Promise<SinkRecord | null | typeof givenUp> | null = null;
  readonly #options: SinkRecordsOptions;
  /** One after another: the converters, then the transforms. */
  readonly #operations: readonly Operation[];
  readonly #secrets: Secrets;
  /** How far the record has come that is being made. */
  readonly #progress = { at: 0 };
  #topic = "";
  #partition = 0;
  #view = noView;
  /** What was read where that is a dead letter and the record what it was before; null for all else. */
  #letter: ConsumedRecord | null = null;
  #key: SchemaAndValue | null = null;
  #value: SchemaAndValue | null = null;
  #record: SinkRecord | null = null;
  /** What was thrown first at a report of the task. */
  #reportFailure: { error: unknown } | null = null;

  /** Nothing has been consumed yet. */
  constructor(options: SinkRecordsOptions) {
    this.#options = options;
    const { chain, converters: { classNames }, letters, spec } = options;
    this.#secrets = new Secrets(spec.secrets);
    this.takesReports = letters !== null || spec.errors.log;
    this.#operations = [
      { stage: "KEY_CONVERTER", className: classNames.key },
      { stage: "VALUE_CONVERTER", className: classNames.value },
      { stage: "HEADER_CONVERTER", className: classNames.header },
      ...chain.map(({ className }) => ({ stage: "TRANSFORMATION", className } as const)),
    ];
  }

  /** Makes a record; null when it is dropped, or when it is not known yet: then {@linkcode later} tells. */
  make(topic: string, partition: number, view: RecordView): SinkRecord | null {
    this.later = null;
    this.#progress.at = 0;
    this.#topic = topic;
    this.#partition = partition;
    this.#view = view;
    if (this.#options.spec.restoresLetters) this.#restore();
    try {
      return this.#convert();
    } catch (error) {
      this.later = this.#mend(error);
      return null;
    }
  }

  report(record: SinkRecord, error: unknown): Promise<void> {
    const reported = this.#takeReport(record, error);
    // A task need not wait for it: what it does not hear, the loop does.
    reported.catch(() => {});
    return reported;
  }

  async #takeReport(record: SinkRecord, error: unknown): Promise<void> {
    let receipt: Receipt;
    try {
      const consumed = record instanceof ReportableRecord ? record.consumed : this.#unmade(record);
      receipt = this.#report(consumed, putOperation, error);
      this.#options.policy.tolerate(error);
    } catch (failure) {
      this.#reportFailure ??= { error: failure };
      throw failure;
    }
    await receipt.stored;
  }

  /**
   * Waits until there is room for more reports.
   * @throws what a report has thrown, such as that it is not tolerated, whatever the task made of that
   */
  async checkReports(): Promise<void> {
    if (this.#reportFailure !== null) throw this.#reportFailure.error;
    await this.#options.letters?.taken();
  }

  /** Goes on with the record where it stopped. @returns it, or null when a transform drops it */
  #convert(): SinkRecord | null {
    const { converters, chain } = this.#options;
    const topic = this.#topic;
    const view = this.#view;
    const progress = this.#progress;
    const raw = view.headers.length === 0 ? undefined : rawHeaders(view);
    if (progress.at === 0) {
      this.#key = converters.key.toConnectData(topic, view.key, raw);
      progress.at = 1;
    }
    if (progress.at === 1) {
      this.#value = converters.value.toConnectData(topic, view.value, raw);
      progress.at = 2;
    }
    if (progress.at === 2) {
      this.#record = this.#untransformed(topic, view);
      progress.at = 3;
    }
    let record = this.#record!;
    for (; progress.at < chain.length + 3; progress.at++) {
      const changed = applyStep(chain[progress.at - 3], record);
      if (changed === null) return null;
      this.#record = record = changed;
    }
    return this.takesReports ? new ReportableRecord(record, this.#consumed) : record;
  }

  #untransformed(topic: string, view: ConsumedRecord["view"]): SinkRecord {
    const { header: converter } = this.#options.converters;
    const headers = new Headers();
    for (const header of view.headers) {
      const data = converter.toConnectHeader(topic, header.key, header.value);
      headers.add(header.key, data.value, data.schema);
    }
    return this.#recordOf(this.#key!, this.#value!, headers);
  }

  /** Offsets are those of the topic that was read, whatever the record's own topic. */
  #recordOf(key: SchemaAndValue, value: SchemaAndValue, headers: Headers): SinkRecord {
    const view = this.#letter?.view ?? this.#view;
    return new SinkRecord({
      topic: this.#topic,
      originalTopic: this.#letter?.topic,
      kafkaPartition: this.#letter?.partition ?? this.#partition,
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: value.value,
      kafkaOffset: view.offset,
      timestamp: view.timestampMs,
      timestampType: view.timestampType,
      headers,
    });
  }

  #restore(): void {
    this.#letter = this.#consumed;
    ({ topic: this.#topic, partition: this.#partition, view: this.#view } = originOf(this.#letter));
  }

  /** The record that is being made, as it was consumed. */
  get #consumed(): ConsumedRecord {
    return { topic: this.#topic, partition: this.#partition, view: this.#view };
  }

  async #mend(error: unknown): Promise<SinkRecord | null | typeof givenUp> {
    const { policy } = this.#options;
    const outcome = await policy.retry(this.#progress, () => this.#convert(), error);
    if (outcome.is === "givenUp") return givenUp;
    if (outcome.is === "done") return outcome.value;
    const operation = this.#operations[this.#progress.at];
    const { taken } = this.#report(this.#consumed, operation, outcome.error);
    await taken;
    policy.tolerate(outcome.error);
    policy.counts.skipped++;
    return null;
  }

  #report(consumed: ConsumedRecord, operation: Operation, error: unknown): Receipt {
    const { spec: { connector, task, errors }, policy, letters, now, logError } = this.#options;
    if (operation === putOperation) policy.reported();
    const failure = { connector, task, operation, error, secrets: this.#secrets };
    if (errors.log) {
      policy.counts.logged++;
      logError(failureMessage(failure, errors.logRecords ? consumedText(consumed) : null));
    }
    if (letters === null) return done;
    policy.counts.letters++;
    const { key, value, headers, timestampMs: time } = consumed.view;
    const timestampMs = time === -1 ? now() : time;
    const context = errors.deadLetters?.withContext
      ? [...consumedHeaders(consumed), ...failureHeaders(failure)]
      : [];
    return letters.add({ key, value, headers: [...headers, ...context], timestampMs, number: 0 });
  }

  /** A record that the task has made itself, as it would have been consumed. */
  #unmade(record: SinkRecord): ConsumedRecord {
    const { key, value, header } = this.#options.converters;
    const { topic, kafkaPartition, kafkaOffset, timestamp, timestampType } = record;
    return {
      topic,
      partition: kafkaPartition ?? 0,
      view: {
        offset: kafkaOffset,
        timestampMs: timestamp ?? -1,
        timestampType,
        key: bytesOf(key.fromConnectData(topic, record.keySchema, record.key)),
        value: bytesOf(value.fromConnectData(topic, record.valueSchema, record.value)),
        headers: [...record.headers].map(({ key, schema, value }) => ({
          key,
          value: bytesOf(header.fromConnectHeader(topic, key, schema, value)),
        })),
      },
    };
  }
}

const done: Receipt = { taken: Promise.resolve(), stored: Promise.resolve() };
const encoder = new TextEncoder();

function bytesOf(serialized: Serialized): Uint8Array | null {
  return typeof serialized === "string" ? encoder.encode(serialized) : serialized;
}

/** Headers as converters of keys and values are given them (KIP-440): not converted. */
function rawHeaders({ headers }: ConsumedRecord["view"]): Headers {
  return new Headers(headers.map(({ key, value }) => ({ key, schema: null, value })));
}

/** A record that knows, also when it is changed, what it was made of. Kafka: `InternalSinkRecord`. */
class ReportableRecord extends SinkRecord {
  readonly consumed: ConsumedRecord;

  constructor(record: SinkRecord, consumed: ConsumedRecord, changes: Partial<SinkRecord> = {}) {
    super(changes as { topic: string; kafkaOffset: bigint }, record);
    this.consumed = consumed;
  }

  override newRecord(changes: Parameters<SinkRecord["newRecord"]>[0]): ReportableRecord {
    return new ReportableRecord(this, this.consumed, changes as Partial<SinkRecord>);
  }
}
