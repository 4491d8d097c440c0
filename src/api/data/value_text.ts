/**
 * Values as text that can be read back: what SimpleHeaderConverter writes. Kafka:
 * `Values.convertToString`.
 *
 * ```
 * text      = "text", with \" and \\ inside another value; as it is at the top
 * bytes     = "base64" inside another value, base64 at the top
 * array     = [1,2]        map, struct = {"a":1,2:"b"}
 * date      = 2019-08-23   time = 14:34:54.346Z   timestamp = 2019-08-23T14:34:54.346Z
 * ```
 *
 * @module
 */

import { DataError } from "../../base/mod.ts";
import { BigDecimal } from "./big_decimal.ts";
import { javaClassOf } from "./java_class.ts";
import { textOf } from "./java_text.ts";
import { DATE_NAME } from "./logical_names.ts";
import { ensureShallow } from "./nesting.ts";
import type { Schema } from "./schema.ts";
import { Struct } from "./struct.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** A value's text. @throws {DataError} for what no schema describes, or what is nested too deep */
export function valueText(value: unknown, schema: Schema | null): string {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? value.toBase64() : nestedText(value, schema, 0);
}

function nestedText(value: unknown, schema: Schema | null, depth: number): string {
  switch (typeof value) {
    case "string":
      return `"${value.replaceAll(/[\\"]/g, "\\$&")}"`;
    case "number":
    case "bigint":
    case "boolean":
      return textOf(value, schema);
  }
  if (value === null || value === undefined) return "null";
  if (value instanceof Uint8Array) return `"${value.toBase64()}"`;
  if (value instanceof BigDecimal) return value.toString();
  if (value instanceof Date) return dateText(value, schema);
  ensureShallow(depth + 1);
  if (Array.isArray(value)) {
    const items = schema?.type === "array" ? schema.valueSchema : null;
    return `[${value.map((item) => nestedText(item, items, depth + 1)).join(",")}]`;
  }
  if (value instanceof Map) {
    const [keys, items] = schema?.type === "map"
      ? [schema.keySchema, schema.valueSchema]
      : [null, null];
    const entries = [...value].map(([key, item]) =>
      `${nestedText(key, keys, depth + 1)}:${nestedText(item, items, depth + 1)}`
    );
    return `{${entries.join(",")}}`;
  }
  if (value instanceof Struct) {
    const fields = value.schema.fields.map((field) =>
      `${nestedText(field.name, null, depth + 1)}:${
        nestedText(value.get(field), field.schema, depth + 1)
      }`
    );
    return `{${fields.join(",")}}`;
  }
  throw new DataError(
    `Failed to serialize unexpected value type ${javaClassOf(value)}: ${String(value)}`,
  );
}

/**
 * A Date's text: a time within the first day of 1970, a date at midnight, else a timestamp. Kafka:
 * `Values.dateFormatFor` takes all that is before 1970 for times and drops the date; here it stays.
 */
function dateText(value: Date, schema: Schema | null): string {
  const timeMs = value.getTime();
  if (Number.isNaN(timeMs)) throw new DataError("Cannot write a Date: it is not a valid one");
  const text = value.toISOString().replace(/^\+0*/, "");
  if (timeMs >= 0 && timeMs < dayMs && schema?.name !== DATE_NAME) return text.slice(11);
  return timeMs % dayMs === 0 ? text.slice(0, text.indexOf("T")) : text;
}
