/**
 * JSON as Kafka Connect reads and writes it: with exact numbers, and with schemas as JSON.
 *
 * @module
 */

export * from "./exact_json.ts";
export * from "./json_schema.ts";
export * from "./json_text.ts";
export * from "./value_from_json.ts";
export * from "./value_to_json.ts";
