/**
 * What a task has done so far, as plain numbers that its loop adds to once a batch or where something fails.
 * The worker asks for them when it is asked for metrics, and not before.
 *
 * @module
 */

import type { CountsMessage } from "./message_schema.ts";

/** The counts of one task. */
export class TaskCounts {
  /** Records that a source has polled, or a sink read. */
  records = 0;
  /** Records that a sink was put. */
  sent = 0;
  /** Tries that have failed. Kafka: `total-record-failures`. */
  failures = 0;
  /** Records that have failed for good. Kafka: `total-record-errors`. */
  errors = 0;
  /** Records that were passed over. */
  skipped = 0;
  /** Tries behind the first. */
  retries = 0;
  /** Failures that were logged. */
  logged = 0;
  /** Records that were given to the dead letter queue. */
  letters = 0;
  /** Those of them that could not be written. */
  letterFailures = 0;
  /** When a record failed last, epoch ms; 0: never. */
  lastErrorMs = 0;
  /** How many records of a source are neither durable nor passed over. */
  active: () => number = () => 0;
  #calls = 0;
  #callMs = 0;
  #callMsMax = 0;
  #callRecords = 0;
  #callRecordsMax = 0;

  /** A poll of a source has given so many records. */
  polled(tookMs: number, records: number): void {
    this.records += records;
    this.#called(tookMs, records);
  }

  /** A sink has been put so many records. */
  put(tookMs: number, records: number): void {
    this.sent += records;
    this.#called(tookMs, records);
  }

  /** All of them. The greatest values are those since this was asked last. */
  take(): CountsMessage {
    const { records, sent, failures, errors, skipped, retries, logged, letters } = this;
    const message: CountsMessage = {
      type: "counts",
      ...{ records, sent, failures, errors, skipped, retries, logged, letters },
      letterFailures: this.letterFailures,
      lastErrorMs: this.lastErrorMs,
      active: this.active(),
      calls: this.#calls,
      callMs: this.#callMs,
      callMsMax: this.#callMsMax,
      callRecords: this.#callRecords,
      callRecordsMax: this.#callRecordsMax,
    };
    this.#callMsMax = this.#callRecordsMax = 0;
    return message;
  }

  #called(tookMs: number, records: number): void {
    this.#calls++;
    this.#callMs += tookMs;
    this.#callRecords += records;
    if (tookMs > this.#callMsMax) this.#callMsMax = tookMs;
    if (records > this.#callRecordsMax) this.#callRecordsMax = records;
  }
}
