/**
 * Writes records that failed to a topic of their own, in the order they failed.
 *
 * @module
 */

import { ConnectError } from "../base/mod.ts";
import type { Field, RecordHeader } from "../batch/mod.ts";
import type { ToTask } from "./messages.ts";
import type { TaskCounts } from "./task_counts.ts";
import { RecordWriter, type RecordWriterOptions } from "./record_writer.ts";

/** A record for the topic. */
export interface DeadLetter {
  /** Its key. */
  key: Field;
  /** Its value. */
  value: Field;
  /** Its headers. */
  headers: readonly RecordHeader[];
  /** Its time, epoch ms. */
  timestampMs: number;
  /** What it holds back until it is durable: the number of the record that failed. */
  number: number;
}

/** What becomes of a letter. */
export interface Receipt {
  /** Resolves when the next one may be given. */
  taken: Promise<void>;
  /** Resolves when it is durable. */
  stored: Promise<void>;
}

type Answer = Extract<ToTask, { type: "topic" | "topicRefused" | "acked" | "refused" }>;
type Pending = PromiseWithResolvers<void>;

/** The dead letters of one task. */
export class DeadLetters {
  readonly #topic: string;
  readonly #writer: RecordWriter<Pending>;
  readonly #onFailed: (error: ConnectError) => void;
  readonly #counts: TaskCounts;
  /** Those that are not known to be durable, with what they hold back. */
  readonly #pending = new Map<Pending, number>();
  #turn: Promise<void> = Promise.resolve();
  #failure: ConnectError | null = null;
  #onSettled: (() => void)[] = [];

  /** `onFailed` is told, once, when a letter cannot be written. */
  constructor(
    topic: string,
    options: Omit<RecordWriterOptions, "keepsRecords"> & { counts: TaskCounts },
    onFailed: (error: ConnectError) => void,
  ) {
    this.#topic = topic;
    this.#writer = new RecordWriter({ ...options, keepsRecords: true });
    this.#onFailed = onFailed;
    this.#counts = options.counts;
  }

  /** The lowest of the numbers that are held back; Infinity when there is none. */
  get lowWater(): number {
    let low = Infinity;
    for (const number of this.#pending.values()) low = Math.min(low, number);
    return low;
  }

  /** Writes a letter behind those before it. What is rejected may be passed over: the task fails anyway. */
  add({ key, value, headers, timestampMs, number }: DeadLetter): Receipt {
    const pending = Promise.withResolvers<void>();
    this.#pending.set(pending, number);
    const to = { topic: this.#topic, kafkaPartition: null };
    const taken = this.#turn.then(async () => {
      if (this.#failure !== null) throw this.#failure;
      await this.#writer.write(to, pending, key, value, headers, timestampMs, number);
      this.#writer.sealDue();
    });
    this.#turn = taken.catch((error) => this.#fail(error));
    pending.promise.catch(() => {});
    return { taken, stored: pending.promise };
  }

  /** Takes an answer of the worker. @returns whether it was for a letter */
  receive(answer: Answer): boolean {
    switch (answer.type) {
      case "topic":
      case "topicRefused":
        this.#writer.receive(answer);
        return answer.topic === this.#topic;
      case "acked": {
        const batch = this.#writer.acked(answer);
        for (const pending of batch?.records ?? []) this.#stored(pending);
        this.#writer.sealDue();
        return batch !== null;
      }
      case "refused": {
        const batch = this.#writer.refused(answer);
        if (batch !== null) this.#fail(new ConnectError(answer.reason));
        return batch !== null;
      }
    }
  }

  /** Resolves when all letters so far have found room. */
  async taken(): Promise<void> {
    await this.#turn;
  }

  /** Resolves when all letters so far are durable. @throws {ConnectError} when one cannot be written */
  async stored(): Promise<void> {
    await this.#turn;
    this.#writer.sealAll();
    if (this.#failure === null && this.#pending.size > 0) {
      await new Promise<void>((resolve) => this.#onSettled.push(resolve));
    }
    if (this.#failure !== null) throw this.#failure;
  }

  #stored(pending: Pending): void {
    this.#pending.delete(pending);
    pending.resolve();
    if (this.#pending.size === 0) this.#settle();
  }

  #settle(): void {
    for (const settled of this.#onSettled.splice(0)) settled();
  }

  #fail(cause: unknown): void {
    if (this.#failure !== null) return;
    // Kafka: `DeadLetterQueueReporter` says so in the log, and the record is lost.
    const what = `Could not produce message to dead letter queue. topic=${this.#topic}`;
    this.#failure = new ConnectError(what, { cause });
    this.#counts.letterFailures += this.#pending.size;
    this.#writer.fail(this.#failure);
    for (const pending of this.#pending.keys()) pending.reject(this.#failure);
    this.#settle();
    this.#onFailed(this.#failure);
  }
}
