/** How the standalone herder deals with connectors that ask, fail and hang. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/mod.ts";
import { Connectors, StandaloneHerder } from "../../../src/herder/mod.ts";
import { EmbeddedTopics } from "../../../src/topics/mod.ts";
import { until } from "../../e2e/connect.ts";
import { keptLog, MemoryDisk, patientClock } from "../../faults/memory_disk.ts";

const file = new URL("../../sandbox/plugins/moody.js", import.meta.url).href;
const workerProps = {
  "key.converter": "StringConverter",
  "value.converter": "StringConverter",
  "offset.storage.file.filename": "offsets",
  "task.shutdown.graceful.timeout.ms": "500",
};

/** A herder with one connector of that mood. */
async function withConnector(
  mood: string,
  test: (herder: StandaloneHerder, log: ReturnType<typeof keptLog>) => Promise<void>,
): Promise<void> {
  const log = keptLog();
  const topics = await EmbeddedTopics.open({
    disk: new MemoryDisk(),
    folder: "log",
    clock: patientClock,
    log,
  });
  const connectors = new Connectors(log, [file], {
    onReconfigure: (name) => herder.reconfigureTasks(name),
    onRaised: (name, trace) => herder.connectorRaised(name, trace),
  });
  const herder = new StandaloneHerder({
    workerProps,
    workerId: "worker:8083",
    connectors,
    files: [file],
    topics,
    internalTopics: new Set(),
    clients: null,
    offsets: {
      read: (_, partitions) => partitions.map(() => null),
      list: () => [],
      commit: async () => {},
    },
    clock: systemClock,
    log,
  });
  const tasksMax = mood === "wants more tasks" ? "2" : "1";
  const props = { "name": "it", "connector.class": "Moody", "tasks.max": tasksMax, mood };
  const description = await connectors.describe(props);
  const started = herder.startConnector(props, description);
  if (mood !== "hangs") await started;
  try {
    await test(herder, log);
  } finally {
    await herder.stop();
    await topics.close();
  }
}

const stateOf = (herder: StandaloneHerder) => herder.status("it").connector.state;

Deno.test("a connector that asks for new tasks gets them, after its old ones have stopped", async () => {
  await withConnector("wants more tasks", async (herder, log) => {
    const said = () => log.lines.flatMap((line) => /(STARTED|STOPPED).*/.exec(line)?.[0] ?? []);
    const last = ["STARTED 0 of 2", "STARTED 1 of 2"];
    await until(() => last.every((line) => said().includes(line)), () => log.lines.join("\n"));
    // The first task may have been stopped before it had begun.
    const first = said().slice(0, -2);
    assert.deepEqual(first, first.length === 0 ? [] : ["STARTED 0 of 1", "STOPPED"]);
    assert.deepEqual(said().slice(-2).sort(), last);
    assert.deepEqual(herder.status("it").tasks.map(({ id }) => id), [0, 1]);
  });
});

Deno.test("a connector that asks for the same tasks keeps those it has", async () => {
  await withConnector("wants the same tasks", async (herder, log) => {
    await until(() => herder.status("it").tasks[0]?.state === "RUNNING");
    herder.reconfigureTasks("it");
    await herder.stop();
    assert.equal(log.lines.filter((line) => line.includes("STARTED")).length, 1);
  });
});

const failures: [mood: string, trace: RegExp][] = [
  ["fails to start", /TypeError: not today\n.*moody\.js/],
  ["raises an error", /Error: enough\n.*moody\.js/],
  ["closes its Worker", /closed its Worker/],
  ["makes too many tasks", /has generated 2 tasks, which is greater than 1/],
];
for (const [mood, trace] of failures) {
  Deno.test(`a connector that ${mood} is FAILED with a trace`, async () => {
    await withConnector(mood, async (herder) => {
      await until(() => stateOf(herder) === "FAILED");
      assert.match(herder.status("it").connector.trace!, trace);
    });
  });
}

Deno.test("a connector that hangs does not keep the worker from stopping", async () => {
  await withConnector("hangs", async (herder) => {
    await herder.stop();
  });
});

Deno.test("a connector that ponders over its offsets is stopped, asked for and deleted all the same", async () => {
  await withConnector("ponders offsets", async (herder, log) => {
    await herder.stopConnector("it");
    const altering = assert.rejects(
      herder.alterConnectorOffsets("it", [{ partition: { a: 1 }, offset: { b: 1 } }]),
      { name: "ConnectError", message: "Failed to modify offsets for source connector it" },
    );
    await until(() => log.lines.length > 0);
    assert.deepEqual(await herder.connectorOffsets("it"), []);
    assert.equal(stateOf(herder), "STOPPED");
    await herder.deleteConnector("it");
    await altering;
    await assert.rejects(herder.connectorOffsets("it"), {
      name: "NotFoundError",
      message: "Connector it not found",
    });
  });
});

Deno.test("a connector that loops for ever holds up no other, and its name is free once it is deleted", async () => {
  await withConnector("hangs", async (herder) => {
    const calm = (name: string) => ({ name, "connector.class": "Moody", mood: "calm" });
    const stateOf = (name: string) => herder.status(name).connector.state;
    await herder.putConnectorConfig("other", calm("other"), false);
    await until(() => herder.status("other").tasks[0].state === "RUNNING");
    assert.equal(stateOf("it"), "UNASSIGNED");
    await herder.pauseConnector("it");
    await herder.restartConnector("other");
    assert.deepEqual(await herder.connectors(), ["it", "other"]);
    await herder.deleteConnector("it");
    await herder.putConnectorConfig("it", calm("it"), false);
    assert.equal(stateOf("it"), "RUNNING");
    assert.equal(stateOf("other"), "RUNNING");
  });
});
