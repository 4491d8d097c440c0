/** Keeps what was changed of connectors while a worker ran, beside what their files say. */

import type { ConnectorStore } from "../store/mod.ts";
import type { Props } from "./config/mod.ts";
import type { TargetState } from "./herder.ts";

/** What was changed of connectors. */
export class KeptConnectors {
  readonly #store: ConnectorStore | null;
  readonly #files = new Map<string, Props>();

  /** Without a store it is forgotten with the worker. */
  constructor(store: ConnectorStore | null) {
    this.#store = store;
  }

  /** Takes note of what a connector's file says. */
  addFile(name: string, file: Props): void {
    this.#files.set(name, file);
  }

  /** Keeps a connector's configuration; null: it is deleted. @throws {ConnectError} when that does not last */
  async keep(name: string, config: Props | null, target: TargetState): Promise<void> {
    if (this.#store === null) return;
    const file = this.#files.get(name) ?? this.#store.connectors.get(name)?.file ?? null;
    const isForgotten = config === null && file === null;
    await this.#store.put(name, isForgotten ? null : { config, target_state: target, file });
  }
}
