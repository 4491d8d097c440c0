/**
 * Sends sealed batches to the brokers that lead their partitions, several requests at a time, and keeps
 * the order of each partition.
 *
 * **Order.** A broker takes the batches of an idempotent producer only in the order of their sequence
 * numbers, so several of a partition may be under way. When one comes back with an error that may pass,
 * those behind it come back too (OUT_OF_ORDER_SEQUENCE_NUMBER); nothing of that partition is sent until
 * all are back, and then they are sent again from the first. Where the broker grants no idempotence, one
 * batch of a partition is under way at a time.
 *
 * **Repetition.** A batch that is sent again keeps its sequence number, and the broker tells that it has
 * it already. When the broker has forgotten the producer, the epoch counts up and sequences begin at 0.
 *
 * **Patience.** What may pass by itself is tried until the producer is closed: Kafka Connect's producers
 * have a delivery.timeout.ms of three weeks. What waits holds no more than its sender's credits.
 *
 * @module
 */

import { ConnectError, reasonOf } from "../base/mod.ts";
import {
  type BatchHeader,
  checkProducedBatch,
  checkProducedHeader,
  stampProducer,
} from "../batch/mod.ts";
import type { KafkaClient } from "./client.ts";
import { isRetriable, KafkaError } from "./errors.ts";
import {
  initProducerIdRequest,
  type ProduceAnswer,
  produceRequest,
  type ProducerIdentity,
} from "./protocol/produce.ts";
import type { ProducerSettings } from "./settings.ts";
import { splitBatch } from "./split_batch.ts";

/** A batch on its way. */
interface Entry {
  /** Its place among those of its partition. */
  order: number;
  /** How many times it has been divided. */
  splits: number;
  batch: Uint8Array<ArrayBuffer>;
  header: BatchHeader;
  /** -1 until it is stamped. */
  baseSequence: number;
  resolve(baseOffset: bigint): void;
  reject(error: unknown): void;
}

/** What is on its way to one partition. */
interface Queue {
  topic: string;
  partition: number;
  waiting: Entry[];
  /** In the order they were sent. */
  sent: Set<Entry>;
  /** Of those sent, what came back and is to be sent again. */
  returned: Entry[];
  /** How many times in a row something came back. */
  failures: number;
  /** Nothing is sent before. */
  notBefore: Promise<void> | null;
  nextOrder: number;
  nextSequence: number;
  /** The identity's epoch that `nextSequence` counts in. */
  epoch: number;
}

const sequenceMax = 0x7fffffff;
const epochMax = 0x7ffe;
/** Kafka: `Errors` that say that the broker does not know the producer, or not what it sent last. */
const forgotten = new Set([
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "UNKNOWN_PRODUCER_ID",
  "INVALID_PRODUCER_EPOCH",
]);
const tooLarge = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);

/** A producer. */
export class KafkaProducer {
  readonly #client: KafkaClient;
  readonly #settings: ProducerSettings;
  readonly #requestTimeoutMs: number;
  readonly #warn: (message: string) => void;
  readonly #sleep: (delayMs: number) => Promise<void>;
  readonly #queues = new Map<string, Queue>();
  readonly #requests = new Map<number, number>();
  #identity: ProducerIdentity | null = null;
  #wantsIdentity: boolean;
  #pumping = false;
  #pumpAgain = false;

