/**
 * Reading a partition: which segment holds an offset, where in it, and the batches from there on. What
 * is handed out has been checked, checksum and offsets; what is damaged is passed over, and reported
 * (flaws.ts).
 *
 * The owner's log changes the list of segments while they are read: it appends one, removes the oldest,
 * or puts a compacted one in the place of several. A read that fails on a segment which is not in the
 * list any more is made again.
 */

import { CorruptError, OffsetOutOfRangeError } from "../base/mod.ts";
import { checkBatch, headerBytes, logOverheadBytes, readBatchHeader } from "../batch/mod.ts";
import { describeFlaws, type Flaw, inPlaceOf } from "./flaws.ts";
import { batchBytesLimit } from "./scan.ts";
import type { Segment } from "./segment.ts";
import type { IndexedBatch } from "./segment_index.ts";

/** How far a reader looks behind an indexed position at first: an index interval and some. */
const seekBytes = 16 << 10;
/** How often a read is made again because its segment was replaced meanwhile. */
const attemptsMax = 10;

/** A position in a segment. */
interface Place {
  offset: bigint;
  segment: Segment;
  position: number;
}

/** What a reader is made with. */
export interface PartitionReaderOptions {
  /** What messages call the partition: `topic-0`. */
  name: string;
  /** Where damage is told. */
  report: (message: string) => void;
  /** Looks at the disk again, for a reader whose segments change without its knowing. */
  renew: (() => Promise<void>) | null;
}

/** A partition that can be read. */
export class PartitionReader {
  readonly #options: PartitionReaderOptions;
  /** The segments, oldest first. Whoever has the reader changes this list; there is always one. */
  segments: Segment[];
  /** The offset after the last durable record. */
  endOffset: bigint;
  /** Where the last fetch ended: those that read on in order need no search. */
  #last: Place | null = null;

  /** A reader of these segments. */
  constructor(options: PartitionReaderOptions, segments: Segment[], endOffset: bigint) {
    this.#options = options;
    this.segments = segments;
    this.endOffset = endOffset;
  }

  /** The first offset still kept. */
  get startOffset(): bigint {
    return this.segments[0].baseOffset;
  }

  /** How many bytes its segments take. */
  get sizeBytes(): number {
    return this.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /**
   * The batches from the one that holds `offset` on, at most `bytesMax` bytes but one batch in any
   * case; empty at the end. They are handed out in `buffer` when it is large enough. An empty batch
   * stands for what is damaged.
   * @throws {OffsetOutOfRangeError} for an offset that is not kept any more or not there yet
   */
  async fetch(
    offset: bigint,
    bytesMax: number,
    buffer?: ArrayBuffer,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { name, renew } = this.#options;
    let isRenewed = renew === null;
    let isExamined = false;
    for (let attempt = 1;; attempt++) {
      if (offset === this.endOffset) return new Uint8Array(0);
      if (offset < this.startOffset || offset > this.endOffset) {
        throw new OffsetOutOfRangeError(
          `Offset ${offset} of ${name} is out of range: it holds ${this.startOffset} to ${this.endOffset}`,
        );
      }
      const segment = this.segments.findLast(({ baseOffset }) => baseOffset <= offset)!;
      try {
        return await this.#read(segment, offset, bytesMax, buffer);
      } catch (error) {
        if (attempt === attemptsMax) throw error;
        if (!this.segments.includes(segment)) continue;
        if (!isRenewed) {
          isRenewed = true;
          await renew!();
        } else if (error instanceof CorruptError && !isExamined) {
          isExamined = true;
          await this.#examine(segment);
        } else {
          throw error;
        }
      }
    }
  }

  /** Lets go of files. */
  close(): void {
    this.#last = null;
    for (const segment of this.segments) segment.release();
  }

  /** Looks for damage in a whole segment, and tells what is found; an index may be all that was wrong. */
  async #examine(segment: Segment): Promise<void> {
    this.#last = null;
    const known = new Set(segment.flaws.map(({ position }) => position));
    const next = this.segments[this.segments.indexOf(segment) + 1];
    await segment.examine(next?.baseOffset ?? this.endOffset);
    const found = segment.flaws.filter(({ position }) => !known.has(position));
    const { report } = this.#options;
    for (const message of describeFlaws(segment.path, found)) report(message);
    if (segment.flaws.length === 0) {
      report(`"${segment.path}": its index was damaged and is made again`);
    }
  }

