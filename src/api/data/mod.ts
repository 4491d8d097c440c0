/**
 * The data of Connect: schemas, values, headers and records.
 *
 * @module
 */

export * from "./big_decimal.ts";
export * from "./equality.ts";
export * from "./field_path.ts";
export * from "./headers.ts";
export * from "./java_class.ts";
export * from "./java_text.ts";
export * from "./logical_types.ts";
export * from "./map_by_value.ts";
export { nestingMax } from "./nesting.ts";
export * from "./parse_value.ts";
export * from "./records.ts";
export * from "./requirements.ts";
export * from "./schema.ts";
export * from "./schema_builder.ts";
export * from "./schema_projector.ts";
export * from "./struct.ts";
export * from "./utf8.ts";
export * from "./validate.ts";
export * from "./value_text.ts";
