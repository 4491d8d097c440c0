/**
 * Values without a schema as JSON text and back, as offsets are kept: integers stay exact, however large,
 * and names stay as they are written.
 *
 * @module
 */

import { BigDecimal } from "../data/mod.ts";
import { type Json, parseWholeJson } from "./json_text.ts";

/** ECMAScript's `JSON.rawJSON`, which TypeScript's library does not declare yet. */
const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown };

/** JSON text of `value`, on one line unless it is indented; bigints become integers. */
export function stringifyExact(value: unknown, indent = 0): string {
  return JSON.stringify(
    value,
    (_key, item) => typeof item === "bigint" ? rawJSON(String(item)) : item,
    indent,
  );
}

/** The same text for objects whose fields stand in another order, at any depth: what Java's maps hold equal. */
export function canonicalText(value: unknown): string {
  return stringifyExact(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}

/**
 * The value of JSON text, with plain objects; integers beyond the safe range become bigints, numbers with a
 * point or an exponent doubles.
 * @throws {SyntaxError} for text that is not one value
 */
export function parseExact(text: string): unknown {
  const json = parseWholeJson(text);
  if (json === undefined) throw new SyntaxError("The text is not one JSON value");
  return exactValue(json);
}

/** The same of JSON that has been read. */
export function exactValue(json: Json): unknown {
  if (json instanceof BigDecimal) return Number(json.toString());
  if (Array.isArray(json)) return json.map(exactValue);
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, exactValue(item)]));
}
