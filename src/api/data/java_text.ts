/**
 * Values as Java's `String.valueOf` writes them, which is what users of Kafka Connect find in files
 * and topics wherever a value becomes text.
 *
 * @module
 */

import { ensureShallow } from "./nesting.ts";
import type { Schema } from "./schema.ts";
import { Struct } from "./struct.ts";

/**
 * A value's text. The schema, when there is one, tells floats and bytes from the rest.
 *
 * @throws {DataError} for values nested too deep
 */
export function textOf(value: unknown, schema: Schema | null): string {
  return nestedText(value, schema, 0);
}

function nestedText(value: unknown, schema: Schema | null, depth: number): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "null";
  if (typeof value === "number") return numberText(value, schema);
  if (Array.isArray(value)) {
    ensureShallow(depth + 1);
    const items = schema?.type === "array" ? schema.valueSchema : null;
    return `[${value.map((item) => nestedText(item, items, depth + 1)).join(", ")}]`;
  }
  if (value instanceof Map) {
    ensureShallow(depth + 1);
    const [keys, items] = schema?.type === "map"
      ? [schema.keySchema, schema.valueSchema]
      : [null, null];
    const entries = [...value].map(([key, item]) =>
      `${nestedText(key, keys, depth + 1)}=${nestedText(item, items, depth + 1)}`
    );
    return `{${entries.join(", ")}}`;
  }
  if (value instanceof Uint8Array) {
    // Kafka: Java prints an address that means nothing; the content does.
    return `[B@${value.subarray(0, 16).toHex()}`;
  }
  if (value instanceof Date) return dateText(value);
  return value instanceof Struct ? structText(value, depth + 1) : String(value);
}

/** The fields that have a value: `Struct{id=1,name=x}`. */
function structText(struct: Struct, depth: number): string {
  ensureShallow(depth);
  const fields: string[] = [];
  for (const field of struct.schema.fields) {
    const item = struct.getWithoutDefault(field);
    if (item !== null) fields.push(`${field.name}=${nestedText(item, field.schema, depth)}`);
  }
  return `Struct{${fields.join(",")}}`;
}

function numberText(value: number, schema: Schema | null): string {
  if (schema?.type === "float32") return floatText(value);
  const isFloat = schema?.type === "float64" || !Number.isSafeInteger(value);
  return isFloat ? doubleText(value) : String(value);
}

/** A double as `Double.toString` writes it (JDK 19 and later: the shortest that reads back). */
export function doubleText(value: number): string {
  return decimalText(value, String(value));
}

/** A float as `Float.toString` writes it. */
export function floatText(value: number): string {
  const float = Math.fround(value);
  if (!Number.isFinite(float) || float === 0) return decimalText(float, "");
  for (let precision = 1; precision < 9; precision++) {
    const text = float.toExponential(precision - 1);
    if (Math.fround(Number(text)) === float) {
      return decimalText(float, String(Number(evenOf(text, float, precision))));
    }
  }
  return decimalText(float, String(Number(float.toPrecision(9))));
}

/** Of two texts of a number as near to it as each other JavaScript takes the larger, Java the one with an even end. */
function evenOf(text: string, value: number, precision: number): string {
  if (!/[13579]e/.test(text)) return text;
  const longer = value.toExponential(precision);
  const isBetween = longer.includes("5e") &&
    value.toExponential(100).replace(/0+e/, "e") === longer;
  return isBetween ? longer.replace(/\.?5e/, "e") : text;
}

/** Java's form of a number whose shortest digits are in `text`. */
function decimalText(value: number, text: string): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e7) return text.includes(".") ? text : `${text}.0`;
  const shortest = Number(text).toExponential();
  // Java writes two digits at least, and of those that read back the nearest: 4.9E-324, not 5.0E-324.
  const digits = shortest.includes(".") ? shortest : value.toExponential(1);
  return digits.replace(/e\+?/, "E");
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** As `java.util.Date` writes itself, in UTC; it does not tell years before our era from those in it. */
function dateText(date: Date): string {
  const year = date.getUTCFullYear();
  const two = (value: number) => String(value).padStart(2, "0");
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${
    two(date.getUTCSeconds())
  }`;
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${
    two(date.getUTCDate())
  } ${time} UTC ${year > 0 ? year : 1 - year}`;
}
