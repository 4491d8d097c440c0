import assert from "node:assert/strict";
import { parseJavaDouble, parseJavaFloat, parseJavaInteger } from "../../../../mod.ts";

/** What JDK 17 answers. */
const integers: readonly [text: string, bits: number, value: bigint | null][] = [
  ["127", 8, 127n],
  ["128", 8, null],
  ["-128", 8, -128n],
  ["+5", 32, 5n],
  ["-0", 32, 0n],
  [" 5", 32, null],
  ["5 ", 32, null],
  ["", 32, null],
  ["+", 32, null],
  ["5.0", 32, null],
  ["0x10", 32, null],
  ["1_000", 32, null],
  ["00000000000000000000000012", 8, 12n],
  ["9223372036854775807", 64, 2n ** 63n - 1n],
  ["9223372036854775808", 64, null],
  ["-9223372036854775808", 64, -(2n ** 63n)],
  ["\u0663\u0664", 32, 34n],
  ["-\u096d", 32, -7n],
  ["\ud835\udfd9", 32, null],
];

for (const [text, bits, value] of integers) {
  Deno.test(`parseJavaInteger() reads ${JSON.stringify(text)} of ${bits} bits as Java does`, () => {
    assert.equal(parseJavaInteger(text, bits), value);
  });
}

/** What JDK 17 answers; the float is that nearest to the text, not to the double. */
const floats: readonly [text: string, double: number | null, float?: number][] = [
  ["1.", 1],
  [".5", 0.5],
  [" 1e3\t", 1000],
  ["1f", 1],
  ["1.5D", 1.5],
  ["1L", null],
  ["1fd", null],
  ["", null],
  [".", null],
  ["1e", null],
  ["\u00a01", null],
  ["\u0663", null],
  ["0x10", null],
  ["0x.p1", null],
  ["0x1.8p1", 3],
  ["-0X.8P-2f", -0.125],
  ["0x1p99999999999", Infinity],
  ["0x1p-99999999999", 0],
  ["0x0p99999999999", 0],
  ["-0", -0],
  ["NaN", NaN],
  ["-Infinity", -Infinity],
  ["NaNf", null],
  ["infinity", null],
  ["1e400", Infinity],
  ["1e-400", 0],
  ["0x1.00000000000008p0", 1],
  ["0x1.00000000000018p0", 1 + 2 ** -51],
  ["0x0.00000000000008p-1022", 0],
  ["0x0.000000000000081p-1022", 5e-324],
  ["0x1.0000010000001p0", 1 + 2 ** -24 + 2 ** -52, 1 + 2 ** -23],
  ["16777217.0000000000000000000000001", 16777217, 16777218],
  ["16777217", 16777217, 16777216],
  ["16777216.9999999999999999999999999", 16777217, 16777216],
  ["3.40282356779733661637539395458142568447e38", 3.4028235677973366e38, 2 ** 128 - 2 ** 104],
  ["3.40282356779733661637539395458142568448e38", 3.4028235677973366e38, Infinity],
];

for (const [text, double, float = double === null ? null : Math.fround(double)] of floats) {
  Deno.test(`parseJavaDouble() and parseJavaFloat() read ${JSON.stringify(text)} as Java does`, () => {
    assert.equal(parseJavaDouble(text), double);
    assert.equal(parseJavaFloat(text), float);
  });
}

Deno.test("parseJavaInteger() and parseJavaDouble() need no more time than their text is long", () => {
  const long = `${"1".repeat(4_000_000)}x`;
  const startMs = performance.now();
  assert.equal(parseJavaInteger(long, 64), null);
  assert.equal(parseJavaInteger(long.slice(0, -1), 64), null);
  assert.equal(parseJavaDouble(long), null);
  assert.equal(parseJavaFloat(`0.${"0".repeat(4_000_000)}1`), 0);
  assert(performance.now() - startMs < 5000);
});
