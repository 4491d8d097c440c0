/** What is sent of the batches in a spool. */

import assert from "node:assert/strict";
import {
  BatchBuilder,
  checkProducedBatch,
  type CompressionName,
  compressionNames,
  readBatches,
  readRecords,
  setBaseOffset,
} from "../../../src/batch/mod.ts";
import { shipments } from "../../../src/topics/spool_shipments.ts";
import { seeded } from "../../faults/each_fault.ts";

const firstMs = 1_800_000_000_000;

interface Made {
  compression?: CompressionName;
  values: (string | null)[];
  key?: string | null;
  headers?: { key: string; value: Uint8Array | null }[];
  timestampMs?: number;
}

/** Batches one after another as the log gives them, from offset 1000 on. */
function fetched(made: readonly Made[]): Uint8Array<ArrayBuffer> {
  let offset = 1000n;
  return concat(
    made.map(({ values, key = null, headers = [], timestampMs = firstMs, compression }) => {
      const builder = new BatchBuilder({ sizeMax: 1 << 24, compression });
      for (const value of values) builder.append(key, value, headers, timestampMs++);
      const batch = builder.seal();
      setBaseOffset(batch, offset);
      offset += BigInt(values.length);
      return batch;
    }),
  );
}

function sent(bytes: Uint8Array<ArrayBuffer>, from = 1000n) {
  const all = [...shipments(bytes, from)];
  return { all, batches: all.map(({ batch }) => batch!), ends: all.map(({ end }) => Number(end)) };
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** All of records but their offsets. */
const recordsIn = (bytes: Uint8Array) =>
  [...readRecords(bytes)].map(({ offset: _, ...record }) => record);

Deno.test("shipments() puts small neighbours together, and leaves large ones as they are", () => {
  const large = "x".repeat(20_000);
  const bytes = fetched([["a"], ["b", "c"], [large], ["d"]].map((values) => ({ values })));
  const { batches, ends } = sent(bytes);
  assert.deepEqual(ends, [1003, 1004, 1005]);
  assert.deepEqual(batches.map((batch) => recordsIn(batch).length), [3, 1, 1]);
  assert.deepEqual(batches.flatMap(recordsIn), recordsIn(bytes));
  checkProducedBatch(batches[0]);
});

Deno.test("shipments() keeps keys, headers and times, whatever there is and however it is compressed", () => {
  const random = seeded(7);
  const text = () => "é".repeat(Math.floor(random() * 2000));
  for (let round = 0; round < 50; round++) {
    const made = Array.from({ length: 30 }, (): Made => ({
      compression: compressionNames[Math.floor(random() * (round % 5 + 1))],
      values: Array.from(
        { length: 1 + Math.floor(random() * 8) },
        () => random() < 0.1 ? null : text(),
      ),
      key: random() < 0.3 ? null : text(),
      headers: random() < 0.5
        ? []
        : [{ key: "h", value: null }, { key: "h", value: new Uint8Array(3) }],
      timestampMs: firstMs + Math.floor((random() - 0.5) * 1e12),
    }));
    const bytes = fetched(made);
    const { batches, ends } = sent(bytes);
    assert.ok(round > 0 || batches.length < made.length);
    for (const batch of batches) assert.equal([...readBatches(batch)].length, 1);
    assert.deepEqual(batches.flatMap(recordsIn), recordsIn(bytes));
    const counts = batches.map((batch) => recordsIn(batch).length);
    let end = 1000;
    assert.deepEqual(ends, counts.map((count) => end += count));
  }
});

Deno.test("shipments() begins within a batch, some of which has been taken", () => {
  const large = "x".repeat(20_000);
  for (const compression of ["none", "zstd"] as const) {
    const bytes = fetched([{ values: ["a", large, "b"], compression }, { values: ["c"] }]);
    for (const taken of [0, 1, 2]) {
      const { all, batches, ends } = sent(bytes, 1000n + BigInt(taken));
      assert.equal(all[0].start, 1000n + BigInt(taken));
      assert.equal(ends.at(-1), 1004);
      assert.deepEqual(batches.flatMap(recordsIn), recordsIn(bytes).slice(taken));
    }
  }
});

Deno.test("shipments() bounds what it puts together", () => {
  const made = Array.from({ length: 2000 }, () => ({ values: ["x".repeat(100)] }));
  const { batches } = sent(fetched(made));
  assert.ok(batches.length < 10, `${batches.length} batches`);
  for (const { length } of batches) assert.ok(length <= 64 << 10, `${length} bytes`);
});

Deno.test("shipments() sends batches that it cannot read as they are", () => {
  const made = fetched(["a", "b", "c"].map((value) => ({ values: [value] })));
  const [, second] = readBatches(made);
  made[second.start + 65] ^= 1;
  const { batches, ends } = sent(made);
  assert.deepEqual(ends, [1001, 1002, 1003]);
  assert.deepEqual(concat(batches), made);
});

Deno.test("shipments() tells where a batch was damaged, which is empty, and sends what is around it", () => {
  const made = fetched(["a", "b", "c"].map((value) => ({ values: [value] })));
  const [, second] = readBatches(made);
  // As the log hands it out: a header that counts no records.
  const header = made.slice(second.start, second.start + 61);
  const view = new DataView(header.buffer);
  view.setInt32(8, 49);
  view.setInt32(57, 0);
  const bytes = concat([
    made.slice(0, second.start),
    header,
    made.slice(second.start + second.header.sizeBytes),
  ]);
  const { all, ends } = sent(bytes);
  assert.deepEqual(ends, [1001, 1002, 1003]);
  assert.deepEqual(all.map(({ batch }) => batch === null), [false, true, false]);
});
