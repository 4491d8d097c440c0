/**
 * Which partition a record goes to. How many a topic has is asked when it is first written to, which also
 * makes a topic that is absent.
 */

import type { Serialized } from "../api/mod.ts";
import { ConnectError } from "../base/mod.ts";
import { murmur2Partition, StickyPartitioner } from "../batch/mod.ts";
import type { TaskPort, ToTask } from "./messages.ts";

const encoder = new TextEncoder();

/** Where a record goes. */
export interface Destination {
  /** The topic. */
  topic: string;
  /** The partition, or null to leave it to the partitioner. */
  kafkaPartition: number | null;
}

/** A topic that cannot be used. */
export class TopicRefusedError extends ConnectError {
  /** Whether it is a failure of a write, which a task may be told to tolerate. */
  readonly isTolerable: boolean;

  /** What the worker has said. */
  constructor(reason: string, isTolerable: boolean) {
    super(reason);
    this.isTolerable = isTolerable;
  }
}

/** What Kafka takes for the name of a topic. */
const topicName = /^(?!\.\.?$)[a-zA-Z0-9._-]{1,249}$/;

/** The topics that a task writes to. */
export class TopicPartitions {
  readonly #port: TaskPort;
  readonly #sticky: StickyPartitioner;
  readonly #counts = new Map<string, number>();
  readonly #requests = new Map<string, PromiseWithResolvers<void>>();
  /** The topic asked about last, and how many partitions it has: nearly always that of the next record. */
  #lastTopic: string | null = null;
  #lastCount = 0;

  /** `random` gives numbers from 0 up to 1. */
  constructor(port: TaskPort, random: () => number) {
    this.#port = port;
    this.#sticky = new StickyPartitioner(random);
  }

  /** Whether it is known how many partitions a topic has. */
  has(topic: string): boolean {
    return this.#countOf(topic) !== 0;
  }

  /** Asks how many partitions a topic has. @throws {ConnectError} when it cannot be used */
  ask(topic: string): Promise<void> {
    // Kafka: `InvalidTopicException`, in its words.
    if (!topicName.test(topic)) {
      return Promise.reject(new ConnectError(`Invalid topics: [${topic}]`));
    }
    const answer = Promise.withResolvers<void>();
    this.#requests.set(topic, answer);
    this.#port.send({ type: "readTopic", topic });
    return answer.promise.finally(() => this.#requests.delete(topic));
  }

  /** Takes the worker's answer. */
  receive(answer: Extract<ToTask, { type: "topic" | "topicRefused" }>): void {
    const request = this.#requests.get(answer.topic);
    if (answer.type === "topicRefused") {
      return request?.reject(new TopicRefusedError(answer.reason, answer.isTolerable));
    }
    this.#counts.set(answer.topic, answer.partitions);
    this.#lastTopic = null;
    request?.resolve();
  }

  /** The partition of a record of a topic that is known. */
  of({ topic, kafkaPartition }: Destination, key: Serialized): number {
    if (kafkaPartition !== null) return kafkaPartition;
    const count = this.#countOf(topic);
    if (count === 1) return 0;
    if (key === null) return this.#sticky.partition(topic, count);
    return murmur2Partition(typeof key === "string" ? encoder.encode(key) : key, count);
  }

  /** How many partitions a topic has; 0 when that is not known. */
  #countOf(topic: string): number {
    if (topic !== this.#lastTopic) {
      this.#lastCount = this.#counts.get(topic) ?? 0;
      this.#lastTopic = topic;
    }
    return this.#lastCount;
  }

  /** A batch of a topic is sealed: what comes next without a key may go elsewhere. */
  batchSealed(topic: string): void {
    this.#sticky.batchFull(topic);
  }
}
