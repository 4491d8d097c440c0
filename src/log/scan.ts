/**
 * Reads a segment from its begin and tells sound batches from damage.
 *
 * Every batch of a segment continues the offsets of the one before: recovery and compaction fill what
 * they take out with empty batches. So a batch is sound when its header, its checksum and its base
 * offset hold. Three fields are outside the checksum; when the rest of a batch holds, they are known,
 * and the batch is put right: the leader epoch is always 0, the length is told by the place where the
 * next batch begins, and a base offset by the batches around it when one bit of it is wrong. More than
 * one means that it is another batch, which has come to the wrong place.
 *
 * The bytes may be anything. No more than a window and one batch is in memory at once, and the search
 * behind damage, which tries every byte, stops when the batches that it has tried add up to
 * {@linkcode searchBytesMax}: records may hold what looks like batches by the million.
 *
 * @module
 */

import { CorruptError, crc32c, type DiskFile, reasonOf } from "../base/mod.ts";
import {
  type BatchHeader,
  checkBatch,
  headerBytes,
  logOverheadBytes,
  readBatchHeader,
  setBaseOffset,
} from "../batch/mod.ts";

/** A part of a segment, in order. Positions are bytes from the segment's begin. */
export type Piece =
  /** A batch as it should be; `repaired` says what had to be put right. Its bytes are valid until the next step. */
  | {
    type: "batch";
    position: number;
    header: BatchHeader;
    bytes: Uint8Array;
    repaired: string | null;
  }
  /**
   * Bytes that are no sound batch, or none where offsets are missing. `nextOffset` is that of the sound
   * batch behind them, if there is one; it may be `firstOffset`, and then nothing is lost.
   */
  | {
    type: "damage";
    position: number;
    sizeBytes: number;
    reason: string;
    firstOffset: bigint;
    nextOffset: bigint | null;
    /** Whether a block in it was never written: what a power cut leaves of an unfinished write. */
    unwritten: boolean;
  };

/** A batch that claims more bytes than this is taken for damage: no topic may have any. */
export const batchBytesLimit = 256 << 20;
/** One scan tries at most so many bytes of what may be batches while it searches behind damage. */
const searchBytesMax = 256 << 20;
const windowBytes = 1 << 20;
const blockBytes = 512;

/**
 * The parts of a segment of `size` bytes, in lists. Rejects only when the disk does.
 * @param offset the offset of the batch that begins at `position`: the base offset at the begin
 */
export async function* scanSegment(
  file: DiskFile,
  size: number,
  offset: bigint,
  position = 0,
): AsyncGenerator<Piece[]> {
  const scanner = new Scanner(file, size, offset, position);
  while (!scanner.done) yield await scanner.next();
}

class Scanner {
  readonly #file: DiskFile;
  readonly #size: number;
  #position: number;
  #expected: bigint;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #searchBytesLeft = searchBytesMax;

  constructor(file: DiskFile, size: number, offset: bigint, position: number) {
    this.#file = file;
    this.#size = size;
    this.#expected = offset;
    this.#position = position;
  }

  get done(): boolean {
    return this.#position >= this.#size;
  }

  /** The pieces that the window holds, after loading it where the last step ended. */
  async next(): Promise<Piece[]> {
    await this.#load(this.#position, windowBytes);
    const pieces: Piece[] = [];
    while (!this.done) {
      const needed = this.#claimedBytes(this.#position);
      if (needed !== null && !this.#holds(this.#position, needed)) {
        if (pieces.length > 0) break;
        await this.#load(this.#position, needed);
      }
      const batch = this.#batchAt(this.#position, null);
      if (typeof batch === "string") {
        if (pieces.length === 0) pieces.push(await this.#damage(batch));
        break;
      }
      pieces.push(batch);
      this.#advance(batch);
    }
    return pieces;
  }

  #advance({ header, position, bytes }: Piece & { type: "batch" }): void {
    this.#position = position + bytes.length;
    this.#expected = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
  }

