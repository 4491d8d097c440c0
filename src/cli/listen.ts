/** Whether the REST API could listen where it is told to. */

import { ConfigError, type Logger, reasonOf } from "../base/mod.ts";
import type { Listener, RestServerConfig } from "../herder/mod.ts";

/**
 * Whether all of them could be listened on: that is tried, and ended at once. A port that another process
 * has now is no mistake, for that may be the very worker; it is told.
 */
export function tryListeners(
  { listeners, adminListeners }: Pick<RestServerConfig, "listeners" | "adminListeners">,
  log: Logger,
): { key: string; error: ConfigError }[] {
  const taken: { listener: Listener; socket: Deno.TcpListener }[] = [];
  const mistakes: { key: string; error: ConfigError }[] = [];
  const all = [
    ...listeners.map((listener) => ({ key: "listeners", listener })),
    ...(adminListeners ?? []).map((listener) => ({ key: "admin.listeners", listener })),
  ];
  for (const { key, listener } of all) {
    try {
      taken.push({ listener, socket: Deno.listen(addressOf(listener)) });
    } catch (cause) {
      const isOurs = taken.some(({ listener: { port } }) => port === listener.port);
      const isInUse = cause instanceof Deno.errors.AddrInUse && !isOurs;
      const error = cannotListen(key, listener, cause);
      if (isInUse) log.warn(`${error.message} now`);
      else mistakes.push({ key, error });
    }
  }
  for (const { socket } of taken) socket.close();
  return mistakes;
}

function addressOf({ host, port }: Listener): { hostname: string; port: number } {
  return { hostname: host || "0.0.0.0", port };
}

function cannotListen(key: string, { url }: Listener, cause: unknown): ConfigError {
  return new ConfigError(`Cannot listen on ${key}=${url}: ${reasonOf(cause)}`, { cause });
}
