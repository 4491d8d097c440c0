/** How a user ends what runs. */

import type { Logger } from "../base/mod.ts";
import { closeLog } from "./console_log.ts";

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP, as a JVM would end; a second one ends the process at once. With
 * nohup, of which the executable's head tells, SIGHUP means nothing.
 */
export function stopSignal(log: Logger): AbortSignal {
  const stop = new AbortController();
  const isNohup = Deno.env.get("CONNECT_NOHUP") === "1";
  if (isNohup) Deno.addSignalListener("SIGHUP", () => {});
  for (const signal of ["SIGINT", "SIGTERM", ...isNohup ? [] : ["SIGHUP"] as const] as const) {
    Deno.addSignalListener(signal, () => {
      if (stop.signal.aborted) {
        log.warn("Stopped without waiting for tasks");
        void closeLog().then(() => Deno.exit(1));
      } else stop.abort();
    });
  }
  return stop.signal;
}
