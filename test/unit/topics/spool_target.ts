/** A stand-in for Kafka behind a spool: topics in memory that can be away, slow, or refuse. */

import { ConnectError } from "../../../src/base/mod.ts";
import { checkProducedBatch, readRecords } from "../../../src/batch/mod.ts";
import { AuthenticationError, KafkaError, PartlyStoredError } from "../../../src/kafka/mod.ts";
import type {
  Producer,
  ProducerListener,
  ProducerOptions,
  Topics,
} from "../../../src/topics/mod.ts";

const decoder = new TextDecoder();

/** What stands for Kafka. It outlives producers and spools. */
export class FakeTarget implements Pick<Topics, "openProducer" | "listTopics"> {
  /** The values of records by `topic-partition`, in the order they were stored. */
  readonly stored = new Map<string, string[]>();
  /** Topics with their partitions. */
  readonly topics = new Map<string, number>();
  /** Topics that are refused, and with which error of Kafka. */
  readonly refused = new Map<string, number>();
  /** Whether logins are refused. */
  refusesLogin = false;
  /** A record that is too large; what stands before it in its batch is stored. */
  refusedValue: string | null = null;
  /** How many bytes are under way, and the most that ever were. */
  bytes = 0;
  bytesMax = 0;
  /** How many batches have come. */
  batches = 0;
  /** How many batches it still takes before it stops answering. */
  allowance = Infinity;
  #isAway = false;
  readonly #tails = new Map<string, { stored: Promise<unknown>; refusals: number }>();
  readonly #listeners = new Set<ProducerListener>();

  /** Nothing is answered any more. */
  leave(): void {
    this.#isAway = true;
  }

  /** All is answered again. */
  come(): void {
    this.allowance = Infinity;
    this.#isAway = false;
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
    let listener: ProducerListener | null = null;
    closing.promise.catch(() => {});
    let isClosed = false;
    const until = async (holds: () => boolean) => {
      while (!holds()) {
        const changed = new Promise((resolve) => setTimeout(resolve, 1));
        await Promise.race([changed, closing.promise]);
      }
      if (isClosed) throw new ConnectError("the producer is closed");
    };
    const isThere = (topic: string) => !this.#isAway && this.topics.has(topic);
    return Promise.resolve<Producer>({
      append: async (topic, partition, batch) => {
        this.bytes += batch.length;
        this.bytesMax = Math.max(this.bytesMax, this.bytes);
        this.batches++;
        const key = `${topic}-${partition}`;
        const before = this.#tails.get(key) ?? { stored: Promise.resolve(), refusals: 0 };
        // What stands behind a batch that is refused is refused with it.
        const { refusals } = before;
        const stored = before.stored.catch(() => {}).then(async () => {
          if (this.refusesLogin) throw new AuthenticationError("wrong password");
          await until(() => isThere(topic));
          const tail = this.#tails.get(key)!;
          if (tail.refusals !== refusals) throw new ConnectError("behind one that was refused");
          try {
            return this.#store(topic, partition, batch);
          } catch (error) {
            tail.refusals++;
            throw error;
          }
        });
        this.#tails.set(key, Object.assign(before, { stored }));
        try {
          return await stored;
        } finally {
          this.bytes -= batch.length;
        }
      },
      partitionCount: async (topic) => {
        await until(() => !this.#isAway);
        if (this.refusesLogin) throw new AuthenticationError("wrong password");
        const code = this.refused.get(topic);
        if (code !== undefined) throw new KafkaError(`Cannot use topic "${topic}"`, code);
        const wanted = newTopic(topic);
        if (!this.topics.has(topic) && wanted !== null) {
          this.topics.set(topic, wanted.partitions ?? 1);
        }
        await until(() => isThere(topic));
        return this.topics.get(topic)!;
      },
      listen: (given) => {
        listener = given;
        this.#listeners.add(given);
      },
      stopWaiting: () => {},
      close: () => {
        isClosed = true;
        this.#listeners.delete(listener!);
        closing.reject(new ConnectError("the producer is closed"));
        return Promise.resolve();
      },
    });
  }

  /** A topic gets more partitions, and producers notice. */
  addPartitions(topic: string, count: number): void {
    this.topics.set(topic, count);
    for (const listener of this.#listeners) listener.partitionsChanged(topic, count);
  }

  #store(topic: string, partition: number, batch: Uint8Array): bigint {
    const code = this.refused.get(topic);
    if (code !== undefined) throw new KafkaError(`Cannot write to ${topic}-${partition}`, code);
    const { baseOffset } = checkProducedBatch(batch);
    // As Kafka does.
    if (baseOffset !== 0n) throw new ConnectError("INVALID_RECORD");
    const key = `${topic}-${partition}`;
    const values = this.stored.get(key) ?? [];
    this.stored.set(key, values);
    const found = [...readRecords(batch)].map(({ value }) => decoder.decode(value!));
    const storedCount = this.refusedValue === null ? -1 : found.indexOf(this.refusedValue);
    if (storedCount >= 0) {
      values.push(...found.slice(0, storedCount));
      const error = new KafkaError(`Cannot write to ${key}`, 10);
      throw storedCount === 0 ? error : new PartlyStoredError(error, storedCount);
    }
    values.push(...found);
    if (--this.allowance === 0) this.leave();
    return BigInt(values.length - 1);
  }
}
