/**
 * A connector with its tasks, while it is there: what it is meant to do, and how it gets there.
 *
 * Whatever changes it has its turn after what is under way; what is told of it waits for nobody. A plugin may
 * hang wherever it is called: then it is waited for until somebody wants the connector to stop, to restart, to
 * be another or to be gone, and a while longer.
 *
 * @module
 */

import { ConnectError, loggers, named, reasonOf, traceOf } from "../base/mod.ts";
import { RemoteError } from "../sandbox/mod.ts";
import { AutoRestart } from "./auto_restart.ts";
import { ConnectorInstance, type ConnectorInstanceOptions } from "./connector_instance.ts";
import type { AutoRestartConfig, Props } from "./config/mod.ts";
import type { AutoRestartStatus, RestartRequest, TargetState } from "./herder.ts";
import { Lifecycle, startable, type Transition } from "./lifecycle.ts";
import { RunningTask } from "./running_task.ts";
import {
  areSameConfigs,
  type ConnectorDefinition,
  taskConfigsOf,
  TooManyTasksError,
} from "./task_configs.ts";
import type { PrepareTask } from "./task_launcher.ts";
import type { PreparedTask } from "./task_runner.ts";
import { Turns } from "./turns.ts";

/** What a connector runs with. */
export interface RunningConnectorOptions extends ConnectorInstanceOptions {
  /** How tasks get what they need. */
  prepareTask: PrepareTask;
  /** How it restarts by itself; null: it does not. */
  autoRestart: AutoRestartConfig | null;
  /** Is told of each step of its state, or of a task's. */
  onTransition(connector: string, task: number | null, transition: Transition): void;
}

/** A restart that waits for its turn. */
interface WaitingRestart {
  /** Whether it ends what is under way. */
  isPressing: boolean;
  /** What it restarts. */
  what: Set<RunningConnector | RunningTask>;
  /** When that is done. */
  done: Promise<void>;
}

/** A connector with its tasks. Kafka: `WorkerConnector` and what its herder knows of it. */
export class RunningConnector {
  /** Its name. */
  readonly name: string;
  /** The state of the connector itself. */
  readonly lifecycle: Lifecycle;
  readonly #options: RunningConnectorOptions;
  readonly #turns: Turns;
  readonly #instance: ConnectorInstance;
  #props: Props;
  #target: TargetState;
  #tasks: readonly RunningTask[] = [];
  /** The configuration that its tasks were started with. */
  #applied: Props | null = null;
  readonly #autoRestart: AutoRestart | null;
  #settling: Promise<void> | null = null;
  #waitingRestart: WaitingRestart | null = null;
  #reconfiguring: Promise<void> | null = null;

