/** Kafka's own tool reads what the embedded log writes, and agrees with it on every record. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import {
  BatchBuilder,
  checkProducedBatch,
  type CompressionName,
  compressionNames,
  readBatches,
  readRecords,
} from "../../src/batch/mod.ts";
import { EmbeddedLog } from "../../src/log/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { type Dump, dumpGroupOffsets, dumpPartition } from "./dump_log.ts";
import { javaTest } from "./java.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Nulls, empty and long values, text beyond ASCII, headers, and times that do not only grow. */
function batch(first: number, compression: CompressionName): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1 << 20, compression });
  const now = Date.now();
  for (let i = first; i < first + 20; i++) {
    const key = i % 3 === 0 ? null : i % 3 === 1 ? "" : `key ${i} ü`;
    const value = i % 7 === 0 ? null : i % 7 === 1 ? "" : `value ${i} 猫 `.repeat(i % 11 * 5 + 1);
    const headers = i % 2 === 0 ? [] : [
      { key: "text", value: encoder.encode(`header ${i}`) },
      { key: "nothing", value: null },
    ];
    builder.append(key, value, headers, now + (i % 5 === 4 ? -i : i));
  }
  return builder.seal();
}

async function withTopics<T>(folder: string, work: (topics: EmbeddedTopics) => Promise<T>) {
  const log = keptLog();
  const topics = await EmbeddedTopics.open({ disk: localDisk, folder, clock: systemClock, log });
  try {
    return { log, result: await work(topics) };
  } finally {
    await topics.close();
  }
}

/** Writes batches in turn of each compression, into several segments. */
async function writeBatches(folder: string, count: number): Promise<void> {
  await withTopics(folder, async (topics) => {
    await topics.createTopics([{ name: "t", configs: { "segment.bytes": "60000" } }]);
    for (let i = 0; i < count; i++) {
      await topics.append("t", 0, batch(i * 20, compressionNames[i % compressionNames.length]));
    }
  });
}

/** Everything we read in the partition `t-0`, as Kafka's tool would show it. */
async function ourView(folder: string): Promise<Dump["batches"]> {
  const { result } = await withTopics(folder, async (topics) => {
    const batches: Dump["batches"] = [];
    const [{ partitions: [{ logStartOffset, endOffset }] }] = await topics.describeTopics(["t"]);
    for (let offset = logStartOffset; offset < endOffset;) {
      const fetched = await topics.fetch("t", 0, offset, { bytesMax: 1, waitMsMax: 0 });
      for (const { start, header } of readBatches(fetched.batches)) {
        const bytes = fetched.batches.subarray(start, start + header.sizeBytes);
        offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
        batches.push({
          baseOffset: Number(header.baseOffset),
          lastOffset: Number(offset) - 1,
          count: header.recordCount,
          position: -1,
          size: header.sizeBytes,
          maxTimestampMs: header.maxTimestampMs,
          compression: ["none", "gzip", "snappy", "lz4", "zstd"][header.compression],
          crc: header.crc,
          isValid: true,
          records: [...readRecords(bytes)].map((record) => ({
            offset: Number(record.offset),
            timestampMs: record.timestampMs,
            key: record.key && decoder.decode(record.key),
            value: record.value && decoder.decode(record.value),
            headerKeys: record.headers.map(({ key }) => key),
          })),
        });
      }
    }
    return batches;
  });
  return result;
}

/** Asserts that Kafka reads the partition `t-0` without a complaint, and as we do. */
async function assertAgreed(dump: Dump, folder: string): Promise<void> {
  deepStrictEqual(dump.complaints, []);
  const batches = dump.batches.map((read) => ({ ...read, position: -1 }));
  deepStrictEqual(batches, await ourView(folder));
}

async function segmentsOf(folder: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  return names.filter((name) => name.endsWith(".log")).sort();
}

async function bytesOf(folder: string): Promise<number> {
  const files = (await segmentsOf(folder)).map((name) => Deno.stat(`${folder}/${name}`));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}

javaTest(
  "DumpLogSegments reads segments of every compression as they were written",
  async (java) => {
    await inTemporaryFolder(async (folder) => {
      await writeBatches(folder, 90);
      const segments = await segmentsOf(`${folder}/t-0`);
      ok(segments.length >= 3, `${segments}`);
      const dump = await dumpPartition(java, `${folder}/t-0`);
      await assertAgreed(dump, folder);
      strictEqual(dump.batches.flatMap(({ records }) => records).length, 90 * 20);
      deepStrictEqual(new Set(dump.batches.map(({ compression }) => compression)).size, 5);
      // About an entry every 4 KiB, and one more for the time of each segment.
      ok(dump.indexEntryCount >= 3 * segments.length, `${dump.indexEntryCount} entries`);
      ok(dump.timeIndexEntryCount >= 3 * segments.length, `${dump.timeIndexEntryCount} entries`);
    });
  },
);

javaTest("DumpLogSegments reads batches of many compressed blocks", async (java) => {
  await inTemporaryFolder(async (folder) => {
    await withTopics(folder, async (topics) => {
      await topics.createTopics([{ name: "t" }]);
      for (const compression of compressionNames) {
        const builder = new BatchBuilder({ sizeMax: 1 << 20, compression });
        // Text that does not shrink, text that does, and both in turn.
        const random = crypto.getRandomValues(new Uint8Array(60_000)).toHex();
        for (const value of [random, "again and again ".repeat(9000), random + "x".repeat(300)]) {
          builder.append(null, value.repeat(2), [], Date.now());
        }
        await topics.append("t", 0, builder.seal());
      }
    });
    const dump = await dumpPartition(java, `${folder}/t-0`);
    await assertAgreed(dump, folder);
    deepStrictEqual(dump.batches.map(({ compression }) => compression), [...compressionNames]);
  });
});

