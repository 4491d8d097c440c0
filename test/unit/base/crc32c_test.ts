import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { crc32c, replacedCrc32c } from "../../../src/base/mod.ts";

Deno.test("crc32c() gives the check values of RFC 3720", () => {
  strictEqual(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  strictEqual(crc32c(new Uint8Array(32)), 0x8a9136aa);
  strictEqual(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  strictEqual(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

Deno.test("crc32c() covers only the range it is given", () => {
  strictEqual(crc32c(new TextEncoder().encode("x123456789y"), 1, 10), 0xe3069283);
});

Deno.test("crc32c() gives the same wherever the bytes lie in their buffer", () => {
  // Bit by bit, as the polynomial is defined.
  const slow = (bytes: Uint8Array) => {
    let crc = -1;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0x82f63b78 & -(crc & 1));
    }
    return ~crc >>> 0;
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, before) => {
    const moved = new Uint8Array(bytes.length + before + 3).subarray(before, before + bytes.length);
    moved.set(bytes);
    strictEqual(crc32c(moved), slow(bytes));
  }));
});

Deno.test("replacedCrc32c() gives what crc32c() gives for the bytes as they are then", () => {
  const parts = fc.tuple(
    fc.uint8Array({ maxLength: 70 }),
    fc.uint8Array({ minLength: 14, maxLength: 14 }),
    fc.uint8Array({ minLength: 14, maxLength: 14 }),
    fc.oneof(fc.uint8Array({ maxLength: 70 }), fc.nat(3_000_000).map((n) => new Uint8Array(n))),
  );
  fc.assert(
    fc.property(parts, ([before, part, newPart, behind]) => {
      const whole = (middle: Uint8Array) => {
        const bytes = new Uint8Array(before.length + middle.length + behind.length);
        bytes.set(before);
        bytes.set(middle, before.length);
        bytes.set(behind, before.length + middle.length);
        return crc32c(bytes);
      };
      const [old, next] = [crc32c(part), crc32c(newPart)];
      strictEqual(replacedCrc32c(whole(part), old, next, behind.length), whole(newPart));
    }),
    { numRuns: 50 },
  );
});
