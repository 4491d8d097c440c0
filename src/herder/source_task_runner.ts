/**
 * The worker's side of a source task: stores its batches, acknowledges them, and commits the source
 * offsets it offers, which it does only for records that were acknowledged.
 *
 * @module
 */

import { type Clock, ConnectError, type Logger, reasonOf, traceOf } from "../base/mod.ts";
import { type GrantedPermissions, TaskWorker } from "../sandbox/mod.ts";
import type { OffsetStore } from "../store/mod.ts";
import type { FromTask, TaskSpec } from "../task/mod.ts";
import type { Producer } from "../topics/mod.ts";
import { BatchIntake } from "./batch_intake.ts";
import { type TaskMeasure, TaskMeter } from "./task_meter.ts";
import { logFailure, type OnTaskStatus, type TaskRunner, type TaskStatus } from "./task_runner.ts";

/** How long a task may take to hand over what it has when its records are refused, in milliseconds. */
const refusedStopMs = 5000;

/** What a source task runs with. */
export interface SourceTaskOptions {
  /** What to run. */
  spec: TaskSpec;
  /** What it may reach. */
  permissions: GrantedPermissions;
  /** Plugin files from outside. */
  files: readonly string[];
  /** Where its records go. */
  producer: Producer;
  /** Topics that no plugin may write to. */
  internalTopics: ReadonlySet<string>;
  /** Whether topics are made as the connector says: one that cannot be made ends the task, as in Kafka. */
  makesTopics: boolean;
  /** Whether the producer refuses with a batch all that stands behind it, as Kafka's does. */
  refusesBehind: boolean;
  /** Where its offsets go. */
  offsets: OffsetStore;
  /** It has written to a topic; told of each batch. */
  onTopic?: (topic: string) => void;
  /** Time. */
  clock: Clock;
  /** How long the while is of which metrics tell, in milliseconds. */
  metricsWindowMs?: number;
  /** Where its messages go. */
  log: Logger;
  /** Is told how it is. */
  onStatus?: OnTaskStatus;
}

/** A source task. */
export class SourceTaskRunner implements TaskRunner {
  readonly #options: SourceTaskOptions;
  readonly #worker: TaskWorker;
  readonly #name: string;
  readonly #ended = Promise.withResolvers<void>();
  #status: TaskStatus = { state: "UNASSIGNED", trace: null };
  readonly #intake: BatchIntake;
  #isStopping = false;
  #committing: Promise<void> = Promise.resolve();
  readonly #meter: TaskMeter;

