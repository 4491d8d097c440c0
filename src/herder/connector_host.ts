/**
 * What the herder asks of connectors, which live in a Web Worker of their own: what a class is, whether
 * a configuration will do, and a connector's tasks.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import * as v from "valibot";
import {
  BadRequestError,
  ConfigError,
  ConnectError,
  javaHashOrder,
  type Logger,
  NotFoundError,
  reasonOf,
} from "../base/mod.ts";
import {
  type ConfigKeyInfo,
  ConnectorDescription,
  type HostCall,
  HostWorker,
  keyInfo,
  nothing,
  type OffsetChanges,
  type PluginInfo,
  PluginInfos,
  PluginInspection,
  pluginTypes,
  TaskConfigs,
} from "../sandbox/mod.ts";
import {
  type ConfigInfos,
  configInfos,
  type ConfigVariables,
  type Finding,
  type InspectPlugin,
  InvalidConfigError,
  isConfigProvider,
  missingPredicates,
  type NullableProps,
  type OverridePolicy,
  type Props,
  refuse,
  sinkConnectorConfigDef,
  sourceConnectorConfigDef,
  validateConverters,
  validateDeadLetters,
  validateTopicCreation,
  versionProblem,
} from "./config/mod.ts";

/** What a connector's configuration is seen against. */
export interface ConfigContext {
  /** The worker's properties; its converters are what a connector has that names none. */
  worker: Props;
  /** What the connector may override of its Kafka clients. */
  policy: OverridePolicy;
  /** What its variables stand for. */
  variables: ConfigVariables;
}

/** What the connectors of a worker report outside calls. */
export interface ConnectorEvents {
  /** A connector asks for its tasks to be configured anew. */
  onReconfigure(connector: string): void;
  /** A connector has failed; null: all have, with their Web Worker. */
  onRaised(connector: string | null, trace: string): void;
}

/** The connectors of a worker. */
export class Connectors {
  readonly #host: HostWorker;
  readonly #inspect: InspectPlugin = (check) => this.#host.call(check, PluginInspection);

