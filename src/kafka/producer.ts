/**
 * Sends sealed batches to the brokers that lead their partitions, several requests at a time, and keeps
 * the order of each partition.
 *
 * **Order.** A broker takes the batches of an idempotent producer only in the order of their sequence
 * numbers, so several of a partition may be under way. When one comes back with an error that may pass,
 * those behind it come back too (OUT_OF_ORDER_SEQUENCE_NUMBER); nothing of that partition is sent until
 * all are back, and then they are sent again from the first. Where the broker grants no idempotence, one
 * batch of a partition is under way at a time. What is refused for good takes with it what stands behind
 * it (partition_queue.ts).
 *
 * **Repetition.** A batch that is sent again keeps its sequence number, and the broker tells that it has
 * it already. When the broker has forgotten the producer, the epoch counts up and sequences begin at 0.
 *
 * **Patience.** What may pass by itself is tried again for `delivery.timeout.ms`, which Kafka Connect sets to
 * three weeks, and `retries` times. Batches that are out are given up when they are back: until then their
 * buffers are not free. What waits holds no more than its sender's credits.
 *
 * @module
 */

import { type Clock, ConnectError, reasonOf } from "../base/mod.ts";
import { checkBatch, checkProducedHeader, readBatchHeader } from "../batch/mod.ts";
import type { KafkaClient } from "./client.ts";
import { isRetriable, KafkaError } from "./errors.ts";
import { type Entry, PartitionQueue } from "./partition_queue.ts";
import {
  initProducerIdRequest,
  type ProduceAnswer,
  produceRequest,
  type ProducerIdentity,
} from "./protocol/produce.ts";
import type { ProducerSettings } from "./settings.ts";
import { splitBatch } from "./split_batch.ts";

const epochMax = 0x7ffe;
/** Kafka: `Errors` that say that the broker does not know the producer, or not what it sent last. */
const forgotten = new Set(["OUT_OF_ORDER_SEQUENCE_NUMBER", "UNKNOWN_PRODUCER_ID"]);
const tooLarge = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

/** A producer. */
export class KafkaProducer {
  readonly #client: KafkaClient;
  readonly #settings: ProducerSettings;
  readonly #requestTimeoutMs: number;
  readonly #warn: (message: string) => void;
  readonly #clock: Clock;
  readonly #queues = new Map<string, PartitionQueue>();
  readonly #requests = new Map<number, number>();
  #identity: ProducerIdentity | null = null;
  #wantsIdentity: boolean;
  #identifyFailures = 0;
  #pumping = false;
  #pumpAgain = false;

