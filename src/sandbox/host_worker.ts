/**
 * Those who answer for connectors, as the herder sees them: a Web Worker for plugin files from outside, and
 * this very realm for the connectors that the executable brings along, which are as much to be trusted as it is
 * itself and would take a Web Worker's 8 MB and a sixth of the start.
 *
 * @module
 */

import * as v from "valibot";
import { type Logger, loggers, named, reasonOf } from "../base/mod.ts";
import { ConnectorHost } from "./connector_host.ts";
import { FromHost, type HostCall } from "./connector_messages.ts";
import type { GrantedPermissions } from "./permissions.ts";
import { SandboxedWorker } from "./sandboxed_worker.ts";

/** What connectors report outside calls. */
export interface HostEvents {
  /** A connector asks for its tasks to be configured anew. */
  onReconfigure(connector: string): void;
  /** A connector has failed. */
  onRaised(connector: string, trace: string): void;
}

/** An error of a call, with the stack it had where it was thrown. */
export class RemoteError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "RemoteError";
  /** The error's name, message and stack, as a status shows them. */
  readonly trace: string;

  /** What went wrong, and where. */
  constructor(message: string, trace: string) {
    super(message);
    this.trace = trace;
  }
}

/** A host of connectors: calls go there, and answers come back in any order. */
abstract class Host {
  readonly #events: HostEvents;
  readonly #calls = new Map<number, PromiseWithResolvers<unknown>>();
  #nextId = 0;
  #failure: RemoteError | null = null;

  constructor(events: HostEvents) {
    this.#events = events;
  }

  /** Sends it a call. */
  protected abstract send(message: { id: number; call: HostCall }): void;

  /**
   * Calls it, and checks that the answer is what it must be.
   * @throws {RemoteError} what the connector threw, or why there is no answer
   */
  async call<T>(call: HostCall, answer: v.GenericSchema<unknown, T>): Promise<T> {
    if (this.#failure !== null) throw this.#failure;
    const id = this.#nextId++;
    const pending = Promise.withResolvers<unknown>();
    this.#calls.set(id, pending);
    this.send({ id, call });
    const value = await pending.promise;
    try {
      return v.parse(answer, value);
    } catch (error) {
      const message = `The answer to ${call.method} is not what it must be: ${reasonOf(error)}`;
      throw new RemoteError(message, message);
    }
  }

  /** Takes what it says. */
  protected receive(message: FromHost): void {
    switch (message.type) {
      case "ready":
        break;
      case "answer":
        this.#take(message.id)?.resolve(message.value);
        break;
      case "error":
        this.#take(message.id)?.reject(new RemoteError(message.message, message.trace));
        break;
      case "reconfigure":
        this.#events.onReconfigure(message.connector);
        break;
      case "raised":
        this.#events.onRaised(message.connector, message.trace);
        break;
    }
  }

  /** It answers no more. */
  protected fail(trace: string): void {
    this.#failure = new RemoteError(trace.split("\n")[0], trace);
    for (const { reject } of this.#calls.values()) reject(this.#failure);
    this.#calls.clear();
  }

  #take(id: number): PromiseWithResolvers<unknown> | undefined {
    const pending = this.#calls.get(id);
    this.#calls.delete(id);
    return pending;
  }
}

/** This realm, as the host of the connectors that the executable brings along. */
export class BuiltInHost extends Host {
  readonly #host = new ConnectorHost([], (message) => this.receive(message));

  /** Answers it here. */
  protected override send(message: { id: number; call: HostCall }): void {
    void this.#host.receive(message);
  }
}

/** How a Web Worker that hosts connectors is started. */
export interface HostWorkerOptions extends HostEvents {
  /** A name for messages and debuggers. */
  name: string;
  /** Plugin files from outside. */
  files: readonly string[];
  /** What it may reach. */
  permissions: GrantedPermissions;
  /** Where its messages go. */
  log: Logger;
  /** The Web Worker has ended, and all its connectors with it. */
  onFailed(trace: string): void;
}

/** A Web Worker that hosts connectors. */
export class HostWorker extends Host {
  readonly #name: string;
  readonly #worker: SandboxedWorker<FromHost>;
  readonly #ready = Promise.withResolvers<void>();

  /** Starts it. */
  constructor(options: HostWorkerOptions) {
    super(options);
    const { name, files, permissions, log } = options;
    this.#name = name;
    const connectorLog = named(log, { name: loggers.connector });
    this.#worker = new SandboxedWorker<FromHost>({
      init: { role: "host", files },
      permissions,
      schema: FromHost,
      name,
      logs: { plugin: connectorLog, task: connectorLog, errors: connectorLog },
      onMessage: (message) => this.receive(message),
      onFailed: (trace) => {
        this.fail(trace);
        options.onFailed(trace);
      },
    });
  }

  /** Resolves when it has started, or has ended: no plugin has had its time before. */
  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  /** Ends it at once. */
  terminate(): void {
    this.#worker.terminate();
    this.fail(`Error: the Web Worker of ${this.#name} has been ended`);
  }

  /** Sends the Web Worker a call. */
  protected override send(message: { id: number; call: HostCall }): void {
    this.#worker.send(message);
  }

  /** Takes what the Web Worker says. */
  protected override receive(message: FromHost): void {
    if (message.type === "ready") this.#ready.resolve();
    super.receive(message);
  }

  /** The Web Worker has ended. */
  protected override fail(trace: string): void {
    this.#ready.resolve();
    super.fail(trace);
  }
}
