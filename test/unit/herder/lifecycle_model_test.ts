/**
 * Any sequence of what can be asked of a herder and of what can happen to connectors and tasks, against a
 * model: the states come about that should, by steps that the table has, and nothing is left running.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import { transitions } from "../../../src/herder/lifecycle.ts";
import { type Does, type Script, scripted, ScriptedWorker } from "./scripted_worker.ts";

const names = ["a", "b"];
const name = fc.constantFrom(...names);
const does = (hangs: number) =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Does>("well") },
    { weight: 1, arbitrary: fc.constant<Does>("throws") },
    { weight: hangs, arbitrary: fc.constant<Does>("hangs") },
  );
const script: fc.Arbitrary<Script> = fc.record({
  start: does(1),
  stop: does(1),
  configs: does(1),
  tasks: fc.nat(3),
  prepare: does(1),
  taskStop: does(1),
});
const target = fc.constantFrom("STARTED" as const, "PAUSED" as const, "STOPPED" as const);

/** What is asked, or happens. */
const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant("create" as const), name, script, target }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("configure" as const), name, script }) },
  {
    weight: 9,
    arbitrary: fc.record({
      type: fc.constantFrom("pause" as const, "resume" as const, "stop" as const),
      name,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("restart" as const), name }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("restartWithTasks" as const),
      name,
      onlyFailed: fc.boolean(),
      includeTasks: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom("restartTask" as const, "taskFails" as const),
      name,
      task: fc.nat(3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("raise" as const), name }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("reconfigure" as const), name, tasks: fc.nat(3) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("delete" as const), name }) },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

type State = "UNASSIGNED" | "RUNNING" | "PAUSED" | "STOPPED" | "FAILED" | "RESTARTING";

interface ModelTask {
  state: State;
  runs: boolean;
}

/** What is done in one turn. It yields where a plugin hangs, and goes on when that is waited for no longer. */
type Turn = Generator<void, void, void>;

/** A connector as it should be. */
class ModelConnector {
  script: Script;
  target: "STARTED" | "PAUSED" | "STOPPED";
  state: State = "UNASSIGNED";
  tasks: ModelTask[] = [];
  /** How many tasks it wants now. */
  wanted = 0;
  #made: Script | null = null;
  /** What its tasks were started with. */
  #applied = "";
  /** What is under way, and what waits. */
  readonly #turns: { turn: Turn; isPressing: boolean }[] = [];
  #hangs = false;

  constructor(script: Script, target: ModelConnector["target"]) {
    this.script = script;
    this.target = target;
    this.#take(false, this.#begin());
  }

  setTarget(target: ModelConnector["target"]): void {
    this.target = target;
    this.#take(target === "STOPPED", this.#settle());
  }

  configure(script: Script): void {
    const turn = function* (this: ModelConnector): Turn {
      this.script = script;
      this.#stop();
      this.state = "UNASSIGNED";
      yield* this.#begin();
    };
    this.#take(true, turn.call(this));
  }

  restart(): void {
    const turn = function* (this: ModelConnector): Turn {
      this.#stop();
      this.state = "RESTARTING";
      yield* this.#begin();
    };
    this.#take(true, turn.call(this));
  }

  restartWithTasks(onlyFailed: boolean, includeTasks: boolean): void {
    const isWanted = ({ state }: ModelTask | ModelConnector) => !onlyFailed || state === "FAILED";
    const itself = isWanted(this);
    const tasks = includeTasks ? this.tasks.filter(isWanted) : [];
    for (const restarting of itself ? [this, ...tasks] : tasks) restarting.state = "RESTARTING";
    const turn = function* (this: ModelConnector): Turn {
      if (itself) this.#stop();
      for (const task of tasks) Object.assign(task, { state: "RESTARTING", runs: false });
      if (itself) {
        this.state = "RESTARTING";
        yield* this.#begin();
      }
      yield* this.#startTasks(tasks.filter((task) => this.tasks.includes(task)));
    };
    this.#take(true, turn.call(this));
  }

  restartTask(task: ModelTask): void {
    const turn = function* (this: ModelConnector): Turn {
      if (!this.tasks.includes(task)) return;
      Object.assign(task, { state: "RESTARTING", runs: false });
      yield* this.#startTasks([task]);
    };
    this.#take(false, turn.call(this));
  }

  reconfigure(): void {
    this.#take(false, this.#updateTasks(false));
  }

