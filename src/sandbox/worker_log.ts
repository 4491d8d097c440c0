/**
 * A Web Worker's part of the log: what is said here goes to the worker as a message, unless its level is off,
 * which costs a comparison, or too much has been said within a second.
 *
 * @module
 */

import { type Clock, isShownAt, LogBound, type LogLevel } from "../base/mod.ts";
import type { LogMessage } from "../task/mod.ts";
import { takeConsole } from "./console.ts";

/** Who says something. */
type LogSource = LogMessage["from"];

/** The least that is shown of each source; null: nothing. */
export type WorkerLevels = Record<LogSource, LogLevel | null>;

/** Levels that have changed, as the worker tells them. */
export interface LevelsMessage {
  /** Which message it is. */
  type: "logLevels";
  /** What holds from now on. */
  levels: WorkerLevels;
}

/** The most characters of one message. */
const logCharsMax = 64 * 1024;

/** Passes on what is said in this Web Worker. */
export class MessageLog {
  readonly #post: (message: LogMessage) => void;
  readonly #bounds: Record<LogSource, LogBound>;
  /** What is shown of each source. */
  levels: WorkerLevels = { plugin: "info", task: "info", errors: "info" };

  /** Shows INFO and worse until told otherwise. @param post sends a message to the worker */
  constructor(clock: Clock, post: (message: LogMessage) => void) {
    this.#post = post;
    const bound = (from: LogSource) =>
      new LogBound(clock, (dropped) => {
        const message = `${dropped} message(s) were left out: too many within a second`;
        this.#post({ type: "log", from, level: "warn", message });
      });
    this.#bounds = { plugin: bound("plugin"), task: bound("task"), errors: bound("errors") };
  }

  /** Passes on a message. */
  take({ from, level, message }: LogMessage): void {
    if (!isShownAt(level, this.levels[from])) return;
    const text = message.slice(0, logCharsMax * 2);
    if (this.#bounds[from].admits(text.length)) {
      this.#post({ type: "log", from, level, message: text });
    }
  }

  /** What plugins say on the console belongs into the worker's log. */
  takeConsole(): void {
    takeConsole((level, textOf) => {
      if (!isShownAt(level, this.levels.plugin)) return;
      this.take({ type: "log", from: "plugin", level, message: textOf().slice(0, logCharsMax) });
    });
  }
}
