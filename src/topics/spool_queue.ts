/**
 * One queue of a spool on its way to Kafka: the records of one partition, in their order.
 *
 * Batches are read from the position on and handed to the producer, small ones put together
 * (spool_shipments.ts), several at a time; it keeps their
 * order. The position moves over what Kafka has taken without a gap. When Kafka refuses one for good,
 * it refuses those under way behind it, too (partition_queue.ts of the Kafka room). No more are read, and
 * once all have come back it is tried again from the position, slowly and one at a time, until Kafka
 * takes it: what lies behind it waits, and nothing is passed over.
 */

import { type Clock, reasonOf } from "../base/mod.ts";
import { readBatches, setBaseOffset } from "../batch/mod.ts";
import { PartlyStoredError } from "../kafka/mod.ts";
import type { PartitionLog } from "../log/mod.ts";
import { shipments } from "./spool_shipments.ts";
import type { Producer, TopicPartition } from "./topics.ts";

/** How much of a queue is read at once, in bytes; one whole batch comes even when it is larger. */
const fetchBytesMax = 1 << 20;
/** How much of one queue is under way, in bytes. */
const queueBytesMax = 4 << 20;
/** How many batches of one queue are under way: what comes meanwhile is put together. */
const queueBatchesMax = 8;
/** How long after a refusal the same batch is tried again, in milliseconds. */
const refusedRetryMs = 30_000;

/** What queues share on their way. */
export interface Sending {
  /** How many bytes of all queues are under way. */
  bytes: number;
  /** How many may be; beyond it each queue has no more than one batch under way. */
  bytesMax: number;
  /** Ends it; what is under way by then still counts. */
  closing: AbortSignal;
  /** Time. */
  clock: Clock;
  /** The producer, once Kafka has the partition. @throws what Kafka has against it */
  producer(target: TopicPartition): Promise<Producer>;
  /** Some bytes are not under way any more. */
  freed(): void;
  /** A queue cannot go on for this reason, or goes on again (null). */
  report(queue: QueueForwarder, problem: string | null): void;
  /** Kafka refuses what it was sent. */
  refused(queue: QueueForwarder, error: unknown): void;
}

interface Sent {
  /** The offset of the first of its records that is not known to be taken. */
  start: bigint;
  /** The offset after its last record. */
  end: bigint;
}

/** Sends one queue. */
export class QueueForwarder {
  /** Where its records go. */
  readonly target: TopicPartition;
  /** Its records. */
  readonly log: PartitionLog;
  /** Why Kafka does not take its records, or null. */
  problem: string | null = null;
  readonly #sending: Sending;
  #position: bigint;
  #next: bigint;
  #sent: Sent[] = [];
  #underWay = 0;
  #underWayBytes = 0;
  /** What ends the wait after a refusal; null while there is none to wait for. */
  #refusal: AbortController | null = null;
  #waitsSinceMs: number | null = null;
  #wake: () => void = () => {};

  /** Sends the records of `log` from `position` on, as far as they are still there. */
  constructor(target: TopicPartition, log: PartitionLog, position: bigint, sending: Sending) {
    this.target = target;
    this.log = log;
    this.#sending = sending;
    this.#position = position < log.startOffset
      ? log.startOffset
      : position > log.endOffset
      ? log.endOffset
      : position;
    this.#next = this.#position;
  }

  /** The offset of the first record that Kafka has not taken. */
  get position(): bigint {
    return this.#position;
  }

  /** Since when it has waited for an answer of Kafka, on the monotonic clock; null: it does not wait. */
  get waitsSinceMs(): number | null {
    return this.#waitsSinceMs;
  }

  /** Whether nothing of it is under way. */
  get isIdle(): boolean {
    return this.#underWay === 0;
  }

  /** Looks again whether it may go on. */
  wake(): void {
    this.#wake();
  }

  /** Tries at once what was refused, instead of later. */
  retry(): void {
    this.#refusal?.abort();
  }

