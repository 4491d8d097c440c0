/**
 * The worker's part of what is said in a Web Worker: each source has a logger, whose levels the Web Worker
 * is told. What comes is bounded again, for whoever sends it may be a plugin that is past all bounds.
 *
 * @module
 */

import { LogBound, type Logger, named, type NamedLogger, systemClock } from "../base/mod.ts";
import type { LogMessage } from "../task/mod.ts";
import type { WorkerLevels } from "./worker_log.ts";

/** Where messages go, by who says them. */
export type SourceLogs = Record<LogMessage["from"], Logger>;

/** How many times as much passes here as there: seconds do not begin together. */
const boundFactor = 2;

/** Takes what is said in a Web Worker. */
export class ReceivedLog {
  readonly #logs: Record<LogMessage["from"], NamedLogger>;
  readonly #bound: LogBound;

  /** Messages go to these. */
  constructor({ plugin, task, errors }: SourceLogs) {
    this.#logs = { plugin: named(plugin, {}), task: named(task, {}), errors: named(errors, {}) };
    const what = "message(s) of this Web Worker were left out: too many within a second";
    const say = (dropped: number) => this.#logs.task.warn(`${dropped} ${what}`);
    this.#bound = new LogBound(systemClock, say, boundFactor);
  }

  /** What is shown of each source now. */
  get levels(): WorkerLevels {
    const { plugin, task, errors } = this.#logs;
    return { plugin: plugin.level, task: task.level, errors: errors.level };
  }

  /** Calls back when levels may have changed, until the signal aborts. */
  watchLevels(signal: AbortSignal, onChanged: (levels: WorkerLevels) => void): void {
    // All loggers of a log tell of any change.
    this.#logs.task.watchLevel(signal, () => onChanged(this.levels));
  }

  /** Takes a message. */
  take({ from, level, message }: LogMessage): void {
    if (this.#bound.admits(message.length)) this.#logs[from][level](message);
  }
}
