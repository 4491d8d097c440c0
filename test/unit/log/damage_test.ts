/** Closed segments that the disk has damaged: nothing wrong is read, nothing is lost silently. */

import assert from "node:assert/strict";
import { readBatches } from "../../../src/batch/mod.ts";
import { EmbeddedLogReader } from "../../../src/log/mod.ts";
import { readAll, type ReadRecord, TestLog } from "./partition.ts";

const first = "log/t-0/00000000000000000000";

/** Two segments: in the first, records 0 to 4 in batches of one and two. */
async function closedSegment(configs: Record<string, string> = {}): Promise<TestLog> {
  const test = await TestLog.create({ "segment.bytes": "350", ...configs });
  await test.append([{ key: "a", value: "0" }, { key: "a", value: "1" }]);
  await test.append([{ key: "a", value: "2" }]);
  await test.append([{ key: "a", value: "3" }, { key: "a", value: "4" }]);
  for (let i = 5; i < 9; i++) await test.append([{ key: "a", value: `${i}` }]);
  return test;
}

function values(records: readonly ReadRecord[]): number[] {
  for (const { offset, value } of records) assert.equal(Number(value), offset);
  return records.map(({ offset }) => offset);
}

/** Opens the log of a test again with one file changed below it. */
async function withFile(test: TestLog, path: string, bytes: Uint8Array): Promise<void> {
  await test.owner.close();
  test.disk.put(path, bytes);
  test.log.lines.length = 0;
  await test.open();
}

Deno.test("fetch() passes over any damaged bit of a closed segment, telling what is lost", async () => {
  const test = await closedSegment();
  const { partition } = test;
  const sound = test.disk.peek(`${first}.log`)!.slice();
  assert.ok(partition.endOffset === 9n && (await test.files(".log")).length > 1);
  const batches = [...readBatches(sound)];
  const closedEnd = Number(batches.at(-1)!.header.baseOffset) + 1;
  for (let bit = 0; bit < sound.length * 8; bit++) {
    const damaged = sound.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    await withFile(test, `${first}.log`, damaged);
    const found = values(await readAll(test.partition));
    const hit = batches.find(({ start, header }) => bit >> 3 < start + header.sizeBytes)!.header;
    const isHit = (offset: number) =>
      offset >= hit.baseOffset && offset <= Number(hit.baseOffset) + hit.lastOffsetDelta;
    const lost = Array.from({ length: 9 }, (_, i) => i).filter((i) => !found.includes(i));
    assert.ok(lost.every(isHit), `bit ${bit}: ${lost} are lost`);
    const told = test.told("error");
    // The leader epoch is always 0, and nobody reads it.
    const place = (bit >> 3) - batches.find(({ header }) => header === hit)!.start;
    if (place >= 12 && place < 16) {
      assert.deepEqual([lost, told], [[], []], `bit ${bit}`);
      continue;
    }
    assert.ok(told.length === 1, `bit ${bit}: ${told}`);
    const what = lost.length === 0
      ? "is put right for readers"
      : `offsets ${lost[0]} to ${lost.at(-1)} are lost`;
    assert.ok(told[0].includes(what), `bit ${bit}: ${told[0]}`);
    // Read again, from everywhere: the same, and it is told once.
    for (let offset = 0; offset < 9; offset++) {
      const rest = values(await readAll(test.partition, BigInt(offset)));
      assert.deepEqual(rest, found.filter((other) => other >= offset), `bit ${bit}`);
    }
    assert.equal(test.told("error").length, 1);
    // Reading does not write.
    assert.deepEqual(test.disk.peek(`${first}.log`), damaged);
  }
  assert.ok(closedEnd >= 5);
  await test.owner.close();
});

