/**
 * The herder of a standalone worker: one process, connectors from files and from REST. Kafka:
 * `StandaloneHerder`.
 *
 * @module
 */

import {
  AlreadyExistsError,
  type Clock,
  ConnectError,
  type Logger,
  reasonOf,
} from "../base/mod.ts";
import type { ConnectorDescription } from "../sandbox/mod.ts";
import type { ConnectorStore } from "../store/mod.ts";
import {
  ConfigVariables,
  herderAdditions,
  type NullableProps,
  type OverridePolicy,
  overridePolicy,
  type Props,
  standaloneConfigDef,
} from "./config/mod.ts";
import { ActiveTopics } from "./active_topics.ts";
import type { Connectors } from "./connector_host.ts";
import { findTask, infoOf, statusOf, taskStateOf, type Teller } from "./connector_answers.ts";
import { ConnectorOffsets, type ConnectorOffsetsOptions } from "./connector_offsets.ts";
import type {
  ConfigInfos,
  ConfigKeyInfo,
  ConnectorInfo,
  ConnectorOffset,
  ConnectorStatus,
  ConnectorTaskId,
  Herder,
  PluginInfo,
  RestartRequest,
  TargetState,
  TaskInfo,
  TaskStateOf,
  WorkerHealth,
} from "./herder.ts";
import { HerderTurn } from "./herder_turn.ts";
import { KeptConnectors } from "./kept_connectors.ts";
import type { InitialConnector } from "./initial_connectors.ts";
import { type Measurable, measureWorker, Startups } from "./measured.ts";
import type { RunningConnector, RunningConnectorOptions } from "./running_connector.ts";
import { RunningConnectors } from "./running_connectors.ts";
import type { ConnectorDefinition } from "./task_configs.ts";
import { type PrepareTask, taskLauncher, type TaskLauncherOptions } from "./task_launcher.ts";

/** What a herder works with. */
export type StandaloneHerderOptions =
  & {
    /** The worker's configuration, its variables resolved. */
    workerProps: Props;
    /** What resolves the variables of connectors; they stay as they are unless it is told. */
    variables?: ConfigVariables;
    /** What others call this worker: `host:port`. */
    workerId: string;
    /** The connectors, wherever they live. */
    connectors: Omit<Connectors, "describe" | "validateWorker" | "alterOffsets">;
    /** Where connectors are kept that were changed over REST; they are forgotten unless it is told. */
    store?: ConnectorStore | null;
    /** Is told of each step of the state of a connector, or of a task. */
    onTransition?: RunningConnectorOptions["onTransition"];
    /** Time. */
    clock: Clock;
    /** Where messages go. */
    log: Logger;
  }
  & ({
    /** How tasks get what they need. */
    prepareTask: PrepareTask;
  } | TaskLauncherOptions & { connectors: ConnectorOffsetsOptions["connectors"] });

