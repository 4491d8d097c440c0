/**
 * What the herder asks of connectors, which live in a Web Worker of their own: what a class is, whether
 * a configuration will do, and a connector's tasks.
 *
 * @module
 */

import * as v from "valibot";
import { ConfigError, ConnectError, type Logger, reasonOf } from "../base/mod.ts";
import {
  ConfigFindings,
  ConnectorDescription,
  type HostCall,
  HostWorker,
  nothing,
  TaskConfigs,
} from "../sandbox/mod.ts";
import { type Props, transformSpecs, validateConnector } from "./config/mod.ts";

/** The connectors of a worker. */
export class Connectors {
  readonly #host: HostWorker;

  /** Starts their Web Worker. `onRaised` hears of a connector that fails outside a call. */
  constructor(log: Logger, onRaised: (connector: string, trace: string) => void = () => {}) {
    this.#host = new HostWorker({
      files: [],
      permissions: nothing,
      log,
      onReconfigure: (connector) =>
        log.warn(`Connector ${connector} asks for new tasks, which needs a restart of the worker`),
      onRaised: (connector, trace) => {
        log.error(`Connector ${connector} has failed: ${trace.split("\n")[0]}`);
        onRaised(connector, trace);
      },
    });
  }

  /**
   * Checks a connector's configuration.
   * @returns what its class is
   * @throws {ConfigError} with all that is wrong, in Kafka's words
   */
  async validate(props: Props): Promise<ConnectorDescription> {
    const className = (props["connector.class"] ?? "").trim();
    if (className === "") throw new ConfigError(invalidMessage([missingClass]));
    const description = await this.#describe(className);
    const findings = new Map<string, Set<string>>();
    const own = await this.#host.call({ method: "validate", className, props }, ConfigFindings);
    for (const { name, errorMessages } of [...validateConnector(description.type, props), ...own]) {
      findings.set(name, new Set([...findings.get(name) ?? [], ...errorMessages]));
    }
    const messages = [...findings.values()].flatMap((found) => [...found]);
    try {
      transformSpecs(props);
    } catch (error) {
      messages.push(reasonOf(error));
    }
    if (messages.length > 0) throw new ConfigError(invalidMessage(messages));
    return description;
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

  /** Ends their Web Worker. */
  close(): void {
    this.#host.terminate();
  }

  async #describe(className: string): Promise<ConnectorDescription> {
    try {
      return await this.#host.call({ method: "describe", className }, ConnectorDescription);
    } catch (cause) {
      throw new ConfigError(reasonOf(cause), { cause });
    }
  }
}

const missingClass = 'Missing required configuration "connector.class" which has no default value.';

function invalidMessage(messages: readonly string[]): string {
  return `Connector configuration is invalid and contains the following ${messages.length} ` +
    `error(s):\n${messages.join("\n")}`;
}
