/** What the herder answers, in Kafka's words, and that nobody waits for what hangs but who asks for it. */

import assert from "node:assert/strict";
import { type Script, scripted, ScriptedWorker } from "./scripted_worker.ts";

const well: Script = {
  start: "well",
  stop: "well",
  configs: "well",
  tasks: 1,
  prepare: "well",
  taskStop: "well",
};

function create(worker: ScriptedWorker, name: string, script: Partial<Script> = {}) {
  return worker.herder.putConnectorConfig(name, scripted(name, { ...well, ...script }), false);
}

/** Makes a connector that may not be there before long. */
function begin(worker: ScriptedWorker, name: string, script: Partial<Script> = {}): void {
  create(worker, name, script).catch(() => {});
}

const task = { connector: "x", task: 0 };
const unknown: [what: string, ask: (worker: ScriptedWorker) => Promise<unknown>, words: string][] =
  [
    ["connectorInfo", ({ herder }) => herder.connectorInfo("x"), "Connector x not found"],
    [
      "connectorStatus",
      ({ herder }) => herder.connectorStatus("x"),
      "No status found for connector x",
    ],
    ["taskStatus", ({ herder }) => herder.taskStatus(task), "No status found for task x-0"],
    ["taskConfigs", ({ herder }) => herder.taskConfigs("x"), "Connector x not found"],
    ["patch", ({ herder }) => herder.patchConnectorConfig("x", {}), "Connector x not found"],
    ["delete", ({ herder }) => herder.deleteConnector("x"), "Connector x not found"],
    ["restart", ({ herder }) => herder.restartConnector("x"), "Unknown connector: x"],
    [
      "restart with tasks",
      ({ herder }) =>
        herder.restartConnectorAndTasks("x", { onlyFailed: false, includeTasks: true }),
      "Unknown connector: x",
    ],
    ["restartTask", ({ herder }) => herder.restartTask(task), "Unknown connector: x"],
    ["pause", ({ herder }) => herder.pauseConnector("x"), "Unknown connector x"],
    ["resume", ({ herder }) => herder.resumeConnector("x"), "Unknown connector x"],
    ["stop", ({ herder }) => herder.stopConnector("x"), "Unknown connector x"],
  ];
for (const [what, ask, message] of unknown) {
  Deno.test(`${what} of a connector that is not there says so`, async () => {
    const worker = new ScriptedWorker();
    await assert.rejects(ask(worker), { name: "NotFoundError", message });
  });
}

Deno.test("restartTask() of a task that is not there says so, and leaves nothing behind", async () => {
  const worker = new ScriptedWorker();
  await create(worker, "x");
  const restarted = worker.herder.restartTask({ connector: "x", task: 7 });
  await assert.rejects(restarted, { name: "NotFoundError", message: "Task x-7 not found" });
  assert.equal(worker.herder.status("x").tasks.length, 1);
});

Deno.test("putConnectorConfig() makes none that is there, whichever of two comes first", async () => {
  const worker = new ScriptedWorker();
  const both = await Promise.allSettled([create(worker, "x"), create(worker, "x")]);
  assert.deepEqual(both.map(({ status }) => status), ["fulfilled", "rejected"]);
  const { reason } = both[1] as PromiseRejectedResult;
  assert.deepEqual([reason.name, reason.message], [
    "AlreadyExistsError",
    "Connector x already exists",
  ]);
});

Deno.test("putConnectorConfig() rejects when the connector does not start, which is there as FAILED", async () => {
  const worker = new ScriptedWorker();
  await assert.rejects(create(worker, "x", { start: "throws" }), { message: "not today" });
  const { connector, tasks } = worker.herder.status("x");
  assert.equal(connector.state, "FAILED");
  assert.match(connector.trace!, /TypeError: not today/);
  assert.deepEqual(tasks, []);
});