  raise(): void {
    if (this.#made !== null) this.state = "FAILED";
  }

  #take(isPressing: boolean, turn: Turn): void {
    this.#turns.push({ turn, isPressing });
    while (this.#turns.length > 0) {
      if (this.#hangs && !this.#turns.slice(1).some(({ isPressing }) => isPressing)) return;
      this.#hangs = !this.#turns[0].turn.next().done;
      if (!this.#hangs) this.#turns.shift();
    }
  }

  *#begin(): Turn {
    if (this.target === "STARTED") yield* this.#start();
    else this.state = this.target;
  }

  *#settle(): Turn {
    if (this.target === "STOPPED") {
      this.tasks = [];
      this.#applied = "";
      this.#stop();
      this.state = "STOPPED";
      return;
    }
    if (this.target === "PAUSED") {
      for (const task of this.tasks) if (task.state !== "FAILED") task.state = "PAUSED";
      const hasStopped = this.#stop();
      if (this.state !== "FAILED") this.state = hasStopped ? "PAUSED" : "FAILED";
      return;
    }
    const { state } = this;
    const paused = this.tasks.filter((task) => task.state === "PAUSED");
    for (const task of paused) if (task.runs) task.state = "RUNNING";
    yield* this.#startTasks(paused.filter(({ runs }) => !runs));
    if (state !== "RUNNING" && state !== "FAILED" && state !== "RESTARTING") yield* this.#start();
  }

  *#start(): Turn {
    this.#made = this.script;
    this.wanted = this.script.tasks;
    if (this.script.start === "hangs") yield;
    if (this.script.start !== "well") return void (this.state = "FAILED");
    if (this.state !== "FAILED") this.state = "RUNNING";
    yield* this.#updateTasks(true);
  }

  *#updateTasks(fails: boolean): Turn {
    if (this.state !== "RUNNING" || this.target !== "STARTED") return;
    const { configs } = this.#made!;
    if (configs === "hangs") yield;
    if (configs !== "well") {
      if (fails) this.state = "FAILED";
      return;
    }
    const applied = JSON.stringify([this.script, this.wanted]);
    if (applied === this.#applied) return;
    this.#applied = applied;
    this.tasks = Array.from({ length: this.wanted }, () => ({ state: "UNASSIGNED", runs: false }));
    yield* this.#startTasks(this.tasks);
  }

  *#startTasks(tasks: readonly ModelTask[]): Turn {
    if (tasks.length === 0) return;
    const { script: { prepare } } = this;
    if (this.target === "PAUSED") return tasks.forEach((task) => task.state = "PAUSED");
    if (prepare === "hangs") yield;
    const state = prepare === "well" ? "RUNNING" : "FAILED";
    for (const task of tasks) Object.assign(task, { state, runs: prepare === "well" });
  }

  /** @returns whether it has stopped as it should */
  #stop(): boolean {
    const does = this.#made?.stop ?? "well";
    this.#made = null;
    return does === "well";
  }
}

/** Asks, or lets happen. Answers are not waited for: where a plugin hangs they do not come. */
function give(command: Command, { herder, ...worker }: ScriptedWorker): void {
  const { name } = command;
  const ask = (): Promise<unknown> | void => {
    switch (command.type) {
      case "create":
        return herder.putConnectorConfig(
          name,
          scripted(name, command.script),
          false,
          command.target,
        );
      case "configure":
        return herder.putConnectorConfig(name, scripted(name, command.script), true);
      case "pause":
        return herder.pauseConnector(name);
      case "resume":
        return herder.resumeConnector(name);
      case "stop":
        return herder.stopConnector(name);
      case "restart":
        return herder.restartConnector(name);
      case "restartWithTasks":
        return herder.restartConnectorAndTasks(name, command);
      case "restartTask":
        return herder.restartTask({ connector: name, task: command.task });
      case "delete":
        return herder.deleteConnector(name);
      case "taskFails":
        return worker.runners.get(`${name}-${command.task}`)?.fail();
      case "raise":
        return herder.connectorRaised(name, "Error: enough");
      case "reconfigure":
        if (worker.made.has(name)) worker.wanted.set(name, command.tasks);
        return herder.reconfigureTasks(name);
    }
  };
  ask()?.catch(() => {});
}

