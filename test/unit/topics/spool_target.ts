/** A stand-in for Kafka behind a spool: topics in memory that can be away, slow, or refuse. */

import { ConnectError, NotFoundError } from "../../../src/base/mod.ts";
import { checkProducedBatch, readRecords } from "../../../src/batch/mod.ts";
import type { Producer, ProducerOptions, Topics } from "../../../src/topics/mod.ts";

const decoder = new TextDecoder();

/** What stands for Kafka. It outlives producers and spools. */
export class FakeTarget implements Pick<Topics, "openProducer" | "listTopics"> {
  /** The values of records by `topic-partition`, in the order they were stored. */
  readonly stored = new Map<string, string[]>();
  /** Topics with their partitions. */
  readonly topics = new Map<string, number>();
  /** Topics that are refused, and why. */
  readonly refused = new Map<string, string>();
  /** How many bytes are under way, and the most that ever were. */
  bytes = 0;
  bytesMax = 0;
  /** How many batches it still takes before it stops answering. */
  allowance = Infinity;
  #isAway = false;
  #back = Promise.withResolvers<void>();
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Nothing is answered any more. */
  leave(): void {
    if (!this.#isAway) this.#back = Promise.withResolvers();
    this.#isAway = true;
  }

  /** All is answered again. */
  come(): void {
    this.allowance = Infinity;
    this.#isAway = false;
    this.#back.resolve();
  }

  /** What a partition holds. */
  values(name: string): string[] {
    return this.stored.get(name) ?? [];
  }

  listTopics(): Promise<string[]> {
    if (this.#isAway) return Promise.reject(new ConnectError("no broker answers"));
    return Promise.resolve([...this.topics.keys()]);
  }

  openProducer({ newTopic }: ProducerOptions): Promise<Producer> {
    const closing = Promise.withResolvers<never>();
    let isClosed = false;
    closing.promise.catch(() => {});
    const reached = async () => {
      while (this.#isAway) await Promise.race([this.#back.promise, closing.promise]);
      if (isClosed) throw new ConnectError("the producer is closed");
    };
    return Promise.resolve<Producer>({
      append: async (topic, partition, batch) => {
        this.bytes += batch.length;
        this.bytesMax = Math.max(this.bytesMax, this.bytes);
        const key = `${topic}-${partition}`;
        const before = this.#tails.get(key) ?? Promise.resolve();
        const stored = before.catch(() => {}).then(async () => {
          await reached();
          return this.#store(topic, partition, batch);
        });
        this.#tails.set(key, stored);
        try {
          return await stored;
        } finally {
          this.bytes -= batch.length;
        }
      },
      partitionCount: async (topic) => {
        await reached();
        const reason = this.refused.get(topic);
        if (reason !== undefined) throw new ConnectError(reason);
        const wanted = newTopic(topic);
        if (!this.topics.has(topic) && wanted === null) throw new NotFoundError(`no ${topic}`);
        if (!this.topics.has(topic)) this.topics.set(topic, wanted?.partitions ?? 1);
        return this.topics.get(topic)!;
      },
      close: () => {
        isClosed = true;
        closing.reject(new ConnectError("the producer is closed"));
        return Promise.resolve();
      },
    });
  }

  #store(topic: string, partition: number, batch: Uint8Array): bigint {
    const reason = this.refused.get(topic);
    if (reason !== undefined) throw new ConnectError(reason);
    const { baseOffset } = checkProducedBatch(batch);
    // As Kafka does.
    if (baseOffset !== 0n) throw new ConnectError("INVALID_RECORD");
    const key = `${topic}-${partition}`;
    const values = this.stored.get(key) ?? [];
    this.stored.set(key, values);
    for (const { value } of readRecords(batch)) values.push(decoder.decode(value!));
    if (--this.allowance === 0) this.leave();
    return BigInt(values.length - 1);
  }
}
