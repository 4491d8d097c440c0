/** How one source task writes to a spool. */

import type { SpoolIntake, Writer } from "./spool_intake.ts";
import { spoolClosed } from "./spool_intake.ts";
import type { NewTopic, Producer, ProducerListener, ProducerOptions } from "./topics.ts";

/** What a producer needs of its spool. */
export interface SpoolProducerOptions {
  /** Where its batches enter. */
  intake: SpoolIntake;
  /** What topics are made with. */
  newTopic: ProducerOptions["newTopic"];
  /** Aborted when the spool is closed. */
  closing: AbortSignal;
  /** How many partitions a topic has, as far as is known. */
  partitionCount(topic: string, newTopic: NewTopic | null): Promise<number>;
  /** It is not used any more. */
  closed(producer: SpoolProducer): void;
}

/** A source task's way into a spool. */
export class SpoolProducer implements Producer {
  readonly #options: SpoolProducerOptions;
  readonly #writer: Writer = { mayWait: true };
  /** The topics it has asked about, and how many partitions it was told they have. */
  readonly #told = new Map<string, number>();
  #listener: ProducerListener | null = null;
  #isClosed = false;

  /** A producer that is open. */
  constructor(options: SpoolProducerOptions) {
    this.#options = options;
  }

  async append(topic: string, partition: number, batch: Uint8Array<ArrayBuffer>): Promise<bigint> {
    this.#checkOpen();
    const { intake, newTopic } = this.#options;
    return await intake.append({ writer: this.#writer, topic, partition, newTopic, batch });
  }

  async partitionCount(topic: string): Promise<number> {
    this.#checkOpen();
    const { partitionCount, newTopic } = this.#options;
    // What comes while it is asked is for it, too.
    this.#told.set(topic, 0);
    const count = await partitionCount(topic, newTopic(topic));
    this.#told.set(topic, count);
    return count;
  }

  listen(listener: ProducerListener): void {
    this.#listener = listener;
  }

  stopWaiting(): void {
    this.#writer.mayWait = false;
    this.#options.intake.lookAgain();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#options.intake.withdraw(this.#writer);
    this.#options.closed(this);
    return Promise.resolve();
  }

  /** Kafka has said how many partitions a topic has. */
  partitionsAre(topic: string, partitions: number): void {
    const told = this.#told.get(topic);
    if (told === undefined || told === 0 || told === partitions) return;
    this.#told.set(topic, partitions);
    this.#listener?.partitionsChanged(topic, partitions);
  }

  /** Kafka does not take records of a topic. */
  refused(topic: string, reason: string): void {
    if (this.#told.has(topic)) this.#listener?.topicRefused(topic, reason);
  }

  #checkOpen(): void {
    if (this.#isClosed || this.#options.closing.aborted) throw spoolClosed();
  }
}
