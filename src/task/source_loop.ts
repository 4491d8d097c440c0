/**
 * The loop of a source task, inside its Worker: poll, transform, convert, partition, seal, hand over.
 *
 * A batch is sealed when it is full, or as soon as nothing else is in flight: so a slow source gets
 * each record through at once, and a fast one fills its batches while earlier ones are being stored.
 *
 * @module
 */

import { RetriableError, SourceTask } from "../api/mod.ts";
import type { SourceRecord } from "../api/mod.ts";
import { type Clock, ConnectError, reasonOf } from "../base/mod.ts";
import { BatchBuilder } from "../batch/mod.ts";
import { applyChain, type ChainStep, type Converters } from "./chain.ts";
import type { TaskPort, TaskSpec, ToTask } from "./messages.ts";
import { Linger, type OpenBatch } from "./linger.ts";
import { type SentBatch, SentBatches } from "./sent_batches.ts";
import { SourceOffsets } from "./source_offsets.ts";
import { StoredOffsets } from "./stored_offsets.ts";
import { TopicPartitions } from "./topic_partitions.ts";

/** How long the loop may run before it lets messages in, in milliseconds. */
const turnMsMax = 10;

/** How long after a RetriableError `poll` is called again, in milliseconds. */
const pollRetryMs = 100;

const noHeaders: readonly never[] = [];
const encoder = new TextEncoder();

/** What {@linkcode SourceLoop} runs. */
export interface SourceLoopOptions {
  /** The task, made but not initialized. */
  task: SourceTask;
  /** What it runs with. */
  spec: TaskSpec;
  /** The transforms. */
  chain: readonly ChainStep[];
  /** The converters. */
  converters: Converters;
  /** The worker's side. */
  port: TaskPort;
  /** Time. */
  clock: Clock;
  /** A number from 0 to 1, for the sticky partitioner. */
  random: () => number;
}

/** A source task while it runs. */
export class SourceLoop {
  readonly #options: SourceLoopOptions;
  readonly #offsets = new SourceOffsets();
  readonly #open = new Map<string, OpenBatch>();
  readonly #linger: Linger;
  readonly #sent = new SentBatches<SourceRecord>();
  readonly #storedOffsets: StoredOffsets;
  readonly #partitions: TopicPartitions;
  readonly #wantsRecords: boolean;
  #openBytes = 0;
  /** The one of `#open` that took the last record. */
  #last: OpenBatch | null = null;
  /** Buffers of batches that were acked, for those to come. */
  readonly #buffers: ArrayBuffer[] = [];
  #nextRecord = 0;
  #offeredMs = -Infinity;
  #paused = false;
  #isPolling = false;
  #stopping = false;
  #failure: unknown = null;
  #stopped: Promise<void> | null = null;
  #wake: (() => void) | null = null;

  /** Prepares the loop; {@linkcode run} starts it. */
  constructor(options: SourceLoopOptions) {
    this.#options = options;
    const { spec: { lingerMs }, clock } = options;
    this.#linger = new Linger(lingerMs, clock, this.#open, () => this.#sealDue());
    this.#partitions = new TopicPartitions(options.port, options.random);
    this.#storedOffsets = new StoredOffsets(options.port);
    this.#wantsRecords = options.task.commitRecord !== SourceTask.prototype.commitRecord;
  }

