/** What is left of a partition after its last segment was cut or damaged. */

import assert from "node:assert/strict";
import {
  BatchBuilder,
  checkProducedBatch,
  readBatches,
  readRecords,
} from "../../../src/batch/mod.ts";
import { EmbeddedLog } from "../../../src/log/mod.ts";
import { keptLog, MemoryDisk, patientClock } from "../../faults/memory_disk.ts";

const segment = "log/t-0/00000000000000000000.log";
const decoder = new TextDecoder();

function batch(...values: string[]): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1024 });
  for (const value of values) builder.append(null, value, [], 1_700_000_000_000);
  return builder.seal();
}

async function append(log: EmbeddedLog, ...values: string[]): Promise<bigint> {
  const bytes = batch(...values);
  return await log.partition("t", 0).append(bytes, checkProducedBatch(bytes));
}

/** The bytes of a sound segment: three batches of two records, one and one. */
async function soundSegment(): Promise<Uint8Array> {
  const disk = new MemoryDisk();
  const log = await EmbeddedLog.open({ disk, folder: "log", clock: patientClock, log: keptLog() });
  await log.createTopic("t", 1, {});
  await append(log, "a0", "a1");
  await append(log, "b2");
  await append(log, "c3");
  await log.close();
  return (await disk.readFile(segment))!;
}

/** Opens a log over these bytes. @returns what it holds by offset, and what it said */
async function reopened(bytes: Uint8Array) {
  const disk = new MemoryDisk();
  disk.put(segment, bytes);
  const said = keptLog();
  const log = await EmbeddedLog.open({ disk, folder: "log", clock: patientClock, log: said });
  const partition = log.partition("t", 0);
  const records = new Map<bigint, string>();
  for (let offset = partition.startOffset; offset < partition.endOffset;) {
    const batches = await partition.fetch(offset, 1 << 20);
    for (const record of readRecords(batches)) {
      records.set(record.offset, decoder.decode(record.value!));
    }
    for (const { header } of readBatches(batches)) {
      offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
    }
  }
  // What is appended next comes behind what is left, and is found again.
  const next = await append(log, "new");
  assert.equal(next, partition.endOffset - 1n);
  assert.ok(![...records.keys()].some((offset) => offset >= next));
  await log.close();
  return { records, said: said.lines.filter((line) => !line.startsWith("debug")) };
}

Deno.test("a segment cut at every byte keeps every whole batch, and says so", async () => {
  const sound = await soundSegment();
  const ends = [...readBatches(sound)].map(({ start, header }) => ({
    end: start + header.sizeBytes,
    next: header.baseOffset + BigInt(header.lastOffsetDelta) + 1n,
  }));
  const values = ["a0", "a1", "b2", "c3"];
  for (let size = 0; size <= sound.length; size++) {
    const { records, said } = await reopened(sound.slice(0, size));
    const kept = ends.findLast(({ end }) => end <= size)?.next ?? 0n;
    assert.deepEqual([...records], values.slice(0, Number(kept)).map((v, i) => [BigInt(i), v]));
    const isWhole = size === 0 || ends.some(({ end }) => end === size);
    assert.equal(said.length > 0, !isWhole, `cut at ${size}: ${said}`);
  }
});

Deno.test("a segment with any bit flipped keeps all that is sound, and says so", async () => {
  const sound = await soundSegment();
  const batches = [...readBatches(sound)];
  const values = ["a0", "a1", "b2", "c3"];
  for (let bit = 0; bit < sound.length * 8; bit++) {
    const damaged = sound.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    const { records, said } = await reopened(damaged);
    assert.ok(said.length > 0, `bit ${bit} went unnoticed`);
    for (const { start, header } of batches) {
      const isHit = bit >> 3 >= start && bit >> 3 < start + header.sizeBytes;
      const first = Number(header.baseOffset);
      for (let offset = first; offset <= first + header.lastOffsetDelta; offset++) {
        const value = records.get(BigInt(offset));
        // A damaged batch is mended or gone; it never gives anything else.
        assert.ok(
          value === values[offset] || (isHit && value === undefined),
          `bit ${bit}: offset ${offset} holds ${value}`,
        );
      }
    }
    assert.ok([...records.keys()].every((offset) => offset < 4n), `bit ${bit}`);
  }
});