  /** Sends until it is told to close. */
  async run(): Promise<void> {
    const { closing, clock } = this.#sending;
    const wake = () => this.wake();
    closing.addEventListener("abort", wake);
    while (!closing.aborted) {
      if (this.#refusal !== null && this.#underWay === 0) {
        this.#waitsSinceMs = null;
        await clock.sleep(refusedRetryMs, AbortSignal.any([closing, this.#refusal.signal]));
        this.#sent = [];
        this.#next = this.#position;
        this.#refusal = null;
      } else if (this.#refusal !== null || this.#next === this.log.endOffset || !this.#maySend()) {
        await this.#untilWoken();
      } else {
        await this.#send();
      }
    }
    closing.removeEventListener("abort", wake);
  }

  async #untilWoken(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const callOff = this.log.onAppend(resolve);
    await promise;
    callOff();
  }

  #maySend(): boolean {
    if (this.#underWay === 0) return true;
    const { bytes, bytesMax } = this.#sending;
    return this.problem === null && this.#underWay < queueBatchesMax &&
      this.#underWayBytes < queueBytesMax && bytes < bytesMax;
  }

  /** Reads some batches and sends them. */
  async #send(): Promise<void> {
    const sending = this.#sending;
    this.#waitsSinceMs ??= sending.clock.monotonic();
    const reservedBytes = sending.bytes < sending.bytesMax ? fetchBytesMax : 1;
    sending.bytes += reservedBytes;
    try {
      const producer = await sending.producer(this.target);
      const batches = await this.#read(reservedBytes);
      if (batches === null) return;
      // One is enough to find out whether Kafka takes them again.
      const some = this.problem === null ? batches : one(batches);
      for (const { batch, start, end } of shipments(some, this.#next)) {
        this.#next = end;
        const sent = { start, end };
        this.#sent.push(sent);
        if (batch === null) this.#taken(sent, end);
        else void this.#ship(producer, batch, sent);
      }
    } catch (error) {
      this.#refused(error);
    } finally {
      sending.bytes -= reservedBytes;
      if (this.#underWay === 0) this.#waitsSinceMs = null;
    }
  }

  /** Reads some batches; null when the disk refuses, which is no fault of Kafka's. */
  async #read(bytesMax: number): Promise<Uint8Array<ArrayBuffer> | null> {
    try {
      return await this.log.fetch(this.#next, bytesMax);
    } catch (error) {
      this.#hold(reasonOf(error));
      return null;
    }
  }

  async #ship(
    producer: Producer,
    batch: Uint8Array<ArrayBuffer>,
    sent: Sent,
  ): Promise<void> {
    const { length } = batch;
    // Kafka: `UnifiedLog.analyzeAndValidateRecords` takes from producers only what begins at 0.
    setBaseOffset(batch, 0n);
    this.#underWay++;
    this.#underWayBytes += length;
    this.#sending.bytes += length;
    try {
      await producer.append(this.target.topic, this.target.partition, batch);
      this.#taken(sent, sent.end);
      if (this.problem !== null && this.#refusal === null) this.#sending.report(this, null);
    } catch (error) {
      // Else what was taken would be sent again with each try.
      if (error instanceof PartlyStoredError) {
        this.#taken(sent, sent.start + BigInt(error.storedCount));
      }
      this.#refused(error);
    } finally {
      this.#underWay--;
      this.#underWayBytes -= length;
      this.#sending.bytes -= length;
      if (this.#underWay === 0) this.#waitsSinceMs = null;
      this.#sending.freed();
      this.wake();
    }
  }

  /** Kafka has taken the records of a batch up to this offset. */
  #taken(sent: Sent, end: bigint): void {
    sent.start = end;
    const [first] = this.#sent;
    if (first === undefined || this.#position >= first.start) return;
    while (this.#sent.length > 0) {
      const { start, end } = this.#sent[0];
      this.#position = start;
      if (start < end) break;
      this.#sent.shift();
    }
    this.#waitsSinceMs = this.#sending.clock.monotonic();
  }

  #refused(error: unknown): void {
    // What comes back behind one that was refused says nothing new.
    if (this.#sending.closing.aborted || this.#refusal !== null) return;
    this.#hold(reasonOf(error));
    this.#sending.refused(this, error);
  }

  /** Sends no more until some time has passed. */
  #hold(problem: string): void {
    this.#refusal = new AbortController();
    this.#sending.report(this, problem);
  }
}

function one(batches: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const [{ header }] = readBatches(batches);
  return batches.subarray(0, header.sizeBytes);
}