  /** Runs the task until it is told to stop. Rejects with what the task or its chain threw. */
  async run(): Promise<void> {
    const { task, spec, port } = this.#options;
    task.initialize({ configs: spec.props, offsetStorageReader: this.#storedOffsets });
    // Kafka: `WorkerTask.doRun`: one that is stopped before it has begun never starts.
    if (this.#stopping) return;
    try {
      await task.start(spec.props);
      this.#isPolling = true;
      port.send({ type: "started", version: 1 });
      await this.#pollUntilStopped();
    } finally {
      await this.#stopTask();
    }
    await this.#drain();
  }

  /** Takes a message from the worker. */
  receive(message: ToTask): void {
    switch (message.type) {
      case "offsets":
        this.#storedOffsets.receive(message);
        break;
      case "topic":
      case "topicRefused":
        this.#partitions.receive(message);
        break;
      case "acked":
        this.#acked(message);
        break;
      case "refused":
        this.#refused(message);
        break;
      case "committed":
        void this.#committed();
        break;
      case "pause":
        this.#paused = true;
        break;
      case "resume":
        this.#paused = false;
        break;
      case "stop":
        this.#stopping = true;
        // A `poll` may be waiting; nothing else may be under way when `stop` is called.
        if (this.#isPolling) void this.#stopTask().catch((error) => this.#failure ??= error);
        break;
    }
    this.#wake?.();
  }

  async #pollUntilStopped(): Promise<void> {
    const { clock, port } = this.#options;
    let turnStart = clock.monotonic();
    let reportedPaused = false;
    while (!this.#stopping) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#paused !== reportedPaused) {
        reportedPaused = this.#paused;
        port.send({ type: reportedPaused ? "paused" : "resumed" });
      }
      if (this.#paused) {
        this.#sealAll();
        await this.#woken();
        continue;
      }
      const records = await this.#poll();
      if (records !== null && records.length > 0) {
        for (const record of records) {
          const wait = this.#accept(record);
          // Nearly every record is taken at once: an await for each would cost as much as the rest.
          if (wait !== null) await wait;
        }
        this.#offsets.add(records, this.#nextRecord);
      }
      this.#sealDue();
      this.#offerOffsets(false);
      if (clock.monotonic() - turnStart > turnMsMax) {
        await this.#letMessagesIn();
        turnStart = clock.monotonic();
      }
    }
  }

  async #poll(): Promise<SourceRecord[] | null> {
    const { task, clock, port } = this.#options;
    try {
      return await task.poll();
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      const message = `poll failed and is tried again: ${error.message}`;
      port.send({ type: "log", level: "warn", message });
      await clock.sleep(pollRetryMs);
      return null;
    }
  }

  /** Transforms, converts and appends one record. @returns what to wait for before the next, or null */
  #accept(original: SourceRecord): Promise<void> | null {
    const number = this.#nextRecord++;
    const { task, chain } = this.#options;
    const record = chain.length === 0 ? original : applyChain(chain, original);
    if (record === null) {
      return this.#wantsRecords ? Promise.resolve(task.commitRecord(original, null)) : null;
    }
    return this.#take(original, record, number);
  }

