/**
 * The loop of a sink task, inside its Worker: take fetched batches, decode, convert, transform, put.
 *
 * Messages are worked off one at a time in the order they came, so an answer to `flush` or `close`
 * covers exactly the batches sent before it.
 *
 * @module
 */

import {
  Headers,
  type PartitionOffset,
  RetriableError,
  SinkRecord,
  type SinkTask,
  type TopicPartition,
} from "../api/mod.ts";
import type { Clock } from "../base/mod.ts";
import { readRecords, type RecordView } from "../batch/mod.ts";
import { applyChain, type ChainStep, type Converters } from "./chain.ts";
import type { TaskPort, TaskSpec, ToTask } from "./messages.ts";

/** How long after a RetriableError `put` is called again unless the task says, in milliseconds. */
const putRetryMs = 1000;

/** What {@linkcode SinkLoop} runs. */
export interface SinkLoopOptions {
  /** The task, made but not initialized. */
  task: SinkTask;
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
}

type Batches = Extract<ToTask, { type: "batches" }>;

/** A sink task while it runs. */
export class SinkLoop {
  readonly #options: SinkLoopOptions;
  readonly #inbox: ToTask[] = [];
  /** The next offset to put of each assigned partition, by `partition topic`. */
  readonly #positions = new Map<string, PartitionOffset>();
  /** Partitions whose new position is asked for: what was under way to them is passed over. */
  readonly #seeking = new Map<string, number>();
  #seeks: PartitionOffset[] = [];
  #retryMs: number | null = null;
  #wake: (() => void) | null = null;

  /** Prepares the loop; {@linkcode run} starts it. */
  constructor(options: SinkLoopOptions) {
    this.#options = options;
  }

  /** Runs the task until it is told to stop. Rejects with what the task or its chain threw. */
  async run(): Promise<void> {
    const { task, spec, port } = this.#options;
    task.initialize({
      configs: spec.props,
      offset: (offsets) => void this.#seeks.push(...offsets),
      timeout: (timeoutMs) => this.#retryMs = timeoutMs,
      assignment: () =>
        [...this.#positions.values()].map(({ topic, partition }) => ({ topic, partition })),
      pause: (partitions) => this.#setPaused(partitions, true),
      resume: (partitions) => this.#setPaused(partitions, false),
      requestCommit: () => port.send({ type: "requestCommit" }),
      errantRecordReporter: null,
    });
    try {
      await task.start(spec.props);
      port.send({ type: "started", version: 1 });
      await this.#work();
    } finally {
      await task.stop();
    }
  }

  /** Takes a message from the worker. */
  receive(message: ToTask): void {
    this.#inbox.push(message);
    this.#wake?.();
  }

  async #work(): Promise<void> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      switch (message.type) {
        case "open":
          for (const position of message.partitions) {
            this.#positions.set(keyOf(position), { ...position });
          }
          await this.#options.task.open(message.partitions.map(withoutOffset));
          break;
        case "batches":
          await this.#putBatches(message);
          break;
        case "sought": {
          const left = (this.#seeking.get(keyOf(message)) ?? 1) - 1;
          if (left > 0) this.#seeking.set(keyOf(message), left);
          else this.#seeking.delete(keyOf(message));
          break;
        }
        case "flush":
          await this.#flush(message.request, [...this.#positions.values()]);
          break;
        case "close":
          await this.#close(message);
          break;
        case "stop":
          return;
      }
      this.#sendSeeks();
    }
  }

  async #putBatches(message: Batches): Promise<void> {
    const { spec, port } = this.#options;
    const position = this.#positions.get(keyOf(message));
    if (position !== undefined && !this.#seeking.has(keyOf(message))) {
      let records: SinkRecord[] = [];
      for (const view of readRecords(message.batches)) {
        if (view.offset < message.position) continue;
        const record = this.#record(message, view);
        if (record !== null) records.push(record);
        position.offset = view.offset + 1n;
        if (records.length >= spec.putRecordsMax) {
          await this.#put(records);
          records = [];
        }
      }
      if (records.length > 0) await this.#put(records);
    }
    const { length: bytes, buffer } = message.batches;
    port.send({ type: "consumed", bytes, buffer }, [buffer]);
  }

  #record(source: TopicPartition, view: RecordView): SinkRecord | null {
    const { converters, chain } = this.#options;
    const { topic, partition } = source;
    const headers = new Headers();
    for (const { key, value } of view.headers) {
      const data = converters.header.toConnectHeader(topic, key, value);
      headers.add(key, data.value, data.schema);
    }
    const key = converters.key.toConnectData(topic, view.key, headers);
    const value = converters.value.toConnectData(topic, view.value, headers);
    const record = new SinkRecord({
      topic,
      kafkaPartition: partition,
      keySchema: key.schema,
      key: key.value,
      valueSchema: value.schema,
      value: value.value,
      kafkaOffset: view.offset,
      timestamp: view.timestampMs,
      timestampType: view.timestampType,
      headers,
    });
    return chain.length === 0 ? record : applyChain(chain, record);
  }

  async #put(records: readonly SinkRecord[]): Promise<void> {
    const { task, clock, port } = this.#options;
    for (;;) {
      try {
        return await task.put(records);
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error;
        const message = `put failed and is tried again: ${error.message}`;
        port.send({ type: "log", level: "warn", message });
        await clock.sleep(this.#retryMs ?? putRetryMs);
        this.#retryMs = null;
      }
    }
  }

  async #flush(request: number, current: readonly PartitionOffset[]): Promise<void> {
    const given = current.map((position) => ({ ...position }));
    const offsets = await this.#options.task.preCommit(given);
    const answer = offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    this.#options.port.send({ type: "sinkOffsets", request, offsets: answer });
  }

  async #close(message: Extract<ToTask, { type: "close" }>): Promise<void> {
    const closing = message.partitions.map((partition) => this.#positions.get(keyOf(partition)))
      .filter((position) => position !== undefined);
    // What is lost belongs to another task already: its offsets are not ours to commit.
    await this.#flush(message.request, message.lost ? [] : closing);
    await this.#options.task.close(message.partitions);
    for (const partition of message.partitions) {
      this.#positions.delete(keyOf(partition));
      this.#seeking.delete(keyOf(partition));
    }
  }

  #sendSeeks(): void {
    if (this.#seeks.length === 0) return;
    const offsets = this.#seeks.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset,
    }));
    this.#seeks = [];
    for (const position of offsets) {
      const assigned = this.#positions.get(keyOf(position));
      if (assigned === undefined) continue;
      assigned.offset = position.offset;
      this.#seeking.set(keyOf(position), (this.#seeking.get(keyOf(position)) ?? 0) + 1);
    }
    this.#options.port.send({ type: "seek", offsets });
  }

  #setPaused(partitions: readonly TopicPartition[], paused: boolean): void {
    this.#options.port.send({
      type: "partitions",
      paused,
      partitions: partitions.map(withoutOffset),
    });
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`;
}

function withoutOffset({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
