/**
 * What the herder asks of connectors, which live in a Web Worker of their own: what a class is, whether
 * a configuration will do, and a connector's tasks.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { ConfigError, ConnectError, type Logger, reasonOf } from "../base/mod.ts";
import {
  ConnectorDescription,
  type HostCall,
  HostWorker,
  nothing,
  type OffsetChanges,
  PluginFindings,
  TaskConfigs,
} from "../sandbox/mod.ts";
import {
  type CheckPlugin,
  type ConfigVariables,
  type Finding,
  InvalidConfigError,
  missingPredicates,
  type OverridePolicy,
  type Props,
  refuse,
  validateConnector,
  validateConverters,
  validateOverrides,
  validateTopicCreation,
  validateTransforms,
} from "./config/mod.ts";

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
  readonly #check: CheckPlugin = (check) => this.#host.call(check, PluginFindings);

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
  async describe(props: Props): Promise<ConnectorDescription> {
    const className = props["connector.class"]?.trim();
    if (className === undefined) {
      const finding = { name: "connector.class", errorMessages: [missingClass] };
      throw new InvalidConfigError([finding], invalidMessage([missingClass]));
    }
    try {
      return await this.#host.call({ method: "describe", className }, ConnectorDescription);
    } catch (cause) {
      const finding = { name: "connector.class", errorMessages: [reasonOf(cause)] };
      throw new InvalidConfigError([finding], `connector.class: ${reasonOf(cause)}`);
    }
  }

  /** All that is wrong with a connector's configuration, key by key, in Kafka's words. */
  async findings({ type }: ConnectorDescription, props: Props): Promise<Finding[]> {
    const className = props["connector.class"].trim();
    const own = await this.#check({
      method: "validate",
      types: [type],
      className,
      props,
      prefix: "",
    });
    return [
      ...validateConnector(type, props),
      ...own.is === "found" ? own.findings : [],
      ...await validateConverters(props, this.#check),
      ...await validateTransforms(props, this.#check),
    ];
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
      return await this.#validateResolved((await variables.resolve(props)).props, policy);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw variables.masked(error);
    }
  }

  async #validateResolved(props: Props, policy: OverridePolicy): Promise<ConnectorDescription> {
    const description = await this.describe(props);
    const findings = await this.findings(description, props);
    findings.push(...validateOverrides(description.type, props, policy));
    if (description.type === "source") findings.push(...validateTopicCreation(props));
    const missing = missingPredicates(props);
    const messages = [...findings, ...missing].flatMap(({ errorMessages }) => errorMessages);
    const isKafkas = messages.length > missing.length;
    refuse([...findings, ...missing], isKafkas ? invalidMessage(messages) : messages[0]);
    return description;
  }

  /** Checks the converters of a worker. @throws {InvalidConfigError} with all that is wrong */
  async validateWorker(props: Props): Promise<void> {
    const findings = await validateConverters(props, this.#check);
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

function invalidMessage(messages: readonly string[]): string {
  return `Connector configuration is invalid and contains the following ${messages.length} ` +
    `error(s):\n${messages.join("\n")}`;
}
