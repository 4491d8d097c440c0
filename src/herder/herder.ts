/**
 * What a worker can be asked to do, by its REST API above all: one contract for standalone and distributed
 * workers. Kafka: `org.apache.kafka.connect.runtime.Herder`, whose names and words these are.
 *
 * Errors are told by their class: {@linkcode NotFoundError} for what is not there,
 * {@linkcode AlreadyExistsError} for what is, {@linkcode BadRequestError} for what makes no sense,
 * {@linkcode InvalidConfigError} for a configuration that will not do; any other is an error of the worker.
 *
 * @module
 */

import type { ConfigKeyInfo, ConfigValueInfo, PluginInfo } from "../sandbox/mod.ts";
import type { ConfigInfos, NullableProps, Props } from "./config/mod.ts";
import type { TaskState } from "./lifecycle.ts";

export type { ConfigInfos, ConfigKeyInfo, ConfigValueInfo, PluginInfo };

/** A task of a connector. Kafka: `ConnectorTaskId`. */
export interface ConnectorTaskId {
  /** The connector's name. */
  connector: string;
  /** The task's number, from 0. */
  task: number;
}

/** The two kinds of connectors; unknown where the class is not there. Kafka: `ConnectorType`. */
export type ConnectorType = "source" | "sink" | "unknown";

/** What a connector is meant to do. Kafka: `TargetState`. */
export type TargetState = "STARTED" | "PAUSED" | "STOPPED";

/** A connector: its configuration, with variables, and its tasks. Kafka: `ConnectorInfo`. */
export interface ConnectorInfo {
  /** Its name. */
  name: string;
  /** As configured. */
  config: Props;
  /** Its tasks. */
  tasks: ConnectorTaskId[];
  /** Its kind. */
  type: ConnectorType;
}

/** How a connector is. Kafka: `ConnectorStateInfo.ConnectorState`. */
export interface ConnectorStateOf {
  /** Its state, in Kafka's words. */
  state: TaskState;
  /** The worker that runs it. */
  worker_id: string;
  /** Why it failed. */
  trace?: string;
  /** The version of its class. */
  version?: string;
}

/** How a task is. Kafka: `ConnectorStateInfo.TaskState`. */
export interface TaskStateOf extends ConnectorStateOf {
  /** Its number. */
  id: number;
}

/** How a connector and its tasks are. Kafka: `ConnectorStateInfo`. */
export interface ConnectorStatus {
  /** Its name. */
  name: string;
  /** The connector itself. */
  connector: ConnectorStateOf;
  /** Its tasks. */
  tasks: TaskStateOf[];
  /** Its kind. */
  type: ConnectorType;
  /** How it restarts by itself; not there where it does not. */
  auto_restart?: AutoRestartStatus;
}

/** How a connector restarts by itself, with its tasks, when something of it has failed. An addition. */
export interface AutoRestartStatus {
  /** How often it has, since it ran well. */
  count: number;
  /** When it will next, in milliseconds since the epoch; null: nothing has failed, or it was restarted too often. */
  next_restart_timestamp: number | null;
}

/** A task's configuration. Kafka: `TaskInfo`. */
export interface TaskInfo {
  /** Which task. */
  id: ConnectorTaskId;
  /** Its configuration, with variables. */
  config: Props;
}

/** One partition and its offset, as a connector knows them: any JSON. Kafka: `ConnectorOffset`. */
export interface ConnectorOffset {
  /** A source's own partition, or `kafka_topic` and `kafka_partition`. */
  partition: Record<string, unknown> | null;
  /** A source's own offset, or `kafka_offset`; null: there is none, or there shall be none. */
  offset: Record<string, unknown> | null;
}

/** How well a worker is. Kafka: KIP-1017. */
export interface WorkerHealth {
  /** Whether it has started, and goes on. */
  status: "starting" | "healthy" | "unhealthy";
  /** The same for people. */
  message: string;
}

/** What to restart. Kafka: `RestartRequest`, KIP-745. */
export interface RestartRequest {
  /** Only what has failed. */
  onlyFailed: boolean;
  /** Tasks too. */
  includeTasks: boolean;
}

