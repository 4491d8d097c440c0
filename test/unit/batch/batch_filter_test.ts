import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32c } from "../../../src/base/mod.ts";
import {
  BatchBuilder,
  checkBatch,
  filterBatch,
  readBatches,
  readRecords,
  setBaseOffset,
} from "../../../src/batch/mod.ts";

const baseOffset = 5_000_000_000n;
const nowMs = 1_800_000_000_000;

/** Gives a sealed batch a producer, and the checksum that goes with it. */
function sealFor(batch: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.length);
  view.setBigInt64(43, 77n);
  view.setInt16(51, 3);
  view.setInt32(53, 12);
  view.setUint32(17, crc32c(batch, 21));
  return batch;
}

const record = fc.record({
  key: fc.option(fc.string({ maxLength: 20 })),
  value: fc.option(fc.string({ maxLength: 300 })),
  headers: fc.array(
    fc.record({
      key: fc.string({ maxLength: 5 }),
      value: fc.option(fc.uint8Array({ maxLength: 9 })),
    }),
    { maxLength: 2 },
  ),
  timestampMs: fc.integer({ min: 0, max: 2 ** 41 }),
  stays: fc.boolean(),
});

for (const compression of ["none", "gzip", "zstd"] as const) {
  Deno.test(`filterBatch() keeps the records that stay as they are (${compression})`, () => {
    fc.assert(fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (records) => {
      const builder = new BatchBuilder({ sizeMax: 1 << 20, compression });
      for (const { key, value, headers, timestampMs } of records) {
        builder.append(key, value, headers, timestampMs);
      }
      const batch = sealFor(builder.seal());
      setBaseOffset(batch, baseOffset);
      const [{ header }] = [...readBatches(batch)];
      const all = [...readRecords(batch)];
      const filter = {
        retains: ({ offset }: { offset: bigint }) => records[Number(offset - baseOffset)].stays,
        nowMs,
        deleteRetentionMs: 1000,
      };
      const filtered = filterBatch(batch, header, filter);
      const expected = all.filter((_, i) => records[i].stays);
      if (expected.length === 0) return assert.equal(filtered, null);
      const hasDeletes = expected.some(({ value }) => value === null);
      if (expected.length === all.length && !hasDeletes) return assert.equal(filtered, batch);
      assert.deepEqual([...readRecords(filtered!)], expected);
      const [{ header: after }] = [...readBatches(filtered!)];
      checkBatch(filtered!, 0, after);
      assert.deepEqual({ ...after, crc: 0, sizeBytes: 0 }, {
        ...{ ...header, crc: 0, sizeBytes: 0 },
        recordCount: expected.length,
        maxTimestampMs: Math.max(...expected.map(({ timestampMs }) => timestampMs)),
        baseTimestampMs: hasDeletes ? nowMs + 1000 : header.baseTimestampMs,
      });
      // A second time nothing changes, until the deletes may go.
      const again = { ...filter, retains: ({ mayGo }: { mayGo: boolean }) => !mayGo };
      assert.equal(filterBatch(filtered!, after, { ...again, nowMs: nowMs + 999 }), filtered);
      const late = filterBatch(filtered!, after, { ...again, nowMs: nowMs + 1000 });
      const values = expected.filter(({ value }) => value !== null);
      assert.deepEqual(late === null ? [] : [...readRecords(late)], values);
    }));
  });
}

Deno.test("filterBatch() refuses records that are no records", () => {
  const builder = new BatchBuilder({ sizeMax: 1000 });
  builder.append("key", "value", [], 0);
  const batch = builder.seal();
  batch[61] = 0x7e;
  new DataView(batch.buffer, batch.byteOffset).setUint32(17, crc32c(batch, 21));
  const [{ header }] = [...readBatches(batch)];
  const filter = { retains: () => true, nowMs, deleteRetentionMs: 0 };
  assert.throws(() => filterBatch(batch, header, filter), { name: "CorruptError" });
});
