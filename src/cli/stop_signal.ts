/** How a user ends what runs. */

import type { Logger } from "../base/mod.ts";
import { closeLog } from "./console_log.ts";

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (stop.signal.aborted) {
        log.warn("Stopped without waiting for tasks");
        void closeLog().then(() => Deno.exit(1));
      } else stop.abort();
    });
  }
  return stop.signal;
}
