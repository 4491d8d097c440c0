/**
 * What a worker keeps between runs: source offsets, and the connectors of a standalone worker.
 *
 * @module
 */

export * from "./connector_store.ts";
export * from "./offset_store.ts";
