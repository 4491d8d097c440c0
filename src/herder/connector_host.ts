/**
 * What the herder asks of connectors, wherever they live: what a class is, whether a configuration
 * will do, and a connector's tasks.
 *
 * @module
 */

import * as v from "valibot";
import {
  BadRequestError,
  ConfigError,
  javaHashOrder,
  type Logger,
  NotFoundError,
  reasonOf,
  systemClock,
} from "../base/mod.ts";
import {
  type ConfigKeyInfo,
  ConnectorDescription,
  type HostCall,
  type HostEvents,
  keyInfo,
  type OffsetChanges,
  type PluginInfo,
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
  standaloneConfigDef,
  validateConverters,
  validateDeadLetters,
  validateTopicCreation,
  versionProblem,
} from "./config/mod.ts";

import { PluginHosts, type PluginLimits } from "./plugin_hosts.ts";

/** What a connector's configuration is seen against. */
export interface ConfigContext {
  /** The worker's properties; its converters are what a connector has that names none. */
  worker: Props;
  /** What the connector may override of its Kafka clients. */
  policy: OverridePolicy;
  /** What its variables stand for. */
  variables: ConfigVariables;
}

/** How long plugins from files are waited for, unless told. */
const defaultLimits: PluginLimits = { clock: systemClock, answerMsMax: 30_000 };

/** The connectors of a worker. */
export class Connectors {
  readonly #hosts: PluginHosts;
  readonly #inspect: InspectPlugin = (check) =>
    this.#hosts.ask(check.types, check.className, check, PluginInspection);

  /** `files` are plugin files from outside, as URLs. */
  constructor(
    log: Logger,
    files: readonly string[],
    events: HostEvents,
    limits: Partial<PluginLimits> = {},
  ) {
    this.#hosts = new PluginHosts({ ...defaultLimits, ...limits, files, events, log });
  }

  /** What a connector class is. @throws {InvalidConfigError} when there is none of that name */
  async describe(props: NullableProps): Promise<ConnectorDescription> {
    const className = props["connector.class"]?.trim();
    if (className === undefined) {
      const finding = { name: "connector.class", errorMessages: [missingClass] };
      throw new InvalidConfigError([finding], withoutClass(props));
    }
    try {
      const question = { method: "describe", className } as const;
      return await this.#hosts.ask(connectorTypes, className, question, ConnectorDescription);
    } catch (cause) {
      const reason = reasonOf(cause);
      const finding = { name: "connector.class", errorMessages: [reason] };
      const isUnknown = reason.startsWith("Failed to find any class");
      const message = isUnknown ? await this.#unknownClass(reason) : reason;
      throw new InvalidConfigError([finding], message);
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
    const worker = { "header.converter": headerConverterDefault, ...context.worker };
    const infos = await this.#infos(resolved, { ...context, worker }, await this.plugins());
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
      ...{ method: "inspect", types: connectorTypes, className, props, prefix: "" },
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
      .sort((a, b) => a.class < b.class ? -1 : 1)
      .map((plugin) => {
        const { class: name, type, version } = plugin;
        return `PluginDesc{klass=class ${name}, name='${name}', version='${version}', ` +
          `encodedVersion=${version}, type=${type}, typeName='${type}', location='classpath'}`;
      });
    return `${reason}, available connectors are: ${connectors.join(", ")}`;
  }

  /** All plugins there are, connectors first, as Kafka lists them. */
  async plugins(): Promise<PluginInfo[]> {
    return [...await this.#hosts.plugins()];
  }

  /**
   * The keys of a plugin, and of a connector those that all connectors have. Kafka:
   * `AbstractHerder.connectorPluginConfig`.
   * @param version which version it must have; any unless told
   * @throws {NotFoundError} when there is none of that name
   * @throws {BadRequestError} when it has another version, or is none that has keys
   */
  async pluginConfig(name: string, version?: string): Promise<ConfigKeyInfo[]> {
    if (versionProblem(name, version, "0")?.isMalformed) {
      throw new BadRequestError(`Invalid version specification: ${version}`);
    }
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
    if (problem !== null) throw new BadRequestError(problem.message);
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

  /** Makes and starts a connector. One of its name must have been stopped. @throws {RemoteError} what it threw */
  async start(connector: string, props: Props): Promise<void> {
    await this.#hosts.start(connector, props["connector.class"].trim(), props);
  }

  /** The configurations of its tasks, however many. @throws {RemoteError} what it threw */
  async taskConfigs(connector: string, tasksMax: number): Promise<Props[]> {
    const call: HostCall = { method: "taskConfigs", connector, tasksMax };
    return await this.#hosts.call(connector, call, TaskConfigs);
  }

  /**
   * Stops a connector, and forgets it: one of its name may start at once.
   * @param stopMsMax how long it may take before it is ended, if it is one from a file, in milliseconds
   * @throws {RemoteError} what it threw
   * @throws {ConnectError} when it hangs; it has been ended then, if it was one from a file
   */
  async stop(connector: string, stopMsMax: number): Promise<void> {
    await this.#hosts.stop(connector, stopMsMax);
  }

  /**
   * Asks a connector, which need not be started, whether it takes other offsets. Kafka: KIP-875.
   * @param props its configuration, without variables
   * @returns whether it has seen to them; what is stored is altered either way
   * @throws {RemoteError} why it refuses them
   */
  async alterOffsets(props: Props, changes: OffsetChanges): Promise<boolean> {
    const className = props["connector.class"].trim();
    const question = { method: "alterOffsets", className, props, changes } as const;
    return await this.#hosts.ask([changes.type], className, question, v.boolean());
  }

  /** Ends their Web Workers. */
  close(): void {
    this.#hosts.close();
  }
}

const headerConverterDefault = standaloneConfigDef.keys["header.converter"].default as string;
const connectorTypes = ["source", "sink"] as const;

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