  /** A producer that uses a client of its own; `warn` hears of what is worth a look. */
  constructor(options: {
    client: KafkaClient;
    settings: ProducerSettings;
    /** How long a broker waits for its replicas, in milliseconds (`request.timeout.ms`). */
    requestTimeoutMs: number;
    clock: Clock;
    warn: (message: string) => void;
  }) {
    this.#client = options.client;
    this.#settings = options.settings;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    this.#warn = options.warn;
    this.#clock = options.clock;
    this.#wantsIdentity = options.settings.isIdempotent;
    options.client.closing.addEventListener("abort", () => this.#rejectAll());
  }

  /**
   * Sends a sealed batch. Batches of a partition are stored in the order of the calls.
   * @returns the offset of its first record once it is stored, or -1 when the broker does not tell
   * @throws {KafkaError} for what trying again does not mend
   * @throws {CorruptError} for what is no sound batch
   */
  append(topic: string, partition: number, batch: Uint8Array<ArrayBuffer>): Promise<bigint> {
    if (this.#client.closing.aborted) return Promise.reject(this.#closed());
    try {
      // Its checksum is for the broker to check: that takes as long as all the rest.
      const header = checkProducedHeader(batch);
      const stored = this.#queue(topic, partition).add(batch, header, this.#clock.monotonic());
      void this.#pump();
      return stored;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #queue(topic: string, partition: number): PartitionQueue {
    const key = `${partition} ${topic}`;
    const queue = this.#queues.get(key) ?? new PartitionQueue(topic, partition);
    this.#queues.set(key, queue);
    return queue;
  }

  /** Sends what may be sent now. Called whenever that may have changed. */
  async #pump(): Promise<void> {
    this.#pumpAgain = true;
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      while (this.#pumpAgain && !this.#client.closing.aborted) {
        this.#pumpAgain = false;
        this.#expire();
        if (this.#lacksIdentity) await this.#identify();
        if (this.#lacksIdentity) continue;
        for (const [nodeId, queues] of await this.#ready()) this.#sendTo(nodeId, queues);
      }
    } finally {
      this.#pumping = false;
    }
  }

  get #lacksIdentity(): boolean {
    return this.#wantsIdentity && this.#identity === null;
  }

  async #identify(): Promise<void> {
    const client = this.#client;
    try {
      const answer = await client.sendAny(initProducerIdRequest());
      if (answer.error !== 0) throw new KafkaError("Cannot get a producer id", answer.error);
      this.#identity = answer;
      this.#identifyFailures = 0;
    } catch (error) {
      if (client.closing.aborted) return;
      if (isRetriable(error)) {
        await this.#clock.sleep(client.backoffMs(this.#identifyFailures++), client.closing);
        this.#pumpAgain = true;
        return;
      }
      // A login that fails says nothing of what a later one would be granted.
      if (!(error instanceof KafkaError)) return this.#rejectAll(error);
      this.#wantsIdentity = false;
      this.#warn(
        `${client.clientId}: ${error.message}; without idempotence a record may be stored twice ` +
          "when a broker fails, and batches are sent one at a time",
      );
    }
  }

  /** Gives up what has waited for too long. */
  #expire(): void {
    const nowMs = this.#clock.monotonic();
    for (const queue of this.#queues.values()) {
      if (queue.expire(nowMs, this.#settings.deliveryTimeoutMs)) this.#settle(queue);
    }
  }

  /** The queues that have something to send, by the brokers that lead their partitions. */
  async #ready(): Promise<Map<number, PartitionQueue[]>> {
    const found = new Map<number, PartitionQueue[]>();
    for (const queue of this.#queues.values()) {
      if (!this.#maySend(queue)) continue;
      try {
        const nodeId = await this.#client.leader(queue.topic, queue.partition);
        found.set(nodeId, [...found.get(nodeId) ?? [], queue]);
      } catch (error) {
        if (isRetriable(error)) this.#delay(queue, error);
        else {
          queue.refuseWaiting(error);
          this.#settle(queue);
        }
      }
    }
    return found;
  }

  #maySend(queue: PartitionQueue): boolean {
    return queue.maySend(this.#identity, this.#settings.requestsInFlightMax);
  }

  #sendTo(nodeId: number, queues: readonly PartitionQueue[]): void {
    const { requestsInFlightMax, requestBytesMax } = this.#settings;
    while ((this.#requests.get(nodeId) ?? 0) < requestsInFlightMax) {
      const chosen = new Map<PartitionQueue, Entry>();
      let bytes = 0;
      for (const queue of queues) {
        if (!this.#maySend(queue)) continue;
        bytes += queue.nextBytes;
        if (chosen.size > 0 && bytes > requestBytesMax) break;
        chosen.set(queue, queue.send(this.#identity));
      }
      if (chosen.size === 0) return;
      this.#requests.set(nodeId, (this.#requests.get(nodeId) ?? 0) + 1);
      void this.#request(nodeId, chosen).finally(() => {
        this.#requests.set(nodeId, this.#requests.get(nodeId)! - 1);
        void this.#pump();
      });
    }
  }

  async #request(nodeId: number, chosen: ReadonlyMap<PartitionQueue, Entry>): Promise<void> {
    const batches = [...chosen].map(([{ topic, partition }, { batch }]) => (
      { topic, partition, batch }
    ));
    try {
      const request = produceRequest(batches, this.#settings.acks, this.#requestTimeoutMs);
      const answers = await this.#client.send(nodeId, request);
      const byKey = new Map(
        answers.map((answer) => [`${answer.partition} ${answer.topic}`, answer]),
      );
      for (const [queue, entry] of chosen) {
        const answer = byKey.get(`${queue.partition} ${queue.topic}`);
        if (answer === undefined) {
          const what = `The broker said nothing of ${queue.topic}-${queue.partition}`;
          this.#cameBack(queue, entry, new KafkaError(what, 13));
        } else this.#answered(queue, entry, answer);
      }
    } catch (error) {
      for (const [queue, entry] of chosen) this.#cameBack(queue, entry, error);
    }
  }

  #answered(queue: PartitionQueue, entry: Entry, answer: ProduceAnswer): void {
    const { error, baseOffset, message } = answer;
    const what = `Cannot write to ${queue.topic}-${queue.partition}`;
    const failure = error === 0 ? null : new KafkaError(what, error, message);
    if (failure === null || failure.code === "DUPLICATE_SEQUENCE_NUMBER") {
      queue.stored(entry, baseOffset);
      this.#settle(queue);
    } else this.#cameBack(queue, entry, failure);
  }

  /** A batch was not stored, as far as we know. */
  #cameBack(queue: PartitionQueue, entry: Entry, error: unknown): void {
    const code = error instanceof KafkaError ? error.code : null;
    const damage = code === "CORRUPT_MESSAGE" ? damageOf(entry) : null;
    if (damage !== null) queue.refuse(entry, damage);
    else if (code !== null && tooLarge.has(code)) this.#split(queue, entry, error);
    else {
      const isForgotten = code !== null && forgotten.has(code) && this.#identity !== null;
      const end = isForgotten || isRetriable(error) ? this.#endOf(queue, entry, error) : error;
      if (end !== null) queue.refuse(entry, end);
      else if (isForgotten) queue.returned(entry, error);
      else {
        queue.returned(entry, null);
        this.#client.forgetTopic(queue.topic);
        if (queue.notBefore === null) this.#delay(queue, error);
      }
    }
    this.#settle(queue);
  }

  /** Why a batch that came back is not sent again, or null. */
  #endOf(queue: PartitionQueue, entry: Entry, error: unknown): unknown {
    const nowMs = this.#clock.monotonic();
    const { deliveryTimeoutMs, retriesMax } = this.#settings;
    if (nowMs - entry.sinceMs >= deliveryTimeoutMs) return queue.lateness(entry, nowMs, error);
    return entry.sends > retriesMax ? error : null;
  }

