/** Restarts of what has failed, by themselves. */

import assert from "node:assert/strict";
import { waitMsAfter } from "../../../src/herder/auto_restart.ts";
import { type Script, scripted, ScriptedWorker } from "./scripted_worker.ts";

const minuteMs = 60_000;
const well: Script = {
  start: "well",
  stop: "well",
  configs: "well",
  tasks: 2,
  prepare: "well",
  taskStop: "well",
};

/** A worker that restarts by itself, with a connector. */
async function withConnector(
  script: Script,
  more: Record<string, string> = {},
): Promise<ScriptedWorker> {
  const worker = new ScriptedWorker({ "task.auto.restart.enable": "true", ...more });
  worker.herder.putConnectorConfig("c", scripted("c", script), true).catch(() => {});
  await worker.allQueued();
  return worker;
}

/** Lets a task fail, as long as it takes to be told of it. */
async function fail(worker: ScriptedWorker, task = 0): Promise<void> {
  worker.runners.get(`c-${task}`)!.fail();
  await worker.allQueued();
}

async function advance(worker: ScriptedWorker, byMs: number): Promise<void> {
  worker.clock.advance(byMs);
  await worker.allQueued();
}

const taskStates = ({ herder }: ScriptedWorker) =>
  herder.status("c").tasks.map(({ state }) => state);
const restarts = ({ herder }: ScriptedWorker) => herder.status("c").auto_restart;

Deno.test("waitMsAfter() grows as n² + n minutes up to an hour", () => {
  const minutes = (count: number) =>
    waitMsAfter(count, { countMax: Infinity, unitMs: minuteMs, waitMsMax: 60 * minuteMs }) /
    minuteMs;
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 100].map(minutes), [
    ...[0, 2, 6, 12, 20, 30, 42, 56, 60, 60],
  ]);
});

Deno.test("a task that fails is restarted at once, and again after two minutes; the others go on", async () => {
  const worker = await withConnector(well);
  const other = worker.runners.get("c-1");
  await fail(worker);
  assert.deepEqual(taskStates(worker), ["RUNNING", "RUNNING"]);
  assert.deepEqual(restarts(worker), { count: 1, next_restart_timestamp: null });
  // What time of day it is does not matter, and turns out late on devices without a battery.
  worker.clock.set(-365 * 24 * 60 * minuteMs);
  await advance(worker, 1000);
  await fail(worker);
  assert.deepEqual(taskStates(worker), ["FAILED", "RUNNING"]);
  const nextMs = worker.clock.now() - 1000 + 2 * minuteMs;
  assert.deepEqual(restarts(worker), { count: 1, next_restart_timestamp: nextMs });
  await advance(worker, 2 * minuteMs - 1001);
  assert.deepEqual(taskStates(worker), ["FAILED", "RUNNING"]);
  await advance(worker, 1);
  assert.deepEqual(taskStates(worker), ["RUNNING", "RUNNING"]);
  assert.deepEqual(restarts(worker), { count: 2, next_restart_timestamp: null });
  assert.equal(worker.runners.get("c-1"), other);
  await worker.herder.stop();
});

Deno.test("what has run as long as its next wait would be has never failed before", async () => {
  const worker = await withConnector(well);
  await fail(worker);
  await advance(worker, 2 * minuteMs);
  assert.deepEqual(restarts(worker), { count: 0, next_restart_timestamp: null });
  await fail(worker);
  assert.deepEqual(taskStates(worker), ["RUNNING", "RUNNING"]);
  assert.deepEqual(restarts(worker), { count: 1, next_restart_timestamp: null });
  await worker.herder.stop();
});

Deno.test("a connector that fails to start is restarted until it was too often", async () => {
  const worker = await withConnector({ ...well, start: "throws" }, {
    "task.auto.restart.max": "2",
  });
  assert.deepEqual(restarts(worker), {
    count: 1,
    next_restart_timestamp: worker.clock.now() + 2 * minuteMs,
  });
  await advance(worker, 2 * minuteMs);
  assert.deepEqual(restarts(worker), { count: 2, next_restart_timestamp: null });
  await advance(worker, 5 * minuteMs);
  assert.equal(worker.herder.status("c").connector.state, "FAILED");
  const given = worker.log.lines.filter((line) => line.includes("was restarted 2 times"));
  assert.deepEqual(given, ["warn Connector c was restarted 2 times, and is no more"]);
  await worker.herder.stop();
});

Deno.test("a stop, a restart by hand and another configuration end the wait, and count from the start", async () => {
  for (const end of ["stopConnector", "restartConnector", "putConnectorConfig"] as const) {
    const worker = await withConnector(well);
    await fail(worker);
    await fail(worker);
    assert.notEqual(restarts(worker)?.next_restart_timestamp, null);
    if (end === "putConnectorConfig") {
      await worker.herder.putConnectorConfig("c", scripted("c", well), true);
    } else await worker.herder[end]("c");
    assert.deepEqual(restarts(worker), { count: 0, next_restart_timestamp: null }, end);
    await worker.herder.stop();
  }
});

Deno.test("nothing restarts by itself, and nothing is told of it, unless it is wanted", async () => {
  const worker = new ScriptedWorker();
  await worker.herder.putConnectorConfig("c", scripted("c", well), true);
  await worker.allQueued();
  await fail(worker);
  await advance(worker, 60 * minuteMs);
  assert.deepEqual(taskStates(worker), ["FAILED", "RUNNING"]);
  assert.ok(!("auto_restart" in worker.herder.status("c")));
  await worker.herder.stop();
});