javaTest("DumpLogSegments reads what recovery has made of a damaged segment", async (java) => {
  await inTemporaryFolder(async (folder) => {
    await writeBatches(folder, 35);
    const path = `${folder}/t-0/${(await segmentsOf(`${folder}/t-0`)).at(-1)}`;
    const bytes = await Deno.readFile(path);
    const batches = [...readBatches(bytes)];
    ok(batches.length > 4, `${batches.length} batches in the last segment`);
    // One batch lost, the length of another wrong, and a torn tail.
    const { start, header: lost } = batches[1];
    bytes[start + 100] ^= 0xff;
    bytes[batches[3].start + 10] ^= 0x01;
    await Deno.writeFile(path, bytes.subarray(0, -10));
    for (const ending of ["index", "timeindex"]) await Deno.remove(path.replace(/log$/, ending));
    const before = await dumpPartition(java, `${folder}/t-0`);
    ok(before.complaints.length > 0, "the tool must see the damage for this test to mean anything");

    const { log } = await withTopics(folder, async () => {});
    match(log.lines.join("\n"), /are lost[^]*length .*put right[^]*cut off/);
    const dump = await dumpPartition(java, `${folder}/t-0`);
    await assertAgreed(dump, folder);
    const [first, last] = [Number(lost.baseOffset), Number(lost.baseOffset) + lost.lastOffsetDelta];
    deepStrictEqual(dump.gaps, [{ after: first - 1, next: last + 1 }]);
    const empty = dump.batches.filter(({ count }) => count === 0);
    deepStrictEqual(empty.map(({ baseOffset }) => baseOffset), [first]);
    strictEqual(dump.batches.at(-1)!.lastOffset, 34 * 20 - 1);
  });
});

javaTest(
  "DumpLogSegments reads what compaction has left, tombstones and empty batches too",
  async (java) => {
    await inTemporaryFolder(async (folder) => {
      const log = keptLog();
      const embedded = await EmbeddedLog.open({ disk: localDisk, folder, clock: systemClock, log });
      const configs = { "cleanup.policy": "compact", "segment.bytes": "20000" };
      await embedded.createTopic("t", 1, configs);
      // Keys that come again and again, some that come once, some that are removed.
      for (let i = 0; i < 120; i++) {
        const builder = new BatchBuilder({
          sizeMax: 1 << 20,
          compression: compressionNames[i % compressionNames.length],
        });
        for (let j = 0; j < 10; j++) {
          const key = j === 0 && i % 3 === 0 ? `once ${i}` : `again ${(i * 7 + j) % 23}`;
          const value = j === 5 ? null : `${i} `.repeat(100);
          builder.append(key, value, [{ key: "h", value: encoder.encode(`${i}`) }], Date.now() + i);
        }
        const bytes = builder.seal();
        await embedded.partition("t", 0).append(bytes, checkProducedBatch(bytes));
      }
      const before = await bytesOf(`${folder}/t-0`);
      await embedded.maintain(new AbortController().signal);
      await embedded.close();
      deepStrictEqual(log.lines.filter((line) => /^(warn|error)/.test(line)), []);
      const after = (await segmentsOf(`${folder}/t-0`)).length;
      ok(after < before, `${before} segments became ${after}`);

      const dump = await dumpPartition(java, `${folder}/t-0`);
      await assertAgreed(dump, folder);
      ok(dump.gaps.length > 0 && dump.batches.some(({ count }) => count === 0));
      const records = dump.batches.flatMap(({ records }) => records);
      ok(records.some(({ value }) => value === null), "no record without a value was kept");
      const once = records.filter(({ key }) => key!.startsWith("once"));
      deepStrictEqual(
        once.map(({ key }) => key),
        Array.from({ length: 40 }, (_, i) => `once ${i * 3}`),
      );
    });
  },
);

javaTest("DumpLogSegments decodes the offsets of our consumer groups", async (java) => {
  await inTemporaryFolder(async (folder) => {
    await withTopics(folder, async (topics) => {
      await topics.createTopics([{ name: "t", partitions: 2 }]);
      for (const partition of [0, 1]) await topics.append("t", partition, batch(0, "none"));
      const member = await topics.joinGroup({
        groupId: "connect-local-file-sink",
        selection: { topics: ["t"] },
        autoOffsetReset: "earliest",
        clientId: "test",
      });
      await member.poll({ bytesMax: 1, waitMsMax: 1000 });
      await member.commit([
        { topic: "t", partition: 0, offset: 3_000_000_000n },
        { topic: "t", partition: 1, offset: 7n },
      ]);
      await member.close();
    });
    const lines = await dumpGroupOffsets(java, `${folder}/__consumer_offsets-0`);
    strictEqual(lines.length, 2);
    for (const [partition, offset] of [[0, 3_000_000_000], [1, 7]]) {
      const [, key, payload] = /key: (\{.*\}) payload: (\{.*\})$/.exec(lines[partition])!;
      deepStrictEqual(JSON.parse(key), {
        type: "1",
        data: { group: "connect-local-file-sink", topic: "t", partition },
      });
      const { version, data } = JSON.parse(payload);
      strictEqual(version, "3");
      deepStrictEqual(
        { ...data, commitTimestamp: 0 },
        { offset, leaderEpoch: -1, metadata: "", commitTimestamp: 0 },
      );
    }
  });
});
