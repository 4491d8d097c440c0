/** Divides a batch that a broker finds too large. */

import { BatchBuilder, compressionName, readBatchHeader, readRecords } from "../batch/mod.ts";

/** More than a batch can hold: what one batch held fits into two. */
const splitBytesMax = 1 << 30;

/** Two batches with half of the records each; null for a batch of one record. @throws {CorruptError} */
export function splitBatch(batch: Uint8Array): Uint8Array<ArrayBuffer>[] | null {
  const { recordCount, compression } = readBatchHeader(batch)!;
  if (recordCount < 2) return null;
  const options = { sizeMax: splitBytesMax, compression: compressionName(compression) };
  const half = Math.ceil(recordCount / 2);
  const halves = [new BatchBuilder(options), new BatchBuilder(options)];
  let index = 0;
  for (const { key, value, headers, timestampMs } of readRecords(batch)) {
    halves[index++ < half ? 0 : 1].append(key, value, headers, timestampMs);
  }
  return halves.map((builder) => builder.seal());
}
