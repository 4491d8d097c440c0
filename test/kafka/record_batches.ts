/** What RecordBatches.java prints. */

import { strictEqual } from "node:assert/strict";
import type { Java } from "./java.ts";

/** Base64, or one byte again and again. */
export type RecordedBytes = string | { byte: number; times: number } | null;

/** A batch that Kafka made, and what Kafka reads in it. 64-bit numbers are texts. */
export interface RecordedBatch {
  name: string;
  bytes: string;
  header: {
    baseOffset: string;
    lastOffset: string;
    compression: string;
    timestampType: "CreateTime" | "LogAppendTime";
    maxTimestampMs: number;
    producerId: string;
    producerEpoch: number;
    baseSequence: number;
    partitionLeaderEpoch: number;
    transactional: boolean;
    control: boolean;
    crc: string;
  };
  records: {
    offset: string;
    timestampMs: number;
    key: RecordedBytes;
    value: RecordedBytes;
    headers: { key: string; value: RecordedBytes }[];
  }[];
}

/** Where a key goes, by the number of partitions. */
export interface RecordedPartitions {
  key: string;
  murmur2: number;
  partitions: Record<string, number>;
}

/** What is kept in test/golden/record-batches.json. */
export interface RecordBatches {
  recordedFrom: string;
  batches: RecordedBatch[];
  partitions: RecordedPartitions[];
}

/** Has the real Kafka make the batches. */
export async function recordBatches(java: Java): Promise<RecordBatches> {
  const { code, stdout, stderr } = await (await java.withPrograms())
    .run("RecordBatches");
  strictEqual(code, 0, stderr);
  return JSON.parse(stdout);
}