  /** Starts it. */
  constructor(options: SourceTaskOptions) {
    this.#options = options;
    const meter = this.#meter = new TaskMeter(options);
    this.#name = `${options.spec.connector}-${options.spec.task}`;
    this.#worker = new TaskWorker({
      ...options,
      onMessage: (message) => this.#receive(message),
      onFailed: (trace) => this.#failed(trace),
    });
    const { spec, producer, internalTopics, makesTopics, refusesBehind } = options;
    const isTolerant = spec.errors.tolerance === "all";
    this.#intake = new BatchIntake({
      producer,
      bytesInFlightMax: spec.bytesInFlightMax,
      checkTopic: (topic) => this.#checkTopic(topic),
      isTolerable: (topic) => !makesTopics && !internalTopics.has(topic),
      // A task that stops would leave a gap.
      keepsOrder: () => this.#isStopping || !isTolerant,
      isOneAtATime: isTolerant && refusesBehind,
      onStored: (topic, records) => {
        options.onTopic?.(topic);
        if (topic !== spec.errors.deadLetters?.topic) meter.written(records);
      },
      send: (message, transfer) => this.#worker.send(message, transfer),
    });
    options.producer.listen({
      partitionsChanged: (topic, partitions) =>
        this.#worker.send({ type: "topic", topic, partitions }),
      topicRefused: (topic, reason) => void this.#topicRefused(topic, reason),
    });
  }

  /** How it is now. */
  get status(): TaskStatus {
    return this.#status;
  }

  /** How much it does. */
  async measure(): Promise<TaskMeasure[]> {
    return this.#meter.measure(await this.#worker.counts(), null);
  }

  /** Lets it poll no more; it is PAUSED once the poll under way is done. */
  pause(): void {
    this.#worker.send({ type: "pause" });
  }

  /** Lets it go on. */
  resume(): void {
    this.#worker.send({ type: "resume" });
  }

  /** Lets it hand over what it has, commits its offsets, and ends it. */
  async stop(timeoutMs: number): Promise<void> {
    const waiting = new AbortController();
    this.#isStopping = true;
    this.#worker.send({ type: "stop" });
    this.#options.producer.stopWaiting();
    const late = this.#options.clock.sleep(timeoutMs, waiting.signal).then(() => {
      if (waiting.signal.aborted) return;
      const what = `Graceful stop of task ${this.#name} failed`;
      const why = `it did not stop within ${timeoutMs} ms and was ended`;
      this.#failed(traceOf(new ConnectError(`${what}: ${why}`)));
    });
    await this.#ended.promise;
    waiting.abort();
    await late;
    await this.#committing;
    this.#worker.terminate();
    await this.#options.producer.close();
  }

  #receive(message: FromTask): void {
    switch (message.type) {
      case "started":
      case "resumed":
        this.#is("RUNNING");
        break;
      case "paused":
        this.#is("PAUSED");
        break;
      case "readOffsets": {
        const { spec, offsets } = this.#options;
        const found = offsets.read(spec.connector, message.partitions);
        this.#worker.send({ type: "offsets", request: message.request, offsets: found });
        break;
      }
      case "readTopic":
        void this.#intake.readTopic(message);
        break;
      case "batch":
        if (this.#intake.store(message)) break;
        this.#failed(`Error: ${this.#name} broke the protocol: it sends without waiting`);
        break;
      case "sourceOffsets":
        this.#commit(message.offsets);
        break;
      case "stopped":
        this.#is("STOPPED");
        this.#ended.resolve();
        break;
      default:
        this.#failed(`Error: ${this.#name} broke the protocol: a source sent ${message.type}`);
    }
  }

  /** @throws {ConnectError} for a topic that is not for plugins */
  #checkTopic(topic: string): void {
    if (!this.#options.internalTopics.has(topic)) return;
    throw new ConnectError(
      `A connector may not write to "${topic}", an internal topic of the worker`,
    );
  }

  #commit(offered: readonly [string, string | null][]): void {
    const { spec, offsets, log } = this.#options;
    this.#committing = this.#committing.then(async () => {
      try {
        await this.#meter.committing(() => offsets.commit(spec.connector, offered));
        this.#worker.send({ type: "committed" });
      } catch (error) {
        log.error(`${this.#name}: cannot commit offsets: ${reasonOf(error)}`);
      }
    });
  }

  /** What it has written cannot go on to Kafka. It is kept; what the task still has is, too. */
  async #topicRefused(topic: string, reason: string): Promise<void> {
    if (this.#status.state === "FAILED") return;
    const what = `Kafka does not take the records of ${this.#name} for the topic "${topic}"`;
    this.#fail(traceOf(new ConnectError(`${what}; they are kept until it does: ${reason}`)));
    this.#isStopping = true;
    this.#worker.send({ type: "stop" });
    this.#options.producer.stopWaiting();
    const stopped = new AbortController();
    void this.#ended.promise.then(() => stopped.abort());
    await this.#options.clock.sleep(refusedStopMs, stopped.signal);
    await this.#committing;
    this.#end();
  }

  #is(state: TaskStatus["state"]): void {
    if (this.#status.state !== "FAILED") this.#setStatus({ state, trace: null });
  }

  #failed(trace: string): void {
    if (this.#status.state !== "FAILED") this.#fail(trace);
    this.#end();
  }

  #fail(trace: string): void {
    this.#setStatus({ state: "FAILED", trace });
    logFailure(this.#options.log, this.#name, trace);
  }

  #setStatus(status: TaskStatus): void {
    this.#status = status;
    this.#meter.is(status.state);
    this.#options.onStatus?.(status);
  }

  #end(): void {
    this.#worker.terminate();
    void this.#options.producer.close();
    this.#ended.resolve();
  }
}