Deno.test("fetch() passes over what is cut off the end of a closed segment", async () => {
  const test = await closedSegment();
  const sound = test.disk.peek(`${first}.log`)!.slice();
  const batches = [...readBatches(sound)];
  const next = (await test.files(".log"))[1].slice(0, 20);
  for (let size = 0; size < sound.length; size++) {
    await withFile(test, `${first}.log`, sound.slice(0, size));
    const kept = batches.findLast(({ start, header }) => start + header.sizeBytes <= size)?.header;
    const end = kept === undefined ? 0 : Number(kept.baseOffset) + kept.lastOffsetDelta + 1;
    const expected = Array.from({ length: 9 }, (_, i) => i)
      .filter((offset) => offset < end || offset >= Number(next));
    assert.deepEqual(values(await readAll(test.partition)), expected, `cut at ${size}`);
    assert.match(test.told("error").join("\n"), new RegExp(`offsets ${end} to `));
  }
  await test.owner.close();
});

Deno.test("fetch() makes a damaged index again, whatever it says, and maintain() writes it", async () => {
  const test = await TestLog.create({ "segment.bytes": "20000" });
  for (let i = 0; i < 60; i++) await test.append([{ key: null, value: "x".repeat(500) }]);
  await test.owner.close();
  const sound = test.disk.peek(`${first}.index`)!.slice();
  assert.ok(sound.length >= 24);
  await test.open();
  const expected = (await readAll(test.partition)).map(({ offset }) => offset);
  for (let bit = 0; bit < sound.length * 8; bit++) {
    const damaged = sound.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    await withFile(test, `${first}.index`, damaged);
    for (let offset = 0; offset < 30; offset += 3) {
      const [found] = await readAll(test.partition, BigInt(offset));
      assert.equal(found.offset, offset, `bit ${bit}`);
    }
    // Only what has been found wrong is written again: some damage does no harm.
    assert.ok(
      test.told("error").every((line) => /its index was damaged and is made again/.test(line)),
    );
  }
  for (const ending of ["index", "timeindex"]) {
    await withFile(test, `${first}.${ending}`, new Uint8Array(7));
    assert.deepEqual(
      (await readAll(test.partition, 1n)).map(({ offset }) => offset),
      expected.slice(1),
    );
    await test.maintain();
    assert.deepEqual(test.disk.peek(`${first}.index`), sound);
  }
  await test.owner.close();
});

Deno.test("maintain() compacts a damaged segment, and tells what is lost", async () => {
  const test = await closedSegment({ "cleanup.policy": "compact" });
  const damaged = test.disk.peek(`${first}.log`)!.slice();
  const { start } = [...readBatches(damaged)][1];
  damaged[start + 66] ^= 0xff;
  // The length of another.
  damaged[[...readBatches(damaged)][3].start + 11] ^= 0xff;
  await withFile(test, `${first}.log`, damaged);
  await test.maintain();
  assert.match(test.told("error").join("\n"), /offsets 2 to 2 are lost/);
  assert.match(test.told("warn").join("\n"), /length of the batch at offset 5 .* put right/);
  const last = (await readAll(test.partition)).at(-1)!;
  assert.equal(last.value, "8");
  test.log.lines.length = 0;
  await test.reopen();
  assert.equal(values(await readAll(test.partition)).at(-1), 8);
  assert.deepEqual(test.told("warn", "error"), []);
  await test.owner.close();
});

Deno.test("a reader beside the owner passes over damage too, and tells of it", async () => {
  const test = await closedSegment();
  await test.owner.close();
  const damaged = test.disk.peek(`${first}.log`)!.slice();
  damaged[damaged.length - 1] ^= 0xff;
  test.disk.put(`${first}.log`, damaged);
  const told: string[] = [];
  const reader = new EmbeddedLogReader(test.disk, "log", (message) => told.push(message));
  const follower = await reader.partition("t", 0);
  const found = values(await readAll(follower));
  assert.ok(found.length < 9 && found.at(-1) === 8);
  assert.equal(told.length, 1);
  assert.match(told[0], /is damaged at byte \d+ .* are lost/);
  assert.deepEqual(values(await readAll(follower)), found);
  follower.close();
});
