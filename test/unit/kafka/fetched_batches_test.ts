/** What is taken out of a broker's answer, and what is left out. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { crc32c } from "../../../src/base/mod.ts";
import { BatchBuilder, readBatches, readRecords, setBaseOffset } from "../../../src/batch/mod.ts";
import { FetchedBatches } from "../../../src/kafka/fetched_batches.ts";
import type { AbortedTransaction } from "../../../src/kafka/protocol/fetch.ts";

const transactional = 16;
const control = 32;

/** A batch of records that are called by their offsets. */
function batch(
  baseOffset: bigint,
  count: number,
  { producerId = -1n, flags = 0 } = {},
): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1 << 16 });
  for (let i = 0; i < count; i++) builder.append(null, `${baseOffset + BigInt(i)}`, [], 0);
  const bytes = builder.seal();
  setBaseOffset(bytes, baseOffset);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  view.setInt16(21, flags);
  view.setBigInt64(43, producerId);
  view.setUint32(17, crc32c(bytes, 21));
  return bytes;
}

function concat(...batches: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(batches.flatMap((bytes) => [...bytes]));
}

/** All that is handed out, piece by piece. */
function drain(fetched: FetchedBatches, bytesMax = 1 << 20): { values: string[]; ends: bigint[] } {
  const values: string[] = [];
  const ends: bigint[] = [];
  while (!fetched.isEmpty) {
    const { batches, endOffset } = fetched.take(bytesMax);
    for (const { value } of readRecords(batches)) values.push(new TextDecoder().decode(value!));
    ends.push(endOffset);
  }
  return { values, ends };
}

Deno.test("FetchedBatches hands out whole batches within a limit, one at least, in their own buffer", () => {
  const one = batch(0n, 2);
  const bytes = concat(one, batch(2n, 2), batch(4n, 2), one.slice(0, 30));
  assert.deepEqual(drain(new FetchedBatches(bytes, 0n, []), 1).ends, [2n, 4n, 6n]);
  assert.deepEqual(drain(new FetchedBatches(bytes, 0n, []), one.length * 2).ends, [4n, 6n]);
  const fetched = new FetchedBatches(bytes, 0n, []);
  const buffer = new ArrayBuffer(one.length + 5);
  const { batches } = fetched.take(one.length, buffer);
  assert.equal(batches.buffer, buffer);
  assert.deepEqual([...readBatches(batches)].length, 1);
  const next = fetched.take(1 << 20, buffer).batches;
  assert.notEqual(next.buffer, buffer, "two batches do not fit");
  structuredClone(next, { transfer: [next.buffer] });
});

Deno.test("FetchedBatches.detach() keeps what is left, and lets go of the answer", () => {
  const answer = concat(batch(0n, 2), batch(2n, 2), batch(4n, 2));
  const fetched = new FetchedBatches(answer, 0n, []);
  assert.deepEqual(fetched.take(1).endOffset, 2n);
  fetched.detach();
  answer.fill(0);
  assert.deepEqual(drain(fetched, 1), { values: ["2", "3", "4", "5"], ends: [4n, 6n] });
});

Deno.test("FetchedBatches leaves out what ends before the offset asked for", () => {
  const bytes = concat(batch(0n, 2), batch(2n, 2));
  assert.deepEqual(drain(new FetchedBatches(bytes, 3n, [])).values, ["2", "3"]);
  assert.ok(new FetchedBatches(bytes, 4n, []).isEmpty);
});

Deno.test("FetchedBatches leaves out markers and aborted transactions, and leads beyond them", () => {
  const mine = { producerId: 1n, flags: transactional };
  const bytes = concat(
    batch(0n, 1, mine),
    batch(1n, 1, { producerId: 2n, flags: transactional }),
    batch(2n, 1),
    batch(3n, 1, mine),
    batch(4n, 1, { producerId: 1n, flags: transactional | control }),
    batch(5n, 1, mine),
    batch(6n, 1, { producerId: 2n, flags: transactional | control }),
    batch(7n, 1, { producerId: 1n, flags: transactional | control }),
  );
  const aborted = [{ producerId: 1n, firstOffset: 0n }];
  const fetched = new FetchedBatches(bytes, 0n, aborted);
  assert.equal(fetched.endOffset, 8n);
  assert.deepEqual(drain(fetched), { values: ["1", "2", "5"], ends: [8n] });
  assert.deepEqual(drain(new FetchedBatches(bytes, 0n, [])).values, ["0", "1", "2", "3", "5"]);
  assert.ok(new FetchedBatches(bytes, 6n, []).isEmpty);
  assert.equal(new FetchedBatches(bytes, 6n, []).endOffset, 8n);
});

Deno.test("FetchedBatches hands out exactly the records of committed transactions", () => {
  const steps = fc.array(
    fc.record({
      producer: fc.nat(2),
      what: fc.constantFrom("plain", "write", "commit", "abort"),
      count: fc.integer({ min: 1, max: 3 }),
    }),
    { maxLength: 30 },
  );
  fc.assert(fc.property(steps, fc.nat(500), (steps, bytesMax) => {
    const parts: Uint8Array[] = [];
    const open = new Map<number, { firstOffset: bigint; values: string[] }>();
    const aborted: AbortedTransaction[] = [];
    const dropped = new Set<string>();
    const all: string[] = [];
    let offset = 0n;
    for (const { producer, what, count } of steps) {
      const producerId = BigInt(producer);
      const transaction = open.get(producer);
      if (what === "commit" || what === "abort") {
        if (transaction === undefined) continue;
        parts.push(batch(offset++, 1, { producerId, flags: transactional | control }));
        open.delete(producer);
        if (what === "commit") continue;
        aborted.push({ producerId, firstOffset: transaction.firstOffset });
        for (const value of transaction.values) dropped.add(value);
        continue;
      }
      const values = Array.from({ length: count }, (_, i) => `${offset + BigInt(i)}`);
      all.push(...values);
      if (what === "plain") parts.push(batch(offset, count));
      else {
        parts.push(batch(offset, count, { producerId, flags: transactional }));
        if (transaction === undefined) open.set(producer, { firstOffset: offset, values });
        else transaction.values.push(...values);
      }
      offset += BigInt(count);
    }
    // A broker hands out nothing behind the begin of an open transaction; here all are over.
    const fetched = new FetchedBatches(concat(...parts), 0n, aborted);
    assert.equal(fetched.endOffset, offset);
    assert.deepEqual(drain(fetched, bytesMax).values, all.filter((value) => !dropped.has(value)));
  }));
});

Deno.test("FetchedBatches refuses what is no batch", () => {
  const bytes = batch(0n, 1);
  bytes[16] = 1;
  assert.throws(() => new FetchedBatches(bytes, 0n, []), { name: "CorruptError" });
});
