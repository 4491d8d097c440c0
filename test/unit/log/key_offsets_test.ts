import assert from "node:assert/strict";
import { KeyOffsets } from "../../../src/log/key_offsets.ts";

const encoder = new TextEncoder();

Deno.test("KeyOffsets gives the last offset of each key, however many there are", () => {
  const base = 1n << 60n;
  const keys = new KeyOffsets(base, 30_000);
  const model = new Map<string, bigint>();
  for (let i = 0; i < 60_000; i++) {
    // Keys of any length, the empty one among them, each twice.
    const key = i % 30_000 === 0 ? "" : `${i * 7919 % 30_000} ${"k".repeat(i % 50)}`.slice(0, 40);
    if (model.size === 30_000 && !model.has(key)) continue;
    assert.ok(keys.put(encoder.encode(key), base + BigInt(i)));
    model.set(key, base + BigInt(i));
  }
  assert.ok(model.size > 20_000);
  assert.equal(keys.size, model.size);
  for (const [key, offset] of model) assert.equal(keys.get(encoder.encode(key)), offset);
  assert.equal(keys.get(encoder.encode("never put")), null);
});

Deno.test("KeyOffsets.put() refuses a new key when it is full, and takes those it has", () => {
  const keys = new KeyOffsets(0n, 2);
  const [a, b, c] = ["a", "b", "c"].map((key) => encoder.encode(key));
  assert.ok(keys.put(a, 0n) && keys.put(b, 1n));
  assert.equal(keys.put(c, 2n), false);
  assert.ok(keys.put(a, 3n));
  assert.deepEqual([keys.get(a), keys.get(b), keys.get(c)], [3n, 1n, null]);
});
