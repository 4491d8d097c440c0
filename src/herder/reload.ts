/** Looks again what variables stand for when that holds for a time only. */

import { type Clock, type Logger, reasonOf } from "../base/mod.ts";
import type { ConfigVariables, Props, ResolvedProps } from "./config/mod.ts";

/** How {@linkcode reloadAfter} waits and tells. */
export interface ReloadOptions {
  /** Ends the wait. */
  signal: AbortSignal;
  /** The values are others now. */
  onChanged(): void;
  /** Time. */
  clock: Clock;
  /** Where it is told that nothing can be looked up. */
  log: Logger;
}

/**
 * Waits until the values of a connector's variables do not hold any longer, looks them up again, and so
 * on until they have changed: then its `config.action.reload` says what happens.
 */
// Kafka: `WorkerConfigTransformer.scheduleReload` restarts it whether they have changed or not.
export async function reloadAfter(
  props: Props,
  resolved: ResolvedProps,
  variables: ConfigVariables,
  { signal, onChanged, clock, log }: ReloadOptions,
): Promise<void> {
  const isWanted = resolved.props["config.action.reload"]?.trim() !== "none";
  let { ttlMs } = resolved;
  while (ttlMs !== null && isWanted) {
    await clock.sleep(ttlMs, signal);
    if (signal.aborted) return;
    try {
      const now = await variables.resolve(props);
      if (signal.aborted) return;
      if (Object.keys(props).some((key) => now.props[key] !== resolved.props[key])) {
        return onChanged();
      }
      ttlMs = now.ttlMs;
    } catch (error) {
      log.error(`Cannot look up again what ${props.name} needs: ${reasonOf(error)}`);
    }
  }
}
