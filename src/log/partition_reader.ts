/**
 * Reading a partition: which segment holds an offset, where in it, and the batches from there on. The
 * owner's log keeps one up to date as it writes; a reader beside the owner refreshes its own from disk.
 */

import {
  CorruptError,
  type Disk,
  NotFoundError,
  OffsetOutOfRangeError,
  reasonOf,
} from "../base/mod.ts";
import { headerBytes, logOverheadBytes, readBatchHeader } from "../batch/mod.ts";
import { scanSegment } from "./scan.ts";
import { baseOffsetOf, Segment, segmentPath } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";

/** How far a reader looks behind an indexed position at first: an index interval and some. */
const seekBytes = 16 << 10;

/** A partition that can be read. */
export class PartitionReader {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #name: string;
  /** The segments, oldest first. The owner changes this list; there is always one. */
  segments: Segment[];
  /** The offset after the last durable record. */
  endOffset: bigint;
  /** Where the last fetch ended: those that read on in order need no search. */
  #last: { offset: bigint; segment: Segment; position: number } | null = null;

  /** `name` is what messages call the partition: `topic-0`. */
  constructor(
    disk: Disk,
    folder: string,
    name: string,
    segments: Segment[],
    endOffset: bigint,
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.#name = name;
    this.segments = segments;
    this.endOffset = endOffset;
  }

  /** Opens a partition that another process may be writing; it is not changed. @throws {NotFoundError} */
  static async open(disk: Disk, folder: string, name: string): Promise<PartitionReader> {
    const reader = new PartitionReader(disk, folder, name, [], 0n);
    await reader.refresh();
    return reader;
  }

  /** The first offset still kept. */
  get startOffset(): bigint {
    return this.segments[0].baseOffset;
  }

  /** Looks again at what is there: only for a reader beside the owner. @throws {NotFoundError} */
  async refresh(): Promise<void> {
    const bases = await listSegments(this.#disk, this.#folder);
    if (bases.length === 0) throw new NotFoundError(`There is no partition ${this.#name}`);
    this.close();
    const segments: Segment[] = [];
    for (const [i, base] of bases.entries()) {
      const file = await this.#disk.open(segmentPath(this.#folder, base, "log"), "read");
      try {
        const size = await file.size();
        const isLast = i === bases.length - 1;
        let index: SegmentIndex | null = null;
        let sizeBytes = size;
        if (isLast) {
          index = new SegmentIndex(base);
          this.endOffset = base;
          sizeBytes = 0;
          // The owner may be in the midst of a write: what is no sound batch yet is not there yet.
          scan: for await (const pieces of scanSegment(file, size, base)) {
            for (const piece of pieces) {
              if (piece.type === "damage") break scan;
              index.add(piece.header, piece.position);
              sizeBytes = piece.position + piece.bytes.length;
              this.endOffset = piece.header.baseOffset + BigInt(piece.header.lastOffsetDelta) + 1n;
            }
          }
        }
        segments.push(new Segment(this.#disk, this.#folder, base, sizeBytes, index));
      } finally {
        file.close();
      }
    }
    this.segments = segments;
  }

  /**
   * The batches from the one that holds `offset` on, at most `bytesMax` bytes but one batch in any
   * case; empty at the end. They are handed out in `buffer` when it is large enough.
   * @throws {OffsetOutOfRangeError} for an offset that is not kept any more or not there yet
   * @throws {CorruptError} when the segment does not hold a batch where one must be
   */
  async fetch(
    offset: bigint,
    bytesMax: number,
    buffer?: ArrayBuffer,
  ): Promise<Uint8Array<ArrayBuffer>> {
    if (offset === this.endOffset) return new Uint8Array(0);
    if (offset < this.startOffset || offset > this.endOffset) {
      throw new OffsetOutOfRangeError(
        `Offset ${offset} of ${this.#name} is out of range: it holds ${this.startOffset} to ${this.endOffset}`,
      );
    }
    // The kept place may be the end of a segment behind which the log has since been rolled.
    const kept = this.#last;
    const found = kept !== null && kept.offset === offset && this.segments.includes(kept.segment) &&
        kept.position < kept.segment.sizeBytes
      ? kept
      : await this.#find(offset);
    const { segment, position } = found;
    try {
      let bytes = await segment.read(position, Math.max(bytesMax, headerBytes), buffer);
      const first = sizeOfBatch(bytes);
      if (first > bytes.length) bytes = await segment.read(position, first);
      const { length, next } = wholeBatches(bytes);
      if (length === 0) throw new CorruptError("there is no whole batch");
      this.#keepPlace(segment, position + length, next);
      return bytes.subarray(0, length);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      const path = segmentPath(this.#folder, segment.baseOffset, "log");
      throw new CorruptError(
        `"${path}" is damaged at byte ${position}, offset ${offset}: ${reasonOf(error)}`,
        { cause: error },
      );
    }
  }

  /** Lets go of files. */
  close(): void {
    this.#last = null;
    for (const segment of this.segments) segment.release();
  }

  /** Where the batch begins that holds `offset`. */
  async #find(offset: bigint): Promise<{ segment: Segment; position: number }> {
    const segment = this.segments.findLast(({ baseOffset }) => baseOffset <= offset)!;
    let position = (await segment.index()).lookup(offset);
    let bytes = await segment.read(position, seekBytes);
    for (let at = 0;;) {
      if (at + headerBytes > bytes.length) {
        if (position + at + headerBytes > segment.sizeBytes) break;
        position += at;
        at = 0;
        bytes = await segment.read(position, seekBytes);
      }
      const view = new DataView(bytes.buffer, at, headerBytes);
      const last = view.getBigInt64(0) + BigInt(view.getInt32(23));
      if (last >= offset) return { segment, position: position + at };
      const size = sizeOfBatch(bytes, at);
      // A batch may be larger than what is read at once: its header is all that is needed.
      if (at + size > bytes.length && position + at + size < segment.sizeBytes) {
        position += at + size;
        at = 0;
        bytes = await segment.read(position, seekBytes);
      } else {
        at += size;
      }
    }
    const path = segmentPath(this.#folder, segment.baseOffset, "log");
    throw new CorruptError(`"${path}" is damaged: it does not hold offset ${offset}`);
  }

  #keepPlace(segment: Segment, position: number, offset: bigint): void {
    if (position < segment.sizeBytes || segment === this.segments.at(-1)) {
      this.#last = { offset, segment, position };
    } else {
      segment.release();
      this.#last = null;
    }
  }
}

/** The base offsets of the segments in a folder, in order. */
export async function listSegments(disk: Disk, folder: string): Promise<bigint[]> {
  const entries = await disk.list(folder);
  return entries.map(({ name }) => baseOffsetOf(name)).filter((base) => base !== null);
}

function sizeOfBatch(bytes: Uint8Array, at = 0): number {
  if (at + logOverheadBytes > bytes.length) throw new CorruptError("a batch ends too early");
  const size = new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(8) + logOverheadBytes;
  if (size < headerBytes) throw new CorruptError(`batch length ${size} is below ${headerBytes}`);
  return size;
}

/** How many bytes whole batches take, and the offset after them. @throws {CorruptError} */
function wholeBatches(bytes: Uint8Array): { length: number; next: bigint } {
  let length = 0;
  let next = 0n;
  for (;;) {
    const header = readBatchHeader(bytes, length);
    if (header === null) return { length, next };
    length += header.sizeBytes;
    next = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
  }
}
