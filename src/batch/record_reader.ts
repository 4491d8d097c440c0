/** Reads the records of fetched batches, checking every bound: the bytes may come from anywhere. */

import { CorruptError } from "../base/mod.ts";
import type { RecordHeader } from "./batch_builder.ts";
import { compressionName, decompress } from "./compression.ts";
import { type BatchHeader, checkBatch, headerBytes, readBatchHeader } from "./record_batch.ts";

/** One record of a batch. Key and value are views into the fetched bytes. */
export interface RecordView {
  /** Its offset. */
  offset: bigint;
  /** Its time, epoch ms. */
  timestampMs: number;
  /** Who set the time. */
  timestampType: "CreateTime" | "LogAppendTime";
  /** Its key. */
  key: Uint8Array | null;
  /** Its value. */
  value: Uint8Array | null;
  /** Its headers, in order. */
  headers: readonly RecordHeader[];
}

const noHeaders: readonly RecordHeader[] = [];
const decoder = new TextDecoder();

/** A batch among others: where it begins, and its header. */
export interface PlacedBatch {
  /** Where it begins, in bytes. */
  start: number;
  /** Its header. */
  header: BatchHeader;
}

/** The whole batches in `bytes`, one after another; a torn last one is left out. @throws {CorruptError} */
export function* readBatches(bytes: Uint8Array): Generator<PlacedBatch> {
  for (let start = 0;;) {
    const header = readBatchHeader(bytes, start);
    if (header === null) return;
    yield { start, header };
    start += header.sizeBytes;
  }
}

/** The offset after the last of the whole batches in `bytes`; `from` when there is none. @throws {CorruptError} */
export function endOffsetOf(bytes: Uint8Array, from: bigint): bigint {
  let end = from;
  for (const { header } of readBatches(bytes)) {
    end = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
  }
  return end;
}

/**
 * The records of all whole batches in `bytes`, in order; control batches are passed over.
 * @throws {CorruptError} for a batch whose checksum or content is wrong
 */
export function* readRecords(bytes: Uint8Array): Generator<RecordView> {
  for (const { start, header } of readBatches(bytes)) {
    checkBatch(bytes, start, header);
    if (!header.control) yield* recordsOf(bytes, start, header);
  }
}

function* recordsOf(bytes: Uint8Array, start: number, header: BatchHeader): Generator<RecordView> {
  const compressed = bytes.subarray(start + headerBytes, start + header.sizeBytes);
  const cursor = new RecordCursor(decompress(compressionName(header.compression), compressed));
  for (let i = 0; i < header.recordCount; i++) {
    const end = cursor.recordEnd(i);
    cursor.position++;
    const timestampDelta = cursor.varlong();
    const offsetDelta = cursor.varint();
    const key = cursor.field();
    const value = cursor.field();
    const headers = cursor.headers();
    if (cursor.position !== end) cursor.fail(`record ${i} is not as long as it says`);
    yield {
      offset: header.baseOffset + BigInt(offsetDelta),
      timestampMs: header.logAppendTime
        ? header.maxTimestampMs
        : header.baseTimestampMs + timestampDelta,
      timestampType: header.logAppendTime ? "LogAppendTime" : "CreateTime",
      key,
      value,
      headers,
    };
  }
  if (cursor.position !== cursor.bytes.length) {
    cursor.fail("there are bytes behind the last record");
  }
}

/** Reads the decompressed records of a batch, field by field. @throws {CorruptError} beyond their end */
export class RecordCursor {
  /** The records. */
  readonly bytes: Uint8Array;
  /** Where it is. */
  position = 0;

  /** Begins at the first record. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Reads the length of record number `i`. @returns where it ends */
  recordEnd(i: number): number {
    const length = this.varint();
    const end = this.position + length;
    if (length < 0 || end > this.bytes.length) this.fail(`record ${i} ends beyond its batch`);
    return end;
  }

  /** A zigzag varint of at most 32 bits. */
  varint(): number {
    const { bytes } = this;
    let position = this.position;
    let byte = bytes[position++];
    let value = byte & 127;
    for (let shift = 7; byte > 127; shift += 7) {
      if (shift > 28) this.fail("a varint is longer than 5 bytes");
      byte = bytes[position++];
      value |= (byte & 127) << shift;
    }
    if (byte === undefined) this.fail("a varint ends beyond its batch");
    this.position = position;
    return (value >>> 1) ^ -(value & 1);
  }

  /** A zigzag varlong, as a number; a delta beyond the safe range is taken for damage. */
  varlong(): number {
    let value = 0n;
    let byte = 128;
    for (let shift = 0n; byte > 127; shift += 7n) {
      // Nearly always the delta is small: one or two bytes, read without a bigint.
      if (shift === 0n && this.bytes[this.position] < 128) {
        const small = this.bytes[this.position++];
        return (small >>> 1) ^ -(small & 1);
      }
      if (shift > 63n) this.fail("a varlong is longer than 10 bytes");
      byte = this.bytes[this.position++];
      if (byte === undefined) this.fail("a varlong ends beyond its batch");
      value |= BigInt(byte & 127) << shift;
    }
    const delta = Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
    return Number.isSafeInteger(delta)
      ? delta
      : this.fail(`the timestamp delta ${delta} is too large`);
  }

  /** A key or value with its length before it. */
  field(): Uint8Array | null {
    const length = this.varint();
    if (length === -1) return null;
    const end = this.position + length;
    if (length < 0 || end > this.bytes.length) this.fail("a key or value ends beyond its batch");
    const field = this.bytes.subarray(this.position, end);
    this.position = end;
    return field;
  }

  /** All headers of a record. */
  headers(): readonly RecordHeader[] {
    const count = this.varint();
    if (count === 0) return noHeaders;
    if (count < 0 || count > this.bytes.length - this.position) {
      this.fail(`there are ${count} headers`);
    }
    const headers: RecordHeader[] = [];
    for (let i = 0; i < count; i++) {
      const key = this.field();
      if (key === null) this.fail("a header has no key");
      headers.push({ key: decoder.decode(key), value: this.field() });
    }
    return headers;
  }

  /** Says what is wrong, and where. */
  fail(reason: string): never {
    throw new CorruptError(`${reason} (at byte ${this.position} of its records)`);
  }
}
