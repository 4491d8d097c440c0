/** Where the REST API listens. */

import { ConfigError, type Logger, reasonOf } from "../base/mod.ts";
import type { Listener } from "../herder/mod.ts";

/** Servers of the REST API. */
export interface Listening {
  /** What others call this worker: `host:port`. */
  workerId: string;
  /** Ends them. */
  shutdown(): Promise<unknown>;
}

/** Listens with `answer`. @throws {ConfigError} naming the listener that cannot be used */
export function listen(
  listeners: readonly Listener[],
  answer: Deno.ServeHandler,
  log: Logger,
): Listening {
  const servers = listeners.map((listener) => {
    try {
      return Deno.serve({ ...addressOf(listener), onListen: () => {} }, answer);
    } catch (cause) {
      throw cannotListen(listener, cause);
    }
  });
  const [{ addr }] = servers;
  const host = addr.hostname === "0.0.0.0" ? Deno.hostname() : addr.hostname;
  for (const { addr } of servers) log.info(`REST API at http://${host}:${addr.port}/`);
  return {
    workerId: `${host}:${addr.port}`,
    shutdown: () => Promise.all(servers.map((server) => server.shutdown())),
  };
}

/**
 * Whether all of them could be listened on: that is tried, and ended at once. A port that another process
 * has now is no mistake, for that may be the very worker; it is told.
 */
export function tryListeners(
  listeners: readonly Listener[],
  log: Logger,
): ConfigError[] {
  const taken: { listener: Listener; socket: Deno.TcpListener }[] = [];
  const mistakes: ConfigError[] = [];
  for (const listener of listeners) {
    try {
      taken.push({ listener, socket: Deno.listen(addressOf(listener)) });
    } catch (cause) {
      const isOurs = taken.some(({ listener: { port } }) => port === listener.port);
      const isInUse = cause instanceof Deno.errors.AddrInUse && !isOurs;
      if (isInUse) log.warn(`${cannotListen(listener, cause).message} now`);
      else mistakes.push(cannotListen(listener, cause));
    }
  }
  for (const { socket } of taken) socket.close();
  return mistakes;
}

function addressOf({ host, port }: Listener): { hostname: string; port: number } {
  return { hostname: host || "0.0.0.0", port };
}

function cannotListen({ url }: Listener, cause: unknown): ConfigError {
  return new ConfigError(`Cannot listen on listeners=${url}: ${reasonOf(cause)}`, { cause });
}
