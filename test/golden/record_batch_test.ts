/** Record batches that the real Kafka made, read and made again by ours. test/kafka records them. */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  BatchBuilder,
  checkBatch,
  compressionNames,
  murmur2,
  murmur2Partition,
  readBatchHeader,
  readRecords,
  stampProducer,
} from "../../src/batch/mod.ts";
import type { RecordBatches, RecordedBatch, RecordedBytes } from "../kafka/record_batches.ts";
import recorded from "./record-batches.json" with { type: "json" };

const { batches, partitions } = recorded as RecordBatches;

function bytesOf(bytes: RecordedBytes): Uint8Array | null {
  if (bytes === null) return null;
  if (typeof bytes === "string") return Uint8Array.fromBase64(bytes);
  return new Uint8Array(bytes.times).fill(bytes.byte);
}

function sealedBy({ records, header }: RecordedBatch): Uint8Array {
  const builder = new BatchBuilder({ sizeMax: 1 << 20 });
  for (const { key, value, headers, timestampMs } of records) {
    const named = headers.map((header) => ({ key: header.key, value: bytesOf(header.value) }));
    ok(builder.append(bytesOf(key), bytesOf(value), named, timestampMs));
  }
  const sealed = builder.seal();
  if (header.producerId === "-1") return sealed;
  const { producerId, producerEpoch, baseSequence } = header;
  stampProducer(sealed, { producerId: BigInt(producerId), producerEpoch, baseSequence });
  return sealed;
}

for (const recorded of batches) {
  const { name, header: expected, records } = recorded;
  const bytes = Uint8Array.fromBase64(recorded.bytes);

  Deno.test(`readBatchHeader() reads Kafka's batch: ${name}`, () => {
    const header = readBatchHeader(bytes)!;
    checkBatch(bytes, 0, header);
    const { compression, lastOffsetDelta, logAppendTime, ...rest } = header;
    const { lastOffset, timestampType, ...same } = expected;
    deepStrictEqual(
      { ...rest, baseTimestampMs: undefined, compression: compressionNames[compression] },
      {
        ...same,
        baseOffset: BigInt(same.baseOffset),
        producerId: BigInt(same.producerId),
        crc: Number(same.crc),
        sizeBytes: bytes.length,
        recordCount: records.length,
        baseTimestampMs: undefined,
      },
    );
    strictEqual(header.baseOffset + BigInt(lastOffsetDelta), BigInt(lastOffset));
    strictEqual(logAppendTime, timestampType === "LogAppendTime");
  });

  Deno.test(`readRecords() reads Kafka's records: ${name}`, () => {
    const read = [...readRecords(bytes)].map((record) => ({
      ...record,
      key: record.key && Uint8Array.from(record.key),
      value: record.value && Uint8Array.from(record.value),
      headers: record.headers.map(({ key, value }) => ({
        key,
        value: value && Uint8Array.from(value),
      })),
    }));
    // Markers are no records: whoever reads a topic never sees them.
    const visible = expected.control ? [] : records;
    deepStrictEqual(
      read,
      visible.map((record) => ({
        offset: BigInt(record.offset),
        timestampMs: record.timestampMs,
        timestampType: expected.timestampType,
        key: bytesOf(record.key),
        value: bytesOf(record.value),
        headers: record.headers.map(({ key, value }) => ({ key, value: bytesOf(value) })),
      })),
    );
  });

  const isProducers = expected.compression === "none" && expected.timestampType === "CreateTime" &&
    expected.baseOffset === "0" && !expected.transactional && !expected.control;
  if (!isProducers) continue;
  Deno.test(`BatchBuilder makes the same bytes as Kafka: ${name}`, () => {
    deepStrictEqual(sealedBy(recorded), bytes);
  });
}

Deno.test("murmur2() and murmur2Partition() send keys where the Java producer sends them", () => {
  for (const recorded of partitions) {
    const key = Uint8Array.fromBase64(recorded.key);
    strictEqual(murmur2(key), recorded.murmur2, recorded.key);
    for (const [count, partition] of Object.entries(recorded.partitions)) {
      strictEqual(murmur2Partition(key, Number(count)), partition, `${recorded.key} of ${count}`);
    }
  }
});
