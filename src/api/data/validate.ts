/** Whether a value fits its schema, in the words of Kafka's `ConnectSchema.validateValue`. */

import { DataError } from "../../base/mod.ts";
import type { Schema, SchemaType } from "./schema.ts";
import { Struct } from "./struct.ts";

const ranges: Partial<Record<SchemaType, number>> = {
  int8: 2 ** 7,
  int16: 2 ** 15,
  int32: 2 ** 31,
};

/** Checks a value against its schema. @throws {DataError} naming `field` and both types */
export function validateValue(schema: Schema, value: unknown, field?: string): void {
  if (value === null || value === undefined) {
    if (schema.optional) return;
    const which = field === undefined ? "" : `, field "${field}"`;
    throw new DataError(
      `Invalid value: null used for required field${
        which === "" ? "" : which.slice(1)
      }, schema type: ${schema.type.toUpperCase()}`,
    );
  }
  if (!fits(schema, value)) {
    const where = field === undefined ? "" : ` for field: "${field}"`;
    throw new DataError(
      `Invalid Java object for schema with type ${schema.type.toUpperCase()}: class ${
        javaClassOf(value)
      }${where}`,
    );
  }
  if (schema.type === "array") {
    for (const item of value as unknown[]) validateValue(schema.valueSchema, item);
  } else if (schema.type === "map") {
    for (const [key, item] of value as Map<unknown, unknown>) {
      validateValue(schema.keySchema, key);
      validateValue(schema.valueSchema, item);
    }
  } else if (schema.type === "struct" && !(value as Struct).schema.equals(schema)) {
    throw new DataError("Struct schemas do not match.");
  }
}

function fits(schema: Schema, value: unknown): boolean {
  switch (schema.type) {
    case "int8":
    case "int16":
    case "int32": {
      const range = ranges[schema.type]!;
      return value instanceof Date ||
        Number.isInteger(value) && (value as number) >= -range && (value as number) < range;
    }
    case "int64":
      return value instanceof Date ||
        typeof value === "bigint" && BigInt.asIntN(64, value) === value;
    case "float32":
    case "float64":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "array":
      return Array.isArray(value);
    case "map":
      return value instanceof Map;
    case "struct":
      return value instanceof Struct;
  }
}

/** The Java class that a plugin of Kafka Connect would have used for such a value. */
export function javaClassOf(value: unknown): string {
  if (typeof value === "string") return "java.lang.String";
  if (typeof value === "boolean") return "java.lang.Boolean";
  if (typeof value === "bigint") return "java.lang.Long";
  if (typeof value === "number") {
    return Number.isInteger(value) ? "java.lang.Long" : "java.lang.Double";
  }
  if (value instanceof Uint8Array) return "[B";
  if (value instanceof Map) return "java.util.HashMap";
  if (Array.isArray(value)) return "java.util.ArrayList";
  if (value instanceof Struct) return "org.apache.kafka.connect.data.Struct";
  if (value instanceof Date) return "java.util.Date";
  return "java.lang.Object";
}
