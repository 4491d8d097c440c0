/** Compaction keeps the last record of each key, as Kafka does. */

import assert from "node:assert/strict";
import { compressionNames, readBatches } from "../../../src/batch/mod.ts";
import { Compactor } from "../../../src/log/compaction.ts";
import { EmbeddedLogReader } from "../../../src/log/mod.ts";
import { recoverPartition } from "../../../src/log/recovery.ts";
import { PartitionReader } from "../../../src/log/partition_reader.ts";
import { topicConfig } from "../../../src/log/topic_config.ts";
import { readAll, TestLog } from "./partition.ts";

const compacted = { "cleanup.policy": "compact", "segment.bytes": "200" };
const dayMs = 24 * 60 * 60 * 1000;

function textOf(records: { offset: number; key: string | null; value: string | null }[]) {
  return records.map(({ offset, key, value }) => `${offset} ${key}=${value}`);
}

/** Fills segments until those before are closed. */
async function fill(test: TestLog, count = 4): Promise<void> {
  for (let i = 0; i < count; i++) await test.append([{ key: "filler", value: "x".repeat(60) }]);
}

for (const compression of compressionNames) {
  Deno.test(`maintain() keeps the last record of each key with its offset and time (${compression})`, async () => {
    const test = await TestLog.create(compacted);
    await test.append([{ key: "a", value: "1" }, { key: "b", value: "1" }], compression);
    test.clock.advance(1000);
    await test.append([{ key: "a", value: "2" }, { key: "c", value: "1" }], compression);
    await test.append([{ key: "a", value: "3" }], compression);
    await fill(test);
    const before = await readAll(test.partition);
    await test.maintain();
    const after = await readAll(test.partition);
    assert.deepEqual(textOf(after.slice(0, 3)), ["1 b=1", "3 c=1", "4 a=3"]);
    for (const record of after) assert.deepEqual(record, before[record.offset]);
    // The same from anywhere, and after it is opened again.
    for (let offset = 0n; offset < test.partition.endOffset; offset++) {
      const rest = after.filter((record) => record.offset >= offset);
      assert.deepEqual(await readAll(test.partition, offset), rest);
    }
    await test.reopen();
    assert.deepEqual(await readAll(test.partition), after);
    assert.equal(test.partition.startOffset, 0n);
    assert.deepEqual(test.told("warn", "error"), []);
  });
}

Deno.test("maintain() never touches the last segment", async () => {
  const test = await TestLog.create({ "cleanup.policy": "compact" });
  for (let i = 0; i < 20; i++) await test.append([{ key: "a", value: `${i}` }]);
  await test.maintain();
  assert.equal((await readAll(test.partition)).length, 20);
});

Deno.test("maintain() merges small segments, and leaves one empty batch for all offsets in a row", async () => {
  const test = await TestLog.create(compacted);
  await fill(test, 60);
  assert.ok((await test.files(".log")).length > 25);
  await test.maintain();
  const segments = await test.files(".log");
  assert.ok(segments.length <= 3, `${segments}`);
  const bytes = (await test.disk.readFile("log/t-0/00000000000000000000.log"))!;
  const batches = [...readBatches(bytes)].map(({ header }) => header);
  assert.equal(batches.length, 2);
  assert.deepEqual(batches.map(({ recordCount }) => recordCount), [0, 1]);
  assert.deepEqual(await test.files(".cleaned"), []);
  // No index is left of a segment that is not.
  assert.equal((await test.files(".index")).length, segments.length);
});

Deno.test("maintain() keeps a record without a value for delete.retention.ms, and then lets it go", async () => {
  const test = await TestLog.create({ ...compacted, "delete.retention.ms": `${dayMs}` });
  await test.append([{ key: "gone", value: "1" }, { key: "kept", value: "1" }]);
  const timestampMs = test.clock.now();
  await test.append([{ key: "gone", value: null }]);
  await fill(test);
  await test.maintain();
  const isGone = async () => {
    const found = await readAll(test.partition);
    assert.ok(!found.some(({ key, value }) => key === "gone" && value !== null));
    assert.ok(found.some(({ key }) => key === "kept"));
    const tombstone = found.find(({ key }) => key === "gone");
    // The delete horizon takes the place of the base timestamp; times read the same.
    if (tombstone !== undefined) assert.equal(tombstone.timestampMs, timestampMs);
    return tombstone === undefined;
  };
  assert.equal(await isGone(), false);
  test.clock.advance(dayMs - 1);
  await fill(test, 8);
  await test.maintain();
  assert.equal(await isGone(), false);
  test.clock.advance(1);
  await fill(test, 8);
  await test.maintain();
  assert.equal(await isGone(), true);
});

