/** How what is said in Web Workers, and counted there, gets to the worker. */

import assert from "node:assert/strict";
import { messagesPerSecondMax, systemClock } from "../../src/base/mod.ts";
import { WorkerLog } from "../../src/logging/mod.ts";
import { nothing, TaskWorker } from "../../src/sandbox/mod.ts";
import { until } from "../e2e/connect.ts";
import { taskSpec } from "../unit/task/task_spec.ts";

const plugin = new URL("./plugins/talkative.js", import.meta.url);
const taskLogger = "org.example.TalkativeTask";

/** Runs the talkative task, and keeps what the log writes. */
async function talking(
  props: Record<string, string>,
  test: (log: WorkerLog, lines: string[], worker: TaskWorker) => Promise<void>,
): Promise<void> {
  const lines: string[] = [];
  const log = new WorkerLog({
    clock: systemClock,
    mask: (text) => text,
    write(bytes) {
      lines.push(...new TextDecoder().decode(bytes).trimEnd().split("\n"));
      return Promise.resolve(bytes.length);
    },
  });
  const worker = new TaskWorker({
    spec: taskSpec({
      kind: "source",
      connector: "talk",
      task: 3,
      className: "org.example.TalkativeConnector",
      props,
    }),
    permissions: { ...nothing, read: [plugin.pathname] },
    files: [plugin.href],
    log: log.log,
    onMessage() {},
    onFailed: assert.fail,
  });
  try {
    await test(log, lines, worker);
  } finally {
    worker.terminate();
    await log.close();
  }
}

Deno.test("a plugin's messages are its task's, under its class, and its level is what holds now", async () => {
  await talking({}, async (log, lines) => {
    const said = (what: RegExp) => lines.filter((line) => what.test(line));
    await until(() => said(/info/).length >= 3, () => lines.join("\n"));
    const suffix = taskLogger.replaceAll(".", "\\.");
    assert.match(
      lines[0],
      new RegExp(`^\\[.{23}\\] INFO \\[talk\\|task-3\\] info 0 0 \\(${suffix}\\)$`),
    );
    assert.deepEqual(said(/debug/), []);
    // Nothing of what is not shown has been formatted.
    assert.ok(said(/info/).every((line) => / 0 \(/.test(line)));
    log.levels.set("org.example", "DEBUG");
    await until(() => said(/DEBUG .*debug \d/).length >= 3, () => lines.join("\n"));
    log.levels.set(taskLogger, "OFF");
    // What is under way comes to nothing too.
    const count = lines.length;
    await until(() => log.levels.level(taskLogger)?.level === "OFF");
    log.levels.set(taskLogger, "INFO");
    await until(() => lines.length >= count + 4, () => lines.join("\n"));
    assert.ok(log.levels.all()[taskLogger] !== undefined);
  });
});

Deno.test("a plugin that says too much within a second is cut short, and that is said", async () => {
  await talking({ flood: String(5 * messagesPerSecondMax) }, async (_log, lines) => {
    const told = /WARN .*?(\d+) message\(s\) were left out/;
    await until(() => lines.some((line) => told.test(line)), () => lines.slice(-5).join("\n"));
    const floods = lines.filter((line) => line.includes("flood")).length;
    assert.ok(
      floods >= messagesPerSecondMax * 0.9 && floods <= 2 * messagesPerSecondMax,
      `${floods}`,
    );
    const dropped = Number(told.exec(lines.find((line) => told.test(line))!)![1]);
    assert.ok(dropped >= 5 * messagesPerSecondMax - floods);
  });
});

Deno.test("a task tells its counts when it is asked, and what it told last when it does not answer", async () => {
  await talking({}, async (_log, lines, worker) => {
    await until(() => lines.length > 0, () => lines.join("\n"));
    const counts = await worker.counts();
    assert.equal(counts?.records, 0);
    assert.equal(counts?.lastErrorMs, 0);
    const [one, other] = await Promise.all([worker.counts(), worker.counts()]);
    assert.equal(one, other);
    worker.terminate();
    const startMs = performance.now();
    assert.equal(await worker.counts(), one);
    assert.ok(performance.now() - startMs < 200);
  });
});
