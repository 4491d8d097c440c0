/**
 * The herder of a standalone worker: one process, connectors from files, tasks that run until the end.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  type Clock,
  ConnectError,
  type Logger,
  NotFoundError,
  reasonOf,
  traceOf,
} from "../base/mod.ts";
import { type ConnectorDescription, RemoteError, resolvePermissions } from "../sandbox/mod.ts";
import type { OffsetStore } from "../store/mod.ts";
import type { Topics } from "../topics/mod.ts";
import {
  type ClientSources,
  ConfigVariables,
  deadLetterTopic,
  type Props,
  sinkConnectorConfigDef,
  sourceConnectorConfigDef,
  type StandaloneConfig,
  standaloneConfigDef,
  usesTopicCreation,
  withVariables,
} from "./config/mod.ts";
import type { Connectors } from "./connector_host.ts";
import type { ConnectorStatus } from "./herder.ts";
import { reloadAfter } from "./reload.ts";
import { SinkTaskRunner } from "./sink_task_runner.ts";
import { SourceTaskRunner } from "./source_task_runner.ts";
import { consumerOptions, deadLetterOptions, producerOptions } from "./task_clients.ts";
import type { TaskRunner, TaskState } from "./task_runner.ts";
import { taskSpec } from "./task_spec.ts";

/** What a herder works with. */
export interface StandaloneHerderOptions {
  /** The worker's configuration, its variables resolved. */
  workerProps: Props;
  /** What resolves the variables of connectors; they stay as they are unless it is told. */
  variables?: ConfigVariables;
  /** What others call this worker: `host:port`. */
  workerId: string;
  /** The connectors' Web Worker. */
  connectors: Connectors;
  /** Plugin files from outside, as URLs. */
  files: readonly string[];
  /** The topics. */
  topics: Topics;
  /** How source tasks write, such as by a spool; to the topics themselves unless told. */
  writers?: Pick<Topics, "openProducer">;
  /** How sink tasks read; the topics themselves unless told. */
  readers?: Pick<Topics, "joinGroup">;
  /** Whether sinks are given what dead letters were before they failed; not unless told. */
  restoresLetters?: boolean;
  /** Topics that no plugin may write to. */
  internalTopics: ReadonlySet<string>;
  /** What Kafka clients are made with; null where topics are in the embedded log. */
  clients: ClientSources | null;
  /** Where source offsets are kept. */
  offsets: OffsetStore;
  /** Time. */
  clock: Clock;
  /** Where messages go. */
  log: Logger;
}

interface RunningConnector {
  /** As configured: with variables. */
  props: Props;
  description: ConnectorDescription;
  state: TaskState;
  trace: string | null;
  tasks: TaskRunner[];
  /** The configurations of its tasks, with variables. */
  taskConfigs: Props[];
  /** Ends the wait for its variables to have other values. */
  reload: AbortController;
  /** What is under way with it: one thing at a time. */
  turn: Promise<void>;
}

/** A standalone worker's herder. */
export class StandaloneHerder {
  readonly #options: StandaloneHerderOptions;
  readonly #config: StandaloneConfig;
  readonly #variables: ConfigVariables;
  readonly #connectors = new Map<string, RunningConnector>();
  #isStopping = false;

  /** A herder without connectors. */
  constructor(options: StandaloneHerderOptions) {
    this.#options = options;
    this.#config = standaloneConfigDef.parse(options.workerProps);
    this.#variables = options.variables ?? ConfigVariables.none();
  }

