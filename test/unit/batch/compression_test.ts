import { Buffer } from "node:buffer";
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { compress, type CompressionName, decompress } from "../../../src/batch/compression.ts";
import { decompressLz4 } from "../../../src/batch/lz4.ts";
import { decompressSnappy } from "../../../src/batch/snappy.ts";
import { xxhash32 } from "../../../src/batch/xxhash32.ts";

const text = (value: string) => new TextEncoder().encode(value);
const codecs: readonly CompressionName[] = ["gzip", "snappy", "lz4", "zstd"];

/** Runs of a byte, copies of what came before, and noise, over the size of a block. */
const content = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.tuple(fc.nat(255), fc.nat(70_000)).map(([byte, length]) =>
      new Uint8Array(length).fill(byte)
    ),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(3000)).map(([bytes, times]) =>
      new Uint8Array(bytes.length * times).map((_, i) => bytes[i % bytes.length])
    ),
  ),
  { maxLength: 12 },
).map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

for (const codec of codecs) {
  Deno.test(`decompress() gives back what compress() took (${codec})`, () => {
    fc.assert(
      fc.property(content, (bytes) => {
        const compressed = compress(codec, bytes);
        // A view in the middle of other bytes, as in a fetch answer.
        const framed = new Uint8Array(compressed.length + 20);
        framed.set(compressed, 7);
        const view = framed.subarray(7, 7 + compressed.length);
        ok(Buffer.compare(decompress(codec, view), bytes) === 0);
      }),
      { numRuns: 60 },
    );
  });

  Deno.test(`decompress() ends, at worst in CorruptError, on damaged bytes (${codec})`, () => {
    const sound = compress(
      codec,
      text("a line, and a line, and more lines 0123456789 ".repeat(99)),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(sound.length),
        (changes, end) => {
          const bytes = sound.slice(0, end);
          for (const [at, byte] of changes) if (at < end) bytes[at] = byte;
          try {
            decompress(codec, bytes);
          } catch (error) {
            strictEqual((error as Error).name, "CorruptError");
          }
        },
      ),
      { numRuns: 3000 },
    );
  });
}

Deno.test("compress() tries as hard as it is told", () => {
  const bytes = new Uint8Array(100_000).map((_, i) => i % 97 ^ i >> 7);
  for (const codec of ["gzip", "zstd"] as const) {
    const [fast, slow] = [1, 9].map((level) => compress(codec, bytes, level));
    ok(slow.length < fast.length, codec);
    deepStrictEqual(Uint8Array.from(decompress(codec, slow)), bytes);
  }
});

Deno.test("decompress() reads a Snappy block without a stream around it", () => {
  // 11 bytes: the literal "Wikipe", and 5 bytes from 6 back.
  const block = Uint8Array.of(11, 5 << 2, ...text("Wikipe"), 1 << 2 | 1, 6);
  strictEqual(new TextDecoder().decode(decompress("snappy", block)), "WikipeWikip");
});

Deno.test("decompressSnappy() refuses more than it may give back, before it begins", () => {
  throws(() => decompressSnappy(compress("snappy", new Uint8Array(100_000)), 99_999), {
    name: "CorruptError",
    message: "they claim to be 100000 bytes",
  });
});

Deno.test("decompressLz4() refuses more than it may give back", () => {
  const frame = compress("lz4", new Uint8Array(100_000));
  strictEqual(decompressLz4(frame, 100_000).length, 100_000);
  throws(() => decompressLz4(frame, 99_999), {
    name: "CorruptError",
    message: "an LZ4 block is damaged: it is larger than it may be",
  });
});

/** A frame with the header checksum that it must have. */
function frame(flags: number, sizes: number, ...rest: readonly (number | Uint8Array)[]) {
  const header = Uint8Array.of(flags, sizes);
  return Uint8Array.of(
    ...[0x04, 0x22, 0x4d, 0x18, ...header, xxhash32(header) >> 8 & 0xff],
    ...rest.flatMap((part) => typeof part === "number" ? [part] : [...part]),
  );
}
const uint32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);

Deno.test("decompressLz4() reads blocks that go on from the one before", () => {
  const first = Uint8Array.of(8 << 4, ...text("abcdefgh"));
  // A match of 4 bytes from 8 back, and the literal "!".
  const second = Uint8Array.of(0, 8, 0, 1 << 4, ...text("!"));
  const blocks = [uint32(first.length), first, uint32(second.length), second, uint32(0)];
  strictEqual(
    new TextDecoder().decode(decompressLz4(frame(0x40, 0x40, ...blocks), 100)),
    "abcdefghabcd!",
  );
  throws(() => decompressLz4(frame(0x60, 0x40, ...blocks), 100), {
    message: "an LZ4 block is damaged: a match is 8 bytes back",
  });
});

Deno.test("decompressLz4() checks the checksums of blocks and of the content", () => {
  const bytes = text("hello");
  const whole = (sum: number) =>
    frame(
      0x74,
      0x40,
      uint32(0x80000000 + 5),
      bytes,
      uint32(xxhash32(bytes)),
      uint32(0),
      uint32(sum),
    );
  deepStrictEqual(decompressLz4(whole(xxhash32(bytes)), 100), bytes);
  throws(() => decompressLz4(whole(1), 100), {
    message: "the content of an LZ4 frame does not match its checksum",
  });
  const damaged = whole(xxhash32(bytes));
  damaged[11] ^= 1;
  throws(() => decompressLz4(damaged, 100), {
    message: "the block of an LZ4 frame does not match its checksum",
  });
  damaged[6] ^= 1;
  throws(() => decompressLz4(damaged, 100), {
    message: "the header of an LZ4 frame does not match its checksum",
  });
});

Deno.test("xxhash32() gives the checksums that are published for it", () => {
  strictEqual(xxhash32(text("")), 0x02cc5d05);
  strictEqual(xxhash32(text("abc")), 0x32d153ff);
  strictEqual(xxhash32(text("Nobody inspects the spammish repetition")), 0xe2293b2f);
});
