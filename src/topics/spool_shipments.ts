/**
 * What is sent to Kafka of the batches in a spool. A source that gives a record now and then leaves a
 * batch for each, and Kafka takes one batch of a partition in a request: small ones are put together.
 */

import { concat, CorruptError } from "../base/mod.ts";
import {
  BatchBuilder,
  type BatchHeader,
  compressionName,
  readBatches,
  readRecords,
  setBaseOffset,
} from "../batch/mod.ts";

/** A batch of less is put together with its neighbours, in bytes. */
const smallBytesMax = 16 << 10;
/** No more is put together than this, in bytes. */
const togetherBytesMax = 64 << 10;

/** More than what is left of a batch can take, in bytes. */
const batchBytesMax = 1 << 30;

/** A batch as it is sent. */
export interface Shipment {
  /** The batch; null where the disk has damaged one, which the log has reported. */
  batch: Uint8Array<ArrayBuffer> | null;
  /** The offset, in the spool, of its first record. */
  start: bigint;
  /** The offset, in the spool, after its last record. */
  end: bigint;
}

/** Neighbours that are put together. */
interface Run {
  start: number;
  stop: number;
  compression: number;
  parts: Shipment[];
}

/** What is sent of fetched batches from an offset on, which may be within the first, in their order. */
export function* shipments(
  fetched: Uint8Array<ArrayBuffer>,
  from: bigint,
): Generator<Shipment> {
  const bytes = since(fetched, from);
  let run: Run | null = null;
  for (const { start, header } of readBatches(bytes)) {
    const stop = start + header.sizeBytes;
    const isSmall = header.recordCount > 0 && header.sizeBytes < smallBytesMax;
    const fits = run !== null && isSmall && run.compression === header.compression &&
      stop - run.start <= togetherBytesMax;
    if (run !== null && !fits) {
      yield* together(bytes, run);
      run = null;
    }
    const alone = shipment(bytes, start, header);
    if (!isSmall) yield alone;
    else {
      run ??= { start, stop, compression: header.compression, parts: [] };
      run.stop = stop;
      run.parts.push(alone);
    }
  }
  if (run !== null) yield* together(bytes, run);
}

function shipment(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
  { sizeBytes, recordCount, baseOffset, lastOffsetDelta }: BatchHeader,
): Shipment {
  const batch = recordCount === 0 ? null : bytes.subarray(start, start + sizeBytes);
  return { batch, start: baseOffset, end: baseOffset + BigInt(lastOffsetDelta) + 1n };
}

/** Batches without the records of the first that are below an offset. */
function since(bytes: Uint8Array<ArrayBuffer>, from: bigint): Uint8Array<ArrayBuffer> {
  const [{ header }] = readBatches(bytes);
  if (header.baseOffset >= from || header.recordCount === 0) return bytes;
  const { sizeBytes, compression } = header;
  const builder = new BatchBuilder({
    sizeMax: batchBytesMax,
    compression: compressionName(compression),
  });
  for (const record of readRecords(bytes.subarray(0, sizeBytes))) {
    const { key, value, headers, timestampMs } = record;
    if (record.offset >= from) builder.append(key, value, headers, timestampMs);
  }
  const first = builder.seal();
  setBaseOffset(first, from);
  return concat([first, bytes.subarray(sizeBytes)]);
}

/** One batch with the records of all; those batches themselves where their records cannot be read. */
function together(
  bytes: Uint8Array<ArrayBuffer>,
  { start, stop, compression, parts }: Run,
): Shipment[] {
  if (parts.length === 1) return parts;
  // It may get larger than those it is made of: times count from the first of all.
  const builder = new BatchBuilder({
    sizeMax: 4 * togetherBytesMax,
    compression: compressionName(compression),
  });
  try {
    for (const { key, value, headers, timestampMs } of readRecords(bytes.subarray(start, stop))) {
      if (!builder.append(key, value, headers, timestampMs)) return parts;
    }
  } catch (error) {
    // They are Kafka's to refuse, each for itself.
    if (!(error instanceof CorruptError)) throw error;
    return parts;
  }
  return [{ batch: builder.seal(), start: parts[0].start, end: parts.at(-1)!.end }];
}