Deno.test("maintain() waits until min.cleanable.dirty.ratio is reached", async () => {
  const test = await TestLog.create({ ...compacted, "min.cleanable.dirty.ratio": "0.5" });
  for (let i = 0; i < 40; i++) await test.append([{ key: `key ${i}`, value: "x".repeat(60) }]);
  await test.maintain();
  const compactions = () => test.told("info").filter((line) => line.includes("compacted up to"));
  assert.equal(compactions().length, 1);
  await fill(test, 10);
  await test.maintain();
  assert.equal(compactions().length, 1);
  await test.reopen();
  await test.maintain();
  assert.equal(compactions().length, 1, "what is clean is known after it is opened again");
  await fill(test, 40);
  await test.maintain();
  assert.equal(compactions().length, 2);
});

Deno.test("maintain() leaves records younger than min.compaction.lag.ms alone", async () => {
  const test = await TestLog.create({ ...compacted, "min.compaction.lag.ms": "60000" });
  await fill(test, 20);
  test.clock.advance(59_000);
  await fill(test, 20);
  await test.maintain();
  assert.equal((await readAll(test.partition)).length, 40);
  test.clock.advance(2_000);
  await test.maintain();
  const { length } = await readAll(test.partition);
  assert.ok(length > 20 && length < 25, `${length} records`);
});

Deno.test("maintain() removes old segments of a topic with both policies, and compacts the rest", async () => {
  const test = await TestLog.create({
    ...compacted,
    "cleanup.policy": "compact,delete",
    "retention.ms": "60000",
  });
  await test.append([{ key: "old", value: "1" }]);
  await fill(test, 6);
  test.clock.advance(61_000);
  await test.append([{ key: "new", value: "1" }]);
  await fill(test, 6);
  await test.maintain();
  const found = await readAll(test.partition);
  assert.ok(test.partition.startOffset > 0n);
  assert.ok(!found.some(({ key }) => key === "old"));
  assert.ok(found.some(({ key }) => key === "new"));
  assert.ok(found.length < 6);
});

Deno.test("Compactor.run() takes several passes when there are more keys than it may hold", async () => {
  const test = await TestLog.create(compacted);
  for (let i = 0; i < 120; i++) await test.append([{ key: `key ${i % 40}`, value: `${i}` }]);
  await test.owner.close();
  const { disk, clock, log } = test;
  const recovered = await recoverPartition(disk, "log/t-0", true, log);
  const report = (message: string) => log.error(message);
  const { segments, endOffset } = recovered;
  const reader = new PartitionReader({ name: "t-0", report, renew: null }, segments, endOffset);
  const compactor = new Compactor({
    ...{ disk, folder: "log/t-0", name: "t-0", reader, cleanOffset: 0n, clock, log },
    config: topicConfig("t", { ...compacted, "min.cleanable.dirty.ratio": "0" }),
    keysMax: 30,
  });
  let passes = 0;
  while (await compactor.run(new AbortController().signal)) passes++;
  assert.ok(passes > 2, `${passes} passes`);
  reader.close();
  await test.open();
  const found = await readAll(test.partition);
  const last = new Map(found.map(({ key, value }) => [key, Number(value)]));
  for (let key = 0; key < 40; key++) assert.equal(last.get(`key ${key}`), 80 + key);
  assert.ok(found.length < 60, `${found.length} records`);
});

Deno.test("readers go on while segments are compacted and removed underneath them", async () => {
  const test = await TestLog.create({
    ...compacted,
    "cleanup.policy": "compact,delete",
    "retention.ms": "3600000",
  });
  const report: string[] = [];
  const beside = new EmbeddedLogReader(test.disk, "log", (damage) => report.push(damage));
  const follower = await beside.partition("t", 0);
  const last = new Map<string, number>();
  let isOver = false;
  const reading = async (partition: { startOffset: bigint; endOffset: bigint; fetch: unknown }) => {
    let count = 0;
    while (!isOver) {
      const from = partition.startOffset;
      try {
        count += (await readAll(partition as typeof follower, from)).length;
      } catch (error) {
        // Removed while it was read: the reader is told so, and begins where the log does.
        if ((error as Error).name !== "OffsetOutOfRangeError") throw error;
      }
      if (partition === follower) await follower.refresh();
      await new Promise((resolve) => setTimeout(resolve));
    }
    return count;
  };
  const readers = [reading(test.partition), reading(test.partition), reading(follower)];
  for (let i = 0; i < 300; i++) {
    await test.append([{ key: `key ${i % 7}`, value: `${i}` }]);
    last.set(`key ${i % 7}`, i);
    test.clock.advance(60_000);
    if (i % 10 === 0) await test.maintain();
    await new Promise((resolve) => setTimeout(resolve));
  }
  isOver = true;
  for (const count of await Promise.all(readers)) assert.ok(count > 100);
  await follower.refresh();
  assert.deepEqual(await readAll(follower), await readAll(test.partition));
  const found = new Map(
    (await readAll(test.partition)).map(({ key, value }) => [key, Number(value)]),
  );
  assert.deepEqual([...found].sort(), [...last].sort());
  assert.deepEqual(report, []);
  assert.deepEqual(test.told("warn", "error"), []);
});