  /** It does nothing until {@linkcode begin}. */
  constructor(
    definition: ConnectorDefinition,
    target: TargetState,
    options: RunningConnectorOptions,
  ) {
    const { clock, stopMsMax } = options;
    this.name = definition.props.name;
    this.#props = definition.props;
    this.#target = target;
    const log = named(options.log, { name: loggers.worker, connector: this.name });
    this.#options = { ...options, log };
    const turns = this.#turns = new Turns({
      name: `Connector ${this.name}`,
      patienceMs: stopMsMax,
      clock,
    });
    const onReload = () => void this.restartWithTasks({ onlyFailed: false, includeTasks: true });
    this.#instance = new ConnectorInstance(definition, { ...this.#options, turns, onReload });
    this.lifecycle = new Lifecycle((transition) => this.#onTransition(null, transition));
    this.#autoRestart = options.autoRestart && new AutoRestart({
      ...options.autoRestart,
      restart: () => this.#restartFailed(),
      onGivenUp: (count) =>
        log.warn(`Connector ${this.name} was restarted ${count} times, and is no more`),
      clock,
    });
  }

  /** Its configuration, with variables: what was asked for last. */
  get props(): Props {
    return this.#props;
  }

  /** What it is now. */
  get definition(): ConnectorDefinition {
    return this.#instance.definition;
  }

  /** What it is meant to do. */
  get target(): TargetState {
    return this.#target;
  }

  /** How it restarts by itself; null: it does not. */
  get autoRestart(): AutoRestartStatus | null {
    return this.#autoRestart?.status ?? null;
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
    this.#props = definition.props;
    this.#autoRestart?.reset();
    return this.#turns.take(true, async () => {
      await this.#instance.stop();
      this.#instance.definition = definition;
      this.lifecycle.take("end");
      await this.#begin();
    });
  }

  /** Sets what it is meant to do. @throws {Error} why it does not start; it is FAILED then */
  setTarget(target: TargetState): Promise<void> {
    this.#target = target;
    const isPressing = target === "STOPPED";
    if (isPressing) this.#autoRestart?.reset();
    if (this.#settling !== null && !isPressing) return this.#settling;
    return this.#settling = this.#turns.take(isPressing, () => {
      this.#settling = null;
      return this.#settle();
    });
  }

  /** Restarts the connector, not its tasks. @throws {Error} why it does not start; it is FAILED then */
  restart(): Promise<void> {
    this.#autoRestart?.reset();
    return this.#turns.take(true, async () => {
      await this.#instance.stop();
      this.lifecycle.take("restart");
      await this.#begin();
    });
  }

  /** Restarts what is asked for. @returns when that is done */
  restartWithTasks(request: RestartRequest): Promise<void> {
    this.#autoRestart?.reset();
    return this.#restart(request, true);
  }

  /** What is asked for while another restart waits for its turn goes with that. */
  #restart({ onlyFailed, includeTasks }: RestartRequest, isPressing: boolean): Promise<void> {
    let restart = this.#waitingRestart;
    if (restart === null || (isPressing && !restart.isPressing)) {
      const what = new Set<RunningConnector | RunningTask>();
      const done = this.#turns.take(isPressing, () => {
        if (this.#waitingRestart?.what === what) this.#waitingRestart = null;
        return this.#restartNow(what);
      });
      restart = this.#waitingRestart = { isPressing, what, done };
    }
    for (const one of [this, ...includeTasks ? this.#tasks : []]) {
      if (onlyFailed && one.lifecycle.state !== "FAILED") continue;
      one.lifecycle.take("restart");
      restart.what.add(one);
    }
    return restart.done;
  }

  async #restartNow(what: ReadonlySet<RunningConnector | RunningTask>): Promise<void> {
    const isItself = what.has(this);
    const tasks = [...what].filter((one) => one instanceof RunningTask);
    await Promise.all([isItself && this.#instance.stop(), ...tasks.map((task) => task.stop())]);
    for (const { lifecycle } of what) lifecycle.take("restart");
    if (isItself) await this.#begin().catch(() => {});
    await this.#startTasks(tasks.filter(({ lifecycle }) => lifecycle.state === "RESTARTING"));
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
        await this.#updateTasks(await this.#instance.resolve());
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
    if (!this.#instance.isMade || !this.lifecycle.take("fail", trace)) return;
    this.#options.log.error(`Connector ${this.name} has failed: ${trace.split("\n")[0]}`);
  }

  /** Stops it and its tasks for good. */
  delete(): Promise<void> {
    this.#target = "STOPPED";
    this.#autoRestart?.cancel();
    return this.#turns.take(true, async () => {
      await this.#removeTasks();
      await this.#instance.stop();
      this.lifecycle.take("destroy");
    });
  }

  /** Stops it and its tasks, for the worker stops: nothing is waited for but for what may be saved. */
  async end(): Promise<void> {
    this.#turns.end();
    this.#autoRestart?.cancel();
    await this.#turns.take(true, async () => {
      await Promise.all(this.#tasks.map((task) => task.stop()));
      await this.#instance.stop();
    });
  }

  /** Does something while nothing changes it. */
  whileUnchanged<T>(action: (wait: Turns["wait"]) => Promise<T>): Promise<T> {
    return this.#turns.take(false, () => action((call) => this.#turns.wait(call)));
  }

  /** From nothing that runs to the target state. */
  async #begin(): Promise<void> {
    if (this.#turns.isOver) return;
    if (this.#target === "STARTED") return await this.#startWithTasks();
    this.lifecycle.take(this.#target === "PAUSED" ? "pause" : "stop");
    // It is of no use yet, but what its kind is may be told.
    await this.#instance.describe().catch((error) =>
      this.#options.log.warn(`Connector ${this.name} cannot run: ${reasonOf(error)}`)
    );
  }

  /** From whatever there is to the target state. */
  async #settle(): Promise<void> {
    if (this.#turns.isOver) return;
    const { lifecycle, lifecycle: { state } } = this;
    switch (this.#target) {
      case "STARTED":
        await Promise.all(this.#tasks.map((task) => task.resume(() => !this.#turns.isOver)));
        if (startable.has(state)) await this.#startWithTasks();
        break;
      case "PAUSED": {
        for (const task of this.#tasks) task.pause();
        // Kafka: `WorkerConnector.suspend`: what has failed stays so, and what cannot be paused has failed.
        const error = await this.#instance.stop();
        if (error !== null) this.#failed(error);
        lifecycle.take("pause");
        break;
      }
      case "STOPPED":
        await this.#removeTasks();
        await this.#instance.stop();
        lifecycle.take("stop");
    }
  }

  async #startWithTasks(): Promise<void> {
    const { log } = this.#options;
    try {
      const props = await this.#instance.start();
      this.lifecycle.take("run");
      await this.#updateTasks(props);
      if (this.lifecycle.state !== "RUNNING") return;
      log.info(
        `Started ${this.definition.description?.type} connector ${this.name} with ${this.#tasks.length} task(s)`,
      );
    } catch (error) {
      this.#failed(error);
      log.error(`Connector ${this.name} has failed to start: ${reasonOf(error)}`);
      throw error;
    }
  }

  #onTransition(task: number | null, transition: Transition): void {
    this.#options.onTransition(this.name, task, transition);
    if (transition.to === "FAILED") this.#autoRestart?.failed();
  }

  /** Restarts what has failed by itself. */
  #restartFailed(): void {
    this.#options.log.info(`Connector ${this.name} restarts what has failed`);
    void this.#restart({ onlyFailed: true, includeTasks: true }, false);
  }

  #failed(error: unknown): void {
    this.lifecycle.take("fail", error instanceof RemoteError ? error.trace : traceOf(error));
  }

  /** Kafka: `StandaloneHerder.updateConnectorTasks`; `resolved` is its configuration without variables. */
  async #updateTasks(resolved: Props): Promise<void> {
    if (this.lifecycle.state !== "RUNNING" || this.#target !== "STARTED") return;
    const { props } = this.#instance.definition;
    const description = await this.#instance.describe();
    const { connectors, log } = this.#options;
    const configs = await this.#turns.wait(
      taskConfigsOf(connectors, props, description, resolved, log),
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
    const { log, stopMsMax } = this.#options;
    return new RunningTask({
      name: `${this.name}-${id}`,
      id,
      config,
      prepare: (task) => this.#prepare(task),
      stopMsMax,
      onTransition: (transition) => this.#onTransition(id, transition),
      log,
    });
  }

  async #prepare({ id, config }: RunningTask): Promise<PreparedTask> {
    const { props } = this.#instance.definition;
    const description = await this.#instance.describe();
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
    await Promise.all(tasks.map((task) => task.stop()));
    this.#tasks = [];
    this.#applied = null;
    for (const { lifecycle } of tasks) lifecycle.take("destroy");
  }
}
