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
  /** The id of the Kafka cluster, or of the embedded log. */
  clusterId: string;
}

const starting = "Worker is still starting up.";
const ready = "Worker has completed startup and is ready to handle requests.";

/** The API as a Hono application. Kafka: `RootResource`, `ConnectorsResource`. */
export function createApp({ herder, commit, clusterId }: RestOptions): Hono {
  const app = new Hono();
  const running = () => {
    const current = herder();
    if (current === null) throw new StartingError(starting);
    return current;
  };
  const routes: [path: string, answer: (name: string) => [unknown, 200 | 503]][] = [
    ["/", () => [{ version: KAFKA_VERSION, commit, kafka_cluster_id: clusterId }, 200]],
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
  for (const [path, answer] of routes) {
    app.get(path, (context) => {
      const accept = context.req.header("accept") ?? "*/*";
      if (!/\*\/\*|application\/(\*|json)/.test(accept)) {
        return context.json(errorBody(406, "HTTP 406 Not Acceptable"), 406);
      }
      const [body, status] = answer(context.req.param("name") ?? "");
      return context.json(body as object, status);
    });
    app.all(path, (context) => context.json(errorBody(405, "HTTP 405 Method Not Allowed"), 405));
  }
  app.notFound((context) => context.json(errorBody(404, "HTTP 404 Not Found"), 404));
  app.onError((error, context) => {
    const status = error instanceof NotFoundError
      ? 404
      : error instanceof StartingError
      ? 503
      : 500;
    return context.json(errorBody(status, reasonOf(error)), status);
  });
  return app;
}

class StartingError extends Error {}

function errorBody(error_code: number, message: string) {
  return { error_code, message };
}