/** What a worker can be asked to do. */
export interface Herder {
  /** What others call this worker: `host:port`. */
  readonly workerId: string;
  /** How well it is. */
  health(): Promise<WorkerHealth>;
  /** The names of all connectors. */
  connectors(): Promise<string[]>;
  /** A connector. @throws {NotFoundError} */
  connectorInfo(name: string): Promise<ConnectorInfo>;
  /** How it is. @throws {NotFoundError} */
  connectorStatus(name: string): Promise<ConnectorStatus>;
  /** How a task is. @throws {NotFoundError} */
  taskStatus(id: ConnectorTaskId): Promise<TaskStateOf>;
  /** The configurations of a connector's tasks. @throws {NotFoundError} */
  taskConfigs(name: string): Promise<TaskInfo[]>;
  /**
   * Makes a connector, or gives it another configuration.
   * @param config as it is to be kept, with its name
   * @param allowReplace whether there may be one already; else that is an {@linkcode AlreadyExistsError}
   * @param initialState of a new one; STARTED unless told
   */
  putConnectorConfig(
    name: string,
    config: Props,
    allowReplace: boolean,
    initialState?: TargetState,
  ): Promise<{ created: boolean; info: ConnectorInfo }>;
  /** Changes some keys of a configuration; null takes one away. Kafka: KIP-477. @throws {NotFoundError} */
  patchConnectorConfig(name: string, patch: Record<string, string | null>): Promise<ConnectorInfo>;
  /** Stops a connector and forgets it; its offsets stay. @throws {NotFoundError} */
  deleteConnector(name: string): Promise<void>;
  /** Restarts a connector, not its tasks, and waits for it. @throws {NotFoundError} */
  restartConnector(name: string): Promise<void>;
  /** Restarts what is asked for, behind the answer: what it will be. @throws {NotFoundError} */
  restartConnectorAndTasks(name: string, request: RestartRequest): Promise<ConnectorStatus>;
  /** Restarts a task. @throws {NotFoundError} */
  restartTask(id: ConnectorTaskId): Promise<void>;
  /** Pauses a connector and its tasks, behind the answer. @throws {NotFoundError} */
  pauseConnector(name: string): Promise<void>;
  /** Starts it, or lets it go on, behind the answer. @throws {NotFoundError} */
  resumeConnector(name: string): Promise<void>;
  /** Stops a connector, and ends its tasks. Kafka: KIP-875. @throws {NotFoundError} */
  stopConnector(name: string): Promise<void>;
  /** The topics that a connector has used since it was made or that was reset. Kafka: KIP-558. */
  connectorActiveTopics(name: string): Promise<string[]>;
  /** Forgets them. */
  resetConnectorActiveTopics(name: string): Promise<void>;
  /** A connector's offsets. @throws {NotFoundError} */
  connectorOffsets(name: string): Promise<ConnectorOffset[]>;
  /** Changes offsets of a stopped connector. @returns what to tell @throws {NotFoundError | BadRequestError} */
  alterConnectorOffsets(name: string, offsets: ConnectorOffset[]): Promise<string>;
  /** Forgets the offsets of a stopped connector. @returns what to tell @throws {NotFoundError | BadRequestError} */
  resetConnectorOffsets(name: string): Promise<string>;
  /** The plugins of this worker. */
  connectorPlugins(): Promise<PluginInfo[]>;
  /**
   * The keys of a plugin.
   * @param version which version it must have, or a range of them; any unless told
   * @throws {NotFoundError} when there is none of that name
   * @throws {BadRequestError} when it has another version, or is none that has keys
   */
  connectorPluginConfig(pluginName: string, version?: string): Promise<ConfigKeyInfo[]>;
  /**
   * Says all that is to be said of a configuration.
   * @param config in which REST may have been given null
   * @throws {BadRequestError} without a class to check it
   */
  validateConnectorConfig(config: NullableProps): Promise<ConfigInfos>;
}
