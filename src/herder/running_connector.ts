/**
 * A connector with its tasks, while it is there: what it is meant to do, and how it gets there.
 *
 * Whatever changes it has its turn after what is under way; what is told of it waits for nobody. A plugin may
 * hang wherever it is called: then it is waited for until somebody wants the connector to stop, to restart, to
 * be another or to be gone, and a while longer.
 *
 * @module
 */

import {
  type Clock,
  ConnectError,
  type Logger,
  loggers,
  named,
  reasonOf,
  traceOf,
} from "../base/mod.ts";
import { RemoteError } from "../sandbox/mod.ts";
import type { ConfigVariables, Props } from "./config/mod.ts";
import type { RestartRequest, TargetState } from "./herder.ts";
import { Lifecycle, type LifecycleState, type Transition } from "./lifecycle.ts";
import { reloadAfter } from "./reload.ts";
import { RunningTask } from "./running_task.ts";
import {
  areSameConfigs,
  type ConnectorDefinition,
  type TaskConfigCalls,
  taskConfigsOf,
  TooManyTasksError,
} from "./task_configs.ts";
import type { PrepareTask } from "./task_launcher.ts";
import type { PreparedTask } from "./task_runner.ts";
import { Turns } from "./turns.ts";

/** What is asked of the connectors themselves, wherever they live. */
export interface ConnectorCalls extends TaskConfigCalls {
  /** Makes and starts a connector. */
  start(connector: string, props: Props): Promise<void>;
  /** Stops a connector, and forgets it: one of its name may start then, even if this one hangs. */
  stop(connector: string): Promise<void>;
}

/** What a connector runs with. */
export interface RunningConnectorOptions {
  /** The connectors themselves. */
  connectors: ConnectorCalls;
  /** How tasks get what they need. */
  prepareTask: PrepareTask;
  /** What resolves its variables. */
  variables: ConfigVariables;
  /** How long it or a task of it may take to stop, in milliseconds. */
  stopMsMax: number;
  /** Is told of each step of its state, or of a task's. */
  onTransition(connector: string, task: number | null, transition: Transition): void;
  /** Time. */
  clock: Clock;
  /** Where messages go. */
  log: Logger;
}

/** The states out of which a connector starts: what has failed waits for a restart, as what restarts does. */
const restful: ReadonlySet<LifecycleState> = new Set(["UNASSIGNED", "PAUSED", "STOPPED"]);

/** A connector with its tasks. Kafka: `WorkerConnector` and what its herder knows of it. */
export class RunningConnector {
  /** Its name. */
  readonly name: string;
  /** The state of the connector itself. */
  readonly lifecycle: Lifecycle;
  readonly #options: RunningConnectorOptions;
  readonly #turns: Turns;
  #definition: ConnectorDefinition;
  #target: TargetState;
  #tasks: readonly RunningTask[] = [];
  /** The configuration that its tasks were started with. */
  #applied: Props | null = null;
  /** Whether there is an object of its class that has not been stopped. */
  #isMade = false;
  /** Ends the wait for its variables to have other values. */
  #reload = new AbortController();
  #settling: Promise<void> | null = null;
  #reconfiguring: Promise<void> | null = null;

