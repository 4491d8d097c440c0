/**
 * The loop of a source task, inside its Worker: poll, transform, convert, write, and offer the offsets of what
 * is durable.
 *
 * @module
 */

import { RetriableError, type SourceRecord, type SourceTask } from "../api/mod.ts";
import { type Clock, ConnectError, reasonOf, traceOf } from "../base/mod.ts";
import { readRecords } from "../batch/mod.ts";
import type { ChainStep, Converters } from "./chain.ts";
import { DeadLetters, type Receipt } from "./dead_letters.ts";
import { ErrorPolicy } from "./error_policy.ts";
import type { TaskPort, TaskSpec, ToTask } from "./messages.ts";
import { RecordCommits } from "./record_commits.ts";
import { RecordWriter } from "./record_writer.ts";
import type { SentBatch } from "./sent_batches.ts";
import { SourceOffsets } from "./source_offsets.ts";
import { produceOperation, SourceRecords } from "./source_records.ts";
import { StoredOffsets } from "./stored_offsets.ts";
import type { TaskCounts } from "./task_counts.ts";
import { TopicRefusedError } from "./topic_partitions.ts";

/** How long the loop may run before it lets messages in, in milliseconds. */
const turnMsMax = 10;

/** How long after a RetriableError `poll` is called again, in milliseconds. */
const pollRetryMs = 100;

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
  /** What it has done. */
  counts: TaskCounts;
}

/** A source task while it runs. */
export class SourceLoop {
  readonly #options: SourceLoopOptions;
  readonly #offsets = new SourceOffsets();
  readonly #storedOffsets: StoredOffsets;
  readonly #policy: ErrorPolicy;
  readonly #writer: RecordWriter<SourceRecord>;
  readonly #letters: DeadLetters | null;
  readonly #records: SourceRecords;
  readonly #commits: RecordCommits;
  /** Aborts when the task is told to stop. */
  readonly #stop = new AbortController();
  /** Records of the poll under way that have failed, and stay where they are in the source. */
  readonly #dropped = new Set<SourceRecord>();
  #nextRecord = 0;
  #offeredMs = -Infinity;
  #paused = false;
  #isPolling = false;
  /** Whether a record has been given up before it was known what becomes of it. */
  #isGivenUp = false;
  #failure: unknown = null;
  #stopped: Promise<void> | null = null;
  #wake: (() => void) | null = null;