  #split(queue: PartitionQueue, entry: Entry, error: unknown): void {
    const halves = splitBatch(entry.batch);
    if (halves !== null) return queue.split(entry, halves);
    const reason = `${reasonOf(error)}: one record takes ${entry.batch.length} bytes; see ` +
      "max.message.bytes of the topic, message.max.bytes of the broker and max.request.size of the " +
      "producer";
    queue.refuse(entry, new ConnectError(reason, { cause: error }));
  }

  /** What came back may be next again, perhaps in a new epoch: sequences begin at 0 in it. */
  #settle(queue: PartitionQueue): void {
    const identity = this.#identity;
    const change = queue.settle(identity);
    if (change !== null && identity !== null) {
      // Kafka: `TransactionManager.bumpIdempotentProducerEpoch`.
      const producerEpoch = identity.producerEpoch + 1;
      this.#identity = producerEpoch > epochMax ? null : { ...identity, producerEpoch };
      if (change.error !== null) {
        this.#warn(`${this.#client.clientId}: ${reasonOf(change.error)}; sequences begin anew`);
        if (queue.notBefore === null) this.#delay(queue, change.error);
      }
    }
    void this.#pump();
  }

  #delay(queue: PartitionQueue, error: unknown): void {
    const delayMs = this.#client.backoffMs(queue.failures++);
    if (queue.failures === 5) {
      this.#warn(
        `${this.#client.clientId}: ${queue.topic}-${queue.partition} still waits: ${
          reasonOf(error)
        }`,
      );
    }
    queue.notBefore = this.#clock.sleep(delayMs, this.#client.closing).then(() => {
      queue.notBefore = null;
      void this.#pump();
    });
  }

  #rejectAll(error: unknown = this.#closed()): void {
    for (const queue of this.#queues.values()) queue.close(error);
  }

  #closed(): ConnectError {
    return new ConnectError(`${this.#client.clientId} is closed`);
  }
}

/** What is wrong with a batch that a broker finds damaged; null when it was damaged on its way. */
function damageOf({ batch }: Entry): unknown {
  try {
    checkBatch(batch, 0, readBatchHeader(batch)!);
    return null;
  } catch (error) {
    return error;
  }
}
