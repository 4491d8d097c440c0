/**
 * Kafka Connect's REST API over a herder.
 *
 * @module
 */

export { allRoutes, createApps, type RestApps, type RestOptions } from "./app.ts";
export type { TopicTracking } from "./connector_states.ts";
export { KAFKA_VERSION } from "./root.ts";
export { RestServer, type RestServerOptions } from "./server/rest_server.ts";
export type { Route } from "./route.ts";
