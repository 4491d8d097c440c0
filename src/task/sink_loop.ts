/**
 * The loop of a sink task, inside its Worker: take fetched batches, decode, convert, transform, put.
 *
 * Messages are worked off one at a time in the order they came, so an answer to `flush` or `close`
 * covers exactly the batches sent before it. But while a `put` is tried again these two go first, as in
 * Kafka's WorkerSinkTask: it may take hours, and others wait for the partitions. What is not put yet has no
 * part in such an answer.
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
import { type Clock, reasonOf } from "../base/mod.ts";
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
type Flush = Extract<ToTask, { type: "flush" }>;
type Close = Extract<ToTask, { type: "close" }>;

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
  #wakeUp = new AbortController();

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
    this.#wakeUp.abort();
  }

  async #work(): Promise<void> {
    for (;;) {
      const message = this.#inbox.shift();
      if (message === undefined) await this.#wait(Infinity);
      else if (message.type === "stop") return;
      else await this.#handle(message);
    }
  }

  /** Waits for a message, or `waitMs`. */
  async #wait(waitMs: number): Promise<void> {
    this.#wakeUp = new AbortController();
    const { signal } = this.#wakeUp;
    if (waitMs < Infinity) return await this.#options.clock.sleep(waitMs, signal);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  }

  async #handle(message: ToTask): Promise<void> {
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
        if (message.isIdle) await this.#putNone();
        await this.#flush(message);
        break;
      case "close":
        await this.#close(message);
        break;
    }
    this.#sendSeeks();
  }

  async #putBatches(message: Batches): Promise<void> {
    const { spec, port } = this.#options;
    const isWanted = () =>
      this.#positions.has(keyOf(message)) && !this.#seeking.has(keyOf(message));
    let records: SinkRecord[] = [];
    let end: bigint | null = null;
    for (const view of isWanted() ? readRecords(message.batches) : []) {
      if (view.offset < message.position) continue;
      const record = this.#record(message, view);
      if (record !== null) records.push(record);
      end = view.offset + 1n;
      if (records.length < spec.putRecordsMax) continue;
      await this.#put(message, records, end);
      if (!isWanted()) break;
      records = [];
      end = null;
    }
    if (end !== null && isWanted()) await this.#put(message, records, end);
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

  /** Puts records of a partition up to `end`, however often it takes, unless it is taken away. */
  async #put(
    partition: TopicPartition,
    records: readonly SinkRecord[],
    end: bigint,
  ): Promise<void> {
    const { task } = this.#options;
    for (;;) {
      try {
        if (records.length > 0) await task.put(records);
        break;
      } catch (error) {
        if (!(error instanceof RetriableError)) throw error;
        this.#log("warn", `put failed and is tried again: ${error.message}`);
        await this.#serve(this.#retryMs ?? putRetryMs, partition);
        this.#retryMs = null;
        if (!this.#positions.has(keyOf(partition))) return;
      }
    }
    // A position that is asked for meanwhile is the one that counts.
    if (!this.#seeking.has(keyOf(partition))) this.#positions.get(keyOf(partition))!.offset = end;
  }

  /** Lets the task look at the time. */
  async #putNone(): Promise<void> {
    try {
      await this.#options.task.put([]);
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      this.#log("warn", `put without records failed: ${error.message}`);
    }
  }

  /** Lets time pass, unless the partition is taken away, and answers what others wait for meanwhile. */
  async #serve(waitMs: number, partition: TopicPartition): Promise<void> {
    const { clock } = this.#options;
    const endMs = clock.monotonic() + waitMs;
    while (this.#positions.has(keyOf(partition))) {
      const place = this.#inbox.findIndex(({ type }) => type === "flush" || type === "close");
      const leftMs = endMs - clock.monotonic();
      if (place >= 0) await this.#handle(this.#inbox.splice(place, 1)[0]);
      else if (leftMs > 0) await this.#wait(leftMs);
      else return;
    }
  }

  async #flush({ request, committed }: Flush): Promise<void> {
    let offsets: readonly PartitionOffset[] = [];
    try {
      offsets = await this.#preCommit([...this.#positions.values()]);
    } catch (error) {
      const what = "Offset commit failed, rewinding to last committed offsets";
      this.#log("error", `${what}: ${reasonOf(error)}`);
      this.#seeks.push(...committed);
    }
    this.#answer(request, offsets);
  }

  async #close({ request, lost, partitions }: Close): Promise<void> {
    const closing = partitions.map((partition) => this.#positions.get(keyOf(partition)))
      .filter((position) => position !== undefined);
    let offsets: readonly PartitionOffset[] = [];
    try {
      // What is lost belongs to another task already: its offsets are not ours to commit.
      if (!lost) offsets = await this.#preCommit(closing);
    } catch (error) {
      this.#log("warn", `Offset commit failed during close: ${reasonOf(error)}`);
    }
    await this.#options.task.close(partitions);
    for (const partition of partitions) {
      this.#positions.delete(keyOf(partition));
      this.#seeking.delete(keyOf(partition));
    }
    this.#answer(request, offsets);
  }

  async #preCommit(positions: readonly PartitionOffset[]): Promise<readonly PartitionOffset[]> {
    if (positions.length === 0) return [];
    return await this.#options.task.preCommit(positions.map((position) => ({ ...position })));
  }

  #answer(request: number, offsets: readonly PartitionOffset[]): void {
    const answer = offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    this.#options.port.send({ type: "sinkOffsets", request, offsets: answer });
  }

  #log(level: "warn" | "error", message: string): void {
    this.#options.port.send({ type: "log", level, message });
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
