/**
 * What a fetch found in a partition, on its way to the reader: whole batches, without those that are not
 * for readers, handed out piece by piece. The batches stay views into the broker's answer until they are
 * handed out in a buffer of their own, or detached from it.
 *
 * @module
 */

import { ConnectError, reasonOf } from "../base/mod.ts";
import { type PlacedBatch, readBatches } from "../batch/mod.ts";
import type { AbortedTransaction } from "./protocol/fetch.ts";

/** Batches and where they lead. */
export interface BatchRun {
  /** Whole batches, in a buffer of their own that may be transferred. */
  batches: Uint8Array<ArrayBuffer>;
  /** The offset after the last of them. */
  endOffset: bigint;
  /** The epoch of the leader that has stored what is before it, or -1. */
  endEpoch: number;
}

/** Buffers for long runs take a multiple of so many bytes. */
const bufferStepBytes = 64 << 10;

/** Batches of a partition that have been fetched and not handed out yet. */
export class FetchedBatches {
  #bytes: Uint8Array;
  #batches: readonly PlacedBatch[];
  /** The offset after all that was fetched, left out or not. */
  readonly endOffset: bigint;
  /** The epoch of the leader that has stored the last of it, or -1. */
  readonly endEpoch: number;
  #next = 0;

  /**
   * Takes an answer apart.
   * @param from the offset that was asked for: what ends before it is left out
   * @param aborted transactions to leave out; none when uncommitted records are read
   * @throws {CorruptError} for what is no batch
   */
  constructor(bytes: Uint8Array, from: bigint, aborted: readonly AbortedTransaction[]) {
    this.#bytes = bytes;
    let endOffset = from;
    let endEpoch = -1;
    const isForReaders = readersFilter(aborted);
    this.#batches = [...readBatches(bytes)].filter((placed) => {
      const end = endOf(placed);
      if (end <= from) return false;
      endOffset = end;
      endEpoch = placed.header.partitionLeaderEpoch;
      return isForReaders(placed);
    });
    this.endOffset = endOffset;
    this.endEpoch = endEpoch;
  }

  /** Where they are. */
  get buffer(): ArrayBufferLike {
    return this.#bytes.buffer;
  }

  /** Whether nothing is left to hand out. */
  get isEmpty(): boolean {
    return this.#next === this.#batches.length;
  }

  /**
   * Copies what is left. An answer holds batches of many partitions, and stays in memory as long as one of
   * them has batches left in it.
   */
  detach(): void {
    const left = this.#batches.slice(this.#next);
    const end = left.reduce((sum, { header }) => sum + header.sizeBytes, 0);
    const own = new Uint8Array(end);
    let position = 0;
    this.#batches = left.map((placed) => {
      const { start, header } = placed;
      own.set(this.#bytes.subarray(start, start + header.sizeBytes), position);
      position += header.sizeBytes;
      return { ...placed, start: position - header.sizeBytes };
    });
    this.#bytes = own;
    this.#next = 0;
  }

  /** Hands out the next batches: as many as `bytesMax` holds, one at least, in `buffer` when they fit. */
  take(bytesMax: number, buffer?: ArrayBuffer): BatchRun {
    const first = this.#next;
    let sizeBytes = 0;
    do sizeBytes += this.#batches[this.#next++].header.sizeBytes; while (
      !this.isEmpty && sizeBytes + this.#batches[this.#next].header.sizeBytes <= bytesMax
    );
    const fits = buffer !== undefined && sizeBytes <= buffer.byteLength;
    // A buffer somewhat larger serves again for the next run.
    const size = sizeBytes > bytesMax / 2
      ? Math.ceil(Math.max(sizeBytes, bytesMax) / bufferStepBytes) * bufferStepBytes
      : sizeBytes;
    const batches = new Uint8Array(fits ? buffer : new ArrayBuffer(size), 0, sizeBytes);
    let position = 0;
    for (const { start, header } of this.#batches.slice(first, this.#next)) {
      batches.set(this.#bytes.subarray(start, start + header.sizeBytes), position);
      position += header.sizeBytes;
    }
    const { isEmpty, endOffset, endEpoch } = this;
    if (isEmpty) return { batches, endOffset, endEpoch };
    const last = this.#batches[this.#next - 1];
    return { batches, endOffset: endOf(last), endEpoch: last.header.partitionLeaderEpoch };
  }
}

/** What was fetched of a partition from an offset on. @throws {ConnectError} where that cannot be read, or is nothing */
export function readFetched(
  partition: string,
  bytes: Uint8Array,
  from: bigint,
  aborted: readonly AbortedTransaction[],
): FetchedBatches {
  const what = `Cannot read ${partition} at offset ${from}`;
  let batches: FetchedBatches;
  try {
    batches = new FetchedBatches(bytes, from, aborted);
  } catch (cause) {
    throw new ConnectError(`${what}: ${reasonOf(cause)}`, { cause });
  }
  if (!batches.isEmpty || batches.endOffset > from) return batches;
  throw new ConnectError(`${what}: the ${bytes.length} bytes fetched hold no whole batch of it`);
}

/**
 * Tells which batches are for readers, asked in their order. A transaction that was aborted reaches from
 * its first offset to its producer's next marker, which is then the one that aborts it.
 */
function readersFilter(aborted: readonly AbortedTransaction[]): (batch: PlacedBatch) => boolean {
  const coming = aborted.toSorted((a, b) => a.firstOffset < b.firstOffset ? -1 : 1);
  const aborting = new Set<bigint>();
  return (batch) => {
    const { producerId, control, transactional } = batch.header;
    while (coming.length > 0 && coming[0].firstOffset < endOf(batch)) {
      aborting.add(coming.shift()!.producerId);
    }
    if (control) aborting.delete(producerId);
    return !control && !(transactional && aborting.has(producerId));
  };
}

function endOf({ header }: PlacedBatch): bigint {
  return header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
}