  /** The size that the batch at `position` claims; null when it is out of bounds. May need a load first. */
  #claimedBytes(position: number): number | null {
    if (!this.#holds(position, headerBytes)) {
      return position + headerBytes <= this.#size ? headerBytes : null;
    }
    const at = position - this.#windowStart;
    const view = new DataView(this.#window.buffer, this.#window.byteOffset + at, headerBytes);
    const sizeBytes = view.getInt32(8) + logOverheadBytes;
    const isBatch = sizeBytes >= headerBytes && sizeBytes <= batchBytesLimit;
    return isBatch && position + sizeBytes <= this.#size ? sizeBytes : null;
  }

  /**
   * The batch at `position`, which the window holds, or why there is none.
   * @param sizeBytes its size when the length it claims is not to be believed
   */
  #batchAt(position: number, sizeBytes: number | null): (Piece & { type: "batch" }) | string {
    const at = position - this.#windowStart;
    let bytes = this.#window.subarray(at, at + (sizeBytes ?? this.#size - position));
    const repaired: string[] = [];
    if (sizeBytes !== null) {
      bytes = bytes.slice();
      new DataView(bytes.buffer).setInt32(8, sizeBytes - logOverheadBytes);
      repaired.push("length");
    }
    try {
      let header = readBatchHeader(bytes);
      if (header === null) return "a batch is cut off";
      checkBatch(bytes, 0, header);
      bytes = bytes.subarray(0, header.sizeBytes);
      if (header.baseOffset !== this.#expected || header.partitionLeaderEpoch !== 0) {
        if (header.baseOffset !== this.#expected) {
          if (!this.#isNextButForOneBit(header, position + bytes.length)) {
            return `there is the batch at offset ${header.baseOffset}`;
          }
          repaired.push("base offset");
        }
        if (header.partitionLeaderEpoch !== 0) repaired.push("leader epoch");
        bytes = bytes.slice();
        setBaseOffset(bytes, this.#expected);
        header = readBatchHeader(bytes)!;
      }
      const what = repaired.length === 0 ? null : repaired.join(" and ");
      return { type: "batch", position, header, bytes, repaired: what };
    } catch (error) {
      if (error instanceof CorruptError) return reasonOf(error);
      throw error;
    }
  }

