/**
 * The two sparse indexes of a segment, in memory and in Kafka's file formats (`OffsetIndex`,
 * `TimeIndex`). All integers are big endian; offsets are relative to the segment's base offset.
 *
 *     .index     := entry*   entry := offset:int32 position:int32
 *     .timeindex := entry*   entry := timestamp:int64 offset:int32
 *
 * An offset entry says that the batch whose last offset it names begins at that position. A time entry
 * says that no record up to that offset is later than its timestamp. Indexes are never synced: one
 * that is missing or does not fit its segment is made again from the segment.
 *
 * @module
 */

import type { BatchHeader } from "../batch/mod.ts";

/** How many bytes of batches go by between entries. Kafka: `index.interval.bytes`. */
const intervalBytes = 4096;

/** A batch that reading may begin with. */
export interface IndexedBatch {
  /** The offset of its last record. */
  lastOffset: bigint;
  /** Where it begins, in bytes. */
  position: number;
}

/** Both indexes of one segment. */
export class SegmentIndex {
  readonly #baseOffset: bigint;
  readonly #offsets: number[] = [];
  readonly #positions: number[] = [];
  readonly #timestamps: number[] = [];
  readonly #timeOffsets: number[] = [];
  #bytesSinceEntry = 0;
  #maxTimestampMs = -1;
  #maxTimestampOffset = 0;

  /** Indexes without entries. */
  constructor(baseOffset: bigint) {
    this.#baseOffset = baseOffset;
  }

  /** The latest timestamp of the segment's records, or -1 without any. */
  get maxTimestampMs(): number {
    return this.#maxTimestampMs;
  }

  /** Where the batch of the last entry begins, or 0 without any. */
  get lastPosition(): number {
    return this.#positions.at(-1) ?? 0;
  }

  /** Takes note of a batch that has been appended at `position`. Kafka: `LogSegment.append`. */
  add(header: BatchHeader, position: number): void {
    const last = Number(header.baseOffset - this.#baseOffset) + header.lastOffsetDelta;
    if (header.maxTimestampMs > this.#maxTimestampMs) {
      this.#maxTimestampMs = header.maxTimestampMs;
      this.#maxTimestampOffset = last;
    }
    if (this.#bytesSinceEntry > intervalBytes) {
      this.#offsets.push(last);
      this.#positions.push(position);
      this.#addTime();
      this.#bytesSinceEntry = 0;
    }
    this.#bytesSinceEntry += header.sizeBytes;
  }

  /** The last entry whose batch does not end beyond `offset`, or null. */
  lookup(offset: bigint): IndexedBatch | null {
    const relative = Number(offset - this.#baseOffset);
    let low = 0;
    let high = this.#offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsets[middle] <= relative) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return null;
    const lastOffset = this.#baseOffset + BigInt(this.#offsets[low - 1]);
    return { lastOffset, position: this.#positions[low - 1] };
  }

  /** The bytes of the `.index` file. */
  encodeOffsets(): Uint8Array<ArrayBuffer> {
    const view = new DataView(new ArrayBuffer(this.#offsets.length * 8));
    for (let i = 0; i < this.#offsets.length; i++) {
      view.setInt32(i * 8, this.#offsets[i]);
      view.setInt32(i * 8 + 4, this.#positions[i]);
    }
    return new Uint8Array(view.buffer);
  }

  /** The bytes of the `.timeindex` file; the last entry tells the segment's latest timestamp. */
  encodeTimes(): Uint8Array<ArrayBuffer> {
    this.#addTime();
    const view = new DataView(new ArrayBuffer(this.#timestamps.length * 12));
    for (let i = 0; i < this.#timestamps.length; i++) {
      view.setBigInt64(i * 12, BigInt(this.#timestamps[i]));
      view.setInt32(i * 12 + 8, this.#timeOffsets[i]);
    }
    return new Uint8Array(view.buffer);
  }

  /** The indexes that these files hold, or null when they cannot be those of a segment of that size. */
  static decode(
    baseOffset: bigint,
    segmentBytes: number,
    offsets: Uint8Array,
    times: Uint8Array,
  ): SegmentIndex | null {
    if (offsets.length % 8 !== 0 || times.length % 12 !== 0) return null;
    // Without a time entry nobody could tell how old the segment is.
    if (segmentBytes > 0 && times.length === 0) return null;
    const index = new SegmentIndex(baseOffset);
    const view = new DataView(offsets.buffer, offsets.byteOffset, offsets.length);
    for (let at = 0; at < offsets.length; at += 8) {
      const [offset, position] = [view.getInt32(at), view.getInt32(at + 4)];
      if (offset <= (index.#offsets.at(-1) ?? -1)) return null;
      if (position <= (index.#positions.at(-1) ?? 0) || position >= segmentBytes) return null;
      index.#offsets.push(offset);
      index.#positions.push(position);
    }
    const timeView = new DataView(times.buffer, times.byteOffset, times.length);
    for (let at = 0; at < times.length; at += 12) {
      const [time, offset] = [Number(timeView.getBigInt64(at)), timeView.getInt32(at + 8)];
      if (time <= index.#maxTimestampMs && at > 0) return null;
      index.#timestamps.push(time);
      index.#timeOffsets.push(offset);
      index.#maxTimestampMs = time;
      index.#maxTimestampOffset = offset;
    }
    return index;
  }

  #addTime(): void {
    if (this.#maxTimestampMs <= (this.#timestamps.at(-1) ?? -1)) return;
    this.#timestamps.push(this.#maxTimestampMs);
    this.#timeOffsets.push(this.#maxTimestampOffset);
  }
}