  /** Converts and appends what the chain has made of a record. */
  #take(original: SourceRecord, record: SourceRecord, number: number): Promise<void> | null {
    const { topic } = record;
    if (!this.#partitions.has(topic)) {
      return this.#takeAfter(this.#partitions.ask(topic), original, record, number);
    }
    const { converters, clock } = this.#options;
    const key = converters.key.fromConnectData(topic, record.keySchema, record.key);
    const value = converters.value.fromConnectData(topic, record.valueSchema, record.value);
    const headers = record.hasHeaders ? this.#headers(record) : noHeaders;
    const timestampMs = record.timestamp ?? clock.now();
    const partition = this.#partitions.of(record, key);
    const batch = this.#openBatch(topic, partition);
    const { builder, records } = batch ?? this.#begin(topic, partition, number);
    const before = builder.sizeBytes;
    if (!builder.append(key, value, headers, timestampMs)) {
      return this.#takeAfter(this.#hand(batch!), original, record, number);
    }
    this.#openBytes += builder.sizeBytes - before;
    records?.push(original);
    return this.#limitOpen();
  }

  /** Apart from {@linkcode #take}, which would otherwise make a closure for every record. */
  async #takeAfter(
    ready: Promise<void>,
    original: SourceRecord,
    record: SourceRecord,
    number: number,
  ): Promise<void> {
    await ready;
    await this.#take(original, record, number);
  }

  /** Opens a batch, the first record of which has the number `first`. */
  #begin(topic: string, partition: number, first: number): OpenBatch {
    const { spec: { batchBytesMax: sizeMax, ...settings }, clock } = this.#options;
    const builder = new BatchBuilder({ ...settings, sizeMax, buffer: this.#buffers.pop() });
    const records = this.#wantsRecords ? [] : null;
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
  #openBatch(topic: string, partition: number): OpenBatch | null {
    const last = this.#last;
    if (last !== null && last.partition === partition && last.topic === topic) return last;
    return this.#last = this.#open.get(keyOf({ topic, partition })) ?? null;
  }

  #headers(record: SourceRecord): { key: string; value: Uint8Array | null }[] {
    const { header } = this.#options.converters;
    return [...record.headers].map(({ key, schema, value }) => {
      const bytes = header.fromConnectHeader(record.topic, key, schema, value);
      return { key, value: typeof bytes === "string" ? encoder.encode(bytes) : bytes };
    });
  }

  /** Seals a batch and hands it over once there is room in flight. */
  async #hand(batch: OpenBatch): Promise<void> {
    while (this.#sent.bytes >= this.#options.spec.bytesInFlightMax) {
      if (this.#failure !== null) throw this.#failure;
      await this.#woken();
    }
    // It may have gone meanwhile, when nothing was in flight any more.
    if (this.#open.get(keyOf(batch)) === batch) this.#seal(batch);
  }

  #seal({ builder, ...batch }: OpenBatch): void {
    this.#open.delete(keyOf(batch));
    this.#partitions.batchSealed(batch.topic);
    this.#last = null;
    this.#openBytes -= builder.sizeBytes;
    if (this.#sent.isCutOff) return this.#sent.cutOff(batch.first);
    const bytes = builder.seal();
    const number = this.#sent.add({ ...batch, bytes: bytes.length });
    const { topic, partition } = batch;
    const message = { type: "batch", id: number, topic, partition, batch: bytes } as const;
    this.#options.port.send(message, [bytes.buffer]);
  }

  /** What waits no longer goes while nothing else is out. */
  #sealDue(): void {
    if (this.#sent.bytes === 0) { for (const batch of this.#linger.due()) this.#seal(batch); }
  }

  #sealAll(): void {
    for (const batch of this.#open.values()) this.#seal(batch);
  }

  #acked({ id, baseOffset, buffer }: Extract<ToTask, { type: "acked" }>): void {
    const batch = this.#sent.take(id);
    if (batch === null) return;
    // A buffer of another size held a record larger than a batch.
    const { batchBytesMax, bytesInFlightMax } = this.#options.spec;
    const isSpare = this.#buffers.length * batchBytesMax < bytesInFlightMax;
    if (isSpare && buffer.byteLength === batchBytesMax) this.#buffers.push(buffer);
    // At once: a poll that waits would hold up the offsets of what is durable.
    this.#offerOffsets(false);
    this.#sealDue();
    if (batch.records !== null) void this.#commitRecords(batch, batch.records, baseOffset);
  }

  /** Fails the task; one that stops leaves the rest to be read again, and commits what is stored. */
  #refused({ id, reason }: Extract<ToTask, { type: "refused" }>): void {
    const batch = this.#stopping ? this.#sent.take(id) : null;
    if (batch === null) return void (this.#failure ??= new ConnectError(reason));
    if (!this.#sent.isCutOff) {
      const message = `it stops before all is stored; the rest is read again: ${reason}`;
      this.#options.port.send({ type: "log", level: "warn", message });
    }
    this.#sent.cutOff(batch.first);
  }

  async #commitRecords(
    batch: SentBatch<SourceRecord>,
    records: SourceRecord[],
    base: bigint,
  ): Promise<void> {
    const { topic, partition } = batch;
    try {
      for (const [index, record] of records.entries()) {
        const offset = base + BigInt(index);
        await this.#options.task.commitRecord(record, { topic, partition, offset });
      }
    } catch (error) {
      this.#failure ??= error;
      this.#wake?.();
    }
  }

  /** The worker has stored the offsets offered last. An error here is no reason to fail (as 4.2). */
  async #committed(): Promise<void> {
    try {
      await this.#options.task.commit();
    } catch (error) {
      const message = `commit failed: ${reasonOf(error)}`;
      this.#options.port.send({ type: "log", level: "error", message });
    }
  }

  #offerOffsets(now: boolean): void {
    const { clock, port, spec } = this.#options;
    if (!now && clock.monotonic() - this.#offeredMs < spec.offsetFlushIntervalMs) return;
    const offsets = this.#offsets.take(this.#lowWater());
    if (offsets.length === 0) return;
    this.#offeredMs = clock.monotonic();
    port.send({ type: "sourceOffsets", offsets });
  }

  /** The number of the first record that is not known to be durable. */
  #lowWater(): number {
    let low = Math.min(this.#nextRecord, this.#sent.lowWater);
    for (const { first } of this.#open.values()) low = Math.min(low, first);
    return low;
  }

  /** Hands over what is left, waits until it is durable, and offers the last offsets. */
  async #drain(): Promise<void> {
    this.#linger.close();
    this.#sealAll();
    while (this.#sent.size > 0) {
      if (this.#failure !== null) throw this.#failure;
      await this.#woken();
    }
    this.#offerOffsets(true);
  }

  /** Stops the task once, while it may still wait in `poll`. */
  #stopTask(): Promise<void> {
    this.#stopped ??= Promise.try(() => this.#options.task.stop());
    return this.#stopped;
  }

  /** Until the next message, which nearly always waits already: a timer alone takes a millisecond or two. */
  async #letMessagesIn(): Promise<void> {
    const called = new AbortController();
    await Promise.race([this.#woken(), this.#options.clock.sleep(0, called.signal)]);
    called.abort();
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => this.#wake = resolve);
  }
}

function keyOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${partition} ${topic}`;
}
