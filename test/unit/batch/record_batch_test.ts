import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  BatchBuilder,
  checkProducedBatch,
  compressionNames,
  murmur2,
  readRecords,
} from "../../../src/batch/mod.ts";

const field = fc.option(
  fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: "binary", maxLength: 9000 })),
);
const record = fc.record({
  key: field,
  value: field,
  headers: fc.array(
    fc.record({
      key: fc.string({ maxLength: 70 }),
      value: fc.option(fc.uint8Array({ maxLength: 80 })),
    }),
    { maxLength: 3 },
  ),
  timestampMs: fc.integer({ min: -1, max: 2 ** 45 }),
});
const bytesOf = (value: Uint8Array | string | null) =>
  typeof value === "string" ? new TextEncoder().encode(value) : value;

for (const compression of compressionNames) {
  Deno.test(`readRecords() gives back what BatchBuilder took (${compression})`, () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const builder = new BatchBuilder({ sizeMax: 10_000_000, compression });
        for (const { key, value, headers, timestampMs } of records) {
          ok(builder.append(key, value, headers, timestampMs));
        }
        const batch = builder.seal();
        const header = checkProducedBatch(batch);
        strictEqual(header.recordCount, records.length);
        strictEqual(header.maxTimestampMs, Math.max(...records.map((r) => r.timestampMs)));
        deepStrictEqual(
          [...readRecords(batch)].map(({ key, value, headers, timestampMs, offset }) => ({
            key: key && Uint8Array.from(key),
            value: value && Uint8Array.from(value),
            headers: headers.map((h) => ({
              key: h.key,
              value: h.value && Uint8Array.from(h.value),
            })),
            timestampMs,
            offset,
          })),
          records.map((r, i) => ({
            key: bytesOf(r.key),
            value: bytesOf(r.value),
            headers: r.headers.map((h) => ({
              key: new TextDecoder().decode(bytesOf(h.key)!),
              value: h.value,
            })),
            timestampMs: r.timestampMs,
            offset: BigInt(i),
          })),
        );
      }),
      { numRuns: 60 },
    );
  });
}

Deno.test("BatchBuilder.append() keeps texts apart that it encodes together", () => {
  // A page of ASCII and one that is not; halves of a pair of surrogates that stay in their records.
  const texts = Array.from({ length: 1000 }, (_, i) => `${i} `.repeat(i % 50));
  for (const others of [[], ["é", "x", "\ud83d", "\ude00", "\ud83d\ude00"]]) {
    const builder = new BatchBuilder({ sizeMax: 1_000_000 });
    const records = [...texts, ...others, ...texts];
    for (const text of records) ok(builder.append(text.slice(0, 3), text, [], 0));
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    deepStrictEqual(
      [...readRecords(builder.seal())].map(({ key, value }) =>
        [key, value].map((bytes) => decoder.decode(bytes!))
      ),
      records.map((text) => [text.slice(0, 3), text].map((text) => text.toWellFormed())),
    );
  }
});

Deno.test("BatchBuilder.append() refuses a record that does not fit, and an empty batch takes any", () => {
  const builder = new BatchBuilder({ sizeMax: 200 });
  ok(builder.append(null, "x".repeat(1000), [], 0));
  ok(!builder.append(null, "y", [], 0));
  strictEqual([...readRecords(builder.seal())].length, 1);
});

Deno.test("BatchBuilder.append() refuses the records that Kafka's producer refuses, with its words", () => {
  // As 4.2 reckons: 61 and 21 bytes, and lengths as varints, for key, value and headers.
  const refused =
    /^The message is (\d+) bytes when serialized which is larger than (\d+), which is/;
  for (const value of ["x".repeat(117), "é".repeat(58) + "x", new Uint8Array(117)]) {
    new BatchBuilder({ sizeMax: 150, requestBytesMax: 203 }).append(null, value, [], 0);
    const builder = new BatchBuilder({ sizeMax: 150, requestBytesMax: 202 });
    throws(() => builder.append(null, value, [], 0), ({ message }: Error) => {
      deepStrictEqual(refused.exec(message)?.slice(1), ["203", "202"]);
      return true;
    });
  }
  const headers = [{ key: "h", value: null }];
  const builder = new BatchBuilder({ sizeMax: 100, requestBytesMax: 100 });
  throws(() => builder.append("key", "x".repeat(10), headers, 0), /^ConnectError: .* is 101 bytes/);
});

Deno.test("checkProducedBatch() finds every truncation and every flipped bit under the checksum", () => {
  const builder = new BatchBuilder({ sizeMax: 10_000 });
  for (let i = 0; i < 5; i++) builder.append("key", `value ${i}`, [{ key: "h", value: null }], i);
  const batch = builder.seal();
  for (let end = 0; end < batch.length; end++) {
    throws(() => checkProducedBatch(batch.slice(0, end)), { name: "CorruptError" });
  }
  for (let bit = 16 * 8; bit < batch.length * 8; bit++) {
    const flipped = batch.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    throws(() => checkProducedBatch(flipped), { name: "CorruptError" });
  }
});

Deno.test("readRecords() never does worse than CorruptError on bytes that only look like a batch", () => {
  const builder = new BatchBuilder({ sizeMax: 10_000 });
  for (let i = 0; i < 3; i++) {
    builder.append("key", "value", [{ key: "h", value: new Uint8Array(3) }], i);
  }
  const batch = builder.seal();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(batch.length - 62), fc.nat(255)), { minLength: 1 }),
      (changes) => {
        const hostile = batch.slice();
        for (const [at, byte] of changes) hostile[61 + at] = byte;
        const resealed = resealCrc(hostile);
        try {
          [...readRecords(resealed)];
        } catch (error) {
          strictEqual((error as Error).name, "CorruptError");
        }
      },
    ),
    { numRuns: 500 },
  );
});

Deno.test("murmur2() is Java's", () => {
  // Values of org.apache.kafka.common.utils.UtilsTest.
  const expected: Record<string, number> = {
    "21": -973932308,
    "foobar": -790332482,
    "a-little-bit-long-string": -985981536,
    "a-little-bit-longer-string": -1486304829,
    "lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    "abc": 479470107,
  };
  for (const [key, hash] of Object.entries(expected)) {
    strictEqual(murmur2(new TextEncoder().encode(key)), hash);
  }
});

function resealCrc(bytes: Uint8Array): Uint8Array {
  let crc = -1;
  for (let i = 21; i < bytes.length; i++) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  new DataView(bytes.buffer).setUint32(17, ~crc >>> 0);
  return bytes;
}
