/**
 * The worker's side of a sink task: hands it fetched batches, within a bound on what is not put yet,
 * and commits the offsets that it gives, as far as they are its to give.
 *
 * @module
 */

import { type Clock, ConnectError, type Logger, reasonOf, traceOf } from "../base/mod.ts";
import { endOffsetOf } from "../batch/mod.ts";
import { type GrantedPermissions, TaskWorker } from "../sandbox/mod.ts";
import type { FromTask, TaskSpec } from "../task/mod.ts";
import type {
  ConsumerEvent,
  ConsumerOptions,
  GroupConsumer,
  PartitionOffset,
  Producer,
  TopicPartition,
  Topics,
} from "../topics/mod.ts";
import { type BatchIntake, deadLetterIntake, makeLetterTopic } from "./batch_intake.ts";
import { SinkPositions } from "./sink_positions.ts";
import { SpareBuffers } from "./spare_buffers.ts";
import { type TaskMeasure, TaskMeter } from "./task_meter.ts";
import { logFailure, type OnTaskStatus, type TaskRunner, type TaskStatus } from "./task_runner.ts";

/** How much is fetched at once, in bytes. */
const fetchBytesMax = 512 * 1024;
/** How long one wait for records lasts, in milliseconds. */
const pollMsMax = 10_000;

/** What a sink task runs with. */
export interface SinkTaskOptions {
  /** What to run. */
  spec: TaskSpec;
  /** What it may reach. */
  permissions: GrantedPermissions;
  /** Plugin files from outside. */
  files: readonly string[];
  /** Where its records come from. */
  topics: Pick<Topics, "joinGroup">;
  /** How it reads them. */
  consumer: ConsumerOptions;
  /** How it writes dead letters, to the topic that its `spec` names and no other; null: it writes none. */
  deadLetters: Producer | null;
  /** It is given records of a topic; told of each fetch. */
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

/** A sink task. */
export class SinkTaskRunner implements TaskRunner {
  readonly #options: SinkTaskOptions;
  readonly #worker: TaskWorker;
  readonly #name: string;
  readonly #ended = Promise.withResolvers<void>();
  readonly #done: Promise<void>;
  readonly #positions: SinkPositions;
  readonly #answers = new Map<number, (offsets: PartitionOffset[]) => void>();
  #consumer: GroupConsumer | null = null;
  /** What the task asked of its consumer, done between two polls. */
  readonly #wishes: ((consumer: GroupConsumer) => void)[] = [];
  readonly #intake: BatchIntake | null;
  #status: TaskStatus = { state: "UNASSIGNED", trace: null };
  readonly #buffers: SpareBuffers;
  readonly #meter: TaskMeter;
  #bytesOut = 0;
  #nextRequest = 0;
  /** The commit under way. */
  #committing: Promise<void> | null = null;
  #wantsCommit = false;
  #wantsPause = false;
  #isStopping = false;
  readonly #stopped = Promise.withResolvers<void>();
  #interrupt = new AbortController();

