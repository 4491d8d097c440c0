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
  type PartitionOffset,
  RetriableError,
  type SinkRecord,
  type SinkTask,
  type TopicPartition,
} from "../api/mod.ts";
import { type Clock, ConnectError, reasonOf, traceOf } from "../base/mod.ts";
import { readRecords } from "../batch/mod.ts";
import type { ChainStep, Converters } from "./chain.ts";
import { DeadLetters } from "./dead_letters.ts";
import { ErrorPolicy } from "./error_policy.ts";
import type { TaskPort, TaskSpec, ToTask } from "./messages.ts";
import { givenUp, SinkRecords } from "./sink_records.ts";
import type { TaskCounts } from "./task_counts.ts";

/** How long after a RetriableError `put` is called again unless the task says, in milliseconds. */
const putRetryMs = 1000;
/** How long records of a batch may take before messages are let in, in milliseconds. */
const turnMsMax = 100;

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
  /** A number from 0 up to 1. */
  random: () => number;
  /** What it has done. */
  counts: TaskCounts;
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
  readonly #letters: DeadLetters | null;
  readonly #records: SinkRecords;
  /** The partition whose records are under way. */
  #current: TopicPartition | null = null;
  #retryMs: number | null = null;
  #wakeUp = new AbortController();
  /** Why it cannot go on. */
  #failure: unknown = null;

  /** Prepares the loop; {@linkcode run} starts it. */
  constructor(options: SinkLoopOptions) {
    this.#options = options;
    const { spec, spec: { errors }, port, clock, random } = options;
    this.#letters = errors.deadLetters && this.#openLetters(errors.deadLetters.topic);
    const policy = new ErrorPolicy({
      spec: errors,
      clock,
      random,
      counts: options.counts,
      wait: async (delayMs) => {
        await this.#serve(delayMs, this.#current!);
        return this.#isAssigned(this.#current!);
      },
    });
    this.#records = new SinkRecords({
      ...options,
      spec,
      policy,
      letters: this.#letters,
      now: () => clock.now(),
      logError: (message) => port.send({ type: "log", from: "errors", level: "error", message }),
    });
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
      errantRecordReporter: this.#records.takesReports ? this.#records : null,
    });
    try {
      await task.start(spec.props);
      port.send({ type: "started", version: 1 });
      await this.#work();
    } finally {
      try {
        await task.stop();
      } finally {
        // What could not be written is why the task has failed, and that is known.
        await this.#letters?.stored().catch(() => {});
      }
    }
  }

  /** Takes a message from the worker. */
  receive(message: ToTask): void {
    switch (message.type) {
      case "topic":
      case "topicRefused":
      case "acked":
      case "refused":
        if (this.#letters?.receive(message) || message.type !== "refused") break;
        this.#fail(new ConnectError(message.reason));
        break;
      default:
        this.#inbox.push(message);
        this.#wakeUp.abort();
    }
  }

  #openLetters(topic: string): DeadLetters {
    let batches = 0;
    const options = { ...this.#options, nextBatch: () => batches++ };
    return new DeadLetters(topic, options, (error) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wakeUp.abort();
  }

  async #work(): Promise<void> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
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
        if (message.isIdle) await this.#tryPut([]);
        await this.#flush(message);
        break;
      case "close":
        await this.#close(message);
        break;
    }
    this.#sendSeeks();
  }

  async #putBatches(message: Batches): Promise<void> {
    const { spec, port, counts, clock } = this.#options;
    const { topic, partition, position } = message;
    this.#current = message;
    let turnStartMs = clock.monotonic();
    const isWanted = () => this.#isAssigned(message) && !this.#seeking.has(keyOf(message));
    let records: SinkRecord[] = [];
    let end: bigint | null = null;
    // What the task may report is read from a copy: the buffer goes back, and it may do so later.
    const bytes = this.#records.takesReports ? message.batches.slice() : message.batches;
    for (const view of isWanted() ? readRecords(bytes) : []) {
      if (view.offset < position) continue;
      counts.records++;
      let record = this.#records.make(topic, partition, view);
      const hasFailed = this.#records.later !== null;
      if (hasFailed) {
        const later = await this.#records.later;
        if (later === givenUp) break;
        record = later;
      }
      if (record !== null) records.push(record);
      end = view.offset + 1n;
      const isFull = records.length >= spec.putRecordsMax;
      if (!isFull && !hasFailed) continue;
      // A batch may have many records that fail, each of which takes its time, or whose `put` does.
      const isDue = clock.monotonic() - turnStartMs > turnMsMax;
      if (!isFull && !isDue) continue;
      await this.#put(message, records, end);
      if (isDue) {
        await this.#wait(0);
        await this.#serve(0, message);
        turnStartMs = clock.monotonic();
      }
      if (!isWanted()) break;
      records = [];
      end = null;
    }
    if (end !== null && isWanted()) await this.#put(message, records, end);
    const { length: size, buffer } = message.batches;
    port.send({ type: "consumed", bytes: size, buffer }, [buffer]);
  }

  #isAssigned(partition: TopicPartition): boolean {
    return this.#positions.has(keyOf(partition));
  }

  /** Puts records of a partition up to `end`, however often it takes, unless it is taken away. */
  async #put(
    partition: TopicPartition,
    records: readonly SinkRecord[],
    end: bigint,
  ): Promise<void> {
    while (records.length > 0 && !await this.#tryPut(records)) {
      await this.#serve(this.#retryMs ?? putRetryMs, partition);
      this.#retryMs = null;
      if (!this.#isAssigned(partition)) return;
    }
    // A position that is asked for meanwhile is the one that counts.
    if (!this.#seeking.has(keyOf(partition))) this.#positions.get(keyOf(partition))!.offset = end;
  }

  /**
   * Puts records, or none, which lets the task look at the time.
   * @returns whether the task has taken them; if not, it wants them again
   */
  async #tryPut(records: readonly SinkRecord[]): Promise<boolean> {
    const { task, clock, counts } = this.#options;
    const startMs = clock.monotonic();
    try {
      await task.put(records);
      counts.put(clock.monotonic() - startMs, records.length);
      if (this.#records.takesReports) await this.#records.checkReports();
      return true;
    } catch (error) {
      if (error instanceof RetriableError) {
        this.#log("error", `${this.#name} RetriableException from SinkTask:\n${traceOf(error)}`);
        return false;
      }
      this.#log(
        "error",
        `${this.#name} Task threw an uncaught and unrecoverable exception. Task is being killed ` +
          `and will not recover until manually restarted. Error: ${reasonOf(error)}`,
      );
      const what = "Exiting WorkerSinkTask due to unrecoverable exception.";
      throw new ConnectError(what, { cause: error });
    }
  }

  /** As Kafka calls it in its log. */
  get #name(): string {
    const { connector, task } = this.#options.spec;
    return `WorkerSinkTask{id=${connector}-${task}}`;
  }

  /** Lets time pass, unless the partition is taken away, and answers what others wait for meanwhile. */
  async #serve(waitMs: number, partition: TopicPartition): Promise<void> {
    const { clock } = this.#options;
    const endMs = clock.monotonic() + waitMs;
    while (this.#isAssigned(partition)) {
      if (this.#failure !== null) throw this.#failure;
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
    // Kafka waits for what the task has reported alone, and may lose what failed on its way to it.
    await this.#letters?.stored();
    if (positions.length === 0) return [];
    return await this.#options.task.preCommit(positions.map((position) => ({ ...position })));
  }

  #answer(request: number, offsets: readonly PartitionOffset[]): void {
    const answer = offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    this.#options.port.send({ type: "sinkOffsets", request, offsets: answer });
  }

  #log(level: "warn" | "error", message: string): void {
    this.#options.port.send({ type: "log", from: "task", level, message });
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
