/** A herder without a worker: it does at once what it is asked, and keeps it in memory. */

import { AlreadyExistsError, BadRequestError, NotFoundError } from "../../../src/base/mod.ts";
import {
  type ConfigInfos,
  type ConfigKeyInfo,
  type ConnectorInfo,
  type ConnectorOffset,
  type ConnectorStatus,
  type ConnectorTaskId,
  type Herder,
  InvalidConfigError,
  type NullableProps,
  type PluginInfo,
  type Props,
  type RestartRequest,
  type TargetState,
  type TaskInfo,
  type TaskStateOf,
  type WorkerHealth,
} from "../../../src/herder/mod.ts";

interface FakeConnector {
  config: Props;
  target: TargetState;
  topics: string[];
  offsets: ConnectorOffset[];
}

const states = { STARTED: "RUNNING", PAUSED: "PAUSED", STOPPED: "STOPPED" } as const;
const stoppedOnly = (name: string) =>
  "Connectors must be in the STOPPED state before their offsets can be modified. This can be done for " +
  `the specified connector by issuing a 'PUT' request to the '/connectors/${name}/stop' endpoint`;

/** A herder whose connectors have one task each. */
export class FakeHerder implements Herder {
  readonly workerId = "${WORKER}";
  /** What it says of its health. */
  wellness: WorkerHealth = {
    status: "healthy",
    message: "Worker has completed startup and is ready to handle requests.",
  };
  /** What it has been asked, beside what it answers from memory. */
  readonly calls: unknown[] = [];
  readonly #connectors = new Map<string, FakeConnector>();

  health(): Promise<WorkerHealth> {
    return Promise.resolve(this.wellness);
  }

