/**
 * Puts serialized records into batches, and hands these over: what a source task produces, and the dead
 * letters of both kinds of task.
 *
 * A batch is sealed when it is full, or as soon as nothing else is in flight: so a slow source gets
 * each record through at once, and a fast one fills its batches while earlier ones are being stored.
 *
 * @module
 */

import type { Clock } from "../base/mod.ts";
import { BatchBuilder, type Field, type RecordHeader } from "../batch/mod.ts";
import type { TaskPort, TaskSpec, ToTask } from "./messages.ts";
import { Linger, type OpenBatch } from "./linger.ts";
import { type SentBatch, SentBatches } from "./sent_batches.ts";
import { type Destination, TopicPartitions } from "./topic_partitions.ts";

/** What {@linkcode RecordWriter} works with. */
export interface RecordWriterOptions {
  /** How batches are made. */
  spec: TaskSpec;
  /** The worker's side. */
  port: TaskPort;
  /** Time. */
  clock: Clock;
  /** A number from 0 to 1, for the sticky partitioner. */
  random: () => number;
  /** Whether batches know the records they are made of. */
  keepsRecords: boolean;
  /** Gives each batch a number that no other of the task has. */
  nextBatch: () => number;
}

/** Writes records that are numbered in the order they are given; `R` is what they are made of. */
export class RecordWriter<R> {
  readonly #options: RecordWriterOptions;
  readonly #open = new Map<string, OpenBatch<R>>();
  readonly #linger: Linger<R>;
  readonly #sent: SentBatches<R>;
  readonly #partitions: TopicPartitions;
  #openBytes = 0;
  /** The one of `#open` that took the last record. */
  #last: OpenBatch<R> | null = null;
  /** Buffers of batches that were acked, for those to come. */
  readonly #buffers: ArrayBuffer[] = [];
  #failure: unknown = null;
  #wake: (() => void) | null = null;

  /** A writer that has written nothing. */
  constructor(options: RecordWriterOptions) {
    this.#options = options;
    const { spec: { lingerMs }, clock, port, random, nextBatch } = options;
    this.#sent = new SentBatches(nextBatch);
    this.#linger = new Linger(lingerMs, clock, this.#open, () => this.sealDue());
    this.#partitions = new TopicPartitions(port, random);
  }

