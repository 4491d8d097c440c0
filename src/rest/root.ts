/**
 * The worker itself, and how well it is. Kafka: `RootResource`, KIP-1017.
 *
 * @module
 */

import type { Clock } from "../base/mod.ts";
import type { Herder, WorkerHealth } from "../herder/mod.ts";
import * as answers from "./answers.ts";
import { type Route, route } from "./route.ts";
import { within } from "./within.ts";

/** The version of Kafka Connect that the answers are those of. */
export const KAFKA_VERSION = "4.2.0";

/** What is said of a worker that has not started yet. */
export const starting = "Worker is still starting up.";
const stuck =
  "Worker was unable to handle this request and may be unable to handle other requests.";

const statuses: Readonly<Record<WorkerHealth["status"], number>> = {
  healthy: 200,
  starting: 503,
  unhealthy: 500,
};

/** What the root tells. */
export interface RootOptions {
  /** The commit that the worker was built from. */
  commit: string;
  /** The id of the Kafka cluster, null until a broker has answered; or of the embedded log. */
  clusterId: () => string | null;
  /** Time. */
  clock: Clock;
}

/** How long a worker may take to say how well it is. Kafka: KIP-1017. */
const healthMsMax = 10_000;

/** The routes of the worker; `herder` is null while it starts. */
export function rootRoutes(
  herder: () => Herder | null,
  { commit, clusterId, clock }: RootOptions,
): Route[] {
  return [
    route({
      method: "GET",
      path: "/",
      tag: "worker",
      summary: "Tells the version of the worker and the id of its cluster",
      ignoresContentType: true,
      answers: { 200: { description: "The worker", schema: answers.ServerInfo } },
      answer: () => ({
        status: 200,
        body: { version: KAFKA_VERSION, commit, kafka_cluster_id: clusterId() },
      }),
    }),
    route({
      method: "GET",
      path: "/health",
      tag: "worker",
      summary: "Tells how well the worker is",
      ignoresContentType: true,
      answers: {
        200: { description: "It is healthy", schema: answers.WorkerStatus },
        500: { description: "It does not go on", schema: answers.WorkerStatus },
        503: { description: "It is starting", schema: answers.WorkerStatus },
      },
      answer: async () => {
        const { status, message } = await healthOf(herder(), clock);
        return { status: statuses[status], body: { status, message } };
      },
    }),
  ];
}

async function healthOf(herder: Herder | null, clock: Clock): Promise<WorkerHealth> {
  if (herder === null) return { status: "starting", message: starting };
  try {
    return await within(healthMsMax, clock, herder.health());
  } catch {
    return { status: "unhealthy", message: stuck };
  }
}
