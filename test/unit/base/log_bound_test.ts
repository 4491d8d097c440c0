import assert from "node:assert/strict";
import {
  charsPerSecondMax,
  type Clock,
  LogBound,
  messagesPerSecondMax,
} from "../../../src/base/mod.ts";

/** A clock that is moved by hand. */
function movedClock(): { clock: Clock; move(ms: number): Promise<void> } {
  let nowMs = 0;
  const waiting: { endMs: number; end: () => void }[] = [];
  return {
    clock: {
      now: () => nowMs,
      monotonic: () => nowMs,
      sleep: (delayMs) => new Promise((end) => void waiting.push({ endMs: nowMs + delayMs, end })),
    },
    async move(ms) {
      nowMs += ms;
      for (const { endMs, end } of waiting) if (endMs <= nowMs) end();
      await Promise.resolve();
    },
  };
}

Deno.test("LogBound lets a number of messages pass in a second, and tells how many did not", async () => {
  const { clock, move } = movedClock();
  const told: number[] = [];
  const bound = new LogBound(clock, (dropped) => told.push(dropped));
  const admit = (count: number) =>
    Array.from({ length: count }, () => bound.admits(1)).filter((isAdmitted) => isAdmitted).length;
  assert.equal(admit(messagesPerSecondMax + 7), messagesPerSecondMax);
  await move(500);
  assert.equal(admit(3), 0);
  assert.deepEqual(told, []);
  await move(500);
  assert.deepEqual(told, [10]);
  assert.equal(admit(5), 5);
  await move(5000);
  assert.deepEqual(told, [10]);
});

Deno.test("LogBound counts characters too, times its factor", () => {
  const { clock } = movedClock();
  const bound = new LogBound(clock, () => {}, 2);
  assert.ok(bound.admits(charsPerSecondMax));
  assert.ok(bound.admits(charsPerSecondMax));
  assert.ok(!bound.admits(1));
});