/** A standalone worker's herder. */
export class StandaloneHerder implements Herder, Measurable {
  readonly #options: StandaloneHerderOptions;
  readonly #variables: ConfigVariables;
  readonly #policy: OverridePolicy;
  readonly #offsets: ConnectorOffsets | null;
  readonly #activeTopics: ActiveTopics;
  readonly #running: RunningConnectors;
  readonly #kept: KeptConnectors;
  readonly #turn: HerderTurn;
  readonly #teller: Teller;
  readonly #startups = new Startups();
  /** How much it does. */
  readonly measure = () => measureWorker(this.#running.all, this.#startups);

  /** A herder without connectors. */
  constructor(options: StandaloneHerderOptions) {
    const { workerProps, variables = ConfigVariables.none() } = options;
    this.#options = options;
    this.#variables = variables;
    this.#teller = { workerId: options.workerId, secrets: variables.secrets };
    this.#turn = new HerderTurn(options.clock);
    this.#kept = new KeptConnectors(options.store ?? null);
    this.#policy = overridePolicy(workerProps);
    const config = standaloneConfigDef.parse(workerProps);
    const topics = this.#activeTopics = new ActiveTopics(config["topic.tracking.enable"]);
    const onTopic = (connector: string, topic: string) => topics.record(connector, topic);
    const isFake = "prepareTask" in options;
    this.#offsets = isFake ? null : new ConnectorOffsets({ ...options, variables });
    this.#running = new RunningConnectors({
      ...options,
      prepareTask: isFake ? options.prepareTask : taskLauncher({ ...options, onTopic }, variables),
      variables,
      policy: this.#policy,
      autoRestart: herderAdditions(workerProps).autoRestart,
      stopMsMax: Number(config["task.shutdown.graceful.timeout.ms"]),
      onTransition: this.#startups.counting(options.onTransition ?? (() => {})),
    });
  }

  /** What others call this worker: `host:port`. */
  get workerId(): string {
    return this.#options.workerId;
  }

  /** The names of all connectors, sorted. */
  get connectorNames(): string[] {
    return this.#running.names;
  }

  /** All connectors of the command line have been started. */
  ready(): void {
    this.#turn.ready();
  }

  /** How well it is: whether it gets on with changes of what connectors there are. */
  health(): Promise<WorkerHealth> {
    return this.#turn.health();
  }

  /** The names of all connectors, sorted. */
  connectors(): Promise<string[]> {
    return Promise.resolve(this.connectorNames);
  }

  /** A connector. @throws {NotFoundError} */
  // deno-lint-ignore require-await
  async connectorInfo(name: string): Promise<ConnectorInfo> {
    return infoOf(this.#running.find(name, `Connector ${name} not found`));
  }

  /** How a connector is. @throws {NotFoundError} */
  // deno-lint-ignore require-await
  async connectorStatus(name: string): Promise<ConnectorStatus> {
    return this.status(name);
  }

  /** How a connector is. @throws {NotFoundError} */
  status(name: string): ConnectorStatus {
    return statusOf(
      this.#running.find(name, `No status found for connector ${name}`),
      this.#teller,
    );
  }

  /** How a task is. @throws {NotFoundError} */
  // deno-lint-ignore require-await
  async taskStatus({ connector, task }: ConnectorTaskId): Promise<TaskStateOf> {
    const message = `No status found for task ${connector}-${task}`;
    const running = this.#running.find(connector, message);
    return taskStateOf(running, findTask(running, task, message), this.#teller);
  }

  /** The configurations of a connector's tasks. @throws {NotFoundError} */
  // deno-lint-ignore require-await
  async taskConfigs(name: string): Promise<TaskInfo[]> {
    const { tasks } = this.#running.find(name, `Connector ${name} not found`);
    return tasks.map(({ id: task, config }) => ({ id: { connector: name, task }, config }));
  }

  /**
   * Starts a connector and its tasks. One that fails to start is there, as FAILED.
   * @throws {ConnectError} when there is one of its name
   */
  async startConnector(
    props: Props,
    description: ConnectorDescription | null,
    { target = "STARTED", file = null }: Partial<InitialConnector> = {},
  ): Promise<void> {
    if (this.#turn.isOver) return;
    const { name } = props;
    if (file !== null) this.#kept.addFile(name, file);
    if (this.#running.get(name) !== undefined) {
      throw new ConnectError(`Connector ${name} already exists`);
    }
    await this.#running.add({ props, description }, target).begun.catch(() => {});
  }

  /**
   * Makes a connector, or gives it another configuration.
   * @throws {InvalidConfigError} for a configuration that will not do
   * @throws {AlreadyExistsError} when there is one, and it may not be replaced
   * @throws {ConnectError} when it does not start; it is there then, as FAILED
   */
  async putConnectorConfig(
    name: string,
    props: Props,
    allowReplace: boolean,
    initialState?: TargetState,
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    const description = await this.#validate(props);
    const { created, running, begun } = await this.#turn.take(async () => {
      if (this.#running.get(name) !== undefined && !allowReplace) {
        throw new AlreadyExistsError(`Connector ${name} already exists`);
      }
      return await this.#put({ props, description }, initialState);
    });
    await begun;
    return { created, info: infoOf(running) };
  }

  /** Changes some keys of a configuration; null takes one away. @throws {NotFoundError} */
  async patchConnectorConfig(
    name: string,
    patch: Record<string, string | null>,
  ): Promise<ConnectorInfo> {
    for (;;) {
      const { props: before } = this.#running.find(name, `Connector ${name} not found`);
      const props = patched(before, patch);
      const description = await this.#validate(props);
      const put = await this.#turn.take(async () => {
        // Kafka: undoes what somebody else has changed meanwhile, and brings back what was deleted.
        if (this.#running.get(name)?.props !== before) return null;
        return await this.#put({ props, description });
      });
      if (put === null) continue;
      await put.begun;
      return infoOf(put.running);
    }
  }

  /** Stops a connector and forgets it; its offsets stay. @throws {NotFoundError} */
  async deleteConnector(name: string): Promise<void> {
    const { left } = await this.#turn.take(async () => {
      const running = this.#running.find(name, `Connector ${name} not found`);
      await this.#kept.keep(name, null, running.target);
      const left = this.#running.remove(running);
      return { left };
    });
    await left;
    this.#activeTopics.forget(name);
  }

  /** Restarts a connector, not its tasks, and waits for it. @throws {NotFoundError} */
  async restartConnector(name: string): Promise<void> {
    await this.#running.find(name, `Unknown connector: ${name}`).restart();
  }

  /** Restarts what is asked for, behind the answer: what it will be. @throws {NotFoundError} */
  // deno-lint-ignore require-await
  async restartConnectorAndTasks(name: string, request: RestartRequest): Promise<ConnectorStatus> {
    const running = this.#running.find(name, `Unknown connector: ${name}`);
    void running.restartWithTasks(request);
    return this.status(name);
  }

  /** Restarts a task. @throws {NotFoundError} */
  async restartTask({ connector, task }: ConnectorTaskId): Promise<void> {
    const running = this.#running.find(connector, `Unknown connector: ${connector}`);
    await running.restartTask(findTask(running, task, `Task ${connector}-${task} not found`));
  }

  /** Pauses a connector and its tasks, behind the answer. @throws {NotFoundError} */
  async pauseConnector(name: string): Promise<void> {
    await this.#setTarget(name, "PAUSED");
  }

  /** Starts it, or lets it go on, behind the answer. @throws {NotFoundError} */
  async resumeConnector(name: string): Promise<void> {
    await this.#setTarget(name, "STARTED");
  }

  /** Stops a connector, and ends its tasks. @throws {NotFoundError} */
  async stopConnector(name: string): Promise<void> {
    const { settled } = await this.#setTarget(name, "STOPPED");
    await settled;
  }

  /** The topics that a connector has used since it was made or that was reset. */
  connectorActiveTopics(name: string): Promise<string[]> {
    return Promise.resolve(this.#activeTopics.of(name));
  }

  /** Forgets them. */
  resetConnectorActiveTopics(name: string): Promise<void> {
    return Promise.resolve(this.#activeTopics.forget(name));
  }

  /** A connector's offsets. @throws {NotFoundError} */
  async connectorOffsets(name: string): Promise<ConnectorOffset[]> {
    return await this.#withOffsets(name, (offsets, owner) => offsets.read(owner));
  }

  /** Changes offsets of a stopped connector. @returns what to tell @throws {NotFoundError | BadRequestError} */
  async alterConnectorOffsets(name: string, given: ConnectorOffset[]): Promise<string> {
    return await this.#withOffsets(name, (offsets, owner) => offsets.alter(owner, given));
  }

  /** Forgets the offsets of a stopped connector. @returns what to tell @throws {NotFoundError | BadRequestError} */
  async resetConnectorOffsets(name: string): Promise<string> {
    return await this.#withOffsets(name, (offsets, owner) => offsets.reset(owner));
  }

  /** The plugins of this worker. */
  connectorPlugins(): Promise<PluginInfo[]> {
    return this.#options.connectors.plugins();
  }

  /** The keys of a plugin. @throws {NotFoundError} @throws {BadRequestError} when it has another version */
  connectorPluginConfig(pluginName: string, version?: string): Promise<ConfigKeyInfo[]> {
    return this.#options.connectors.pluginConfig(pluginName, version);
  }

  /** Says all that is to be said of a configuration. @throws {BadRequestError} without a class to check it */
  validateConnectorConfig(config: NullableProps): Promise<ConfigInfos> {
    const { workerProps: worker, connectors } = this.#options;
    const context = { worker, policy: this.#policy, variables: this.#variables };
    return connectors.configInfos(config, context);
  }

  /** A connector has failed outside a call; null: all have. */
  connectorRaised(name: string | null, trace: string): void {
    for (const running of this.#running.all) {
      if (name === null || running.name === name) running.raised(trace);
    }
  }

  /** A connector asks for its tasks to be configured anew. Tasks go on when that changes nothing. */
  reconfigureTasks(name: string): void {
    void this.#running.get(name)?.reconfigure();
  }

  /** Stops all connectors with their tasks, all together. */
  async stop(): Promise<void> {
    this.#turn.end();
    await this.#running.end();
    this.#options.connectors.close();
  }

  #validate(props: Props): Promise<ConnectorDescription> {
    return this.#options.connectors.validate(props, this.#policy, this.#variables);
  }

  /** Keeps a configuration, and makes its connector or gives it to that; when it is this change's turn. */
  async #put(
    definition: ConnectorDefinition,
    initialState: TargetState = "STARTED",
  ): Promise<{ created: boolean; running: RunningConnector; begun: Promise<void> }> {
    const { props } = definition;
    const running = this.#running.get(props.name);
    const target = running?.target ?? initialState;
    await this.#kept.keep(props.name, props, target);
    if (running === undefined) {
      return { created: true, ...this.#running.add(definition, target) };
    }
    return { created: false, running, begun: running.configure(definition) };
  }

  async #withOffsets<T>(
    name: string,
    ask: (offsets: ConnectorOffsets, owner: RunningConnector) => Promise<T>,
  ): Promise<T> {
    const owner = this.#running.find(name, `Connector ${name} not found`);
    if (this.#offsets === null) throw new ConnectError("This worker keeps no offsets");
    return await ask(this.#offsets, owner);
  }

  async #setTarget(name: string, target: TargetState): Promise<{ settled: Promise<void> }> {
    return await this.#turn.take(async () => {
      const running = this.#running.find(name, `Unknown connector ${name}`);
      await this.#kept.keep(name, running.props, target);
      const settled = running.setTarget(target);
      settled.catch((error) =>
        this.#options.log.error(`Connector ${name} is not ${target}: ${reasonOf(error)}`)
      );
      return { settled };
    });
  }
}

/** A configuration with some keys changed; null takes one away. Kafka: `ConnectUtils.patchConfig`. */
function patched(props: Props, patch: Record<string, string | null>): Props {
  const changed = Object.entries({ ...props, ...patch });
  return Object.fromEntries(
    changed.filter((entry): entry is [string, string] => entry[1] !== null),
  );
}
