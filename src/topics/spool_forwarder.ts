/**
 * Sends the queues of a spool to Kafka, through one producer, at whatever rate Kafka allows. What one
 * partition has to wait for keeps no other waiting.
 */

import { type Clock, ConnectError, type Logger, reasonOf } from "../base/mod.ts";
import { AuthenticationError } from "../kafka/mod.ts";
import type { PartitionLog } from "../log/mod.ts";
import { spoolClosed } from "./spool_intake.ts";
import { QueueForwarder, type Sending } from "./spool_queue.ts";
import type { Producer, TopicPartition, Topics } from "./topics.ts";

/** How much is under way in all, in bytes; a queue that has nothing under way may send one batch more. */
const sendingBytesMax = 16 << 20;
/** After this long without an answer it is looked up whether the topic is still there, in milliseconds. */
const stalledMs = 10_000;
/** How long it may take to make a topic again that is gone, in milliseconds. */
const remakeMs = 5000;
/** How long what is under way may take at the end, in milliseconds. */
const closeMs = 1000;

/** What a forwarder needs. */
export interface ForwarderOptions {
  /** Opens a way to write to Kafka. */
  openProducer(): Promise<Producer>;
  /** Where topics are looked for when nothing comes back. */
  target: Pick<Topics, "listTopics">;
  /** Time. */
  clock: Clock;
  /** Where problems are told, once each. */
  log: Logger;
  /** Kafka has said how many partitions a topic has. */
  onPartitions(topic: string, partitions: number): void;
  /** Kafka refuses records of a topic; it is told each time. */
  onRefused(topic: string, reason: string): void;
}

