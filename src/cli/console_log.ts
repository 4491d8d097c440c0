/** The user's log: one line a message, on standard error. */

import type { Clock, Logger, LogLevel } from "../base/mod.ts";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const encoder = new TextEncoder();

/** A log on standard error that leaves out what matters less than `threshold`. */
export function consoleLog(clock: Clock, threshold: LogLevel = "info"): Logger {
  function at(level: LogLevel) {
    const isShown = levels.indexOf(level) >= levels.indexOf(threshold);
    return (message: string) => {
      if (!isShown) return;
      const time = new Date(clock.now()).toISOString();
      writeLine(`[${time}] ${level.toUpperCase()} ${message}`);
    };
  }
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Writes a line to standard error; one that nobody reads is lost. */
export function writeLine(line: string): void {
  const bytes = encoder.encode(`${line}\n`);
  try {
    for (let start = 0; start < bytes.length;) {
      start += Deno.stderr.writeSync(bytes.subarray(start));
    }
  } catch {
    // Whoever read our log has gone; the work goes on.
  }
}
