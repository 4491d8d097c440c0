/** The names of Java's classes, which stand in the messages of Kafka Connect. */

import { BigDecimal } from "./big_decimal.ts";
import type { Schema, SchemaType } from "./schema.ts";
import { Struct } from "./struct.ts";

/** Java has a class for each width of numbers. */
const numberClasses: Partial<Record<SchemaType, string>> = {
  int8: "java.lang.Byte",
  int16: "java.lang.Short",
  int32: "java.lang.Integer",
  float32: "java.lang.Float",
  float64: "java.lang.Double",
};

/**
 * The Java class that a plugin of Kafka Connect would have used for such a value, beside its schema if it
 * has one.
 */
export function javaClassOf(value: unknown, schema: Schema | null = null): string {
  if (typeof value === "string") return "java.lang.String";
  if (typeof value === "boolean") return "java.lang.Boolean";
  if (typeof value === "bigint") {
    return BigInt.asIntN(64, value) === value ? "java.lang.Long" : "java.math.BigInteger";
  }
  if (typeof value === "number") {
    const byType = schema === null ? undefined : numberClasses[schema.type];
    if (byType !== undefined) return byType;
    if (!Number.isSafeInteger(value)) return "java.lang.Double";
    return (value | 0) === value ? "java.lang.Integer" : "java.lang.Long";
  }
  if (value instanceof Uint8Array) return "[B";
  if (value instanceof Map) return "java.util.LinkedHashMap";
  if (Array.isArray(value)) return "java.util.ArrayList";
  if (value instanceof Struct) return "org.apache.kafka.connect.data.Struct";
  if (value instanceof Date) return "java.util.Date";
  if (value instanceof BigDecimal) return "java.math.BigDecimal";
  return "java.lang.Object";
}
