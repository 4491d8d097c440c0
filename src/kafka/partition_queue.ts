/**
 * What a producer has on its way to one partition, in its order.
 *
 * **What comes back** is not sent again before all that is out is back or stored; then it goes first.
 *
 * **What is refused for good** is refused together with all that stands behind it: else a sender that
 * tries again would find its records in another order than it gave them. Those that are already out
 * come back by themselves, since the broker waits for the sequence number of the one that was refused.
 * But Kafka takes any sequence number from a producer it has not heard of (`ProducerAppendInfo`), so
 * until it has stored a first batch no second one is sent.
 */

import { ConnectError } from "../base/mod.ts";
import { type BatchHeader, checkProducedHeader, stampProducer } from "../batch/mod.ts";
import { PartlyStoredError } from "./errors.ts";
import type { ProducerIdentity } from "./protocol/produce.ts";

/** A batch on its way. */
export interface Entry {
  /** Its place among those of its partition. */
  order: number;
  /** How many times it has been divided. */
  splits: number;
  /** The batch. */
  batch: Uint8Array<ArrayBuffer>;
  /** Its header. */
  header: BatchHeader;
  /** -1 until it is stamped. */
  baseSequence: number;
  /** How many times it has been sent. */
  sends: number;
  /** When it was handed over, monotonic. */
  sinceMs: number;
  /** What the broker said that did not expect its sequence number, or null. */
  unexpected: unknown;
  /** It is stored. */
  resolve(baseOffset: bigint): void;
  /** It is refused. */
  reject(error: unknown): void;
}

const sequenceMax = 0x7fffffff;

/** The batches for one partition. */
export class PartitionQueue {
  /** The topic. */
  readonly topic: string;
  /** The partition. */
  readonly partition: number;
  /** How many times in a row something came back. */
  failures = 0;
  /** Nothing is sent before. */
  notBefore: Promise<void> | null = null;
  #waiting: Entry[] = [];
  /** In the order they were sent. */
  readonly #sent = new Set<Entry>();
  /** Of those sent, what came back and is to be sent again. */
  #returned: Entry[] = [];
  /** While something is out: the first that was refused, and why. */
  #refusal: { order: number; error: unknown } | null = null;
  #nextOrder = 0;
  /** Whose sequence numbers these are. */
  #identity: ProducerIdentity | null = null;
  #nextSequence = 0;
  /** Whether a batch of this identity has been stored. */
  #isKnown = false;
  #wantsNewEpoch = false;

