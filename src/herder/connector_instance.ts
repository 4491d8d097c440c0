/** A connector itself, without its tasks: the object of its class, and what it is made of. */

import { type Clock, ConnectError, type Logger, reasonOf } from "../base/mod.ts";
import type { ConnectorDescription } from "../sandbox/mod.ts";
import type { ConfigVariables, OverridePolicy, Props } from "./config/mod.ts";
import { reloadAfter } from "./reload.ts";
import type { ConnectorDefinition, TaskConfigCalls } from "./task_configs.ts";
import type { Turns } from "./turns.ts";

/** What is asked of the connectors themselves, wherever they live. */
export interface ConnectorCalls extends TaskConfigCalls {
  /** What a connector's class is. @throws {ConfigError} when its configuration will not do */
  validate(
    props: Props,
    policy: OverridePolicy,
    variables: ConfigVariables,
  ): Promise<ConnectorDescription>;
  /** Makes and starts a connector. */
  start(connector: string, props: Props): Promise<void>;
  /** Stops a connector, in some milliseconds, and forgets it: one of its name may start then, even if it hangs. */
  stop(connector: string, stopMsMax: number): Promise<void>;
}

/** What a connector is made with. */
export interface ConnectorInstanceOptions {
  /** The connectors themselves. */
  connectors: ConnectorCalls;
  /** What resolves its variables. */
  variables: ConfigVariables;
  /** What it may override of its Kafka clients. */
  policy: OverridePolicy;
  /** How long it may take to stop, in milliseconds. */
  stopMsMax: number;
  /** Time. */
  clock: Clock;
  /** Where messages go. */
  log: Logger;
}

/** The object of a connector's class, of which there is one at a time. */
export class ConnectorInstance {
  readonly #name: string;
  readonly #options: ConnectorInstanceOptions;
  readonly #turns: Turns;
  readonly #onReload: () => void;
  #definition: ConnectorDefinition;
  #isMade = false;
  /** Ends the wait for its variables to have other values. */
  #reload = new AbortController();

  /** It is not made yet. `onReload`: its variables have other values. */
  constructor(
    definition: ConnectorDefinition,
    options: ConnectorInstanceOptions & { turns: Turns; onReload(): void },
  ) {
    this.#name = definition.props.name;
    this.#definition = definition;
    this.#options = options;
    this.#turns = options.turns;
    this.#onReload = options.onReload;
  }

  /** What it is; it is stopped when that becomes something else. */
  get definition(): ConnectorDefinition {
    return this.#definition;
  }

  set definition(definition: ConnectorDefinition) {
    this.#definition = definition;
  }

  /** Whether it was made, and not stopped. */
  get isMade(): boolean {
    return this.#isMade;
  }

  /** What its class is, and whether it may run; that has been looked at of most. */
  async describe(): Promise<ConnectorDescription> {
    const { props, description } = this.#definition;
    if (description !== null) return description;
    const { connectors, policy, variables } = this.#options;
    const found = await this.#turns.wait(connectors.validate(props, policy, variables));
    this.#definition = { props, description: found };
    return found;
  }

  /** Makes and starts it. @returns its configuration without variables */
  async start(): Promise<Props> {
    await this.describe();
    const props = await this.resolve();
    this.#isMade = true;
    await this.#turns.wait(this.#options.connectors.start(this.#name, props));
    return props;
  }

  /** Stops it. @returns why it did not stop as it should, or null */
  async stop(): Promise<unknown> {
    const { connectors, log, stopMsMax } = this.#options;
    this.#reload.abort();
    if (!this.#isMade) return null;
    this.#isMade = false;
    try {
      if (await this.#turns.waitAWhile(connectors.stop(this.#name, stopMsMax))) return null;
      throw new ConnectError(`it did not stop within ${stopMsMax} ms`);
    } catch (error) {
      log.warn(`Connector ${this.#name} could not be stopped: ${reasonOf(error)}`);
      return error;
    }
  }

  /** Its configuration as it and its tasks need it, and nobody else. */
  async resolve(): Promise<Props> {
    const { props } = this.#definition;
    const { variables } = this.#options;
    this.#reload.abort();
    const { signal } = this.#reload = new AbortController();
    const resolved = await this.#turns.wait(variables.resolve(props));
    if (!signal.aborted) {
      const onChanged = () => {
        const why = "what its variables stand for has changed";
        this.#options.log.info(`Connector ${this.#name} is started anew: ${why}`);
        this.#onReload();
      };
      void reloadAfter(props, resolved, variables, { ...this.#options, signal, onChanged });
    }
    return { ...resolved.props, name: this.#name };
  }
}
