import assert from "node:assert/strict";
import { JavaDateFormat } from "../../../../mod.ts";

const nowMs = Date.UTC(2026, 10, 25);

Deno.test("JavaDateFormat.format() refuses times beyond the dates that there are", () => {
  const format = JavaDateFormat.compile("G yyyy-MM-dd HH:mm:ss.SSS", nowMs);
  assert.equal(format.format(8.64e15), "AD 275760-09-13 00:00:00.000");
  assert.equal(format.format(-8.64e15), "BC 271817-11-20 00:00:00.000");
  assert.throws(() => format.format(8.64e15 + 2), {
    name: "DataError",
    message: "8640000000000002 is no date: it is more than 275,760 years away from 1970",
  });
});

Deno.test("JavaDateFormat.parse() refuses a date beyond those that there are", () => {
  assert.throws(() => JavaDateFormat.compile("yyyy", nowMs).parse("300000"), {
    name: "DataError",
    message: '"300000" is no date: it is more than 275,760 years away from 1970',
  });
});

Deno.test("JavaDateFormat.parse() is quick when a text has a million digits", () => {
  assert.throws(() => JavaDateFormat.compile("yyyy", nowMs).parse("9".repeat(1_000_000)), {
    name: "DataError",
  });
});

Deno.test("JavaDateFormat.parse() takes the longest name of a time zone", () => {
  const format = JavaDateFormat.compile("HH:mm z", nowMs);
  assert.equal(format.parse("10:00 Eastern European Time"), 8 * 3_600_000);
});

Deno.test("JavaDateFormat writes UTC when it has read another time zone", () => {
  const format = JavaDateFormat.compile("HH:mm z", nowMs);
  assert.equal(format.format(format.parse("10:00 PST")), "18:00 UTC");
});

Deno.test("JavaDateFormat reads back what it has written when the pattern tells all", () => {
  for (
    const pattern of [
      "G yyyy-MM-dd HH:mm:ss.SSS",
      "G yyyy D k:m:s S",
      "G yyyy MM W u hh:mm:ss.SSS a",
    ]
  ) {
    const format = JavaDateFormat.compile(pattern, nowMs);
    for (let time = -130e12 + 0.5; time < 130e12; time += 3_456_789_123_457) {
      const epochMs = Math.trunc(time);
      assert.equal(format.parse(format.format(epochMs)), epochMs, format.format(epochMs));
    }
  }
});
