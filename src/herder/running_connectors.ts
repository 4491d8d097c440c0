/** The connectors of a worker, by their names: those that are there, and those that are going. */

import { NotFoundError } from "../base/mod.ts";
import type { TargetState } from "./herder.ts";
import { RunningConnector, type RunningConnectorOptions } from "./running_connector.ts";
import type { ConnectorDefinition } from "./task_configs.ts";

/** The connectors of a worker. */
export class RunningConnectors {
  readonly #options: RunningConnectorOptions;
  readonly #running = new Map<string, RunningConnector>();
  /** Connectors that were deleted and have not gone yet. */
  readonly #leaving = new Map<string, Promise<void>>();

  /** None yet; what they run with. */
  constructor(options: RunningConnectorOptions) {
    this.#options = options;
  }

  /** Their names, sorted. */
  get names(): string[] {
    return [...this.#running.keys()].sort();
  }

  /** They, as they came. */
  get all(): RunningConnector[] {
    return [...this.#running.values()];
  }

  /** The one of that name. */
  get(name: string): RunningConnector | undefined {
    return this.#running.get(name);
  }

  /** The one of that name. @throws {NotFoundError} with `message` when there is none */
  find(name: string, message: string): RunningConnector {
    const running = this.#running.get(name);
    if (running === undefined) throw new NotFoundError(message);
    return running;
  }

  /** Adds one, which begins once another of its name has gone. */
  add(
    definition: ConnectorDefinition,
    target: TargetState,
  ): { running: RunningConnector; begun: Promise<void> } {
    const running = new RunningConnector(definition, target, this.#options);
    this.#running.set(running.name, running);
    return { running, begun: running.begin(this.#leaving.get(running.name)) };
  }

  /** Takes one away. @returns once it has stopped */
  remove(running: RunningConnector): Promise<void> {
    const { name } = running;
    this.#running.delete(name);
    const left = running.delete();
    this.#leaving.set(name, left);
    const forget = () => {
      if (this.#leaving.get(name) === left) this.#leaving.delete(name);
    };
    left.then(forget, forget);
    return left;
  }

  /** Stops all with their tasks, all together. */
  async end(): Promise<void> {
    const ended = this.all.map((running) => running.end());
    await Promise.allSettled([...ended, ...this.#leaving.values()]);
  }
}