Deno.test("patchConnectorConfig() loses no change that somebody else makes meanwhile", async () => {
  const worker = new ScriptedWorker();
  await create(worker, "x");
  const patch = (change: Record<string, string>) => worker.herder.patchConnectorConfig("x", change);
  await Promise.all([patch({ a: "1" }), patch({ b: "2" }), patch({ c: "3" })]);
  const { a, b, c } = (await worker.herder.connectorInfo("x")).config;
  assert.deepEqual([a, b, c], ["1", "2", "3"]);
});

Deno.test("patchConnectorConfig() does not bring back what is deleted meanwhile", async () => {
  const worker = new ScriptedWorker();
  await create(worker, "x");
  const both = [worker.herder.deleteConnector("x"), worker.herder.patchConnectorConfig("x", {})];
  const [_, { reason }] = await Promise.allSettled(both) as PromiseRejectedResult[];
  assert.equal(reason.message, "Connector x not found");
  assert.deepEqual(worker.herder.connectorNames, []);
});

Deno.test("restartConnectorAndTasks() answers what will be, before it is", async () => {
  const worker = new ScriptedWorker();
  await create(worker, "x", { tasks: 2 });
  worker.runners.get("x-1")!.fail();
  const ask = (onlyFailed: boolean, includeTasks: boolean) =>
    worker.herder.restartConnectorAndTasks("x", { onlyFailed, includeTasks });
  const states = ({ connector, tasks }: Awaited<ReturnType<typeof ask>>) =>
    [connector, ...tasks].map(({ state }) => state);
  const failed = await ask(true, true);
  assert.deepEqual(states(failed), ["RUNNING", "RUNNING", "RESTARTING"]);
  assert.equal(failed.tasks[1].trace, "it fails");
  await worker.settle();
  assert.deepEqual(states(worker.herder.status("x")), ["RUNNING", "RUNNING", "RUNNING"]);
  assert.deepEqual(states(await ask(false, false)), ["RESTARTING", "RUNNING", "RUNNING"]);
  await worker.settle();
  assert.deepEqual(states(await ask(false, true)), ["RESTARTING", "RESTARTING", "RESTARTING"]);
  await worker.settle();
  assert.deepEqual(states(worker.herder.status("x")), ["RUNNING", "RUNNING", "RUNNING"]);
});

Deno.test("restarts that are asked for while one waits are one, and no task is left out of it", async () => {
  const worker = new ScriptedWorker();
  const { herder } = worker;
  await create(worker, "x", { tasks: 2 });
  worker.runners.get("x-0")!.fail();
  for (let i = 0; i < 1000; i++) {
    if (i === 500) worker.runners.get("x-1")!.fail();
    await herder.restartConnectorAndTasks("x", { onlyFailed: true, includeTasks: true });
  }
  await worker.settle();
  assert.deepEqual(herder.status("x").tasks.map(({ state }) => state), ["RUNNING", "RUNNING"]);
  const restarts = worker.transitions.filter(({ event }) => event === "restart");
  assert.ok(restarts.length <= 4, `${restarts.length} restarts`);
});

Deno.test("a connector with more tasks than it may have fails, or is warned of where that is not enforced", async () => {
  const words =
    "The connector x has generated 10 tasks, which is greater than 9, the maximum number " +
    "of tasks it is configured to create.";
  const strict = new ScriptedWorker();
  await assert.rejects(create(strict, "x", { tasks: 10 }), { message: words });
  assert.equal(strict.herder.status("x").connector.state, "FAILED");
  const lax = new ScriptedWorker();
  const props = { ...scripted("x", { ...well, tasks: 10 }), "tasks.max.enforce": "false" };
  await lax.herder.putConnectorConfig("x", props, false);
  assert.equal(lax.herder.status("x").tasks.length, 10);
  assert.ok(
    lax.log.lines.some((line) => line.includes(`${words} This behavior should be considered`)),
  );
});