  /** A producer that uses a client of its own; `warn` hears of what is worth a look. */
  constructor(options: {
    client: KafkaClient;
    settings: ProducerSettings;
    /** How long a broker waits for its replicas, in milliseconds (`request.timeout.ms`). */
    requestTimeoutMs: number;
    sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
    warn: (message: string) => void;
  }) {
    this.#client = options.client;
    this.#settings = options.settings;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    this.#warn = options.warn;
    this.#sleep = (delayMs) => options.sleep(delayMs, options.client.closing);
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
    return new Promise((resolve, reject) => {
      if (this.#client.closing.aborted) return reject(this.#closed());
      // A stamp makes the checksum anew: what is damaged would pass for sound from then on.
      const header = checkProducedBatch(batch);
      const queue = this.#queue(topic, partition);
      const order = queue.nextOrder++;
      queue.waiting.push({ order, splits: 0, batch, header, baseSequence: -1, resolve, reject });
      void this.#pump();
    });
  }

  #queue(topic: string, partition: number): Queue {
    const key = `${partition} ${topic}`;
    let queue = this.#queues.get(key);
    if (queue === undefined) {
      queue = {
        topic,
        partition,
        waiting: [],
        sent: new Set(),
        returned: [],
        failures: 0,
        notBefore: null,
        nextOrder: 0,
        nextSequence: 0,
        epoch: this.#identity?.producerEpoch ?? 0,
      };
      this.#queues.set(key, queue);
    }
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
      this.#identity = await client.retrying(async () => {
        const { brokers } = await client.metadata([]);
        const answer = await client.send(brokers[0].nodeId, initProducerIdRequest());
        if (answer.error !== 0) throw new KafkaError("Cannot get a producer id", answer.error);
        return answer;
      }, Infinity);
    } catch (error) {
      if (client.closing.aborted) return;
      // A login that fails says nothing of what a later one would be granted.
      if (!(error instanceof KafkaError)) return this.#rejectAll(error);
      this.#wantsIdentity = false;
      this.#warn(
        `${client.clientId}: ${error.message}; without idempotence a record may be stored twice ` +
          "when a broker fails, and batches are sent one at a time",
      );
    }
  }

  /** The queues that have something to send, by the brokers that lead their partitions. */
  async #ready(): Promise<Map<number, Queue[]>> {
    const found = new Map<number, Queue[]>();
    for (const queue of this.#queues.values()) {
      if (!this.#maySend(queue)) continue;
      try {
        const nodeId = await this.#client.leader(queue.topic, queue.partition);
        found.set(nodeId, [...found.get(nodeId) ?? [], queue]);
      } catch (error) {
        if (isRetriable(error)) this.#delay(queue, error);
        else for (const entry of queue.waiting.splice(0)) entry.reject(error);
      }
    }
    return found;
  }

  #maySend({ waiting, sent, returned, notBefore }: Queue): boolean {
    if (waiting.length === 0 || notBefore !== null || returned.length > 0) return false;
    return sent.size < (this.#identity === null ? 1 : this.#settings.requestsInFlightMax);
  }

  #sendTo(nodeId: number, queues: readonly Queue[]): void {
    const { requestsInFlightMax, requestBytesMax } = this.#settings;
    while ((this.#requests.get(nodeId) ?? 0) < requestsInFlightMax) {
      const chosen = new Map<Queue, Entry>();
      let bytes = 0;
      for (const queue of queues) {
        if (!this.#maySend(queue)) continue;
        bytes += queue.waiting[0].batch.length;
        if (chosen.size > 0 && bytes > requestBytesMax) break;
        const entry = queue.waiting.shift()!;
        this.#stamp(queue, entry);
        queue.sent.add(entry);
        chosen.set(queue, entry);
      }
      if (chosen.size === 0) return;
      this.#requests.set(nodeId, (this.#requests.get(nodeId) ?? 0) + 1);
      void this.#request(nodeId, chosen).finally(() => {
        this.#requests.set(nodeId, this.#requests.get(nodeId)! - 1);
        void this.#pump();
      });
    }
  }

  #stamp(queue: Queue, entry: Entry): void {
    if (this.#identity === null) return;
    const { producerId, producerEpoch } = this.#identity;
    if (queue.epoch !== producerEpoch && queue.sent.size === 0) {
      queue.epoch = producerEpoch;
      queue.nextSequence = 0;
      for (const unsent of [entry, ...queue.waiting]) unsent.baseSequence = -1;
    }
    if (entry.baseSequence >= 0) return;
    entry.baseSequence = queue.nextSequence;
    const { batch, header: { recordCount }, baseSequence } = entry;
    stampProducer(batch, { producerId, producerEpoch: queue.epoch, baseSequence });
    queue.nextSequence = sequenceAfter(baseSequence, recordCount);
  }

  async #request(nodeId: number, chosen: ReadonlyMap<Queue, Entry>): Promise<void> {
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

  #answered(queue: Queue, entry: Entry, answer: ProduceAnswer): void {
    const { error, baseOffset, message } = answer;
    const what = `Cannot write to ${queue.topic}-${queue.partition}`;
    const failure = error === 0 ? null : new KafkaError(what, error, message);
    if (failure === null || failure.code === "DUPLICATE_SEQUENCE_NUMBER") {
      queue.sent.delete(entry);
      queue.failures = 0;
      entry.resolve(baseOffset);
      this.#sendAgain(queue);
    } else this.#cameBack(queue, entry, failure);
  }

  /** A batch was not stored, as far as we know. */
  #cameBack(queue: Queue, entry: Entry, error: unknown): void {
    const code = error instanceof KafkaError ? error.code : null;
    queue.sent.delete(entry);
    if (code !== null && tooLarge.has(code)) this.#split(queue, entry, error);
    else if (code !== null && forgotten.has(code) && this.#identity !== null) {
      const isFirst = queue.returned.length === 0 && queue.sent.size === 0;
      // Behind one that came back this was to be expected.
      if (isFirst) this.#beginAnew(queue, error);
      queue.returned.push(entry);
    } else if (isRetriable(error)) {
      queue.returned.push(entry);
      this.#client.forgetTopic(queue.topic);
      if (queue.notBefore === null) this.#delay(queue, error);
    } else entry.reject(error);
    this.#sendAgain(queue);
  }

  /** The broker does not know what this producer sent before: sequences begin at 0 in a new epoch. */
  #beginAnew(queue: Queue, error: unknown): void {
    const identity = this.#identity!;
    if (identity.producerEpoch !== queue.epoch) return;
    this.#warn(`${this.#client.clientId}: ${reasonOf(error)}; sequences begin anew`);
    // Kafka: `TransactionManager.bumpIdempotentProducerEpoch`.
    if (identity.producerEpoch < epochMax) identity.producerEpoch++;
    else this.#identity = null;
  }

  #split(queue: Queue, entry: Entry, error: unknown): void {
    const halves = splitBatch(entry.batch);
    if (halves === null) {
      return entry.reject(
        new ConnectError(
          `${
            reasonOf(error)
          }: one record takes ${entry.batch.length} bytes; see max.message.bytes of ` +
            `the topic, message.max.bytes of the broker and max.request.size of the producer`,
          { cause: error },
        ),
      );
    }
    let { baseSequence } = entry;
    const stored = halves.map((batch, half) =>
      new Promise<bigint>((resolve, reject) => {
        const header = checkProducedHeader(batch);
        // Both together have the numbers that the whole one had.
        if (baseSequence >= 0) {
          const { producerId } = this.#identity!;
          stampProducer(batch, { producerId, producerEpoch: queue.epoch, baseSequence });
        }
        // Halves of halves still come before the next one.
        const order = entry.order + half * 2 ** -(entry.splits + 1);
        const splits = entry.splits + 1;
        queue.returned.push({ order, splits, batch, header, baseSequence, resolve, reject });
        if (baseSequence >= 0) baseSequence = sequenceAfter(baseSequence, header.recordCount);
      })
    );
    Promise.all(stored).then(([first]) => entry.resolve(first), entry.reject);
  }

  /** Once all that was sent has come back or has been stored, what came back is sent again in its order. */
  #sendAgain(queue: Queue): void {
    if (queue.returned.length === 0 || queue.sent.size > 0) return;
    const inOrder = queue.returned.splice(0).sort((a, b) => a.order - b.order);
    queue.waiting.unshift(...inOrder);
    void this.#pump();
  }

  #delay(queue: Queue, error: unknown): void {
    const delayMs = this.#client.backoffMs(queue.failures++);
    if (queue.failures === 5) {
      this.#warn(
        `${this.#client.clientId}: ${queue.topic}-${queue.partition} still waits: ${
          reasonOf(error)
        }`,
      );
    }
    queue.notBefore = this.#sleep(delayMs).then(() => {
      queue.notBefore = null;
      void this.#pump();
    });
  }

  #rejectAll(error: unknown = this.#closed()): void {
    for (const queue of this.#queues.values()) {
      for (const entry of [...queue.sent, ...queue.returned, ...queue.waiting]) entry.reject(error);
      queue.returned = [];
      queue.waiting = [];
    }
  }

  #closed(): ConnectError {
    return new ConnectError(`${this.#client.clientId} is closed`);
  }
}

/** Kafka: `DefaultRecordBatch.incrementSequence`: after the largest comes 0. */
function sequenceAfter(sequence: number, count: number): number {
  const room = sequenceMax - sequence;
  return count <= room ? sequence + count : count - room - 1;
}
