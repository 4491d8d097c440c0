/**
 * What distributed workers ask each other; standalone ones refuse it. Kafka: `InternalConnectResource`.
 *
 * @module
 */

import { ConnectError } from "../base/mod.ts";
import { type Route, route } from "./route.ts";

const mode = "Kafka Connect in standalone mode does not support";

/** The routes between workers. */
export function internalRoutes(): Route[] {
  const refused = { 500: { description: "Standalone workers do not support it" } };
  return [
    route({
      method: "POST",
      path: "/connectors/{connector}/tasks",
      tag: "worker",
      summary: "Gives a connector other tasks; between distributed workers",
      answers: refused,
      answer: () => {
        throw new ConnectError(`${mode} externally setting task configurations.`);
      },
    }),
    route({
      method: "PUT",
      path: "/connectors/{connector}/fence",
      tag: "worker",
      summary: "Fences off older tasks of a connector; between distributed workers",
      answers: refused,
      answer: () => {
        throw new ConnectError(`${mode} exactly-once source connectors.`);
      },
    }),
  ];
}