  /** It does nothing until {@linkcode begin}. */
  constructor(
    definition: ConnectorDefinition,
    target: TargetState,
    options: RunningConnectorOptions,
  ) {
    const { clock, stopMsMax, onTransition } = options;
    this.name = definition.props.name;
    this.#definition = definition;
    this.#target = target;
    this.#options = {
      ...options,
      log: named(options.log, { name: loggers.worker, connector: this.name }),
    };
    this.#turns = new Turns({ name: `Connector ${this.name}`, patienceMs: stopMsMax, clock });
    this.lifecycle = new Lifecycle((transition) => onTransition(this.name, null, transition));
  }

  /** What it is. */
  get definition(): ConnectorDefinition {
    return this.#definition;
  }

  /** What it is meant to do. */
  get target(): TargetState {
    return this.#target;
  }

  /** Its tasks. */
  get tasks(): readonly RunningTask[] {
    return this.#tasks;
  }

  /**
   * Brings it to its target state, once what was there before has gone.
   * @throws {Error} why it does not start; it is FAILED then
   */
  begin(after: Promise<unknown> = Promise.resolve()): Promise<void> {
    return this.#turns.take(false, async () => {
      await after;
      await this.#begin();
    });
  }

  /** Gives it another configuration. @throws {Error} why it does not start with that; it is FAILED then */
  configure(definition: ConnectorDefinition): Promise<void> {
    return this.#turns.take(true, async () => {
      this.#definition = definition;
      await this.#stopConnector();
      this.lifecycle.take("end");
      await this.#begin();
    });
  }

  /** Sets what it is meant to do. @throws {Error} why it does not start; it is FAILED then */
  setTarget(target: TargetState): Promise<void> {
    this.#target = target;
    const isPressing = target === "STOPPED";
    if (this.#settling !== null && !isPressing) return this.#settling;
    return this.#settling = this.#turns.take(isPressing, () => {
      this.#settling = null;
      return this.#settle();
    });
  }

  /** Restarts the connector, not its tasks. @throws {Error} why it does not start; it is FAILED then */
  restart(): Promise<void> {
    return this.#turns.take(true, async () => {
      await this.#stopConnector();
      this.lifecycle.take("restart");
      await this.#begin();
    });
  }

  /** Restarts what is asked for. @returns when that is done */
  restartWithTasks({ onlyFailed, includeTasks }: RestartRequest): Promise<void> {
    const isWanted = ({ lifecycle }: RunningConnector | RunningTask) =>
      !onlyFailed || lifecycle.state === "FAILED";
    const itself = isWanted(this) ? [this] : [];
    const tasks = includeTasks ? this.#tasks.filter(isWanted) : [];
    const restarting = () =>
      [...itself, ...tasks].forEach(({ lifecycle }) => lifecycle.take("restart"));
    restarting();
    return this.#turns.take(true, async () => {
      await Promise.all([...itself.map((it) => it.#stopConnector()), ...tasks.map(stopTask)]);
      restarting();
      if (itself.length > 0) await this.#begin().catch(() => {});
      await this.#startTasks(tasks.filter(({ lifecycle }) => lifecycle.state === "RESTARTING"));
    });
  }

  /** Restarts a task. @throws {ConnectError} when it does not start; it is FAILED then */
  restartTask(task: RunningTask): Promise<void> {
    return this.#turns.take(false, async () => {
      if (!this.#tasks.includes(task)) return;
      task.lifecycle.take("restart");
      await task.stop();
      task.lifecycle.take("restart");
      await this.#startTasks([task]);
      if (task.lifecycle.state !== "FAILED") return;
      throw new ConnectError(`Failed to start task: ${this.name}-${task.id}`);
    });
  }

  /** Has its tasks configured anew; they go on when that changes nothing. */
  reconfigure(): Promise<void> {
    return this.#reconfiguring ??= this.#turns.take(false, async () => {
      this.#reconfiguring = null;
      try {
        await this.#updateTasks(await this.#turns.wait(this.#resolved()));
      } catch (error) {
        // Kafka: `Worker.connectorTaskConfigs`: only too many tasks are a failure of the connector.
        if (error instanceof TooManyTasksError) this.#failed(error);
        const { log } = this.#options;
        log.error(
          `The tasks of connector ${this.name} cannot be configured anew: ${reasonOf(error)}`,
        );
      }
    });
  }

  /** It has failed outside a call. */
  raised(trace: string): void {
    if (!this.#isMade || !this.lifecycle.take("fail", trace)) return;
    this.#options.log.error(`Connector ${this.name} has failed: ${trace.split("\n")[0]}`);
  }

  /** Stops it and its tasks for good. */
  delete(): Promise<void> {
    this.#target = "STOPPED";
    return this.#turns.take(true, async () => {
      await this.#removeTasks();
      await this.#stopConnector();
      this.lifecycle.take("destroy");
    });
  }

  /** Stops it and its tasks, for the worker stops: nothing is waited for but for what may be saved. */
  async end(): Promise<void> {
    this.#turns.end();
    await this.#turns.take(true, async () => {
      await Promise.all(this.#tasks.map(stopTask));
      await this.#stopConnector();
    });
  }

  /** Does something while nothing changes it. */
  whileUnchanged<T>(action: (wait: Turns["wait"]) => Promise<T>): Promise<T> {
    return this.#turns.take(false, () => action((call) => this.#turns.wait(call)));
  }

  /** From nothing that runs to the target state. */
  async #begin(): Promise<void> {
    if (this.#turns.isOver) return;
    if (this.#target === "STARTED") await this.#startWithTasks();
    else this.lifecycle.take(this.#target === "PAUSED" ? "pause" : "stop");
  }

  /** From whatever there is to the target state. */
  async #settle(): Promise<void> {
    if (this.#turns.isOver) return;
    const { lifecycle, lifecycle: { state } } = this;
    switch (this.#target) {
      case "STARTED":
        await Promise.all(this.#tasks.map((task) => task.resume(() => !this.#turns.isOver)));
        if (restful.has(state)) await this.#startWithTasks();
        break;
      case "PAUSED": {
        for (const task of this.#tasks) task.pause();
        // Kafka: `WorkerConnector.suspend`: what has failed stays so, and what cannot be paused has failed.
        const error = await this.#stopConnector();
        if (error !== null) this.#failed(error);
        lifecycle.take("pause");
        break;
      }
      case "STOPPED":
        await this.#removeTasks();
        await this.#stopConnector();
        lifecycle.take("stop");
    }
  }

  async #startWithTasks(): Promise<void> {
    const { connectors, log } = this.#options;
    const { description: { type } } = this.#definition;
    try {
      const props = await this.#turns.wait(this.#resolved());
      this.#isMade = true;
      await this.#turns.wait(connectors.start(this.name, props));
      this.lifecycle.take("run");
      await this.#updateTasks(props);
      log.info(`Started ${type} connector ${this.name} with ${this.#tasks.length} task(s)`);
    } catch (error) {
      this.#failed(error);
      log.error(`Connector ${this.name} has failed to start: ${reasonOf(error)}`);
      throw error;
    }
  }

  #failed(error: unknown): void {
    this.lifecycle.take("fail", error instanceof RemoteError ? error.trace : traceOf(error));
  }

  /** Stops the connector itself. @returns why it did not stop as it should, or null */
  async #stopConnector(): Promise<unknown> {
    const { connectors, log, stopMsMax } = this.#options;
    this.#reload.abort();
    if (!this.#isMade) return null;
    this.#isMade = false;
    try {
      if (await this.#turns.waitAWhile(connectors.stop(this.name))) return null;
      throw new ConnectError(`it did not stop within ${stopMsMax} ms`);
    } catch (error) {
      log.warn(`Connector ${this.name} could not be stopped: ${reasonOf(error)}`);
      return error;
    }
  }

  /** A connector's configuration as it and its tasks need it, and nobody else. */
  async #resolved(): Promise<Props> {
    const { props } = this.#definition;
    const { variables } = this.#options;
    this.#reload.abort();
    const reload = this.#reload = new AbortController();
    const resolved = await variables.resolve(props);
    if (!reload.signal.aborted) {
      void reloadAfter(props, resolved, variables, {
        ...this.#options,
        signal: reload.signal,
        onChanged: () => void this.#restartAll(),
      });
    }
    return { ...resolved.props, name: this.name };
  }

  /** Its variables have other values. */
  async #restartAll(): Promise<void> {
    const why = "what its variables stand for has changed";
    this.#options.log.info(`Connector ${this.name} is started anew: ${why}`);
    await this.restartWithTasks({ onlyFailed: false, includeTasks: true });
  }

  /** Kafka: `StandaloneHerder.updateConnectorTasks`; `resolved` is its configuration without variables. */
  async #updateTasks(resolved: Props): Promise<void> {
    if (this.lifecycle.state !== "RUNNING" || this.#target !== "STARTED") return;
    const { props } = this.#definition;
    const { connectors, log } = this.#options;
    const configs = await this.#turns.wait(
      taskConfigsOf(connectors, this.#definition, resolved, log),
    );
    if (this.#turns.isOver) return;
    const before = this.#tasks.map(({ config }) => config);
    if (this.#applied !== null && areSameConfigs([this.#applied, ...before], [props, ...configs])) {
      return;
    }
    await this.#removeTasks();
    this.#tasks = configs.map((config, id) => this.#makeTask(id, config));
    this.#applied = props;
    await this.#startTasks(this.#tasks);
  }

  #makeTask(id: number, config: Props): RunningTask {
    const { log, stopMsMax, onTransition } = this.#options;
    return new RunningTask({
      name: `${this.name}-${id}`,
      id,
      config,
      prepare: (task) => this.#prepare(task),
      stopMsMax,
      onTransition: (transition) => onTransition(this.name, id, transition),
      log,
    });
  }

  async #prepare({ id, config }: RunningTask): Promise<PreparedTask> {
    const { props, description } = this.#definition;
    const { variables, prepareTask } = this.#options;
    const preparing = variables.resolve(props).then((resolved) =>
      prepareTask({
        connector: { ...resolved.props, name: this.name },
        description,
        task: id,
        config,
      })
    );
    try {
      return await this.#turns.wait(preparing);
    } catch (error) {
      // What comes too late must not be left behind.
      preparing.then((prepared) => prepared.discard()).catch(() => {});
      throw error;
    }
  }

  async #startTasks(tasks: readonly RunningTask[]): Promise<void> {
    const isPaused = this.#target === "PAUSED";
    const isWanted = () => !this.#turns.isOver;
    await Promise.all(tasks.map((task) => task.start(isPaused, isWanted)));
  }

  async #removeTasks(): Promise<void> {
    const tasks = this.#tasks;
    await Promise.all(tasks.map(stopTask));
    this.#tasks = [];
    this.#applied = null;
    for (const { lifecycle } of tasks) lifecycle.take("destroy");
  }
}

function stopTask(task: RunningTask): Promise<void> {
  return task.stop();
}