  /** A queue with nothing in it. */
  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
  }

  /** How many bytes the next batch takes. */
  get nextBytes(): number {
    return this.#waiting[0].batch.length;
  }

  /** Takes a batch, now. @returns its offset, once it is stored */
  add(batch: Uint8Array<ArrayBuffer>, header: BatchHeader, nowMs: number): Promise<bigint> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        order: this.#nextOrder++,
        splits: 0,
        batch,
        header,
        baseSequence: -1,
        sends: 0,
        sinceMs: nowMs,
        unexpected: null,
        resolve,
        reject,
      });
    });
  }

  /** Whether the next batch may be sent now; without an `identity` one may be out at a time. */
  maySend(identity: ProducerIdentity | null, sentMax: number): boolean {
    if (this.#waiting.length === 0 || this.notBefore !== null) return false;
    if (this.#returned.length > 0 || this.#refusal !== null) return false;
    return this.#sent.size < (identity === null || !this.#isKnown ? 1 : sentMax);
  }

  /** The next batch, stamped: it is out from now on. */
  send(identity: ProducerIdentity | null): Entry {
    const entry = this.#waiting.shift()!;
    if (identity !== null) this.#stamp(entry, identity);
    entry.sends++;
    this.#sent.add(entry);
    return entry;
  }

  /** A batch is stored. */
  stored(entry: Entry, baseOffset: bigint): void {
    this.#sent.delete(entry);
    this.#isKnown = true;
    this.failures = 0;
    entry.resolve(baseOffset);
  }

  /** A batch is to be sent again; `unexpected`: the broker did not expect its sequence number. */
  returned(entry: Entry, unexpected: unknown): void {
    this.#sent.delete(entry);
    entry.unexpected = unexpected;
    if (this.#refusal !== null && entry.order > this.#refusal.order) {
      entry.reject(this.#refusal.error);
    } else this.#returned.push(entry);
  }

  /** A batch that came back is sent again in parts. Together they have the numbers that it had. */
  split(entry: Entry, parts: readonly Uint8Array<ArrayBuffer>[]): void {
    this.#sent.delete(entry);
    let { baseSequence } = entry;
    const stored = parts.map((batch, part) => {
      const header = checkProducedHeader(batch);
      const { promise, resolve, reject } = Promise.withResolvers<bigint>();
      if (baseSequence >= 0) stampProducer(batch, { ...this.#identity!, baseSequence });
      this.returned({
        ...entry,
        // Parts of parts still come before the next one.
        order: entry.order + part * 2 ** -(entry.splits + 1),
        splits: entry.splits + 1,
        batch,
        header,
        baseSequence,
        unexpected: null,
        resolve,
        reject,
      }, null);
      if (baseSequence >= 0) baseSequence = sequenceAfter(baseSequence, header.recordCount);
      return promise;
    });
    void Promise.allSettled(stored).then((outcomes) => {
      let storedCount = 0;
      for (const [part, outcome] of outcomes.entries()) {
        if (outcome.status === "rejected") return entry.reject(partly(outcome.reason, storedCount));
        storedCount += checkProducedHeader(parts[part]).recordCount;
      }
      const [first] = outcomes;
      if (first.status === "fulfilled") entry.resolve(first.value);
    });
  }

  /** A batch that was sent is refused for good, and so is what stands behind it. */
  refuse(entry: Entry, error: unknown): void {
    this.#sent.delete(entry);
    // Nothing may get a number that a broker could take for that of this one.
    if (entry.baseSequence >= 0) this.#wantsNewEpoch = true;
    if (this.#refusal === null || entry.order < this.#refusal.order) {
      this.#refusal = { order: entry.order, error };
    }
    entry.reject(error);
    this.#rejectBehind(entry.order, error);
  }

  /** Refuses what waits if its first batch has waited for too long. @returns whether it has */
  expire(nowMs: number, waitMsMax: number): boolean {
    const first = this.#waiting[0];
    if (first === undefined || nowMs - first.sinceMs < waitMsMax) return false;
    this.#waiting.shift();
    this.refuse(first, this.lateness(first, nowMs));
    return true;
  }

  /** What is said of a batch that is not stored in time. Kafka: TimeoutException, in its words. */
  lateness({ header, sinceMs }: Entry, nowMs: number, cause?: unknown): ConnectError {
    return new ConnectError(
      `Expiring ${header.recordCount} record(s) for ${this.topic}-${this.partition}:` +
        `${Math.round(nowMs - sinceMs)} ms has passed since batch creation`,
      { cause },
    );
  }

  /** What waits is refused for good. */
  refuseWaiting(error: unknown): void {
    if (this.#waiting.some(({ baseSequence }) => baseSequence >= 0)) this.#wantsNewEpoch = true;
    this.#rejectBehind(-1, error);
  }

  /**
   * Once nothing is out, what came back is next again.
   * @returns whether it needs another identity than this one, and the broker's word when it was forgotten
   */
  settle(identity: ProducerIdentity | null): { error: unknown } | null {
    if (this.#sent.size > 0) return null;
    this.#refusal = null;
    const returned = this.#returned.sort((a, b) => a.order - b.order);
    this.#returned = [];
    // All before the first is stored: the broker has forgotten that, and with it the producer.
    const error = returned[0]?.unexpected ?? null;
    if (error !== null) this.#wantsNewEpoch = true;
    this.#waiting.unshift(...returned);
    return this.#wantsNewEpoch && identity === this.#identity ? { error } : null;
  }

  /** All is refused. */
  close(error: unknown): void {
    for (const entry of this.#sent) entry.reject(error);
    this.#rejectBehind(-1, error);
  }

  #rejectBehind(order: number, error: unknown): void {
    const isBehind = (entry: Entry) => entry.order > order;
    for (const entry of [...this.#returned, ...this.#waiting].filter(isBehind)) entry.reject(error);
    this.#returned = this.#returned.filter((entry) => !isBehind(entry));
    this.#waiting = this.#waiting.filter((entry) => !isBehind(entry));
  }

  #stamp(entry: Entry, identity: ProducerIdentity): void {
    // One that was sent before keeps its number, by which the broker knows it.
    const mayChange = this.#sent.size === 0 && (entry.baseSequence < 0 || this.#wantsNewEpoch);
    if (this.#identity !== identity && mayChange) {
      this.#identity = identity;
      this.#nextSequence = 0;
      this.#isKnown = false;
      this.#wantsNewEpoch = false;
      for (const unsent of [entry, ...this.#waiting]) unsent.baseSequence = -1;
    }
    if (entry.baseSequence >= 0) return;
    entry.baseSequence = this.#nextSequence;
    const { batch, header: { recordCount }, baseSequence } = entry;
    stampProducer(batch, { ...this.#identity!, baseSequence });
    this.#nextSequence = sequenceAfter(baseSequence, recordCount);
  }
}

/** Why a batch is refused of which so many records are stored, before those that the error is about. */
function partly(error: unknown, storedCount: number): unknown {
  const more = error instanceof PartlyStoredError ? error.storedCount : 0;
  if (storedCount + more === 0) return error;
  return new PartlyStoredError(more > 0 ? (error as Error).cause : error, storedCount + more);
}

/** Kafka: `DefaultRecordBatch.incrementSequence`: after the largest comes 0. */
function sequenceAfter(sequence: number, count: number): number {
  const room = sequenceMax - sequence;
  return count <= room ? sequence + count : count - room - 1;
}
