/**
 * Takes records out of a sealed batch, as compaction does. Kafka: `MemoryRecords.filterTo`, KIP-534.
 *
 * What stays keeps its offset, and the batch keeps its first and last offset. A batch with records
 * without a value is given a delete horizon, the time when those may go: it stands where the base
 * timestamp stood, which bit 6 of the attributes tells, and timestamps count from it.
 */

import { concat, CorruptError, crc32c } from "../base/mod.ts";
import { compress, compressionName, decompress } from "./compression.ts";
import { type BatchHeader, headerBytes, logOverheadBytes } from "./record_batch.ts";
import { RecordCursor } from "./record_reader.ts";

const deleteHorizonFlag = 1 << 6;
const logAppendTimeFlag = 1 << 3;

/** A record on its way through a filter. */
export interface FilteredRecord {
  /** Its offset. */
  offset: bigint;
  /** Its key. */
  key: Uint8Array | null;
  /** Whether it has no value, and the delete horizon of its batch has passed. */
  mayGo: boolean;
}

/** What stays. */
export interface BatchFilter {
  /** Whether a record stays. */
  retains(record: FilteredRecord): boolean;
  /** The time, epoch ms. */
  nowMs: number;
  /** How long a record without a value stays after it has first been filtered, in milliseconds. */
  deleteRetentionMs: number;
}

interface Retained {
  timestampDeltaMs: number;
  /** Where the record begins, its length in front, and ends. */
  start: number;
  end: number;
  /** What follows the timestamp. */
  rest: number;
}

/**
 * Filters the batch that `bytes` begins with, whose checksum has been checked.
 * @returns a batch, `bytes` itself when nothing changes, or null when no record stays
 * @throws {CorruptError} for records that cannot be read
 */
export function filterBatch(
  bytes: Uint8Array,
  header: BatchHeader,
  filter: BatchFilter,
): Uint8Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const attributes = view.getInt16(21);
  const codec = compressionName(header.compression);
  const records = decompress(codec, bytes.subarray(headerBytes, header.sizeBytes));
  const hasHorizon = (attributes & deleteHorizonFlag) !== 0;
  const hasPassed = hasHorizon && filter.nowMs >= header.baseTimestampMs;
  const { retained, hasDeletes } = select(records, header, filter, hasPassed);
  const setsHorizon = hasDeletes && !hasHorizon;
  if (retained.length === 0) return null;
  if (retained.length === header.recordCount && !setsHorizon) return bytes;

  const baseTimestampMs = setsHorizon
    ? filter.nowMs + filter.deleteRetentionMs
    : header.baseTimestampMs;
  const shiftMs = header.baseTimestampMs - baseTimestampMs;
  const packed = compress(
    codec,
    concat(
      retained.flatMap((record) =>
        shiftMs === 0
          ? [records.subarray(record.start, record.end)]
          : shifted(records, record, shiftMs)
      ),
    ),
  );
  const maxDelta = retained.reduce(
    (max, { timestampDeltaMs: delta }) => Math.max(max, delta),
    -Infinity,
  );
  const isLogAppendTime = (attributes & logAppendTimeFlag) !== 0;
  const batch = concat([bytes.subarray(0, headerBytes), packed]);
  const out = new DataView(batch.buffer);
  out.setInt32(8, batch.length - logOverheadBytes);
  if (setsHorizon) out.setInt16(21, attributes | deleteHorizonFlag);
  out.setBigInt64(27, BigInt(baseTimestampMs));
  if (!isLogAppendTime) out.setBigInt64(35, BigInt(header.baseTimestampMs + maxDelta));
  out.setInt32(57, retained.length);
  out.setUint32(17, crc32c(batch, 21));
  return batch;
}

function select(
  records: Uint8Array,
  header: BatchHeader,
  filter: BatchFilter,
  hasPassed: boolean,
): { retained: Retained[]; hasDeletes: boolean } {
  const cursor = new RecordCursor(records);
  const retained: Retained[] = [];
  let hasDeletes = false;
  for (let i = 0; i < header.recordCount; i++) {
    const start = cursor.position;
    const end = cursor.recordEnd(i);
    cursor.position++;
    const timestampDeltaMs = cursor.varlong();
    const rest = cursor.position;
    const offset = header.baseOffset + BigInt(cursor.varint());
    const key = cursor.field();
    const hasValue = cursor.field() !== null;
    cursor.position = end;
    if (!filter.retains({ offset, key, mayGo: hasPassed && !hasValue })) continue;
    hasDeletes ||= !hasValue;
    retained.push({ timestampDeltaMs, start, end, rest });
  }
  if (cursor.position !== records.length) {
    throw new CorruptError("there are bytes behind the last record");
  }
  return { retained, hasDeletes };
}

/** A record whose timestamp counts from another time. */
function shifted(records: Uint8Array, record: Retained, shiftMs: number): Uint8Array[] {
  const delta = varint(record.timestampDeltaMs + shiftMs);
  const rest = records.subarray(record.rest, record.end);
  return [varint(1 + delta.length + rest.length), Uint8Array.of(0), delta, rest];
}

/** A zigzag varint or varlong of a safe integer. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