  /** Whether one wrong bit makes a batch, which ends at `end`, seem another than the next. */
  #isNextButForOneBit({ baseOffset, lastOffsetDelta }: BatchHeader, end: number): boolean {
    const wrong = BigInt.asUintN(64, baseOffset ^ this.#expected);
    if ((wrong & (wrong - 1n)) !== 0n) return false;
    if (!this.#holds(end, headerBytes)) return true;
    // What follows must follow on what it would be.
    const at = end - this.#windowStart;
    const view = new DataView(this.#window.buffer, this.#window.byteOffset + at, headerBytes);
    const next = view.getBigInt64(0);
    return next !== baseOffset + BigInt(lastOffsetDelta) + 1n;
  }

  /** What lies between the current position and the next sound batch; a batch whose length alone is wrong. */
  async #damage(reason: string): Promise<Piece> {
    const position = this.#position;
    const next = await this.#findNext(position);
    const sizeBytes = (next?.position ?? this.#size) - position;
    if (sizeBytes >= headerBytes && sizeBytes <= batchBytesLimit) {
      await this.#load(position, sizeBytes);
      const batch = this.#batchAt(position, sizeBytes);
      if (typeof batch !== "string") {
        const end = batch.header.baseOffset + BigInt(batch.header.lastOffsetDelta) + 1n;
        if (next === null || end === next.offset) {
          this.#advance(batch);
          return batch;
        }
      }
    }
    const unwritten = await this.#hasZeroBlock(position, position + sizeBytes);
    const firstOffset = this.#expected;
    const nextOffset = next?.offset ?? null;
    this.#position += sizeBytes;
    this.#expected = nextOffset ?? firstOffset;
    return { type: "damage", position, sizeBytes, reason, firstOffset, nextOffset, unwritten };
  }

  /** The first sound batch at or after `start` whose offsets come behind those read so far. */
  async #findNext(start: number): Promise<{ position: number; offset: bigint } | null> {
    for (let position = start; position + headerBytes <= this.#size; position++) {
      if (!this.#holds(position, headerBytes)) await this.#load(position, windowBytes);
      const at = position - this.#windowStart;
      if (this.#window[at + 16] !== 2 || this.#window[at + 12] !== 0) continue;
      const sizeBytes = this.#claimedBytes(position);
      if (sizeBytes === null || !this.#canFollow(position)) continue;
      this.#searchBytesLeft -= sizeBytes;
      if (this.#searchBytesLeft < 0) return null;
      if (!this.#holds(position, sizeBytes)) await this.#load(position, sizeBytes);
      const first = position - this.#windowStart;
      const bytes = this.#window.subarray(first, first + sizeBytes);
      try {
        const header = readBatchHeader(bytes);
        if (header === null) continue;
        checkBatch(bytes, 0, header);
        const isSound = await this.#isVouchedFor(header, position, position - start);
        if (isSound) return { position, offset: header.baseOffset };
      } catch (error) {
        if (!(error instanceof CorruptError)) throw error;
      }
    }
    return null;
  }

  /**
   * Whether the base offset of a batch behind damage is to be believed, which no checksum tells: the
   * batch that follows must continue it. Where none does, it is, if the damage may have held as many
   * records as are missing, of a byte each.
   */
  async #isVouchedFor(
    header: BatchHeader,
    position: number,
    damagedBytes: number,
  ): Promise<boolean> {
    const next = new Uint8Array(headerBytes);
    const end = position + header.sizeBytes;
    if (end + headerBytes > this.#size || await this.#file.read(next, end) < headerBytes) {
      return header.baseOffset - this.#expected <= BigInt(damagedBytes);
    }
    const nextOffset = new DataView(next.buffer).getBigInt64(0);
    return nextOffset === header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
  }

  /** Whether the base offset at `position`, which the window holds, may be that of a batch behind damage. */
  #canFollow(position: number): boolean {
    const at = position - this.#windowStart;
    const view = new DataView(this.#window.buffer, this.#window.byteOffset + at, headerBytes);
    const skipped = view.getBigInt64(0) - this.#expected;
    // An empty batch must be able to span what is between.
    return skipped >= 0n && skipped <= 0x7fffffffn;
  }

  /** Whether a block between two positions holds nothing but zeros. */
  async #hasZeroBlock(start: number, end: number): Promise<boolean> {
    for (let at = Math.ceil(start / blockBytes) * blockBytes; at + blockBytes <= end;) {
      if (!this.#holds(at, blockBytes)) await this.#load(at, windowBytes);
      const first = at - this.#windowStart;
      const block = this.#window.subarray(first, first + blockBytes);
      if (block.every((byte) => byte === 0)) return true;
      at += blockBytes;
    }
    return false;
  }

  #holds(position: number, length: number): boolean {
    return position >= this.#windowStart &&
      position + length <= this.#windowStart + this.#window.length;
  }

  async #load(position: number, length: number): Promise<void> {
    const wanted = Math.min(Math.max(length, windowBytes), this.#size - position);
    if (this.#holds(position, wanted)) return;
    const bytes = new Uint8Array(wanted);
    const read = await this.#file.read(bytes, position);
    // A file that ends early is a tail that is not there: zeros are no batch.
    this.#window = read === wanted ? bytes : bytes.fill(0, read);
    this.#windowStart = position;
  }
}

/** A batch without records that takes up the offsets `first` to `last`, as Kafka's compaction leaves them. */
export function emptyBatch(first: bigint, last: bigint): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(headerBytes));
  view.setBigInt64(0, first);
  view.setInt32(8, headerBytes - logOverheadBytes);
  view.setInt8(16, 2);
  view.setInt32(23, Number(last - first));
  view.setBigInt64(27, -1n);
  view.setBigInt64(35, -1n);
  view.setBigInt64(43, -1n);
  view.setInt16(51, -1);
  view.setInt32(53, -1);
  const bytes = new Uint8Array(view.buffer);
  view.setUint32(17, crc32c(bytes, 21));
  return bytes;
}

/** What a message says of offsets that cannot be read, `first` up to, but without, `next`. */
export function whatIsLost(first: bigint, next: bigint): string {
  return next <= first ? "no offset is lost" : `offsets ${first} to ${next - 1n} are lost`;
}
