/** The listeners of the REST API, all of them. Kafka: `RestServer`. */

import type { Clock, Logger } from "../../base/mod.ts";
import { nodeModule } from "../../base/mod.ts";
import type { RestServerConfig } from "../../herder/mod.ts";
import { withHeaders } from "./answer_headers.ts";
import { BodyBudget } from "./bodies.ts";
import { type Answer, HttpServer, type HttpServerOptions } from "./http_server.ts";
import { guarded } from "./login.ts";
import { fromOwnPages } from "./own_pages.ts";

/** What the listeners need. */
export interface RestServerOptions {
  /** What is configured. */
  config: RestServerConfig;
  /** Answers. */
  main: Answer;
  /** Answers on listeners of its own; null when there is nothing for them. */
  admin: Answer | null;
  /** Time. */
  clock: Clock;
  /** Where it is told where they listen. */
  log: Logger;
}

/** How many bodies of the greatest size there is room for. */
const largeBodies = 8;
/** How long answers that are under way may take to be read at the end, in milliseconds. */
const graceMs = 5000;
/** How long the machine may take to find its own address, in milliseconds. */
const lookupMsMax = 1000;

/** The listeners, open. */
export class RestServer {
  /** What others call this worker: `host:port`. */
  readonly workerId: string;
  readonly #servers: readonly HttpServer[];

  private constructor(workerId: string, servers: readonly HttpServer[]) {
    this.workerId = workerId;
    this.#servers = servers;
  }

  /** Opens all listeners, or none. @throws {ConfigError} naming the one that cannot be used */
  static async open(options: RestServerOptions): Promise<RestServer> {
    const { config, main, admin, clock, log } = options;
    const { listeners, adminListeners, tls, adminTls, login, limits } = config;
    const servers: HttpServer[] = [];
    const shared = {
      limits,
      bodies: new BodyBudget(largeBodies * limits.requestBytesMax),
      clock,
      log,
    };
    try {
      const asked = login === null ? main : guarded(main, login);
      const answer = withHeaders(fromOwnPages(asked, config.crossOrigin), {
        ...config,
        now: clock.now,
      });
      const open = async (
        where: Pick<HttpServerOptions, "listener" | "key" | "tls" | "answer">,
      ) => {
        const tls = where.listener.protocol === "https" ? where.tls : null;
        servers.push(await HttpServer.open({ ...shared, ...where, tls }));
      };
      for (const listener of listeners) await open({ listener, key: "listeners", tls, answer });
      // Kafka: a listener apart has neither logins, nor rules for headers and other origins.
      const own = admin === null ? [] : adminListeners ?? [];
      for (const listener of own) {
        await open({ listener, key: "admin.listeners", tls: adminTls, answer: admin! });
      }
      const ports = servers.map(({ port }) => port);
      const { host, port } = await advertisedPlace(config, ports, clock);
      for (const [at, { protocol, host: name }] of [...listeners, ...own].entries()) {
        const shown = name === "" ? host : urlHost(name);
        const what = at < listeners.length ? "REST API" : "REST admin resources";
        log.info(`${what} at ${protocol}://${shown}:${ports[at]}/`);
      }
      return new RestServer(`${host}:${port}`, servers);
    } catch (error) {
      await Promise.all(servers.map((server) => server.close(0)));
      throw error;
    }
  }

  /** Ends them: answers that are under way may be read for some seconds. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.close(graceMs)));
  }
}

/**
 * Where others find this worker. Kafka: `RestServer.advertisedUrl`: what is told, else what the first listener
 * of the advertised protocol has, else the first of all; one for all addresses has the machine's own.
 */
async function advertisedPlace(
  { listeners, advertised }: RestServerConfig,
  ports: readonly number[],
  clock: Clock,
): Promise<{ host: string; port: number }> {
  const found = listeners.findIndex(({ protocol }) => protocol === advertised.protocol);
  const at = Math.max(found, 0);
  const { host } = listeners[at];
  const first = listeners[0].host;
  return {
    host: urlHost(advertised.hostName ?? (host || first || await ownAddress(clock))),
    port: advertised.port ?? ports[at],
  };
}

/** Java: `InetAddress.getLocalHost`; the machine's name where that has no address. */
async function ownAddress(clock: Clock): Promise<string> {
  const name = nodeModule("node:os").hostname();
  const isFound = new AbortController();
  const lookup = nodeModule("node:dns").promises.lookup(name, 4)
    .then(({ address }) => address, () => name)
    .finally(() => isFound.abort());
  return await Promise.race([lookup, clock.sleep(lookupMsMax, isFound.signal).then(() => name)]);
}

/** A host as it stands in URLs. */
function urlHost(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