  /** The number of the first record given so far that is not known to be durable; Infinity when all are. */
  get lowWater(): number {
    let low = this.#sent.lowWater;
    for (const { first } of this.#open.values()) low = Math.min(low, first);
    return low;
  }

  /** Takes an answer about a topic. */
  receive(message: Extract<ToTask, { type: "topic" | "topicRefused" }>): void {
    this.#partitions.receive(message);
  }

  /**
   * Appends a record. One call at a time: while a promise is pending, nothing else is written.
   * @returns what to wait for before the next, or null
   * @throws {ConnectError} for a record that is too large, or (in the promise) a topic that cannot be used
   */
  write(
    to: Destination,
    original: R,
    key: Field,
    value: Field,
    headers: readonly RecordHeader[],
    timestampMs: number,
    number: number,
  ): Promise<void> | null {
    const { topic } = to;
    if (!this.#partitions.has(topic)) {
      const known = this.#partitions.ask(topic);
      return this.#writeAfter(known, to, original, key, value, headers, timestampMs, number);
    }
    const partition = this.#partitions.of(to, key);
    const batch = this.#openBatch(topic, partition);
    const { builder, records } = batch ?? this.#begin(topic, partition, number);
    const before = builder.sizeBytes;
    try {
      if (!builder.append(key, value, headers, timestampMs)) {
        const ready = this.#hand(batch!);
        return this.#writeAfter(ready, to, original, key, value, headers, timestampMs, number);
      }
    } catch (error) {
      if (batch === null) this.#forget(this.#last!);
      throw error;
    }
    this.#openBytes += builder.sizeBytes - before;
    records?.push(original);
    return this.#limitOpen();
  }

  /** What waits no longer goes while nothing else is out. */
  sealDue(): void {
    if (this.#sent.bytes === 0) { for (const batch of this.#linger.due()) this.#seal(batch); }
  }

  /** Hands over all there is. */
  sealAll(): void {
    for (const batch of this.#open.values()) this.#seal(batch);
  }

  /** A batch is durable. @returns it, or null when it is not known */
  acked({ id, buffer }: Extract<ToTask, { type: "acked" }>): SentBatch<R> | null {
    const batch = this.#sent.take(id);
    if (batch === null) return null;
    this.#keep(buffer);
    this.#wake?.();
    return batch;
  }

  /** A batch is refused. @returns it, or null when it is not known */
  refused({ id }: Extract<ToTask, { type: "refused" }>): SentBatch<R> | null {
    const batch = this.#sent.take(id);
    if (batch !== null) this.#wake?.();
    return batch;
  }

  /** Gives up the records of a batch and all after it. @returns whether it is the first given up */
  cutOff({ first }: SentBatch<R>): boolean {
    const isFirst = !this.#sent.isCutOff;
    this.#sent.cutOff(first);
    return isFirst;
  }

  /** From now on whoever waits here fails with `error`. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** Hands over what is left, and waits until it is durable or given up. */
  async drain(): Promise<void> {
    this.#linger.close();
    this.sealAll();
    while (this.#sent.size > 0) {
      if (this.#failure !== null) throw this.#failure;
      await this.#woken();
    }
  }

  /** Apart from {@linkcode write}, which would otherwise make a closure for every record. */
  async #writeAfter(
    ready: Promise<void>,
    to: Destination,
    original: R,
    key: Field,
    value: Field,
    headers: readonly RecordHeader[],
    timestampMs: number,
    number: number,
  ): Promise<void> {
    await ready;
    await this.write(to, original, key, value, headers, timestampMs, number);
  }

  /** Opens a batch, the first record of which has the number `first`. */
  #begin(topic: string, partition: number, first: number): OpenBatch<R> {
    const { spec: { batchBytesMax: sizeMax, ...settings }, clock, keepsRecords } = this.#options;
    const builder = new BatchBuilder({ ...settings, sizeMax, buffer: this.#buffers.pop() });
    const records = keepsRecords ? [] : null;
    const batch = { topic, partition, builder, first, records, sinceMs: clock.monotonic() };
    this.#open.set(keyOf(batch), batch);
    return this.#last = batch;
  }

  /** With records for many partitions no batch gets full: the oldest one goes when all are too large. */
  #limitOpen(): Promise<void> | null {
    if (this.#openBytes <= this.#options.spec.bytesInFlightMax) return null;
    return this.#hand(this.#open.values().next().value!);
  }

  /** The batch that takes records of a partition; nearly always the one that took the record before. */
  #openBatch(topic: string, partition: number): OpenBatch<R> | null {
    const last = this.#last;
    if (last !== null && last.partition === partition && last.topic === topic) return last;
    return this.#last = this.#open.get(keyOf({ topic, partition })) ?? null;
  }

  /** Seals a batch and hands it over once there is room in flight. */
  async #hand(batch: OpenBatch<R>): Promise<void> {
    while (this.#sent.bytes >= this.#options.spec.bytesInFlightMax) {
      if (this.#failure !== null) throw this.#failure;
      await this.#woken();
    }
    // It may have gone meanwhile, when nothing was in flight any more.
    if (this.#open.get(keyOf(batch)) === batch) this.#seal(batch);
  }

  #seal({ builder, ...batch }: OpenBatch<R>): void {
    this.#forget(batch);
    this.#partitions.batchSealed(batch.topic);
    this.#openBytes -= builder.sizeBytes;
    if (this.#sent.isCutOff) return this.#sent.cutOff(batch.first);
    const bytes = builder.seal();
    const number = this.#sent.add({ ...batch, bytes: bytes.length });
    const { topic, partition } = batch;
    const message = { type: "batch", id: number, topic, partition, batch: bytes } as const;
    this.#options.port.send(message, [bytes.buffer]);
  }

  #forget(batch: { topic: string; partition: number }): void {
    this.#open.delete(keyOf(batch));
    this.#last = null;
  }

  /** Keeps a buffer for a later batch. One of another size held a record larger than a batch. */
  #keep(buffer: ArrayBuffer): void {
    const { batchBytesMax, bytesInFlightMax } = this.#options.spec;
    const isSpare = this.#buffers.length * batchBytesMax < bytesInFlightMax;
    if (isSpare && buffer.byteLength === batchBytesMax) this.#buffers.push(buffer);
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${partition} ${topic}`;
}
