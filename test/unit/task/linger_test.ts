/** How long batches wait that could go. */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { BatchBuilder } from "../../../src/batch/mod.ts";
import { Linger, type OpenBatch } from "../../../src/task/linger.ts";
import { HeldClock } from "../../faults/held_clock.ts";

/** Batches that linger for 100 ms, and how often one was due. */
function lingering(lingerMs = 100) {
  const clock = new HeldClock();
  const open = new Map<string, OpenBatch<unknown>>();
  let calls = 0;
  const linger = new Linger(lingerMs, clock, open, () => calls++);
  return {
    linger,
    begin: (topic: string) =>
      open.set(topic, {
        topic,
        partition: 0,
        builder: new BatchBuilder({ sizeMax: 1000 }),
        sinceMs: clock.monotonic(),
        first: 0,
        records: null,
      }),
    due() {
      const names = linger.due().map(({ topic }) => topic);
      for (const name of names) open.delete(name);
      return names;
    },
    /** @returns how many calls there were meanwhile */
    async pass(ms: number) {
      const before = calls;
      clock.advance(ms);
      await Promise.resolve();
      return calls - before;
    },
  };
}

Deno.test("Linger.due() gives all at once unless batches are to wait", () => {
  const { begin, due } = lingering(0);
  begin("a");
  begin("b");
  deepStrictEqual(due(), ["a", "b"]);
});

Deno.test("Linger.due() gives what has waited enough, and calls when there is more", async () => {
  const { begin, due, pass } = lingering();
  begin("a");
  deepStrictEqual(due(), []);
  strictEqual(await pass(60), 0);
  begin("b");
  deepStrictEqual(due(), []);
  strictEqual(await pass(40), 1);
  deepStrictEqual(due(), ["a"]);
  strictEqual(await pass(59), 0);
  strictEqual(await pass(1), 1);
  deepStrictEqual(due(), ["b"]);
  strictEqual(await pass(1000), 0);
});

Deno.test("Linger calls no more once it is closed", async () => {
  const { linger, begin, due, pass } = lingering();
  begin("a");
  deepStrictEqual(due(), []);
  linger.close();
  strictEqual(await pass(100), 0);
});
