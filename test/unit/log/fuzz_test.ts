/** Segments that hold anything at all: bounded time and memory, and never a wrong record. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Disk, DiskFile } from "../../../src/base/mod.ts";
import { EmbeddedLog, EmbeddedLogReader } from "../../../src/log/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog, MemoryDisk } from "../../faults/memory_disk.ts";
import { batchOf, readAll, type ReadRecord } from "./partition.ts";

const closed = "log/t-0/00000000000000000000.log";
const active = "log/t-0/00000000000000000040.log";

/** A segment of records with the offsets from `first` on, whose values are their offsets. */
function segment(first: number, count: number): Uint8Array {
  const batches: Uint8Array[] = [];
  for (let offset = first; offset < first + count;) {
    const size = Math.min(1 + offset % 3, first + count - offset);
    const records = Array.from({ length: size }, (_, i) => ({ key: "k", value: `${offset + i}` }));
    const bytes = batchOf(records, 1_700_000_000_000);
    const view = new DataView(bytes.buffer);
    view.setBigInt64(0, BigInt(offset));
    view.setInt32(12, 0);
    batches.push(bytes);
    offset += size;
  }
  return Uint8Array.from(batches.flatMap((bytes) => [...bytes]));
}

/** A disk that notes the largest read. */
class WatchedDisk extends MemoryDisk {
  readBytesMax = 0;

  override async open(...args: Parameters<Disk["open"]>): Promise<DiskFile> {
    const file = await super.open(...args);
    return {
      ...file,
      read: (buffer, position) => {
        this.readBytesMax = Math.max(this.readBytesMax, buffer.length);
        return file.read(buffer, position);
      },
    };
  }
}

/** What is found in these two segments by a reader beside and by the owner; both must come to an end. */
async function found(
  closedBytes: Uint8Array,
  activeBytes: Uint8Array,
  isCompacted = false,
): Promise<{ records: ReadRecord[]; disk: WatchedDisk }> {
  const disk = new WatchedDisk();
  disk.put(closed, closedBytes);
  disk.put(active, activeBytes);
  if (isCompacted) {
    const settings = JSON.stringify({ t: { "cleanup.policy": "compact" } });
    disk.put("log/topics.json", new TextEncoder().encode(settings));
  }
  const beside = await new EmbeddedLogReader(disk, "log", () => {}).partition("t", 0);
  const seen = await readAll(beside);
  beside.close();
  const log = await EmbeddedLog.open({
    ...{ disk, folder: "log", clock: new HeldClock(), log: keptLog() },
  });
  const records = await readAll(log.partition("t", 0));
  for (const { offset, value } of seen) {
    // The owner reads more where it could put something right, never something else.
    const same = records.find((record) => record.offset === offset);
    assert.ok(same === undefined || same.value === value);
  }
  if (isCompacted) await log.maintain(new AbortController().signal);
  await readAll(log.partition("t", 0));
  await log.close();
  return { records, disk };
}

function assertTrue(records: readonly ReadRecord[]): void {
  for (const { offset, value } of records) assert.equal(Number(value), offset);
}

/** What disks do: wrong bits, and blocks that were never written. */
const physical = fc.oneof(
  fc.record({
    type: fc.constant("set" as const),
    at: fc.nat(),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
  }),
  fc.record({ type: fc.constant("zero" as const), at: fc.nat(), length: fc.nat(700) }),
);
/** What only people do. */
const logical = fc.oneof(
  fc.record({ type: fc.constant("cut" as const), at: fc.nat(), length: fc.nat(300) }),
  fc.record({
    type: fc.constantFrom("copy", "insert"),
    at: fc.nat(),
    from: fc.nat(),
    length: fc.nat(400),
  }),
);
type ValueOf<A> = A extends fc.Arbitrary<infer T> ? T : never;
type Mutation = ValueOf<typeof physical> | ValueOf<typeof logical>;

function mutate(bytes: Uint8Array, change: Mutation): Uint8Array {
  const at = change.at % (bytes.length + 1);
  const splice = (removed: number, inserted: Uint8Array) =>
    Uint8Array.from([...bytes.subarray(0, at), ...inserted, ...bytes.subarray(at + removed)]);
  if (change.type === "set") return splice(change.bytes.length, change.bytes);
  if (change.type === "zero") return splice(change.length, new Uint8Array(change.length));
  if (change.type === "cut") return splice(change.length, new Uint8Array(0));
  const from = change.from % (bytes.length + 1);
  const piece = bytes.slice(from, from + change.length);
  return splice(change.type === "copy" ? piece.length : 0, piece);
}

/**
 * The same cases each time: no checksum covers a base offset, so that there are a few, among very many,
 * in which damage cannot be told from the truth.
 */
const seed = 20251124;
const sound = [segment(0, 40), segment(40, 12)] as const;

Deno.test("damaged segments give their own records or none, compacted or not", async () => {
  assert.equal((await found(...sound)).records.length, 52);
  const damages = fc.array(physical, { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(damages, damages, fc.boolean(), async (inClosed, inActive, isCompacted) => {
      const bytes = inClosed.reduce(mutate, sound[0]);
      const last = inActive.reduce(mutate, sound[1]);
      const { records } = await found(bytes, last, isCompacted);
      assertTrue(records);
      if (inClosed.length === 0) {
        assert.equal(records.filter(({ offset }) => offset < 40).length, 40);
      }
    }),
    { numRuns: 300, seed },
  );
});

Deno.test("segments that were edited are read to their end, and hold nothing that was not there", async () => {
  const edits = fc.array(fc.oneof(physical, logical), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(edits, edits, fc.boolean(), async (inClosed, inActive, isCompacted) => {
      const bytes = inClosed.reduce(mutate, sound[0]);
      const last = inActive.reduce(mutate, sound[1]);
      const { records } = await found(bytes, last, isCompacted);
      for (const { value } of records) assert.ok(Number(value) >= 0 && Number(value) < 52);
      const offsets = records.map(({ offset }) => offset);
      assert.deepEqual(offsets, [...new Set(offsets)].toSorted((a, b) => a - b));
    }),
    { numRuns: 300, seed },
  );
});

Deno.test("segments of random bytes hold nothing, and are done with soon", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 5000 }),
      fc.uint8Array({ maxLength: 5000 }),
      async (one, other) => {
        assert.deepEqual((await found(one, other)).records, []);
      },
    ),
    { numRuns: 100 },
  );
});

/** Headers that each claim all that follows, and are such as could come next. */
function decoys(sizeBytes: number, claimedMax: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at + 61 <= sizeBytes; at += 61) {
    view.setBigInt64(at, BigInt(1 + at));
    view.setInt32(at + 8, Math.min(sizeBytes - at, claimedMax) - 12);
    bytes[at + 16] = 2;
  }
  return bytes;
}

for (
  const [what, bytes] of [
    ["the byte that batches are known by", new Uint8Array(4 << 20).fill(2)],
    ["headers that claim all that follows", decoys(4 << 20, Infinity)],
    ["headers that claim a mebibyte each", decoys(4 << 20, 1 << 20)],
    ["zeros", new Uint8Array(4 << 20)],
  ] as const
) {
  Deno.test(`segments full of ${what} are done with soon, in little memory`, async () => {
    const at = performance.now();
    const { records, disk } = await found(bytes, bytes);
    assert.deepEqual(records, []);
    assert.ok(disk.readBytesMax <= bytes.length, `${disk.readBytesMax} bytes in one read`);
    // Ten times what it takes on a slow machine; without a bound it would be days.
    const tookMs = performance.now() - at;
    assert.ok(tookMs < 30_000, `it took ${tookMs} ms`);
  });
}
