/**
 * Configuration: what keys there are, what they mean, and whether a value will do.
 *
 * @module
 */

export * from "./config_def.ts";
export { invalid } from "./parse_type.ts";
export * from "./password.ts";
export * from "./validators.ts";
