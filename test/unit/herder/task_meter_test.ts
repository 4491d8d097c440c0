import assert from "node:assert/strict";
import { SampleWindow } from "../../../src/herder/sample_window.ts";
import { TaskMeter } from "../../../src/herder/task_meter.ts";
import { type CountsMessage, TaskCounts } from "../../../src/task/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";

Deno.test("SampleWindow tells rates, averages and peaks of the last while, however often it is asked", () => {
  const window = new SampleWindow(60_000, 0);
  assert.equal(window.rate("n"), 0);
  assert.ok(Number.isNaN(window.peak("max")));
  window.add(10_000, { n: 100, sum: 50 }, { max: 7 });
  assert.equal(window.rate("n"), 10);
  assert.equal(window.average("sum", "n"), 0.5);
  assert.equal(window.peak("max"), 7);
  // Nothing happens for a minute; then the first sample is what all is measured from.
  window.add(70_000, { n: 100, sum: 50 }, { max: 0 });
  assert.equal(window.rate("n"), 0);
  assert.ok(Number.isNaN(window.average("sum", "n")));
  assert.equal(window.peak("max"), 0);
  // A thousand samples in a second are as one.
  for (let i = 1; i <= 1000; i++) window.add(70_000 + i, { n: 100 + i, sum: 50 }, { max: i % 9 });
  assert.equal(window.peak("max"), 8);
  assert.equal(window.rate("n").toFixed(6), (1000 / 61).toFixed(6));
});

function counts(changes: Partial<CountsMessage>): CountsMessage {
  return { ...new TaskCounts().take(), ...changes };
}

Deno.test("TaskMeter tells how long commits take, how many fail, and how its time was spent", async () => {
  const clock = new HeldClock();
  const meter = new TaskMeter({ clock, log: keptLog() });
  const of = (type: string) =>
    meter.measure(counts({ records: 5, sent: 4 }), { partitions: 2, active: 1, lag: 7 })
      .find((bean) => bean.type === type)!.attributes;
  assert.equal(of("connector-task-metrics")["offset-commit-success-percentage"], 0);
  meter.is("RUNNING");
  await meter.committing(() => {
    clock.advance(10);
    return Promise.resolve();
  });
  await assert.rejects(
    meter.committing(() => {
      clock.advance(20);
      return Promise.reject(new Error("no"));
    }),
    /no/,
  );
  meter.is("PAUSED");
  clock.advance(90);
  const task = of("connector-task-metrics");
  assert.equal(task["offset-commit-avg-time-ms"], 15);
  assert.equal(task["offset-commit-max-time-ms"], 20);
  assert.equal(task["offset-commit-failure-percentage"], 0.5);
  assert.equal(task["offset-commit-success-percentage"], 0.5);
  assert.equal(task["running-ratio"], 0.25);
  assert.equal(task["pause-ratio"], 0.75);
  const sink = of("sink-task-metrics");
  assert.equal(sink["offset-commit-completion-total"], 1);
  assert.equal(sink["offset-commit-seq-no"], 2);
  assert.equal(sink["partition-count"], 2);
  assert.equal(sink["sink-record-read-total"], 5);
  assert.equal(sink["sink-record-send-total"], 4);
});

Deno.test("TaskMeter has numbers for a task that has told none", () => {
  const beans = new TaskMeter({ clock: new HeldClock(), log: keptLog() }).measure(null, null);
  assert.deepEqual(beans.map(({ type }) => type), [
    "connector-task-metrics",
    "source-task-metrics",
    "task-error-metrics",
  ]);
  for (const value of beans.flatMap(({ attributes }) => Object.values(attributes))) {
    assert.equal(typeof value, "number");
  }
});
