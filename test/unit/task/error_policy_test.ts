/** Which operations are tried again, when, and for how long. */

import assert from "node:assert/strict";
import { RetriableError } from "../../../src/api/mod.ts";
import {
  ErrorPolicy,
  type ErrorSpec,
  retryDelayMs,
  strictErrors,
  TaskCounts,
} from "../../../src/task/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";

/** A policy on a clock that its waits move. */
function policyOf(spec: Partial<ErrorSpec>, isWanted: () => boolean = () => true) {
  const clock = new HeldClock(0);
  const waits: number[] = [];
  const counts = new TaskCounts();
  const policy = new ErrorPolicy({
    counts,
    spec: { ...strictErrors, ...spec },
    clock,
    random: () => 0.5,
    wait: (delayMs) => {
      waits.push(delayMs);
      clock.advance(delayMs);
      return Promise.resolve(isWanted());
    },
  });
  return { policy, waits, clock, counts };
}

const later = new RetriableError("later");

function fails(): never {
  throw later;
}

Deno.test("retryDelayMs() doubles, is random beyond the longest wait, and ends with the time that is left", () => {
  const delays = (max: number, leftMs: number) =>
    [1, 2, 3, 4, 5, 60].map((attempt) => retryDelayMs(attempt, leftMs, max, () => 0.5));
  assert.deepEqual(delays(60_000, Infinity), [300, 600, 1200, 2400, 4800, 30_000]);
  assert.deepEqual(delays(1000, Infinity), [300, 600, 500, 500, 500, 500]);
  assert.deepEqual(delays(60_000, 700), [300, 600, 700, 700, 700, 700]);
  assert.deepEqual(delays(0, Infinity), [0, 0, 0, 0, 0, 0]);
});

Deno.test("ErrorPolicy.retry() tries nothing again unless it is told how long", async () => {
  const { policy, waits } = policyOf({});
  const outcome = await policy.retry({ at: 0 }, fails, later);
  assert.deepEqual(outcome, { is: "failed", error: later });
  assert.deepEqual(waits, []);
});

Deno.test("ErrorPolicy.retry() tries nothing again that is not retriable", async () => {
  const { policy, waits } = policyOf({ retryTimeoutMs: -1 });
  const error = new TypeError("never");
  assert.deepEqual(await policy.retry({ at: 0 }, fails, error), { is: "failed", error });
  assert.deepEqual(waits, []);
});

Deno.test("ErrorPolicy.retry() tries until its time is over, a last time at its end", async () => {
  const { policy, waits } = policyOf({ retryTimeoutMs: 1000 });
  assert.deepEqual(await policy.retry({ at: 0 }, fails, later), { is: "failed", error: later });
  assert.deepEqual(waits, [300, 600, 100]);
});

Deno.test("ErrorPolicy.retry() gives what a later try gives", async () => {
  const { policy, waits } = policyOf({ retryTimeoutMs: -1 });
  let failures = 8;
  const goOn = () => failures-- > 0 ? fails() : "value";
  assert.deepEqual(await policy.retry({ at: 0 }, goOn, later), { is: "done", value: "value" });
  assert.deepEqual(waits, [300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 30_000]);
});

Deno.test("ErrorPolicy.retry() gives the next operation a time of its own", async () => {
  const { policy, waits } = policyOf({ retryTimeoutMs: 1000 });
  const progress = { at: 0 };
  const goOn = () => {
    if (waits.length === 2) progress.at = 1;
    throw later;
  };
  assert.deepEqual(await policy.retry(progress, goOn, later), { is: "failed", error: later });
  assert.deepEqual(waits, [300, 600, 300, 600, 100]);
});

Deno.test("ErrorPolicy.retry() ends at once when the record is not wanted any more", async () => {
  const { policy, waits } = policyOf({ retryTimeoutMs: -1 }, () => waits.length < 2);
  assert.deepEqual(await policy.retry({ at: 0 }, fails, later), { is: "givenUp" });
  assert.deepEqual(waits, [300, 600]);
});

Deno.test("ErrorPolicy.tolerate() throws Kafka's error unless all is tolerated", () => {
  const error = new Error("no");
  policyOf({ tolerance: "all" }).policy.tolerate(error);
  assert.throws(() => policyOf({}).policy.tolerate(error), {
    name: "ConnectError",
    message: "Tolerance exceeded in error handler",
    cause: error,
  });
});

Deno.test("counts are those of Kafka's ErrorHandlingMetrics", async () => {
  const retried = policyOf({ retryTimeoutMs: 1000 });
  await retried.policy.retry({ at: 0 }, fails, later);
  // Kafka: the last try counts twice, for it cannot be made again and has failed for good.
  const { failures, errors, retries, skipped, lastErrorMs } = retried.counts;
  assert.equal(failures, retries + 2);
  assert.deepEqual([errors, skipped], [1, 0]);
  assert.equal(retries, retried.waits.length);
  assert.equal(lastErrorMs, retried.clock.now());

  const once = policyOf({ tolerance: "all" });
  await once.policy.retry({ at: 0 }, fails, new Error("for good"));
  assert.deepEqual([once.counts.failures, once.counts.errors, once.counts.retries], [1, 1, 0]);
  once.policy.reported();
  assert.deepEqual([once.counts.failures, once.counts.errors], [2, 1]);

  const saved = policyOf({ retryTimeoutMs: 1000 });
  await saved.policy.retry({ at: 0 }, () => {}, later);
  assert.deepEqual([saved.counts.failures, saved.counts.errors, saved.counts.retries], [1, 0, 1]);
});
