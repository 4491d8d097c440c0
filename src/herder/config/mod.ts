/**
 * Configuration files, and the keys of workers and connectors.
 *
 * @module
 */

export * from "./connector_config.ts";
export * from "./properties.ts";
export * from "./worker_config.ts";
