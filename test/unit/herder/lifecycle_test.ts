/** The table of states. */

import assert from "node:assert/strict";
import {
  Lifecycle,
  type LifecycleEvent,
  lifecycleStates,
  type Transition,
  transitions,
} from "../../../src/herder/lifecycle.ts";

Deno.test("docs/architecture.md draws the table of states as it is", async () => {
  const url = new URL("../../../docs/architecture.md", import.meta.url);
  const text = await Deno.readTextFile(url);
  const cells = (line: string) => line.split("|").slice(1, -1).map((cell) => cell.trim());
  const header = cells(/^\| state \|.*$/m.exec(text)![0]).slice(1) as LifecycleEvent[];
  assert.equal(header.length, 7);
  for (const state of lifecycleStates) {
    const [, ...drawn] = cells(new RegExp(`^\\| ${state} \\|.*$`, "m").exec(text)![0]);
    assert.deepEqual(
      header.map((event) => transitions[state][event] ?? ""),
      drawn.map((cell, at) =>
        cell === "" && transitions[state][header[at]] === state ? state : cell
      ),
      state,
    );
  }
});

Deno.test("Lifecycle tells each step, and keeps the trace of a failure while it restarts", () => {
  const steps: Transition[] = [];
  const lifecycle = new Lifecycle((step) => steps.push(step));
  assert.ok(lifecycle.take("run"));
  assert.ok(!lifecycle.take("run"));
  assert.ok(lifecycle.take("fail", "why"));
  for (const event of ["run", "pause", "fail"] as const) assert.ok(!lifecycle.take(event, "other"));
  assert.ok(lifecycle.take("restart"));
  assert.equal(lifecycle.trace, "why");
  assert.ok(lifecycle.take("run"));
  assert.equal(lifecycle.trace, null);
  assert.ok(lifecycle.take("destroy"));
  for (const event of ["run", "stop", "restart"] as const) assert.ok(!lifecycle.take(event));
  assert.deepEqual(steps.map(({ from, event, to }) => [from, event, to].join(" ")), [
    "UNASSIGNED run RUNNING",
    "RUNNING fail FAILED",
    "FAILED restart RESTARTING",
    "RESTARTING run RUNNING",
    "RUNNING destroy DESTROYED",
  ]);
});
