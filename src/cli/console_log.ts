/** The user's log, on standard error. */

import { type Logger, type Secrets, systemClock } from "../base/mod.ts";
import type { WorkerLog, WorkerLogOptions } from "../logging/mod.ts";

const encoder = new TextEncoder();
/** The log of this process, once it is open. */
let opened: WorkerLog | null = null;

/** Opens the log, which shows none of the secrets. */
export async function openLog(
  secrets: Secrets,
  options: Pick<WorkerLogOptions, "level" | "isHeld"> = {},
): Promise<WorkerLog> {
  const { WorkerLog } = await import("../logging/mod.ts");
  opened = new WorkerLog({
    clock: systemClock,
    mask: (text) => secrets.mask(text),
    write: (bytes) => Deno.stderr.write(bytes),
    ...options,
  });
  return opened;
}

/** Waits, but not for long, until what was logged is written. */
export async function closeLog(): Promise<void> {
  await opened?.close();
}

/** Lets what Node's modules warn of go into the log; to be called when they are loaded, which takes a while. */
export async function takeWarnings(said: Logger): Promise<void> {
  const { default: process } = await import("node:process");
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message }) => said.warn(`${name}: ${message}`));
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
