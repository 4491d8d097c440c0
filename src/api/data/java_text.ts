/**
 * Values as Java's `String.valueOf` writes them, which is what users of Kafka Connect find in files
 * and topics wherever a value becomes text.
 *
 * @module
 */

import type { Schema } from "./schema.ts";
import { Struct } from "./struct.ts";

/** A value's text. The schema, when there is one, tells floats and bytes from the rest. */
export function textOf(value: unknown, schema: Schema | null): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") {
    const { type } = schema ?? {};
    if (type === "float64" || !Number.isInteger(value)) {
      return type === "float32" ? floatText(value) : doubleText(value);
    }
    return type === "float32" ? floatText(value) : String(value);
  }
  if (value instanceof Struct) {
    const fields = value.schema.fields
      .map((field) => ({ field, item: value.getWithoutDefault(field.name) }))
      .filter(({ item }) => item !== null)
      .map(({ field, item }) => `${field.name}=${textOf(item, field.schema)}`);
    return `Struct{${fields.join(",")}}`;
  }
  if (Array.isArray(value)) {
    const items = schema?.type === "array" ? schema.valueSchema : null;
    return `[${value.map((item) => textOf(item, items)).join(", ")}]`;
  }
  if (value instanceof Map) {
    const [keys, items] = schema?.type === "map"
      ? [schema.keySchema, schema.valueSchema]
      : [null, null];
    const entries = [...value].map(([key, item]) => `${textOf(key, keys)}=${textOf(item, items)}`);
    return `{${entries.join(", ")}}`;
  }
  if (value instanceof Uint8Array) {
    // Kafka: Java prints an address that means nothing; the content does.
    return `[B@${[...value.subarray(0, 16)].map((b) => b.toString(16).padStart(2, "0")).join("")}`;
  }
  if (value instanceof Date) return dateText(value);
  return String(value);
}

/** A double as `Double.toString` writes it (JDK 19 and later: the shortest that reads back). */
export function doubleText(value: number): string {
  return decimalText(value, String(value));
}

/** A float as `Float.toString` writes it. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return decimalText(value, "");
  const float = Math.fround(value);
  for (let precision = 1; precision < 10; precision++) {
    const text = float.toPrecision(precision);
    if (Math.fround(Number(text)) === float) return decimalText(float, String(Number(text)));
  }
  return decimalText(float, String(float));
}

/** Java's form of a number whose shortest digits are in `text`. */
function decimalText(value: number, text: string): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return text.includes(".") ? text : `${text}.0`;
  const [mantissa, exponent] = Number(text).toExponential().split("e");
  return `${mantissa.includes(".") ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** As `java.util.Date` writes itself, in UTC. */
function dateText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${
    two(date.getUTCSeconds())
  }`;
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${
    two(date.getUTCDate())
  } ${time} UTC ${date.getUTCFullYear()}`;
}
