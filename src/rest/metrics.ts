/**
 * Metrics for Prometheus: what Kafka Connect tells over JMX. They are no JSON, and so no route like the others.
 *
 * @module
 */

import type { Hono } from "hono";
import { HttpError } from "./errors.ts";

/** Where Prometheus asks unless it is told otherwise. */
const path = "/metrics";

/** Tells all metrics as they are now. */
export type Metrics = () => Promise<{ type: string; text: string }>;

/** Answers scrapes. */
export function addMetrics(app: Hono, metrics: Metrics): void {
  app.all(path, async ({ req }) => {
    if (req.method !== "GET" && req.method !== "HEAD") throw new HttpError(405);
    const { type, text } = await metrics();
    return new Response(text, { headers: { "content-type": type } });
  });
}
