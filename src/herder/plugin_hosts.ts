/**
 * Where connectors live, so that nobody waits for anybody. Those that the executable brings along live in this
 * realm. Each connector from a file has a Web Worker of its own from its start to its stop, and what such a
 * file is asked besides goes to one that is there for the question alone: whatever loops, hangs or closes its
 * Web Worker there harms nobody else, and is ended when its time is over.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import * as v from "valibot";
import type { PluginType } from "../api/mod.ts";
import { type Clock, ConnectError, type Logger, loggers, named, reasonOf } from "../base/mod.ts";
import {
  BuiltInHost,
  type HostCall,
  type HostEvents,
  HostWorker,
  isBuiltIn,
  nothing,
  type PluginInfo,
  PluginInfos,
  sortedPlugins,
} from "../sandbox/mod.ts";

/** How long plugins are waited for. */
export interface PluginLimits {
  /** Time. */
  clock: Clock;
  /** How long a plugin from a file may take to answer a question, in milliseconds. */
  answerMsMax: number;
}

/** What hosts work with. */
export interface PluginHostsOptions extends PluginLimits {
  /** Plugin files, as URLs. */
  files: readonly string[];
  /** Who is told what connectors report. */
  events: HostEvents;
  /** Where their messages go. */
  log: Logger;
}

/** A question about a plugin, not for a connector that runs. */
export type PluginQuestion = Exclude<HostCall, { connector: string }>;

/** Where connectors live. */
export class PluginHosts {
  readonly #options: PluginHostsOptions;
  readonly #builtIn: BuiltInHost;
  /** The Web Workers of connectors from files. */
  readonly #own = new Map<string, HostWorker>();
  /** Those that are there for a question. */
  readonly #asked = new Set<HostWorker>();
  /** Found once: files are what they were when the worker started. */
  #plugins: readonly PluginInfo[] | null = null;

  /** No Web Worker is started yet. */
  constructor(options: PluginHostsOptions) {
    this.#options = options;
    this.#builtIn = new BuiltInHost(options.events);
  }

  /**
   * Asks about a plugin.
   * @param types what it may be
   * @throws {RemoteError} what it threw, or why there is no answer
   */
  async ask<T>(
    types: readonly PluginType[],
    className: string,
    question: PluginQuestion,
    answer: v.GenericSchema<unknown, T>,
  ): Promise<T> {
    const { files } = this.#options;
    if (files.length === 0 || isBuiltIn(types, className)) {
      return await this.#builtIn.call(question, answer);
    }
    return await this.#askFiles(files, question, answer);
  }

  /** All plugins there are. Files that cannot be read are told of once, and left out. */
  async plugins(): Promise<readonly PluginInfo[]> {
    if (this.#plugins !== null) return this.#plugins;
    const { files, log } = this.#options;
    const found = await this.#builtIn.call({ method: "plugins" }, PluginInfos);
    for (const file of files) {
      try {
        found.push(...await this.#askFiles([file], { method: "plugins" }, PluginInfos));
      } catch (error) {
        log.warn(`The plugins of ${file} are not known: ${reasonOf(error)}`);
      }
    }
    return this.#plugins = sortedPlugins(found);
  }

  async #askFiles<T>(
    files: readonly string[],
    question: PluginQuestion,
    answer: v.GenericSchema<unknown, T>,
  ): Promise<T> {
    const { answerMsMax, log } = this.#options;
    const host = this.#host("plugins", files, log, {});
    this.#asked.add(host);
    try {
      return await this.#within(
        answerMsMax,
        host,
        host.call(question, answer),
        `A plugin did not answer "${question.method}" within ${answerMsMax} ms`,
      );
    } finally {
      this.#asked.delete(host);
      host.terminate();
    }
  }

  /** Makes and starts a connector. One of its name must have been stopped. @throws {RemoteError} what it threw */
  async start(connector: string, className: string, props: Record<string, string>): Promise<void> {
    const call: HostCall = { method: "start", connector, className, props };
    if (isBuiltIn(["source", "sink"], className)) {
      await this.#builtIn.call(call, v.null());
      return;
    }
    const { files, events, log } = this.#options;
    const host = this.#host(connector, files, named(log, { name: loggers.connector, connector }), {
      onReconfigure: () => events.onReconfigure(connector),
      onRaised: (_, trace) => events.onRaised(connector, trace),
      onFailed: (trace) => {
        if (this.#own.get(connector) === host) this.#own.delete(connector);
        events.onRaised(connector, trace);
      },
    });
    this.#own.set(connector, host);
    await host.call(call, v.null());
  }

  /** Calls a connector that was started. @throws {RemoteError} what it threw, or why there is no answer */
  async call<T>(
    connector: string,
    call: HostCall,
    answer: v.GenericSchema<unknown, T>,
  ): Promise<T> {
    return await (this.#own.get(connector) ?? this.#builtIn).call(call, answer);
  }

  /**
   * Stops a connector, and forgets it: one of its name may start at once.
   * @param stopMsMax how long one from a file may take before its Web Worker is ended, in milliseconds
   * @throws {RemoteError} what it threw
   */
  async stop(connector: string, stopMsMax: number): Promise<void> {
    const call: HostCall = { method: "stop", connector };
    const own = this.#own.get(connector);
    if (own === undefined) {
      await this.#builtIn.call(call, v.null());
      return;
    }
    this.#own.delete(connector);
    try {
      await this.#within(
        stopMsMax,
        own,
        own.call(call, v.null()),
        `Connector ${connector} did not stop within ${stopMsMax} ms, and its Web Worker was ended`,
      );
    } finally {
      own.terminate();
    }
  }

  /** Ends all Web Workers. */
  close(): void {
    for (const host of [...this.#own.values(), ...this.#asked]) host.terminate();
  }

  #host(
    name: string,
    files: readonly string[],
    log: Logger,
    { onReconfigure = () => {}, onRaised = () => {}, onFailed = () => {} }: Partial<
      Pick<ConstructorParameters<typeof HostWorker>[0], "onReconfigure" | "onRaised" | "onFailed">
    >,
  ): HostWorker {
    const permissions = { ...nothing, read: files.map((file) => fileURLToPath(file)) };
    return new HostWorker({ name, files, permissions, log, onReconfigure, onRaised, onFailed });
  }

  /** Waits for an answer, from when the Web Worker has started. */
  async #within<T>(
    timeMsMax: number,
    host: HostWorker,
    answer: Promise<T>,
    message: string,
  ): Promise<T> {
    const done = new AbortController();
    const late = host.ready.then(() => this.#options.clock.sleep(timeMsMax, done.signal))
      .then(() => {
        throw new ConnectError(message);
      });
    late.catch(() => {});
    try {
      return await Promise.race([answer, late]);
    } finally {
      answer.catch(() => {});
      done.abort();
    }
  }
}
