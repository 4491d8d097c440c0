/**
 * Kafka Connect's REST API. What is there so far: the root, the list of connectors, their status, and
 * the worker's health.
 *
 * @module
 */

import { Hono } from "hono";
import { NotFoundError, reasonOf } from "../base/mod.ts";
import type { ConnectorStatus } from "../herder/mod.ts";

/** The version of Kafka Connect that the answers are those of. */
export const KAFKA_VERSION = "4.2.0";

/** What the API needs of a herder. */
export interface RestHerder {
  /** The names of all connectors. */
  readonly connectorNames: string[];
  /** How a connector is. @throws {NotFoundError} */
  status(name: string): ConnectorStatus;
}

/** What the API tells of its worker. */
export interface RestOptions {
  /** The herder; null while the worker starts. */
  herder: () => RestHerder | null;
  /** The commit that the worker was built from. */
  commit: string;
  /** The id of the Kafka cluster, null until a broker has answered; or of the embedded log. */
  clusterId: () => string | null;
}

const starting = "Worker is still starting up.";
const ready = "Worker has completed startup and is ready to handle requests.";

/** The API as a Hono application. Kafka: `RootResource`, `ConnectorsResource`. */
export function createApp({ herder, commit, clusterId }: RestOptions): Hono {
  // A path may end in a slash or not.
  const app = new Hono({ strict: false });
  const running = () => {
    const current = herder();
    if (current === null) throw new HttpError(503, starting);
    return current;
  };
  const routes: [path: string, answer: (name: string) => [unknown, 200 | 503]][] = [
    ["/", () => [{ version: KAFKA_VERSION, commit, kafka_cluster_id: clusterId() }, 200]],
    [
      "/health",
      () =>
        herder() === null
          ? [{ status: "starting", message: starting }, 503]
          : [{ status: "healthy", message: ready }, 200],
    ],
    ["/connectors", () => [running().connectorNames, 200]],
    ["/connectors/:name/status", (name) => [running().status(name), 200]],
  ];
  app.use(async ({ req }, next) => {
    refuseMalformed(new URL(req.url).pathname);
    await next();
  });
  for (const [path, answer] of routes) {
    app.get(path, (context) => {
      const type = jsonType(context.req.header("accept") ?? "*/*");
      if (type === null) throw new HttpError(406, "HTTP 406 Not Acceptable");
      const [body, status] = answer(context.req.param("name") ?? "");
      return context.json(body as object, status, { "content-type": type });
    });
    app.options(path, (context) => {
      return context.text("HEAD, GET, OPTIONS", 200, {
        "content-type": "text/plain",
        allow: "HEAD,GET,OPTIONS",
      });
    });
    app.all(path, () => {
      throw new HttpError(405, "HTTP 405 Method Not Allowed");
    });
  }
  app.notFound(() => {
    throw new HttpError(404, "HTTP 404 Not Found");
  });
  app.onError((error, context) => {
    const status = error instanceof HttpError
      ? error.status
      : error instanceof NotFoundError
      ? 404
      : 500;
    return context.json({ error_code: status, message: reasonOf(error) }, status);
  });
  return app;
}

/** Kafka: Jetty refuses such paths before Connect sees them, in HTML. */
function refuseMalformed(path: string): void {
  if (path.includes("//")) throw new HttpError(400, "Ambiguous URI empty segment");
  try {
    decodeURIComponent(path);
  } catch {
    throw new HttpError(400, "HTTP 400 Bad Request");
  }
}

/** The content type to answer with when JSON is acceptable, as the client wrote it; else null. */
function jsonType(accept: string): string | null {
  const ranges = accept.split(",").map((range) => {
    const [type, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => /^q\s*=/.test(parameter));
    return { type, parameters: parameters.filter((one) => one !== q), quality: qualityOf(q) };
  });
  const best = ranges
    .filter(({ type, quality }) => /^(\*\/\*|application\/(\*|json))$/.test(type) && quality > 0)
    .toSorted((a, b) => b.quality - a.quality)[0];
  if (best === undefined) return null;
  return ["application/json", ...best.type.endsWith("json") ? best.parameters : []].join(";");
}

function qualityOf(q: string | undefined): number {
  return q === undefined ? 1 : Number(q.slice(q.indexOf("=") + 1));
}

/** An answer that is an error. */
class HttpError extends Error {
  readonly status: 400 | 404 | 405 | 406 | 503;

  constructor(status: HttpError["status"], message: string) {
    super(message);
    this.status = status;
  }
}
