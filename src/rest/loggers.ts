/**
 * Levels of loggers. Kafka: `LoggingResource`, KIP-495 and KIP-976.
 *
 * @module
 */

import * as v from "valibot";
import { type LoggerLevels, NotFoundError } from "../base/mod.ts";
import * as answers from "./answers.ts";
import { configMap } from "./bodies.ts";
import { HttpError } from "./errors.ts";
import { type Route, route } from "./route.ts";

const tag = "loggers" as const;
const levels = ["OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL"];

/** The routes of loggers. */
export function loggerRoutes(loggers: LoggerLevels): Route[] {
  return [
    route({
      method: "GET",
      path: "/admin/loggers",
      tag,
      summary: "Tells the levels of all loggers",
      answers: { 200: { description: "The loggers", schema: answers.LoggerLevels } },
      answer: () => ({ status: 200, body: loggers.all() }),
    }),
    route({
      method: "GET",
      path: "/admin/loggers/{logger}",
      tag,
      summary: "Tells the level of a logger",
      answers: { 200: { description: "Its level", schema: answers.LoggerLevel } },
      errors: [404],
      answer: ({ path }) => {
        const body = loggers.level(path("logger"));
        if (body === null) throw new NotFoundError(`Logger ${path("logger")} not found.`);
        return { status: 200, body };
      },
    }),
    route({
      method: "PUT",
      path: "/admin/loggers/{logger}",
      tag,
      summary: "Sets the level of a logger and of all under it",
      query: {
        scope: {
          description: "Whether for this worker or for all of the cluster",
          schema: v.picklist(["worker", "cluster"]),
        },
      },
      body: configMap,
      answers: {
        200: { description: "The loggers whose levels have changed", schema: answers.Names },
        204: { description: "All workers will have it" },
      },
      errors: [400, 404],
      answer: ({ path, query, body }) => {
        const changed = loggers.set(path("logger"), levelOf(body.level));
        // Kafka: takes a scope that it does not know for this worker.
        if (query("scope")?.toLowerCase() === "cluster") return { status: 204 };
        return { status: 200, body: changed };
      },
    }),
  ];
}

function levelOf(told: string | null | undefined): string {
  if (told === null || told === undefined) {
    throw new HttpError(400, "Desired 'level' parameter was not specified in request.");
  }
  const level = told.trim().toUpperCase();
  if (!levels.includes(level)) throw new NotFoundError(`invalid log level '${told}'.`);
  return level;
}
