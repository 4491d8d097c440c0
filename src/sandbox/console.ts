/** The console of a thread, where nothing may be said past the log. */

import type { LogLevel } from "../base/mod.ts";

const levels: Readonly<Record<string, LogLevel>> = {
  debug: "debug",
  log: "info",
  info: "info",
  warn: "warn",
  error: "error",
};

/** Passes on what is said on the console from now on; the text is put together when it is asked for. */
export function takeConsole(take: (level: LogLevel, textOf: () => string) => void): void {
  for (const [method, level] of Object.entries(levels)) {
    const value = (...said: unknown[]) =>
      take(
        level,
        () => said.map((item) => typeof item === "string" ? item : Deno.inspect(item)).join(" "),
      );
    Object.defineProperty(console, method, { value });
  }
}
