/**
 * Where batches enter a spool: one after another, so that they keep their order, as long as there is
 * room. While there is none they wait, and with them the sources whose credits they use up.
 */

import { ConnectError, CorruptError, type Logger } from "../base/mod.ts";
import { type BatchHeader, checkProducedBatch } from "../batch/mod.ts";
import type { PartitionLog } from "../log/mod.ts";
import type { ProducerOptions } from "./topics.ts";

/** A batch may take this many bytes, as in the embedded log. */
const batchBytesMax = 16 << 20;
/** A spool that was full has room again when no more than this part of it is used. */
const roomyPart = 0.75;

/** Whoever writes. */
export interface Writer {
  /** Whether its batches wait while there is no room; else they are rejected. */
  mayWait: boolean;
}

/** A batch, and where it is to go. */
export interface Arriving {
  /** Whose it is. */
  writer: Writer;
  /** Where its records go. */
  topic: string;
  /** Where its records go. */
  partition: number;
  /** What the topic is made with. */
  newTopic: ProducerOptions["newTopic"];
  /** The batch. */
  batch: Uint8Array<ArrayBuffer>;
}

interface Arrival extends Arriving {
  header: BatchHeader;
  resolve(offset: bigint): void;
  reject(error: unknown): void;
}

/** What an intake needs. */
export interface IntakeOptions {
  /** The spool's folder, for messages. */
  folder: string;
  /** How many bytes may be in use (`spool.max.bytes`). */
  bytesMax: number;
  /** How many are in use at first. */
  usedBytes: number;
  /** Where a full spool is told, once when it begins and once when it ends. */
  log: Logger;
  /** The queue that a batch goes into. @throws when there is none because the spool is closed */
  queueFor(arriving: Arriving): Promise<PartitionLog>;
}

/** The intake of a spool. */
export class SpoolIntake {
  readonly #options: IntakeOptions;
  #usedBytes: number;
  #arrivals: Arrival[] = [];
  #admitting: Promise<void> | null = null;
  #wake: () => void = () => {};
  /** Whether batches have waited, and not much room has been made since. */
  #isFull = false;

  /** An intake that takes what is appended. */
  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#usedBytes = options.usedBytes;
  }

  /** How many bytes are in use, with those of batches that are being written. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Whether batches wait for room. */
  get isWaiting(): boolean {
    return this.#arrivals.length > 0;
  }

  /** Takes a batch. @returns its offset in its queue, once it is durable there */
  append(arriving: Arriving): Promise<bigint> {
    return new Promise((resolve, reject) => {
      const header = checked(arriving);
      this.#arrivals.push({ ...arriving, header, resolve, reject });
      this.#admitting ??= this.#admit();
    });
  }

  /** Rejects what a writer has waiting. */
  withdraw(writer: Writer): void {
    this.#reject((arrival) => arrival.writer === writer, spoolClosed());
  }

  /** Looks again at what waits. */
  lookAgain(): void {
    this.#wake();
  }

  /** Some bytes are not in use any more. */
  free(bytes: number): void {
    this.#usedBytes -= bytes;
    this.#wake();
    const { bytesMax, folder, log } = this.#options;
    if (!this.#isFull || this.isWaiting || this.#usedBytes > bytesMax * roomyPart) return;
    this.#isFull = false;
    log.info(`The spool "${folder}" has room again`);
  }

  /** Rejects all that waits. */
  async close(): Promise<void> {
    this.#reject(() => true, spoolClosed());
    await this.#admitting;
  }

  #reject(isMeant: (arrival: Arrival) => boolean, error: ConnectError): void {
    for (const { reject } of this.#arrivals.filter(isMeant)) reject(error);
    this.#arrivals = this.#arrivals.filter((arrival) => !isMeant(arrival));
    this.#wake();
  }

  /** Gives what has arrived its place, one after another. */
  async #admit(): Promise<void> {
    for (;;) {
      const arrival = this.#arrivals[0];
      if (arrival === undefined) break;
      if (!this.#hasRoom(arrival.batch.length)) {
        const { folder } = this.#options;
        // All of a writer's at once: what stands behind must not overtake what is rejected.
        this.#reject(
          ({ writer }) => !writer.mayWait,
          new ConnectError(`The spool "${folder}" is full`),
        );
        if (this.#arrivals[0] !== arrival) continue;
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
        continue;
      }
      this.#arrivals.shift();
      this.#usedBytes += arrival.batch.length;
      const refuse = (error: unknown) => {
        arrival.reject(error);
        this.free(arrival.batch.length);
      };
      try {
        const queue = await this.#options.queueFor(arrival);
        queue.append(arrival.batch, arrival.header).then(arrival.resolve, refuse);
      } catch (error) {
        refuse(error);
      }
    }
    // Here and not a turn later: whoever arrives next must find that nobody looks any more.
    this.#admitting = null;
  }

  #hasRoom(bytes: number): boolean {
    const { folder, bytesMax, log } = this.#options;
    // One that is larger than the spool goes into an empty one.
    if (this.#usedBytes === 0 || this.#usedBytes + bytes <= bytesMax) return true;
    if (!this.#isFull) {
      log.warn(
        `The spool "${folder}" is full (${this.#usedBytes} of spool.max.bytes=${bytesMax}): ` +
          "sources wait until Kafka has taken some of it",
      );
    }
    this.#isFull = true;
    return false;
  }
}

/** What whoever uses a spool hears that is closed. */
export function spoolClosed(): ConnectError {
  return new ConnectError("The spool is closed");
}

/** Checks a batch. @throws {ConnectError} saying what is wrong */
function checked({ topic, partition, batch }: Arriving): BatchHeader {
  const what = `A record batch for ${topic}-${partition} is refused`;
  if (batch.length > batchBytesMax) {
    throw new ConnectError(`${what}: it has ${batch.length} bytes, the most is ${batchBytesMax}`);
  }
  try {
    return checkProducedBatch(batch);
  } catch (cause) {
    if (!(cause instanceof CorruptError)) throw cause;
    throw new ConnectError(`${what}: ${cause.message}`, { cause });
  }
}
