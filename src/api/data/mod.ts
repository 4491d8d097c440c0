/**
 * The data of Connect: schemas, values, headers and records.
 *
 * @module
 */

export * from "./headers.ts";
export * from "./java_text.ts";
export * from "./records.ts";
export * from "./schema.ts";
export * from "./struct.ts";
export { javaClassOf, validateValue } from "./validate.ts";
