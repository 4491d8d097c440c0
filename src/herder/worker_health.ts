/** How well a worker is. Kafka: KIP-1017, in its words. */

import type { Clock } from "../base/mod.ts";
import type { WorkerHealth } from "./herder.ts";

/** How long a change of what connectors there are may take before the worker is unhealthy, in milliseconds. */
// Kafka: `RestRequestTimeout.healthCheckTimeoutMs`.
const healthTimeoutMs = 10_000;

/**
 * How well a worker is.
 * @param isReady whether it has started
 * @param underWay settled once it has got on with what it does now
 */
export async function healthOf(
  isReady: boolean,
  underWay: Promise<unknown>,
  clock: Clock,
): Promise<WorkerHealth> {
  if (!isReady) return { status: "starting", message: "Worker is still starting up." };
  const settled = new AbortController();
  const isStuck = await Promise.race([
    underWay.then(() => false),
    clock.sleep(healthTimeoutMs, settled.signal).then(() => true),
  ]);
  settled.abort();
  return isStuck ? unhealthy : healthy;
}

const healthy: WorkerHealth = {
  status: "healthy",
  message: "Worker has completed startup and is ready to handle requests.",
};

const unhealthy: WorkerHealth = {
  status: "unhealthy",
  message: "Worker was unable to handle this request and may be unable to handle other requests.",
};
