import { strictEqual } from "node:assert/strict";
import { crc32c } from "../../../src/base/mod.ts";

Deno.test("crc32c() gives the check values of RFC 3720", () => {
  strictEqual(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
  strictEqual(crc32c(new Uint8Array(32)), 0x8a9136aa);
  strictEqual(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43);
  strictEqual(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
});

Deno.test("crc32c() covers only the range it is given", () => {
  strictEqual(crc32c(new TextEncoder().encode("x123456789y"), 1, 10), 0xe3069283);
});
