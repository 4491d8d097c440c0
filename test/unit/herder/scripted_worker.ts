/** A herder whose connectors and tasks do what a script says, and time that stands until it is moved. */

import { ConfigVariables, type Props, StandaloneHerder } from "../../../src/herder/mod.ts";
import type { PrepareTask } from "../../../src/herder/task_launcher.ts";
import type { OnTaskStatus, TaskRunner, TaskStatus } from "../../../src/herder/task_runner.ts";
import type { Transition } from "../../../src/herder/lifecycle.ts";
import type { ConnectorStore } from "../../../src/store/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";

/** What a plugin does where it is called. */
export type Does = "well" | "throws" | "hangs";

/** How a connector and its tasks behave. */
export interface Script {
  start: Does;
  stop: Does;
  configs: Does;
  /** How many tasks it wants. */
  tasks: number;
  /** How its tasks get ready. */
  prepare: Does;
  /** How its tasks stop. */
  taskStop: Does;
}

/** How long anything may take to stop. */
export const stopMsMax = 5000;

const workerProps: Props = {
  "key.converter": "StringConverter",
  "value.converter": "StringConverter",
  "offset.storage.file.filename": "offsets",
  "task.shutdown.graceful.timeout.ms": `${stopMsMax}`,
};

/** The configuration of a connector that behaves so. */
export function scripted(name: string, script: Script): Props {
  return {
    "connector.class": "Scripted",
    "tasks.max": "9",
    script: JSON.stringify(script),
    name,
  };
}

function scriptOf(props: Props): Script {
  return JSON.parse(props.script);
}

const never = new Promise<never>(() => {});

async function doIt<T>(does: Does, value: T): Promise<T> {
  await null;
  if (does === "throws") throw new TypeError("not today");
  return does === "hangs" ? never : value;
}

/** A worker of scripted plugins. */
export class ScriptedWorker {
  readonly clock = new HeldClock();
  readonly log = keptLog();
  readonly herder: StandaloneHerder;
  /** Connectors that were made and not stopped. */
  readonly made = new Map<string, Script>();
  /** Tasks that run, `connector-task`. */
  readonly runners = new Map<string, ScriptedRunner>();
  /** Each step of a state. */
  readonly transitions: Transition[] = [];
  /** How many tasks a connector wants now, where its script is no more true. */
  readonly wanted = new Map<string, number>();

  /** What must not be. */
  readonly problems: string[] = [];

  constructor(more: Props = {}, store: ConnectorStore | null = null) {
    this.herder = new StandaloneHerder({
      workerProps: { ...workerProps, ...more },
      variables: ConfigVariables.none(),
      workerId: "worker:8083",
      connectors: {
        validate: () =>
          Promise.resolve({
            ...{ type: "source", name: "Scripted", version: "1" },
            ...{ taskClass: "ScriptedTask", permissions: {} },
          }),
        start: (name, props) => {
          if (this.made.has(name)) this.problems.push(`there are two of ${name}`);
          this.made.set(name, scriptOf(props));
          this.wanted.set(name, scriptOf(props).tasks);
          return doIt(scriptOf(props).start, undefined);
        },
        taskConfigs: (name) => {
          const { configs } = this.made.get(name)!;
          const one = (task: number): Props => ({ task: `${task}`, name });
          const all = Array.from({ length: this.wanted.get(name)! }, (_, task) => one(task));
          return doIt(configs, all);
        },
        stop: (name) => {
          const { stop } = this.made.get(name)!;
          this.made.delete(name);
          return doIt(stop, undefined);
        },
        close() {},
        plugins: () => Promise.resolve([]),
        pluginConfig: () => Promise.reject(new Error("there are no plugins")),
        configInfos: () => Promise.reject(new Error("there are no plugins")),
      },
      store,
      prepareTask: this.#prepare,
      onTransition: (_connector, _task, transition) => void this.transitions.push(transition),
      clock: this.clock,
      log: this.log,
    });
  }

  /** Lets everything happen that can without time. */
  async allQueued(): Promise<void> {
    for (let i = 0; i < 60; i++) await null;
  }

  /** Lets everything happen that can, in as much time as it takes. */
  async settle(): Promise<void> {
    for (let i = 0; i < 8; i++) {
      await this.allQueued();
      this.clock.advance(stopMsMax + 1);
    }
    await this.allQueued();
  }

  readonly #prepare: PrepareTask = async ({ connector, task }) => {
    const script = scriptOf(connector);
    await doIt(script.prepare, undefined);
    const name = `${connector.name}-${task}`;
    return {
      start: (onStatus) => {
        if (this.runners.has(name)) this.problems.push(`there are two of ${name}`);
        const runner = new ScriptedRunner(script, this.clock, onStatus, () => {
          this.runners.delete(name);
        });
        this.runners.set(name, runner);
        return runner;
      },
      discard: () => Promise.resolve(),
    };
  };
}

/** A task. */
export class ScriptedRunner implements TaskRunner {
  readonly #script: Script;
  readonly #clock: HeldClock;
  readonly #onStatus: OnTaskStatus;
  readonly #onEnd: () => void;
  status: TaskStatus = { state: "UNASSIGNED", trace: null };
  #hasEnded = false;

  constructor(script: Script, clock: HeldClock, onStatus: OnTaskStatus, onEnd: () => void) {
    this.#script = script;
    this.#clock = clock;
    this.#onStatus = onStatus;
    this.#onEnd = onEnd;
    queueMicrotask(() => this.#is("RUNNING"));
  }

  measure() {
    return Promise.resolve([]);
  }

  pause(): void {
    queueMicrotask(() => this.#is("PAUSED"));
  }

  resume(): void {
    queueMicrotask(() => this.#is("RUNNING"));
  }

  async stop(timeoutMs: number): Promise<void> {
    if (this.#script.taskStop === "hangs" && !this.#hasEnded) await this.#clock.sleep(timeoutMs);
    this.#is("STOPPED");
    this.#end();
    if (this.#script.taskStop === "throws") throw new TypeError("not so");
  }

  fail(): void {
    this.#is("FAILED", "it fails");
    this.#end();
  }

  #end(): void {
    if (!this.#hasEnded) this.#onEnd();
    this.#hasEnded = true;
  }

  #is(state: TaskStatus["state"], trace: string | null = null): void {
    if (this.#hasEnded) return;
    this.status = { state, trace };
    this.#onStatus(this.status);
  }
}
