/** Our schemas and values as golden data hold them: the way back from tagged_values.ts. */

import { BigDecimal, type Schema, Struct } from "../../mod.ts";
import type { RecordedSchema, Tagged } from "./tagged_values.ts";

/** A schema as it is recorded. */
export function recordedSchema(schema: Schema): RecordedSchema {
  const { type, optional, name, version, doc, parameters, defaultValue } = schema;
  const inner = (one: Schema | null) => one === null ? null : recordedSchema(one);
  return {
    type,
    optional,
    ...name !== null && { name },
    ...version !== null && { version },
    ...doc !== null && { doc },
    ...parameters !== null && { parameters: Object.fromEntries(parameters) },
    ...defaultValue !== undefined && { default: tagged(defaultValue, schema) },
    ...type === "map" && { keys: inner(schema.keySchema) },
    ...(type === "map" || type === "array") && { values: inner(schema.valueSchema) },
    ...type === "struct" && {
      fields: schema.fields.map((field) => ({
        field: field.name,
        schema: recordedSchema(field.schema),
      })),
    },
  };
}

/** A value as it is recorded; its schema tells what Java calls a number. */
export function tagged(value: unknown, schema: Schema): Tagged {
  if (value === null) return { t: "null" };
  if (typeof value === "bigint") return { t: "int64", v: String(value) };
  if (typeof value === "number") {
    const isFloat = schema.type.startsWith("float");
    return { t: schema.type, v: isFloat ? String(value) : value };
  }
  if (value instanceof Uint8Array) return { t: "bytes", v: value.toBase64() };
  if (value instanceof Date) return { t: "date", v: value.getTime() };
  if (value instanceof BigDecimal) {
    const { unscaled, scale } = value;
    return { t: "decimal", v: String(value), scale, unscaled: String(unscaled) };
  }
  if (Array.isArray(value)) {
    return { t: "list", v: value.map((item) => tagged(item, schema.valueSchema!)) };
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => [
      tagged(key, schema.keySchema!),
      tagged(item, schema.valueSchema!),
    ]);
    return { t: "map", v: entries };
  }
  if (value instanceof Struct) {
    const fields = schema.fields.map((field) => [
      field.name,
      tagged(value.getWithoutDefault(field), field.schema),
    ]);
    return { t: "struct", v: Object.fromEntries(fields) };
  }
  return { t: typeof value, v: value };
}
