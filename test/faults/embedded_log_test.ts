/** Nothing that was acknowledged is lost, whichever operation of the disk fails or is cut short. */

import assert from "node:assert/strict";
import { BatchBuilder, readBatches, readRecords } from "../../src/batch/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { hastyClock, keptLog, MemoryDisk, type Operation } from "./memory_disk.ts";

const decoder = new TextDecoder();
const batchCount = 12;

function batch(value: string): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 512 });
  builder.append(null, value, [], Date.now());
  return builder.seal();
}

/** Background work of a clock that never waits would spin; it waits for the end instead. */
const clock = {
  ...hastyClock,
  sleep: (delayMs: number, signal?: AbortSignal) =>
    delayMs > 60_000
      ? new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()))
      : hastyClock.sleep(delayMs, signal),
};

function open(disk: MemoryDisk) {
  const log = keptLog();
  return EmbeddedTopics.open({ disk, folder: "log", clock, log });
}

async function valuesOf(topics: EmbeddedTopics): Promise<string[]> {
  const values: string[] = [];
  if (!(await topics.listTopics()).includes("t")) return values;
  const [{ partitions: [{ logStartOffset, endOffset }] }] = await topics.describeTopics(["t"]);
  for (let offset = logStartOffset; offset < endOffset;) {
    const { batches } = await topics.fetch("t", 0, offset, { bytesMax: 1 << 20, waitMsMax: 0 });
    for (const { value } of readRecords(batches)) values.push(decoder.decode(value!));
    for (const { header } of readBatches(batches)) {
      offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
    }
  }
  return values;
}

/** Appends numbered batches, rolling often. @returns those acknowledged; fewer after a crash */
async function write(topics: EmbeddedTopics, isOver: () => boolean): Promise<string[]> {
  const acknowledged: string[] = [];
  await topics.createTopics([{ name: "t", configs: { "segment.bytes": "300" } }]);
  const writing = Array.from({ length: batchCount }, async (_, i) => {
    await topics.append("t", 0, batch(`value ${i}`));
    acknowledged.push(`value ${i}`);
  });
  const all = Promise.allSettled(writing);
  let isDone = false;
  void all.then(() => isDone = true);
  while (!isDone && !isOver()) await new Promise((resolve) => setTimeout(resolve, 1));
  return acknowledged;
}

/** How many operations of each kind a run without a fault takes, opening left out. */
async function operationCount(): Promise<number> {
  const disk = new MemoryDisk();
  const topics = await open(disk);
  let count = 0;
  disk.fault = () => (count++, "none");
  await write(topics, () => false);
  await topics.close();
  return count;
}

Deno.test("each operation that fails once makes producers wait, and nothing is lost", async () => {
  const count = await operationCount();
  assert.ok(count > 50);
  for (let failing = 0; failing < count; failing++) {
    const disk = new MemoryDisk();
    const topics = await open(disk);
    let operation = 0;
    disk.fault = () => operation++ === failing ? "fail" : "none";
    let acknowledged: string[];
    try {
      acknowledged = await write(topics, () => false);
    } catch (error) {
      // To make the topic failed, which its caller is told; nothing was written.
      assert.match(String(error), /injected fault/);
      continue;
    }
    disk.fault = () => "none";
    assert.equal(acknowledged.length, batchCount, `operation ${failing}`);
    assert.deepEqual(await valuesOf(topics), acknowledged, `operation ${failing}`);
    disk.crash();
    const after = await open(disk);
    assert.deepEqual(await valuesOf(after), acknowledged, `operation ${failing}, after a crash`);
    await after.close();
    await topics.close().catch(() => {});
  }
});

Deno.test("a crash in the midst of each operation loses nothing that was acknowledged", async () => {
  const count = await operationCount();
  let total = 0;
  for (let crashing = 0; crashing < count; crashing++) {
    const disk = new MemoryDisk();
    const topics = await open(disk);
    let operation = 0;
    let hasCrashed = false;
    let last: [Operation, string] | null = null;
    disk.fault = (kind, path) => {
      if (operation++ !== crashing) return "none";
      last = [kind, path];
      hasCrashed = true;
      return "crash";
    };
    const acknowledged = await write(topics, () => hasCrashed).catch(() => [] as string[]);
    // What the stopped machine still tries comes to nothing.
    await topics.close().catch(() => {});
    total += acknowledged.length;
    disk.crash();
    const after = await open(disk);
    const values = await valuesOf(after);
    assert.deepEqual(values.slice(0, acknowledged.length), acknowledged, `at ${crashing}: ${last}`);
    assert.deepEqual(values, [...new Set(values)].sort(byNumber), `order at ${crashing}: ${last}`);
    await after.close();
  }
  assert.ok(total > count, "hardly anything was ever acknowledged");
});

function byNumber(a: string, b: string): number {
  return Number(a.split(" ")[1]) - Number(b.split(" ")[1]);
}