for (const hangs of [{ start: "hangs" }, { configs: "hangs" }, { prepare: "hangs" }] as const) {
  Deno.test(`a connector that hangs (${Object.keys(hangs)}) holds up no other, and can be had rid of`, async () => {
    const worker = new ScriptedWorker();
    const { herder } = worker;
    herder.ready();
    begin(worker, "stuck", hangs);
    await create(worker, "x");
    assert.equal(herder.status("x").connector.state, "RUNNING");
    assert.deepEqual(await herder.connectors(), ["stuck", "x"]);
    assert.equal((await herder.connectorInfo("stuck")).name, "stuck");
    assert.equal((await herder.health()).status, "healthy");
    await herder.pauseConnector("stuck");
    await herder.restartConnector("x");
    const deleted = herder.deleteConnector("stuck");
    await worker.settle();
    await deleted;
    await create(worker, "stuck");
    assert.equal(herder.status("stuck").connector.state, "RUNNING");
    assert.deepEqual(worker.problems, []);
  });
}

Deno.test("a worker whose connectors hang at every turn stops all the same, in the time that one may take", async () => {
  const worker = new ScriptedWorker();
  for (const [at, start] of (["hangs", "well", "well", "well"] as const).entries()) {
    begin(worker, `x${at}`, {
      start,
      stop: "hangs",
      taskStop: "hangs",
      configs: at === 1 ? "hangs" : "well",
      prepare: at === 3 ? "hangs" : "well",
    });
  }
  await worker.allQueued();
  let isStopped = false;
  void worker.herder.stop().then(() => isStopped = true);
  await worker.allQueued();
  worker.clock.advance(5000);
  await worker.allQueued();
  worker.clock.advance(5000);
  await worker.allQueued();
  assert.ok(isStopped);
  assert.doesNotMatch(worker.log.lines.join("\n"), /Task .* has failed/);
  assert.equal(worker.made.size + worker.runners.size, 0);
});

Deno.test("health() is starting, then healthy, and unhealthy while a change does not get on", async () => {
  const never = new Promise<never>(() => {});
  const worker = new ScriptedWorker({}, { connectors: new Map(), put: () => never });
  const { herder } = worker;
  assert.deepEqual(await herder.health(), {
    status: "starting",
    message: "Worker is still starting up.",
  });
  herder.ready();
  assert.deepEqual(await herder.health(), {
    status: "healthy",
    message: "Worker has completed startup and is ready to handle requests.",
  });
  begin(worker, "x");
  await worker.allQueued();
  const health = herder.health();
  worker.clock.advance(10_000);
  assert.deepEqual(await health, {
    status: "unhealthy",
    message: "Worker was unable to handle this request and may be unable to handle other requests.",
  });
});

Deno.test("what cannot be kept is not done", async () => {
  let isBroken = false;
  const worker = new ScriptedWorker({}, {
    connectors: new Map(),
    put: () => isBroken ? Promise.reject(new Error("the disk is full")) : Promise.resolve(),
  });
  const { herder } = worker;
  await create(worker, "x");
  isBroken = true;
  await assert.rejects(create(worker, "y"), { message: "the disk is full" });
  for (const ask of ["deleteConnector", "stopConnector", "pauseConnector"] as const) {
    await assert.rejects(herder[ask]("x"), { message: "the disk is full" });
  }
  await worker.settle();
  assert.deepEqual(herder.connectorNames, ["x"]);
  assert.equal(herder.status("x").connector.state, "RUNNING");
});

Deno.test("the status of 100 connectors with 300 tasks is told within 20 ms", async () => {
  const worker = new ScriptedWorker();
  for (let i = 0; i < 100; i++) await create(worker, `c${i}`, { tasks: 3 });
  const tell = () =>
    JSON.stringify(worker.herder.connectorNames.map((name) => worker.herder.status(name)));
  assert.equal(tell().match(/"RUNNING"/g)!.length, 400);
  const times = Array.from({ length: 5 }, () => {
    const startMs = performance.now();
    tell();
    return performance.now() - startMs;
  });
  assert.ok(Math.min(...times) < 20, `${times}`);
});
