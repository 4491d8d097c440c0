/** How a user ends what runs. */

import type { Logger } from "../base/mod.ts";

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(log: Logger): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (stop.signal.aborted) {
        log.warn("Stopped without waiting for tasks");
        Deno.exit(1);
      }
      stop.abort();
    });
  }
  return stop.signal;
}