/** The same, of the model. */
function expect(command: Command, model: Map<string, ModelConnector>): void {
  const { name } = command;
  const connector = model.get(name);
  if (command.type === "create" || command.type === "configure") {
    if (connector === undefined) {
      const target = command.type === "create" ? command.target : "STARTED";
      model.set(name, new ModelConnector(command.script, target));
    } else if (command.type === "configure") connector.configure(command.script);
    return;
  }
  if (connector === undefined) return;
  switch (command.type) {
    case "pause":
      return connector.setTarget("PAUSED");
    case "resume":
      return connector.setTarget("STARTED");
    case "stop":
      return connector.setTarget("STOPPED");
    case "restart":
      return connector.restart();
    case "restartWithTasks":
      return connector.restartWithTasks(command.onlyFailed, command.includeTasks);
    case "restartTask": {
      const task = connector.tasks[command.task];
      return task && connector.restartTask(task);
    }
    case "delete":
      return void model.delete(name);
    case "taskFails": {
      const task = connector.tasks[command.task];
      if (task?.runs) Object.assign(task, { state: "FAILED", runs: false });
      return;
    }
    case "raise":
      return connector.raise();
    case "reconfigure":
      connector.wanted = command.tasks;
      return connector.reconfigure();
  }
}

/** What is there, in few words. */
function seen({ herder, runners }: ScriptedWorker): unknown {
  return {
    connectors: herder.connectorNames.map((name) => {
      const { connector, tasks } = herder.status(name);
      return [name, connector.state, ...tasks.map(({ state }) => state)];
    }),
    runners: [...runners.keys()].sort(),
  };
}

function expected(model: Map<string, ModelConnector>): unknown {
  const all = [...model].sort(([a], [b]) => a < b ? -1 : 1);
  return {
    connectors: all.map(([name, { state, tasks }]) => [
      name,
      state,
      ...tasks.map(({ state }) => state),
    ]),
    runners: all.flatMap(([name, { tasks }]) =>
      tasks.flatMap(({ runs }, task) => runs ? [`${name}-${task}`] : [])
    ),
  };
}

/** Whether a command makes a connector that may never come to rest. */
function mayHang(command: Command): boolean {
  if (!("script" in command)) return false;
  const { start, configs, prepare } = command.script;
  return [start, configs, prepare].includes("hangs");
}

/** Stops the worker, and looks that nothing is left, and that nothing was that must not be. */
async function end(worker: ScriptedWorker): Promise<void> {
  const stopped = worker.herder.stop();
  await worker.settle();
  await stopped;
  assert.deepEqual([...worker.runners.keys()], []);
  assert.deepEqual([...worker.made.keys()], []);
  assert.deepEqual(worker.problems, []);
  for (const { from, event, to } of worker.transitions) {
    assert.equal(transitions[from][event], to);
  }
}

Deno.test("connectors and tasks come to the states that they should, whatever is asked and happens", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 30 }), async (commands) => {
      const worker = new ScriptedWorker();
      const model = new Map<string, ModelConnector>();
      for (const command of commands) {
        give(command, worker);
        expect(command, model);
        await worker.settle();
        assert.deepEqual(seen(worker), expected(model));
      }
      await end(worker);
    }),
    { numRuns: 3000 },
  );
});

Deno.test("whatever is asked at once, a stop comes to its end, and nothing is left running", async () => {
  const burst = fc.array(fc.tuple(command, fc.nat(20)), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(burst, fc.boolean(), async (commands, restartsByItself) => {
      const worker = new ScriptedWorker({
        "task.auto.restart.enable": `${restartsByItself}`,
        "task.auto.restart.max": "1",
      });
      for (const [command, microtasks] of commands) {
        give(command, worker);
        for (let i = 0; i < microtasks; i++) await null;
      }
      for (let i = 0; i < 3; i++) await worker.settle();
      if (!commands.some(([command]) => mayHang(command))) {
        const states = JSON.stringify(seen(worker));
        assert.ok(!/UNASSIGNED|RESTARTING/.test(states), states);
      }
      const stops = worker.herder.connectorNames.map((name) => worker.herder.stopConnector(name));
      await worker.settle();
      await Promise.all(stops);
      const stopped = worker.herder.connectorNames.map((name) => [name, "STOPPED"]);
      assert.deepEqual(seen(worker), { connectors: stopped, runners: [] });
      await end(worker);
    }),
    { numRuns: 3000 },
  );
});
