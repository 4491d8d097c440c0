/** When segments are closed, and when they are removed. */

import assert from "node:assert/strict";
import { batchOf, readAll, TestLog } from "./partition.ts";

const hourMs = 60 * 60 * 1000;
const record = { key: null, value: "x".repeat(33) };
const batchBytes = batchOf([record], 0).length;

async function bases(test: TestLog): Promise<number[]> {
  return (await test.files(".log")).map((name) => Number(name.slice(0, 20)));
}

async function append(test: TestLog, count: number, timestampMs?: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await test.append([timestampMs === undefined ? record : { ...record, timestampMs }]);
  }
}

Deno.test("append() closes a segment that would grow beyond segment.bytes", async () => {
  const test = await TestLog.create({ "segment.bytes": `${3 * batchBytes}` });
  await append(test, 7);
  assert.deepEqual(await bases(test), [0, 3, 6]);
  for (const name of ["00000000000000000000", "00000000000000000003"]) {
    assert.equal(test.disk.peek(`log/t-0/${name}.log`)!.length, 3 * batchBytes);
  }
  // A batch that is larger than a segment has one of its own.
  await test.append([{ key: null, value: "x".repeat(1000) }]);
  await append(test, 1);
  assert.deepEqual(await bases(test), [0, 3, 6, 7, 8]);
  await test.reopen();
  assert.equal((await readAll(test.partition)).length, 9);
});

Deno.test("append() closes a segment when a batch is later than its first by segment.ms", async () => {
  const test = await TestLog.create({ "segment.ms": `${hourMs}` });
  await append(test, 2);
  test.clock.advance(hourMs);
  await append(test, 1);
  assert.deepEqual(await bases(test), [0]);
  test.clock.advance(1);
  await append(test, 2);
  assert.deepEqual(await bases(test), [0, 3]);
  // The time of the first batch is known after the log is opened again.
  await test.reopen();
  test.clock.advance(hourMs + 1);
  await append(test, 1);
  assert.deepEqual(await bases(test), [0, 3, 5]);
});

Deno.test("append() of old records does not close a segment for each", async () => {
  const test = await TestLog.create({ "segment.ms": `${hourMs}` });
  await append(test, 10, 1_000_000);
  await append(test, 10, -1);
  assert.deepEqual(await bases(test), [0]);
});

Deno.test("maintain() removes segments whose records are all older than retention.ms", async () => {
  const test = await TestLog.create({
    "segment.bytes": `${2 * batchBytes}`,
    "retention.ms": `${hourMs}`,
  });
  await append(test, 4);
  test.clock.advance(hourMs);
  await append(test, 3);
  await test.maintain();
  assert.deepEqual(await bases(test), [0, 2, 4, 6], "exactly as old is not older");
  test.clock.advance(1);
  await test.maintain();
  assert.deepEqual(await bases(test), [4, 6]);
  assert.equal(test.partition.startOffset, 4n);
  assert.equal(
    test.told("info").filter((line) => line.includes("older than retention.ms")).length,
    2,
  );
  await assert.rejects(test.partition.fetch(3n, 1), { name: "OffsetOutOfRangeError" });
  await test.reopen();
  assert.equal((await readAll(test.partition)).length, 3);
});

Deno.test("maintain() removes the last segment too when it is old, and offsets go on", async () => {
  const test = await TestLog.create({ "retention.ms": `${hourMs}` });
  await append(test, 3);
  test.clock.advance(hourMs + 1);
  await test.maintain();
  await test.maintain();
  assert.deepEqual(await bases(test), [3]);
  assert.deepEqual([test.partition.startOffset, test.partition.endOffset], [3n, 3n]);
  assert.equal(await test.append([record]), 3n);
  await test.reopen();
  assert.deepEqual([test.partition.startOffset, test.partition.endOffset], [3n, 4n]);
});

Deno.test("maintain() removes the oldest segments while retention.bytes would stay", async () => {
  const test = await TestLog.create({
    "segment.bytes": `${2 * batchBytes}`,
    "retention.bytes": `${4 * batchBytes}`,
    "retention.ms": "-1",
  });
  await append(test, 9);
  test.clock.advance(1000 * hourMs);
  await test.maintain();
  // Four whole batches and more stay; one segment less would be too little.
  assert.deepEqual(await bases(test), [4, 6, 8]);
});

Deno.test("maintain() keeps everything of a topic that has no limit", async () => {
  const test = await TestLog.create({ "segment.bytes": "210", "retention.ms": "-1" });
  await append(test, 9);
  test.clock.advance(10_000 * hourMs);
  await test.maintain();
  assert.equal(test.partition.startOffset, 0n);
});

Deno.test("maintain() takes records without a time to be as old as what came after them", async () => {
  const test = await TestLog.create({
    "segment.bytes": `${2 * batchBytes}`,
    "retention.ms": `${hourMs}`,
  });
  await append(test, 4, -1);
  await test.maintain();
  assert.equal(test.partition.startOffset, 0n, "nobody can tell how old they are");
  await append(test, 2);
  await test.maintain();
  assert.equal(test.partition.startOffset, 0n);
  test.clock.advance(hourMs + 1);
  await append(test, 1);
  await test.maintain();
  assert.equal(test.partition.startOffset, 6n);
});

Deno.test("maintain() believes the segment, not an index file that a crash has cut short", async () => {
  const test = await TestLog.create({
    "segment.bytes": `${100 * batchBytes}`,
    "retention.ms": `${hourMs}`,
  });
  // The first half is old, the second is not.
  await append(test, 50);
  test.clock.advance(hourMs + 1);
  await append(test, 51);
  await test.owner.close();
  const path = "log/t-0/00000000000000000000.timeindex";
  const whole = test.disk.peek(path)!;
  assert.equal(whole.length, 24, "an entry for each time is what this test counts on");
  test.disk.put(path, whole.slice(0, 12));
  await test.open();
  await test.maintain();
  assert.equal(test.partition.startOffset, 0n);
  // One that says far too late a time does not keep the segment for ever.
  await test.owner.close();
  const late = whole.slice();
  new DataView(late.buffer).setBigInt64(12, 1n << 50n);
  test.disk.put(path, late);
  await test.open();
  test.clock.advance(hourMs + 1);
  await test.maintain();
  assert.equal(test.partition.startOffset, 101n);
});

Deno.test("maintain() makes room while a full disk keeps writers waiting, which then go on by themselves", async () => {
  const test = await TestLog.create({
    "segment.bytes": `${2 * batchBytes}`,
    "retention.bytes": `${2 * batchBytes}`,
  });
  await append(test, 8);
  test.disk.capacityBytes = test.disk.usedBytes + 10;
  const waiting = Promise.all([append(test, 1), append(test, 1)]);
  let isOver = false;
  void waiting.then(() => isOver = true);
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  for (let i = 0; i < 5; i++) {
    await settle();
    test.clock.advance(500);
  }
  await settle();
  assert.equal(isOver, false);
  const told = () => test.told("error");
  assert.equal(told().length, 1);
  assert.match(
    told()[0],
    /Cannot write to t-0; producers wait until it succeeds: .*No space left on device/,
  );
  await test.maintain();
  test.clock.advance(500);
  await waiting;
  assert.equal(told().length, 1);
  assert.match(test.log.lines.at(-1)!, /Writing to t-0 succeeds again/);
  test.disk.capacityBytes = Infinity;
  const { endOffset } = test.partition;
  await test.reopen();
  assert.equal(test.partition.endOffset, endOffset);
  assert.equal(endOffset, 10n);
});