  /** Starts it. */
  constructor(options: SinkTaskOptions) {
    this.#options = options;
    this.#meter = new TaskMeter(options);
    this.#name = `${options.spec.connector}-${options.spec.task}`;
    this.#positions = new SinkPositions(this.#name, options.log);
    this.#buffers = new SpareBuffers(fetchBytesMax, options.spec.bytesInFlightMax);
    this.#worker = new TaskWorker({
      ...options,
      onMessage: (message) => this.#receive(message),
      onFailed: (trace) => this.#failed(trace),
    });
    const { deadLetters, spec } = options;
    this.#intake = deadLetters && deadLetterIntake(deadLetters, spec, (message, transfer) => {
      this.#worker.send(message, transfer);
    });
    this.#done = this.#run().catch((error) => this.#failed(traceOf(error)));
  }

  /** How it is now. */
  get status(): TaskStatus {
    return this.#status;
  }

  /** How much it does. */
  async measure(): Promise<TaskMeasure[]> {
    const { size: partitions, activeRecords: active } = this.#positions;
    const place = { partitions, active, lag: this.#consumer?.lag() ?? null };
    return this.#meter.measure(await this.#worker.counts(), place);
  }

  /** Hands it no more: it is PAUSED, a member of its group still, once all is put and committed. */
  pause(): void {
    this.#wantsPause = true;
    this.#interrupt.abort();
  }

  /** Lets it go on. */
  resume(): void {
    this.#wantsPause = false;
    if (this.#status.state === "PAUSED") this.#setStatus({ state: "RUNNING", trace: null });
    this.#interrupt.abort();
  }

  /** Lets it put what it has, commits its offsets, and ends it. */
  async stop(timeoutMs: number): Promise<void> {
    const waiting = new AbortController();
    this.#isStopping = true;
    this.#stopped.resolve();
    this.#interrupt.abort();
    const late = this.#options.clock.sleep(timeoutMs, waiting.signal).then(() => {
      if (waiting.signal.aborted) return;
      const what = `Graceful stop of task ${this.#name} failed`;
      const why = `it did not stop within ${timeoutMs} ms and was ended`;
      this.#failed(traceOf(new ConnectError(`${what}: ${why}`)));
    });
    await this.#done;
    waiting.abort();
    await late;
    this.#worker.terminate();
  }

  async #run(): Promise<void> {
    try {
      const { deadLetters, spec: { errors } } = this.#options;
      const isOver = Promise.race([this.#ended.promise, this.#stopped.promise]);
      if (deadLetters !== null) await makeLetterTopic(deadLetters, errors.deadLetters!, isOver);
      await this.#consume();
    } finally {
      await this.#options.deadLetters?.close();
    }
  }

  async #consume(): Promise<void> {
    const consumer = await this.#options.topics.joinGroup(this.#options.consumer);
    this.#consumer = consumer;
    try {
      await this.#deliver(consumer);
      if (this.#hasFailed) return;
      await this.#giveUp(consumer, this.#positions.handed);
      this.#worker.send({ type: "stop" });
      await this.#ended.promise;
    } finally {
      this.#consumer = null;
      await consumer.close();
    }
  }

  async #deliver(consumer: GroupConsumer): Promise<void> {
    const { clock, spec } = this.#options;
    let committedMs = clock.monotonic();
    let isIdle = false;
    while (!this.#isStopping && !this.#hasFailed) {
      this.#interrupt = new AbortController();
      for (const wish of this.#wishes.splice(0)) wish(consumer);
      // One commit at a time: what is due meanwhile is due once it is over, which ends a poll.
      const untilCommitMs = this.#committing === null
        ? committedMs + spec.offsetFlushIntervalMs - clock.monotonic()
        : Infinity;
      const pauses = this.#wantsPause && this.#status.state === "RUNNING" && this.#bytesOut === 0;
      const isDue = untilCommitMs <= 0 || this.#wantsCommit || pauses;
      if (isDue && this.#committing === null) {
        this.#wantsCommit = false;
        const { committed } = this.#positions;
        const offered = await this.#ask({ type: "flush", isIdle, committed });
        const committing = this.#beginCommit(consumer, offered);
        committedMs = clock.monotonic();
        isIdle = false;
        if (pauses) await committing;
        if (pauses && this.#wantsPause && !this.#hasFailed) {
          this.#setStatus({ state: "PAUSED", trace: null });
        }
      } else {
        const waitMsMax = Math.min(untilCommitMs, pollMsMax);
        const { signal } = this.#interrupt;
        const withoutBatches = this.#wantsPause || this.#bytesOut >= spec.bytesInFlightMax;
        const buffer = withoutBatches ? undefined : this.#buffers.take();
        const options = { bytesMax: fetchBytesMax, waitMsMax, signal, buffer, withoutBatches };
        const event = await consumer.poll(options);
        if (event.type !== "batches" && buffer !== undefined) this.#buffers.giveBack(buffer);
        // Kafka: a poll that ends without records puts none, so that a task may look at the time.
        isIdle = event.type === "idle" && this.#bytesOut === 0 && !signal.aborted;
        await this.#take(consumer, event);
      }
    }
  }

  async #take(consumer: GroupConsumer, event: ConsumerEvent): Promise<void> {
    switch (event.type) {
      case "assigned":
        this.#positions.assign(event.partitions);
        this.#worker.send({ type: "open", partitions: event.partitions });
        break;
      case "revoked":
        await this.#giveUp(consumer, event.partitions);
        break;
      case "lost":
        await this.#ask({ type: "close", lost: true, partitions: event.partitions.map(bare) });
        this.#positions.forget(event.partitions);
        break;
      case "batches": {
        const { topic, partition, position } = event;
        const offset = endOffsetOf(event.batches, position);
        if (!this.#positions.hand({ topic, partition, offset })) break;
        this.#options.onTopic?.(topic);
        this.#bytesOut += event.batches.length;
        this.#worker.send(event, [event.batches.buffer]);
        break;
      }
    }
  }

  /** Closes partitions, and commits what the task gives for them. */
  async #giveUp(consumer: GroupConsumer, partitions: readonly TopicPartition[]): Promise<void> {
    const closing = partitions.map(bare);
    const offered = await this.#ask({ type: "close", lost: false, partitions: closing });
    await this.#committing;
    await this.#commit(consumer, offered);
    this.#positions.forget(closing);
  }

  /** Asks the task, and waits for its answer or its end. */
  async #ask(
    question:
      | { type: "flush"; isIdle: boolean; committed: PartitionOffset[] }
      | { type: "close"; lost: boolean; partitions: TopicPartition[] },
  ): Promise<PartitionOffset[]> {
    const request = this.#nextRequest++;
    const answer = Promise.withResolvers<PartitionOffset[]>();
    this.#answers.set(request, answer.resolve);
    this.#worker.send({ ...question, request });
    return await Promise.race([answer.promise, this.#ended.promise.then(() => [])]);
  }

  /** Commits while records are put: a coordinator may be long in coming. Kafka: `doCommitAsync`. */
  #beginCommit(consumer: GroupConsumer, offered: readonly PartitionOffset[]): Promise<void> {
    return this.#committing = this.#commit(consumer, offered).finally(() => {
      this.#committing = null;
      this.#interrupt.abort();
    });
  }

  /** Commits what the task offers, as far as it is new and the task's to give. */
  async #commit(consumer: GroupConsumer, offered: readonly PartitionOffset[]): Promise<void> {
    const changed = this.#positions.toCommit(offered);
    if (changed.length === 0) return;
    try {
      await this.#meter.committing(() => consumer.commit(changed));
      this.#positions.wereCommitted(changed);
    } catch (error) {
      // Kafka: `WorkerSinkTask.onCommitCompleted`: the next commit covers what this one did not, and
      // what has gone to another task is committed by that one.
      this.#options.log.error(`${this.#name}: cannot commit offsets: ${reasonOf(error)}`);
    }
  }

  #receive(message: FromTask): void {
    switch (message.type) {
      case "started":
        this.#setStatus({ state: "RUNNING", trace: null });
        if (this.#wantsPause) this.#interrupt.abort();
        break;
      case "consumed":
        if (message.bytes > this.#bytesOut) {
          return this.#failed(
            `Error: ${this.#name} broke the protocol: it consumed what it has not`,
          );
        }
        this.#bytesOut -= message.bytes;
        this.#buffers.keep(message.buffer);
        if (this.#wantsPause || this.#bytesOut < this.#options.spec.bytesInFlightMax) {
          this.#interrupt.abort();
        }
        break;
      case "sinkOffsets":
        this.#answers.get(message.request)?.(message.offsets);
        this.#answers.delete(message.request);
        break;
      case "seek":
        this.#wish((consumer) =>
          message.offsets.forEach((position) => this.#seek(consumer, position))
        );
        break;
      case "partitions":
        this.#wish((consumer) =>
          message.paused ? consumer.pause(message.partitions) : consumer.resume(message.partitions)
        );
        break;
      case "requestCommit":
        this.#wantsCommit = true;
        this.#interrupt.abort();
        break;
      case "readTopic":
      case "batch":
        this.#write(message);
        break;
      case "stopped":
        if (!this.#hasFailed) this.#setStatus({ state: "STOPPED", trace: null });
        this.#ended.resolve();
        break;
      default:
        this.#failed(`Error: ${this.#name} broke the protocol: a sink sent ${message.type}`);
    }
  }

  #write(message: Extract<FromTask, { type: "readTopic" | "batch" }>): void {
    if (this.#intake === null) {
      this.#failed(`Error: ${this.#name} broke the protocol: a sink sent ${message.type}`);
    } else if (message.type === "readTopic") {
      void this.#intake.readTopic(message);
    } else if (!this.#intake.store(message)) {
      this.#failed(`Error: ${this.#name} broke the protocol: it sends without waiting`);
    }
  }

  #seek(consumer: GroupConsumer, position: PartitionOffset): void {
    if (!this.#positions.hand(position)) return;
    consumer.seek(position);
    this.#worker.send({ type: "sought", ...position });
  }

  #wish(wish: (consumer: GroupConsumer) => void): void {
    this.#wishes.push(wish);
    this.#interrupt.abort();
  }

  get #hasFailed(): boolean {
    return this.#status.state === "FAILED";
  }

  #setStatus(status: TaskStatus): void {
    this.#status = status;
    this.#meter.is(status.state);
    this.#options.onStatus?.(status);
  }

  #failed(trace: string): void {
    if (this.#hasFailed) return;
    this.#setStatus({ state: "FAILED", trace });
    logFailure(this.#options.log, this.#name, trace);
    this.#worker.terminate();
    this.#interrupt.abort();
    this.#ended.resolve();
  }
}

function bare({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
