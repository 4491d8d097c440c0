/**
 * What a worker keeps between runs: source offsets.
 *
 * @module
 */

export * from "./offset_store.ts";
