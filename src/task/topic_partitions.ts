/**
 * Which partition a record goes to. How many a topic has is asked when it is first written to, which also
 * makes a topic that is absent.
 */

import type { Serialized, SourceRecord } from "../api/mod.ts";
import { ConnectError } from "../base/mod.ts";
import { murmur2Partition, StickyPartitioner } from "../batch/mod.ts";
import type { TaskPort, ToTask } from "./messages.ts";

const encoder = new TextEncoder();

/** The topics that a source task writes to. */
export class TopicPartitions {
  readonly #port: TaskPort;
  readonly #sticky: StickyPartitioner;
  readonly #counts = new Map<string, number>();
  readonly #requests = new Map<string, PromiseWithResolvers<void>>();

  /** `random` gives numbers from 0 up to 1. */
  constructor(port: TaskPort, random: () => number) {
    this.#port = port;
    this.#sticky = new StickyPartitioner(random);
  }

  /** Whether it is known how many partitions a topic has. */
  has(topic: string): boolean {
    return this.#counts.has(topic);
  }

  /** Asks how many partitions a topic has. @throws {ConnectError} when it cannot be used */
  ask(topic: string): Promise<void> {
    const answer = Promise.withResolvers<void>();
    this.#requests.set(topic, answer);
    this.#port.send({ type: "readTopic", topic });
    return answer.promise.finally(() => this.#requests.delete(topic));
  }

  /** Takes the worker's answer. */
  receive(answer: Extract<ToTask, { type: "topic" | "topicRefused" }>): void {
    const request = this.#requests.get(answer.topic);
    if (answer.type === "topicRefused") return request?.reject(new ConnectError(answer.reason));
    this.#counts.set(answer.topic, answer.partitions);
    request?.resolve();
  }

  /** The partition of a record of a topic that is known. */
  of({ topic, kafkaPartition }: SourceRecord, key: Serialized): number {
    if (kafkaPartition !== null) return kafkaPartition;
    const count = this.#counts.get(topic)!;
    if (count === 1) return 0;
    if (key === null) return this.#sticky.partition(topic, count);
    return murmur2Partition(typeof key === "string" ? encoder.encode(key) : key, count);
  }

  /** A batch of a topic is sealed: what comes next without a key may go elsewhere. */
  batchSealed(topic: string): void {
    this.#sticky.batchFull(topic);
  }
}