  /** The names of all connectors, sorted. */
  get connectorNames(): string[] {
    return [...this.#connectors.keys()].sort();
  }

  /** How a connector is. @throws {NotFoundError} */
  status(name: string): ConnectorStatus {
    const running = this.#connectors.get(name);
    if (running === undefined) throw new NotFoundError(`No status found for connector ${name}`);
    const { workerId: worker_id } = this.#options;
    const { description: { type, version }, state, trace, tasks } = running;
    const { secrets } = this.#variables;
    const traced = (trace: string | null) => trace === null ? {} : { trace: secrets.mask(trace) };
    return {
      name,
      connector: { state, worker_id, version, ...traced(trace) },
      tasks: tasks.map(({ status }, id) => (
        { id, state: status.state, worker_id, version, ...traced(status.trace) }
      )),
      type,
    };
  }

  /** Starts a connector and its tasks. One that fails to start is there, as FAILED. */
  async startConnector(props: Props, description: ConnectorDescription): Promise<void> {
    const { name } = props;
    if (this.#isStopping) return;
    if (this.#connectors.has(name)) throw new ConnectError(`Connector ${name} already exists`);
    const running: RunningConnector = {
      props,
      description,
      state: "RUNNING",
      trace: null,
      tasks: [],
      taskConfigs: [],
      reload: new AbortController(),
      turn: Promise.resolve(),
    };
    this.#connectors.set(name, running);
    running.turn = this.#start(running);
    await running.turn;
  }

  /** A connector has failed outside a call; null: all have. */
  connectorRaised(name: string | null, trace: string): void {
    for (const [running, failed] of this.#connectors) {
      if (name !== null && running !== name) continue;
      Object.assign(failed, { state: "FAILED", trace });
      this.#options.log.error(`Connector ${running} has failed: ${trace.split("\n")[0]}`);
    }
  }

  /** A connector asks for its tasks to be configured anew. Tasks go on when that changes nothing. */
  reconfigureTasks(name: string): void {
    const running = this.#connectors.get(name);
    if (running === undefined) return;
    running.turn = running.turn.then(() => this.#reconfigure(running));
  }

  /** Stops all: tasks first, all together, then connectors. */
  async stop(): Promise<void> {
    const timeoutMs = Number(this.#config["task.shutdown.graceful.timeout.ms"]);
    this.#isStopping = true;
    const all = [...this.#connectors];
    for (const [_, { reload }] of all) reload.abort();
    await Promise.all(all.flatMap(([_, { tasks }]) => tasks.map((task) => task.stop(timeoutMs))));
    const { connectors, clock, log } = this.#options;
    const done = new AbortController();
    const stopped = Promise.all(
      all.map(([name]) =>
        connectors.stop(name).catch((error) =>
          log.warn(`Connector ${name} could not be stopped: ${reasonOf(error)}`)
        )
      ),
    );
    await Promise.race([stopped, clock.sleep(timeoutMs, done.signal)]);
    done.abort();
    connectors.close();
  }

  async #start(running: RunningConnector): Promise<void> {
    const { props: { name }, description: { type } } = running;
    const { connectors, log } = this.#options;
    try {
      const props = await this.#resolved(running);
      await connectors.start(name, props);
      await this.#startTasks(running, props, await this.#taskConfigs(running, props));
      log.info(`Started ${type} connector ${name} with ${running.tasks.length} task(s)`);
    } catch (error) {
      running.state = "FAILED";
      running.trace = error instanceof RemoteError ? error.trace : reasonOf(error);
      log.error(`Connector ${name} has failed to start: ${reasonOf(error)}`);
    }
  }

  async #reconfigure(running: RunningConnector): Promise<void> {
    const { props: { name } } = running;
    const { log } = this.#options;
    try {
      const props = await this.#resolved(running);
      const configs = await this.#taskConfigs(running, props);
      if (this.#isStopping || areSame(configs, running.taskConfigs)) return;
      const timeoutMs = Number(this.#config["task.shutdown.graceful.timeout.ms"]);
      await Promise.all(running.tasks.map((task) => task.stop(timeoutMs)));
      await this.#startTasks(running, props, configs);
      log.info(`Connector ${name} has been given ${configs.length} new task(s)`);
    } catch (error) {
      log.error(`The tasks of connector ${name} cannot be configured anew: ${reasonOf(error)}`);
    }
  }

  /** Starts a connector anew, and its tasks: its variables have other values. */
  async #restart(running: RunningConnector): Promise<void> {
    if (this.#isStopping) return;
    const { connectors, log } = this.#options;
    const { props: { name } } = running;
    log.info(`Connector ${name} is started anew: what its variables stand for has changed`);
    const timeoutMs = Number(this.#config["task.shutdown.graceful.timeout.ms"]);
    await Promise.all(running.tasks.map((task) => task.stop(timeoutMs)));
    await connectors.stop(name).catch((error) =>
      log.warn(`Connector ${name} could not be stopped: ${reasonOf(error)}`)
    );
    Object.assign(running, { state: "RUNNING", trace: null, tasks: [] });
    await this.#start(running);
  }

  /** A connector's configuration as it and its tasks need it, and nobody else. */
  async #resolved(running: RunningConnector): Promise<Props> {
    const { name } = running.props;
    running.reload.abort();
    running.reload = new AbortController();
    const resolved = await this.#variables.resolve(running.props);
    void reloadAfter(running.props, resolved, this.#variables, {
      ...this.#options,
      signal: running.reload.signal,
      onChanged: () => void (running.turn = running.turn.then(() => this.#restart(running))),
    });
    return { ...resolved.props, name };
  }

  async #taskConfigs({ props, description }: RunningConnector, resolved: Props): Promise<Props[]> {
    const def = description.type === "source" ? sourceConnectorConfigDef : sinkConnectorConfigDef;
    const values = def.parse(resolved);
    const { connectors } = this.#options;
    const { "tasks.max": tasksMax, "tasks.max.enforce": isEnforced } = values;
    const configs = await connectors.taskConfigs(props.name, tasksMax, isEnforced);
    return configs.map((config) => withVariables(config, props));
  }

  /** Starts tasks; `props` is the connector's configuration without variables. */
  async #startTasks(running: RunningConnector, props: Props, configs: Props[]): Promise<void> {
    running.taskConfigs = configs;
    running.tasks = [];
    for (const [task, config] of configs.entries()) {
      const ready = this.#prepareTask(running, props, task, config);
      const start = await ready.catch((error: Error) => {
        this.#options.log.error(
          `Task ${running.props.name}-${task} has failed to start: ${reasonOf(error)}`,
        );
        return () => failedTask(traceOf(error));
      });
      if (this.#isStopping) return;
      running.tasks.push(start());
    }
  }

  async #prepareTask(
    { description: { type: kind, permissions: declared } }: RunningConnector,
    props: Props,
    task: number,
    withVariables: Props,
  ): Promise<() => TaskRunner> {
    const { topics, offsets, internalTopics, files, clients, clock, log } = this.#options;
    const { props: config } = await this.#variables.resolve(withVariables);
    const permissions = await resolvePermissions(declared, config);
    permissions.read.push(...files.map((file) => fileURLToPath(file)));
    const spec = taskSpec({
      kind,
      worker: this.#options.workerProps,
      connector: props,
      task,
      config,
      restoresLetters: this.#options.restoresLetters,
    });
    // What it is given it may know, and must not tell: dead letters say what went wrong.
    spec.secrets = this.#variables.secrets.within(JSON.stringify(spec));
    const shared = { spec, permissions, files, topics, clock, log };
    const owner = { worker: this.#options.workerProps, connector: props, clients };
    const letters = deadLetterTopic(props);
    if (letters !== null && internalTopics.has(letters.name)) {
      throw new ConnectError(
        `A connector may not write to "${letters.name}", an internal topic of the worker`,
      );
    }
    if (kind === "sink") {
      const consumer = await consumerOptions(owner, spec);
      const deadLetters = letters &&
        await topics.openProducer(await deadLetterOptions(owner, spec, letters));
      const { readers = topics } = this.#options;
      return () => new SinkTaskRunner({ ...shared, topics: readers, consumer, deadLetters });
    }
    const { writers = topics } = this.#options;
    const producer = await writers.openProducer(await producerOptions(owner, spec));
    const makesTopics = usesTopicCreation(props);
    const writing = { producer, makesTopics, refusesBehind: clients !== null };
    return () => new SourceTaskRunner({ ...shared, ...writing, offsets, internalTopics });
  }
}

/** A task that never ran. */
function failedTask(trace: string): TaskRunner {
  return { status: { state: "FAILED", trace }, stop: () => Promise.resolve() };
}

function areSame(one: readonly Props[], other: readonly Props[]): boolean {
  const textOf = (configs: readonly Props[]) =>
    JSON.stringify(configs.map((config) => Object.entries(config).sort()));
  return textOf(one) === textOf(other);
}