  /** @throws {CorruptError} when there is damage that is not among the segment's flaws */
  async #read(
    segment: Segment,
    offset: bigint,
    bytesMax: number,
    buffer: ArrayBuffer | undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const flaw = segment.flaws.find(({ firstOffset, nextOffset }) =>
      firstOffset <= offset && offset < nextOffset
    );
    if (flaw !== undefined) return await this.#readFlaw(segment, flaw, offset);
    const { position, baseOffset } = await this.#find(segment, offset);
    const limit = nextFlaw(segment, position)?.position ?? segment.sizeBytes;
    const room = limit - position;
    const wanted = Math.min(room, Math.max(bytesMax, headerBytes));
    let bytes = await segment.read(position, wanted, buffer);
    const first = sizeOfBatch(bytes);
    if (first > bytes.length && first <= room) bytes = await segment.read(position, first);
    const { length, next } = soundBatches(bytes, baseOffset);
    this.#keepPlace({ segment, position: position + length, offset: next });
    return bytes.subarray(0, length);
  }

  async #readFlaw(segment: Segment, flaw: Flaw, offset: bigint): Promise<Uint8Array<ArrayBuffer>> {
    const sizeBytes = flaw.isRepairable ? flaw.end - flaw.position : 0;
    return inPlaceOf(flaw, offset, await segment.read(flaw.position, sizeBytes));
  }

  /** Where the batch begins that holds `offset`, which no flaw does, and its base offset. */
  async #find(segment: Segment, offset: bigint): Promise<{ position: number; baseOffset: bigint }> {
    const last = this.#last;
    // The kept place may be the end of a segment behind which the log has since been rolled.
    const isKept = last !== null && last.offset === offset && last.segment === segment &&
      last.position < segment.sizeBytes;
    if (isKept) return { position: last.position, baseOffset: offset };
    let { position, isNext } = startOf(segment, (await segment.index()).lookup(offset), offset);
    for (let bytes = new Uint8Array(0), at = 0;;) {
      if (at + headerBytes > bytes.length) {
        position += at;
        at = 0;
        bytes = await segment.read(position, seekBytes);
        if (bytes.length < headerBytes) throw new CorruptError(`it does not hold offset ${offset}`);
      }
      const view = new DataView(bytes.buffer, at, headerBytes);
      const baseOffset = view.getBigInt64(0);
      const lastOffset = baseOffset + BigInt(view.getInt32(23));
      // A base offset is not under the checksum: only the batches before it vouch for it.
      if (!isNext(baseOffset, lastOffset)) {
        throw new CorruptError(`the batch at byte ${position + at} is not the next`);
      }
      if (lastOffset >= offset) return { position: position + at, baseOffset };
      isNext = (baseOffset) => baseOffset === lastOffset + 1n;
      at += sizeOfBatch(bytes, at);
    }
  }

  #keepPlace(place: Place): void {
    const { segment, position } = place;
    if (position < segment.sizeBytes || segment === this.segments.at(-1)) {
      this.#last = place;
    } else {
      segment.release();
      this.#last = null;
    }
  }
}

/** The first flaw behind a sound position; one without bytes may end right there. */
function nextFlaw(segment: Segment, position: number): Flaw | undefined {
  return segment.flaws.find((flaw) => flaw.position >= position && flaw.end > position);
}

function sizeOfBatch(bytes: Uint8Array, at = 0): number {
  if (at + logOverheadBytes > bytes.length) throw new CorruptError("a batch ends too early");
  const size = new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(8) + logOverheadBytes;
  if (size >= headerBytes && size <= batchBytesLimit) return size;
  throw new CorruptError(`batch length ${size} is not from ${headerBytes} to ${batchBytesLimit}`);
}

/** Whether a batch is the one that comes next. */
type IsNext = (baseOffset: bigint, lastOffset: bigint) => boolean;

/** Where a search begins: behind the last flaw, at an indexed batch, or at the segment's begin. */
function startOf(
  segment: Segment,
  indexed: IndexedBatch | null,
  offset: bigint,
): { position: number; isNext: IsNext } {
  const passed = segment.flaws.findLast(({ nextOffset }) => nextOffset <= offset);
  if (passed !== undefined && passed.end >= (indexed?.position ?? 0)) {
    return { position: passed.end, isNext: (baseOffset) => baseOffset === passed.nextOffset };
  }
  if (indexed === null) {
    return { position: 0, isNext: (baseOffset) => baseOffset === segment.baseOffset };
  }
  const { position, lastOffset } = indexed;
  return { position, isNext: (_, last) => last === lastOffset };
}

/**
 * How many bytes the sound batches at the begin take, and the offset after them. The first must begin
 * at `baseOffset`, and each next one must continue the one before.
 * @throws {CorruptError} when not even the first is sound
 */
function soundBatches(bytes: Uint8Array, baseOffset: bigint): { length: number; next: bigint } {
  let length = 0;
  let next = baseOffset;
  try {
    for (;;) {
      const header = readBatchHeader(bytes, length);
      if (header === null) break;
      if (header.baseOffset !== next) {
        throw new CorruptError(`base offset ${header.baseOffset} is not ${next}, the next`);
      }
      checkBatch(bytes, length, header);
      length += header.sizeBytes;
      next = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
    }
  } catch (error) {
    if (!(error instanceof CorruptError) || length === 0) throw error;
  }
  if (length === 0) throw new CorruptError("there is no whole batch");
  return { length, next };
}