  /** Prepares the loop; {@linkcode run} starts it. */
  constructor(options: SourceLoopOptions) {
    this.#options = options;
    const { spec, spec: { errors }, task, port, clock, counts } = options;
    counts.active = () => this.#nextRecord - this.#lowWater();
    this.#storedOffsets = new StoredOffsets(options.port);
    this.#commits = new RecordCommits(task);
    this.#policy = new ErrorPolicy({ ...options, spec: errors, wait: (ms) => this.#wait(ms) });
    let batches = 0;
    const writing = { ...options, nextBatch: () => batches++ };
    const keepsRecords = this.#commits.areWanted || this.#policy.isTolerant;
    this.#writer = new RecordWriter({ ...writing, keepsRecords });
    this.#letters = errors.deadLetters &&
      new DeadLetters(errors.deadLetters.topic, writing, (error) => this.#fail(error));
    this.#records = new SourceRecords({
      ...options,
      spec,
      policy: this.#policy,
      letters: this.#letters,
      now: () => clock.now(),
      logError: (message) => port.send({ type: "log", from: "errors", level: "error", message }),
    });
  }

  /** Runs the task until it is told to stop. Rejects with what the task or its chain threw. */
  async run(): Promise<void> {
    const { task, spec, port } = this.#options;
    task.initialize({ configs: spec.props, offsetStorageReader: this.#storedOffsets });
    // Kafka: `WorkerTask.doRun`: one that is stopped before it has begun never starts.
    if (this.#isStopping) return;
    try {
      await task.start(spec.props);
      this.#isPolling = true;
      port.send({ type: "started", version: 1 });
      await this.#pollUntilStopped();
    } catch (error) {
      // What has failed is told before the task has.
      await this.#letters?.stored().catch(() => {});
      throw error;
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
        this.#writer.receive(message);
        this.#letters?.receive(message);
        break;
      case "acked":
        this.#acked(message);
        break;
      case "refused":
        this.#refused(message);
        break;
      case "committed":
        void this.#commits.offsets().catch((error) =>
          this.#log("error", `commit failed: ${reasonOf(error)}`)
        );
        break;
      case "pause":
        this.#paused = true;
        break;
      case "resume":
        this.#paused = false;
        break;
      case "stop":
        this.#stop.abort();
        // A `poll` may be waiting; nothing else may be under way when `stop` is called.
        if (this.#isPolling) void this.#stopTask().catch((error) => this.#fail(error));
        break;
    }
    this.#wake?.();
  }

  async #pollUntilStopped(): Promise<void> {
    const { clock, port } = this.#options;
    let turnStart = clock.monotonic();
    let reportedPaused = false;
    while (!this.#isStopping) {
      if (this.#failure !== null) throw this.#failure;
      if (this.#paused !== reportedPaused) {
        reportedPaused = this.#paused;
        port.send({ type: reportedPaused ? "paused" : "resumed" });
      }
      if (this.#paused) {
        this.#writer.sealAll();
        this.#offerOffsets(true);
        await this.#woken();
        continue;
      }
      const records = await this.#poll();
      if (records !== null && records.length > 0) {
        // By index: an iterator makes an object for each.
        for (let i = 0; i < records.length; i++) {
          const wait = this.#accept(records[i]);
          // Nearly every record is taken at once: an await for each would cost as much as the rest.
          if (wait === null) continue;
          await wait;
          // It is read again with those beside it, for the task stops.
          if (this.#isGivenUp) return;
        }
        this.#offsets.add(records, this.#nextRecord, this.#dropped);
        this.#dropped.clear();
      }
      this.#writer.sealDue();
      this.#offerOffsets(false);
      if (this.#letters !== null) await this.#letters.taken();
      if (clock.monotonic() - turnStart > turnMsMax) {
        await this.#letMessagesIn();
        turnStart = clock.monotonic();
      }
    }
  }

  async #poll(): Promise<SourceRecord[] | null> {
    const { task, clock, counts } = this.#options;
    const startMs = clock.monotonic();
    try {
      const records = await task.poll();
      if (records !== null) counts.polled(clock.monotonic() - startMs, records.length);
      return records;
    } catch (error) {
      if (!(error instanceof RetriableError)) throw error;
      const what = "failed to poll records from SourceTask. Will retry operation.";
      this.#log("warn", `${this.#name} ${what}\n${traceOf(error)}`);
      await this.#wait(pollRetryMs);
      return null;
    }
  }

  /** Transforms, converts and writes one record. @returns what to wait for before the next, or null */
  #accept(original: SourceRecord): Promise<void> | null {
    const number = this.#nextRecord++;
    const records = this.#records;
    records.begin(original);
    try {
      if (records.convert()) return this.#write(number);
    } catch (error) {
      return this.#mend(number, error);
    }
    return this.#commits.dropped(original);
  }

  /** Writes what has become of the record under way. */
  #write(number: number): Promise<void> | null {
    const { record: to, original, key, value, headers, timestampMs } = this.#records;
    try {
      const pending = this.#writer.write(to, original, key, value, headers, timestampMs, number);
      return pending?.catch((error) => this.#notWritten(number, error)) ?? null;
    } catch (error) {
      return this.#notWritten(number, error);
    }
  }

  /** Kafka: `WorkerSourceTask.producerSendFailed`. */
  async #notWritten(number: number, error: unknown): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    const { original, topic } = this.#records;
    if (error instanceof TopicRefusedError && !error.isTolerable) throw error;
    this.#checkTolerated(error);
    this.#log("error", `${this.#name} failed to send record to ${topic}: ${reasonOf(error)}`);
    await this.#passOver(
      original,
      this.#records.report(original, this.#records, number, produceOperation, error),
    );
  }

  #checkTolerated(cause: unknown): void {
    if (this.#policy.isTolerant) return;
    throw new ConnectError("Unrecoverable exception from producer send callback", { cause });
  }

  /** An operation on the record under way has failed. */
  async #mend(number: number, error: unknown): Promise<void> {
    const records = this.#records;
    const { original } = records;
    const outcome = await records.retry(error);
    if (outcome.is === "givenUp") return void (this.#isGivenUp = true);
    if (outcome.is === "done") {
      await (outcome.value ? this.#write(number) : this.#commits.dropped(original));
      return;
    }
    const receipt = records.reportConversion(number, outcome.error);
    this.#policy.tolerate(outcome.error);
    this.#policy.counts.skipped++;
    if (receipt === null) this.#dropped.add(original);
    await this.#passOver(original, receipt);
  }

  /** Tells the task of a record that has failed, once it is durable elsewhere. */
  async #passOver(original: SourceRecord, receipt: Receipt | null): Promise<void> {
    if (receipt === null) return void await this.#commits.dropped(original);
    await receipt.taken;
    void this.#commitLater(original, receipt);
  }

  async #commitLater(original: SourceRecord, { stored }: Receipt): Promise<void> {
    try {
      await stored;
      await this.#commits.dropped(original);
      this.#offerOffsets(false);
    } catch (error) {
      this.#fail(error);
    }
  }

  #acked(message: Extract<ToTask, { type: "acked" }>): void {
    if (this.#letters?.receive(message)) return;
    const batch = this.#writer.acked(message);
    if (batch === null) return;
    // At once: a poll that waits would hold up the offsets of what is durable.
    this.#offerOffsets(false);
    this.#writer.sealDue();
    this.#commits.stored(batch, message.baseOffset).catch((error) => this.#fail(error));
  }

  /** One that stops leaves the rest to be read again, and commits what is stored. */
  #refused(message: Extract<ToTask, { type: "refused" }>): void {
    if (this.#letters?.receive(message)) return;
    const batch = this.#writer.refused(message);
    if (batch === null) return this.#fail(new ConnectError(message.reason));
    try {
      if (this.#isStopping) this.#cutOff(batch, message.reason);
      else this.#dropBatch(batch, message);
    } catch (error) {
      this.#fail(error);
    }
  }

  #cutOff(batch: SentBatch<SourceRecord>, reason: string): void {
    if (!this.#writer.cutOff(batch)) return;
    this.#log("warn", `it stops before all is stored; the rest is read again: ${reason}`);
  }

  /** Passes over the records of a batch that was not stored, where that is tolerated. */
  #dropBatch(
    { topic, first, records }: SentBatch<SourceRecord>,
    { reason, batch }: Extract<ToTask, { type: "refused" }>,
  ): void {
    const error = new ConnectError(reason);
    this.#checkTolerated(error);
    this.#log("error", `${this.#name} failed to send records to ${topic}: ${reason}`);
    let index = 0;
    for (const view of readRecords(batch)) {
      const original = records![index++];
      const letter = { topic, ...view };
      const receipt = this.#records.report(original, letter, first, produceOperation, error);
      this.#passOver(original, receipt).catch((error) => this.#fail(error));
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
    const letters = this.#letters?.lowWater ?? Infinity;
    return Math.min(this.#nextRecord, this.#writer.lowWater, letters);
  }

  /** Hands over what is left, waits until it is durable, and offers the last offsets. */
  async #drain(): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    await this.#writer.drain();
    await this.#letters?.stored();
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

  /** Lets time pass. @returns whether the task goes on */
  async #wait(delayMs: number): Promise<boolean> {
    await this.#options.clock.sleep(delayMs, this.#stop.signal);
    return !this.#isStopping;
  }

  get #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#writer.fail(error);
    this.#wake?.();
  }

  #log(level: "warn" | "error", message: string): void {
    this.#options.port.send({ type: "log", from: "task", level, message });
  }

  /** As Kafka calls it in its log. */
  get #name(): string {
    const { connector, task } = this.#options.spec;
    return `WorkerSourceTask{id=${connector}-${task}}`;
  }
}