/** A forwarder. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #closing = new AbortController();
  readonly #queues: QueueForwarder[] = [];
  readonly #running: Promise<void>[] = [];
  readonly #sending: Sending;
  #producer: Promise<Producer> | null = null;
  /** Whether the producer's connections were refused, so that it is of no use any more. */
  #isProducerRefused = false;
  /** Topics with the partitions that Kafka has said they have since the producer was opened. */
  readonly #ready = new Map<string, number>();
  #onFreed: () => void = () => {};
  readonly #asking = new Map<string, Promise<number>>();
  #lookedMs: number | null = null;
  #isLooking = false;

  /** A forwarder; it sends what it is given by {@linkcode add}. */
  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#sending = {
      bytes: 0,
      bytesMax: sendingBytesMax,
      closing: this.#closing.signal,
      clock: options.clock,
      producer: (target) => this.#producerFor(target),
      freed: () => {
        for (const queue of this.#queues) queue.wake();
        this.#onFreed();
      },
      report: (queue, problem) => this.#report(queue, problem),
      refused: (queue, error) => this.#refused(queue, error),
    };
  }

  /** Sends the records of a queue from a position on. */
  add(target: TopicPartition, log: PartitionLog, position: bigint): QueueForwarder {
    const queue = new QueueForwarder(target, log, position, this.#sending);
    this.#queues.push(queue);
    this.#running.push(queue.run());
    return queue;
  }

  /** How many partitions Kafka says a topic has, once it can be reached; the topic is made when it is absent. */
  async partitionCount(topic: string): Promise<number> {
    let asking = this.#asking.get(topic);
    if (asking === undefined) {
      asking = this.#ask(topic).finally(() => this.#asking.delete(topic));
      this.#asking.set(topic, asking);
    }
    return await asking;
  }

  /** Tries at once what Kafka has refused of a topic. */
  retry(topic: string): void {
    for (const queue of this.#queues) if (queue.target.topic === topic) queue.retry();
  }

  /** Looks for topics that nothing has been heard of for long, and makes those that are gone. */
  async checkStalled(): Promise<void> {
    const { clock, target } = this.#options;
    const nowMs = clock.monotonic();
    if (this.#isLooking || this.#lookedMs !== null && nowMs - this.#lookedMs < stalledMs) return;
    const stalled = this.#queues.filter(({ waitsSinceMs }) =>
      waitsSinceMs !== null && nowMs - waitsSinceMs >= stalledMs
    );
    if (stalled.length === 0) return;
    this.#lookedMs = nowMs;
    this.#isLooking = true;
    try {
      const topics = await target.listTopics();
      for (const queue of stalled) {
        if (queue.waitsSinceMs === null) continue;
        const isThere = topics.includes(queue.target.topic);
        if (isThere) this.#report(queue, `Kafka has taken nothing for ${stalledMs / 1000} s`);
        else void this.#remake(queue);
      }
    } catch {
      // Kafka is away: that is the business of whoever keeps the connections, not of a topic.
    } finally {
      this.#isLooking = false;
    }
  }

  /** Makes a topic again as its connector says; where that cannot be, the topic is refused. */
  async #remake(queue: QueueForwarder): Promise<void> {
    const { clock, onRefused } = this.#options;
    const { topic } = queue.target;
    const problem = `Kafka has no topic "${topic}" that this worker may see`;
    this.#report(queue, problem);
    const answered = new AbortController();
    const late = AbortSignal.any([answered.signal, this.#closing.signal]);
    const asked = this.partitionCount(topic).then(() => null, reasonOf);
    const waited = clock.sleep(remakeMs, late).then(() => problem);
    const refusal = await Promise.race([asked, waited]);
    answered.abort();
    if (refusal === null || this.#closing.signal.aborted) return;
    this.#report(queue, refusal);
    onRefused(topic, refusal);
  }

  /** Stops sending, gives what is under way a moment, and lets go of connections. */
  async close(): Promise<void> {
    this.#closing.abort();
    const idle = new AbortController();
    this.#onFreed = () => {
      if (this.#queues.every(({ isIdle }) => isIdle)) idle.abort();
    };
    this.#onFreed();
    await this.#options.clock.sleep(closeMs, idle.signal);
    await (await this.#producer)?.close();
    await Promise.all(this.#running);
  }

  async #producerFor({ topic, partition }: TopicPartition): Promise<Producer> {
    const producer = await this.#open();
    const count = this.#ready.get(topic) ?? await this.#untilClosed(this.partitionCount(topic));
    if (partition < count) return producer;
    throw new ConnectError(
      `Topic "${topic}" has ${count} partitions, and there are records for partition ${partition}`,
    );
  }

  async #untilClosed<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this.#closing;
    const { promise: closed, reject } = Promise.withResolvers<never>();
    const end = () => reject(spoolClosed());
    signal.addEventListener("abort", end);
    try {
      return await Promise.race([promise, closed]);
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async #ask(topic: string): Promise<number> {
    const partitions = await (await this.#open()).partitionCount(topic);
    this.#learn(topic, partitions);
    return partitions;
  }

  async #open(): Promise<Producer> {
    if (this.#isProducerRefused && this.#queues.every(({ isIdle }) => isIdle)) {
      this.#isProducerRefused = false;
      this.#ready.clear();
      const old = this.#producer;
      this.#producer = null;
      await (await old)?.close();
    }
    return await (this.#producer ??= this.#options.openProducer().then((producer) => {
      producer.listen({
        partitionsChanged: (topic, partitions) => this.#learn(topic, partitions),
        topicRefused: (topic, reason) => this.#options.onRefused(topic, reason),
      });
      return producer;
    }));
  }

  #learn(topic: string, partitions: number): void {
    this.#ready.set(topic, partitions);
    this.#options.onPartitions(topic, partitions);
  }

  #refused({ target: { topic } }: QueueForwarder, error: unknown): void {
    this.#ready.delete(topic);
    const isLogin = error instanceof AuthenticationError;
    this.#isProducerRefused ||= isLogin;
    // A login that is refused says nothing of the topic: the spool goes on taking its records.
    if (!isLogin) this.#options.onRefused(topic, reasonOf(error));
  }

  /** Tells of a topic's problem once, and once when it is over. */
  #report(queue: QueueForwarder, problem: string | null): void {
    const { topic } = queue.target;
    const others = this.#queues.filter((other) => other !== queue && other.target.topic === topic);
    if (this.#closing.signal.aborted && problem !== null) return;
    const isNews = queue.problem === null || problem === null;
    queue.problem = problem;
    if (!isNews || others.some((other) => other.problem !== null)) return;
    const { log } = this.#options;
    if (problem === null) log.info(`Kafka takes records of the topic "${topic}" again`);
    else {log.error(
        `Records for the topic "${topic}" stay in the spool until Kafka takes them: ${problem}`,
      );}
  }
}