  connectors(): Promise<string[]> {
    return Promise.resolve([...this.#connectors.keys()].sort());
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async connectorInfo(name: string): Promise<ConnectorInfo> {
    return this.#info(name);
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async connectorStatus(name: string): Promise<ConnectorStatus> {
    const connector = this.#connectors.get(name);
    if (connector === undefined) throw new NotFoundError(`No status found for connector ${name}`);
    const state = { state: states[connector.target], worker_id: this.workerId, version: "4.2.0" };
    const tasks = connector.target === "STOPPED" ? [] : [{ id: 0, ...state }];
    return { name, connector: state, tasks, type: "source" };
  }

  async taskStatus({ connector, task }: ConnectorTaskId): Promise<TaskStateOf> {
    const status = this.#connectors.has(connector) ? await this.connectorStatus(connector) : null;
    const found = status?.tasks.find(({ id }) => id === task);
    if (found !== undefined) return found;
    throw new NotFoundError(`No status found for task ${connector}-${task}`);
  }

  async taskConfigs(name: string): Promise<TaskInfo[]> {
    const { tasks, config } = await this.connectorInfo(name);
    return tasks.map((id) => ({ id, config }));
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async putConnectorConfig(
    name: string,
    config: Props,
    allowReplace: boolean,
    initialState: TargetState = "STARTED",
  ): Promise<{ created: boolean; info: ConnectorInfo }> {
    if (config["connector.class"] === undefined) {
      const props = Object.entries(config).map(([key, value]) => `${key}=${value}`);
      throw new BadRequestError(
        `Connector config {${props.join(", ")}} contains no connector type`,
      );
    }
    if (config["tasks.max"] === "x") {
      const message =
        "Connector configuration is invalid and contains the following 1 error(s):\nNo";
      throw new InvalidConfigError([{ name: "tasks.max", errorMessages: ["No"] }], message);
    }
    const there = this.#connectors.get(name);
    if (there !== undefined && !allowReplace) {
      throw new AlreadyExistsError(`Connector ${name} already exists`);
    }
    const { topics, offsets, target } = there ??
      { topics: [config.topic], offsets: [], target: initialState };
    this.#connectors.set(name, { config, target, topics, offsets });
    return { created: there === undefined, info: this.#info(name) };
  }

  async patchConnectorConfig(
    name: string,
    patch: Record<string, string | null>,
  ): Promise<ConnectorInfo> {
    const { config } = this.#info(name);
    const patched = Object.entries({ ...config, ...patch }).filter(([_, value]) => value !== null);
    const props = Object.fromEntries(patched) as Props;
    return (await this.putConnectorConfig(name, props, true)).info;
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async deleteConnector(name: string): Promise<void> {
    this.#info(name);
    this.#connectors.delete(name);
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async restartConnector(name: string): Promise<void> {
    this.#known(name, "Unknown connector: ");
    this.calls.push(["restartConnector", name]);
  }

  async restartConnectorAndTasks(name: string, request: RestartRequest): Promise<ConnectorStatus> {
    this.#known(name, "Unknown connector: ");
    this.calls.push(["restartConnectorAndTasks", name, request]);
    const { connector, tasks, type } = await this.connectorStatus(name);
    const restarting = { ...connector, state: "RESTARTING" as const };
    return { name, connector: restarting, tasks, type };
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async restartTask({ connector, task }: ConnectorTaskId): Promise<void> {
    this.#known(connector, "Unknown connector: ");
    if (task !== 0) throw new NotFoundError(`Task ${connector}-${task} not found`);
    this.calls.push(["restartTask", connector, task]);
  }

  pauseConnector(name: string): Promise<void> {
    return this.#aim(name, "PAUSED");
  }

  resumeConnector(name: string): Promise<void> {
    return this.#aim(name, "STARTED");
  }

  stopConnector(name: string): Promise<void> {
    return this.#aim(name, "STOPPED");
  }

  connectorActiveTopics(name: string): Promise<string[]> {
    return Promise.resolve(this.#connectors.get(name)?.topics ?? []);
  }

  resetConnectorActiveTopics(name: string): Promise<void> {
    this.#connectors.get(name)?.topics.splice(0);
    return Promise.resolve();
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async connectorOffsets(name: string): Promise<ConnectorOffset[]> {
    return this.#known(name, "Connector ", " not found").offsets;
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async alterConnectorOffsets(name: string, offsets: ConnectorOffset[]): Promise<string> {
    const connector = this.#known(name, "Connector ", " not found");
    if (connector.target !== "STOPPED") throw new BadRequestError(stoppedOnly(name));
    connector.offsets = offsets;
    return "The offsets for this connector have been altered successfully";
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async resetConnectorOffsets(name: string): Promise<string> {
    const connector = this.#known(name, "Connector ", " not found");
    if (connector.target !== "STOPPED") throw new BadRequestError(stoppedOnly(name));
    connector.offsets = [];
    return "The offsets for this connector have been reset successfully";
  }

  connectorPlugins(): Promise<PluginInfo[]> {
    return Promise.resolve([
      { class: "Sink", type: "sink", version: "1" },
      { class: "Source", type: "source", version: "1" },
      { class: "Cast", type: "transformation" },
    ]);
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async connectorPluginConfig(pluginName: string): Promise<ConfigKeyInfo[]> {
    if (pluginName === "Source") return [key];
    throw new NotFoundError(`Unknown plugin ${pluginName}.`);
  }

  validateConnectorConfig(config: NullableProps): Promise<ConfigInfos> {
    const values = Object.entries(config).map(([name, value]) => ({
      definition: name === key.name ? key : null,
      value: { name, value, recommended_values: [], errors: [], visible: true },
    }));
    const name = config["connector.class"] ?? "";
    return Promise.resolve({ name, error_count: 0, groups: ["Common"], configs: values });
  }

  #known(name: string, before: string, behind = ""): FakeConnector {
    const connector = this.#connectors.get(name);
    if (connector === undefined) throw new NotFoundError(`${before}${name}${behind}`);
    return connector;
  }

  #info(name: string): ConnectorInfo {
    const { config, target } = this.#known(name, "Connector ", " not found");
    const tasks = target === "STOPPED" ? [] : [{ connector: name, task: 0 }];
    return { name, config: { ...config }, tasks, type: "source" };
  }

  // deno-lint-ignore require-await -- throws as a promise does
  async #aim(name: string, target: TargetState): Promise<void> {
    this.#known(name, "Unknown connector ").target = target;
  }
}

const key: ConfigKeyInfo = {
  name: "topic",
  type: "STRING",
  required: true,
  default_value: null,
  importance: "HIGH",
  documentation: "Where to",
  group: null,
  order_in_group: -1,
  width: "NONE",
  display_name: "topic",
  dependents: [],
};