  /** Starts their Web Worker. `files` are plugin files from outside, as URLs. */
  constructor(log: Logger, files: readonly string[], events: ConnectorEvents) {
    this.#host = new HostWorker({
      files,
      permissions: { ...nothing, read: files.map((file) => fileURLToPath(file)) },
      log,
      onReconfigure: (connector) => events.onReconfigure(connector),
      onRaised: (connector, trace) => events.onRaised(connector, trace),
      onFailed: (trace) => events.onRaised(null, trace),
    });
  }

  /** What a connector class is. @throws {InvalidConfigError} when there is none of that name */
  async describe(props: NullableProps): Promise<ConnectorDescription> {
    const className = props["connector.class"]?.trim();
    if (className === undefined) {
      const finding = { name: "connector.class", errorMessages: [missingClass] };
      throw new InvalidConfigError([finding], withoutClass(props));
    }
    try {
      return await this.#host.call({ method: "describe", className }, ConnectorDescription);
    } catch (cause) {
      const finding = { name: "connector.class", errorMessages: [reasonOf(cause)] };
      throw new InvalidConfigError([finding], await this.#unknownClass(reasonOf(cause)));
    }
  }

  /**
   * Says all that is to be said of a connector's configuration. Kafka: `Herder.validateConnectorConfig`.
   * @param props as they are kept, with variables, which are shown in place of what they stand for
   * @throws {BadRequestError} when there is no class to say it
   * @throws {InvalidConfigError} when a variable cannot be looked up
   */
  async configInfos(props: NullableProps, context: ConfigContext): Promise<ConfigInfos> {
    const { variables } = context;
    const resolved = await resolvedProps(props, variables);
    const infos = await this.#infos(resolved, context, await this.plugins());
    const mask = (text: string) => variables.secrets.mask(text);
    for (const { value } of infos.configs) {
      const given = props[value.name];
      if (value.value !== null && resolved[value.name] !== given) value.value = given;
      value.recommended_values = value.recommended_values.map(mask);
      value.errors = value.errors.map(mask);
    }
    return infos;
  }

  /**
   * Checks a connector's configuration, also for what Kafka finds out only when its tasks start.
   * @param props as they are kept, with variables
   * @param policy what it may override of its Kafka clients
   * @returns what its class is
   * @throws {InvalidConfigError} with all that is wrong, in Kafka's words, and none of what variables
   * stand for
   */
  async validate(
    props: Props,
    policy: OverridePolicy,
    variables: ConfigVariables,
  ): Promise<ConnectorDescription> {
    try {
      const { props: resolved } = await variables.resolve(props);
      return await this.#validateResolved(resolved, { worker: {}, policy, variables });
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw variables.masked(error);
    }
  }

  async #validateResolved(props: Props, context: ConfigContext): Promise<ConnectorDescription> {
    const description = await this.describe(props);
    const infos = await this.#infos(props, context, []);
    const findings: Finding[] = infos.configs.map(({ value: { name, errors } }) => (
      { name, errorMessages: errors }
    ));
    let count = infos.error_count;
    if (description.type === "source") {
      const more = [...validateDeadLetters(props), ...validateTopicCreation(props)];
      count += more.flatMap(({ errorMessages }) => errorMessages).length;
      findings.push(...more);
    }
    const missing = missingPredicates(props);
    const messages = [...findings, ...missing].flatMap(({ errorMessages }) => errorMessages);
    const message = count > 0 ? invalidMessage(count + missing.length, messages) : messages[0];
    refuse([...findings, ...missing], message);
    return description;
  }

  async #infos(
    props: NullableProps,
    { worker, policy }: ConfigContext,
    plugins: readonly PluginInfo[],
  ): Promise<ConfigInfos> {
    const className = props["connector.class"]?.trim();
    if (className === undefined) throw new BadRequestError(withoutClass(props));
    const connector = await this.#inspect({
      ...{ method: "inspect", types: ["source", "sink"], className, props, prefix: "" },
    });
    if (connector.is !== "found") {
      const reason = "Failed to find any class that implements Connector and which name matches " +
        className;
      throw new BadRequestError(await this.#unknownClass(reason));
    }
    return await configInfos(props, connector, { worker, policy, plugins, inspect: this.#inspect });
  }

  /** Kafka: `Plugins.newConnector`. */
  async #unknownClass(reason: string): Promise<string> {
    const connectors = (await this.plugins())
      .filter(({ type }) => type === "source" || type === "sink")
      .map((plugin) => {
        const { class: name, type, version } = plugin;
        return `PluginDesc{klass=class ${name}, name='${name}', version='${version}', ` +
          `encodedVersion=${version}, type=${type}, typeName='${type}', location='classpath'}`;
      });
    return `${reason}, available connectors are: ${connectors.join(", ")}`;
  }

  /** All plugins there are, connectors first, as Kafka lists them. */
  async plugins(): Promise<PluginInfo[]> {
    return await this.#host.call({ method: "plugins" }, PluginInfos);
  }

  /**
   * The keys of a plugin, and of a connector those that all connectors have. Kafka:
   * `AbstractHerder.connectorPluginConfig`.
   * @param version which version it must have; any unless told
   * @throws {NotFoundError} when there is none of that name
   * @throws {BadRequestError} when it has another version, or is none that has keys
   */
  async pluginConfig(name: string, version?: string): Promise<ConfigKeyInfo[]> {
    if (isConfigProvider(name)) {
      throw new BadRequestError(
        `Invalid plugin class ${name}. Valid types are sink, source, converter, header_converter, ` +
          "transformation, predicate.",
      );
    }
    const found = await this.#inspect({
      ...{ method: "inspect", types: pluginTypes, className: name, props: {}, prefix: "" },
    });
    if (found.is !== "found") throw new NotFoundError(`Unknown plugin ${name}.`);
    const problem = versionProblem(found.className, version, found.version);
    if (problem !== null) throw new BadRequestError(problem);
    if (found.type !== "source" && found.type !== "sink") return found.keys;
    const def = found.type === "source" ? sourceConnectorConfigDef : sinkConnectorConfigDef;
    const own = new Set(found.keys.map((key) => key.name));
    const common = Object.entries(def.keys).filter(([key]) => !own.has(key)).map(([key, value]) => {
      const info = keyInfo(key, value);
      return key === "connector.plugin.version" ? { ...info, default_value: found.version } : info;
    });
    return [...found.keys, ...common];
  }

  /** Checks the converters of a worker. @throws {InvalidConfigError} with all that is wrong */
  async validateWorker(props: Props): Promise<void> {
    const findings = await validateConverters(props, this.#inspect);
    const wrong = findings.find(({ errorMessages }) => errorMessages.length > 0);
    refuse(findings, `${wrong?.name}: ${wrong?.errorMessages[0]}`);
  }

  /** Makes and starts a connector. @throws {RemoteError} what it threw */
  async start(connector: string, props: Props): Promise<void> {
    const className = props["connector.class"].trim();
    await this.#host.call({ method: "start", connector, className, props }, v.null());
  }

  /** The configurations of its tasks. @throws {ConnectError} when there are more than `tasks.max` */
  async taskConfigs(connector: string, tasksMax: number, enforce: boolean): Promise<Props[]> {
    const call: HostCall = { method: "taskConfigs", connector, tasksMax };
    const configs = await this.#host.call(call, TaskConfigs);
    if (configs.length > tasksMax && enforce) {
      throw new ConnectError(
        `The connector ${connector} has generated ${configs.length} tasks, which is greater than ` +
          `${tasksMax}, the maximum number of tasks it is configured to create.`,
      );
    }
    return configs;
  }

  /** Stops a connector. */
  async stop(connector: string): Promise<void> {
    await this.#host.call({ method: "stop", connector }, v.null());
  }

  /**
   * Asks a connector, which need not be started, whether it takes other offsets. Kafka: KIP-875.
   * @param props its configuration, without variables
   * @returns whether it has seen to them; what is stored is altered either way
   * @throws {RemoteError} why it refuses them
   */
  async alterOffsets(props: Props, changes: OffsetChanges): Promise<boolean> {
    const className = props["connector.class"].trim();
    const call: HostCall = { method: "alterOffsets", className, props, changes };
    return await this.#host.call(call, v.boolean());
  }

  /** Ends their Web Worker. */
  close(): void {
    this.#host.terminate();
  }
}

const missingClass = 'Missing required configuration "connector.class" which has no default value.';

function invalidMessage(count: number, messages: readonly string[]): string {
  return `Connector configuration is invalid and contains the following ${count} ` +
    `error(s):\n${messages.join("\n")}`;
}

function withoutClass(props: NullableProps): string {
  const shown = javaHashOrder(Object.keys(props), true).map((key) => `${key}=${props[key]}`);
  return `Connector config {${shown.join(", ")}} contains no connector type`;
}

/** Without variables; what REST was given as null stays. */
async function resolvedProps(
  props: NullableProps,
  variables: ConfigVariables,
): Promise<NullableProps> {
  const given = Object.entries(props).filter((entry): entry is [string, string] =>
    entry[1] !== null
  );
  return { ...props, ...(await variables.resolve(Object.fromEntries(given))).props };
}
