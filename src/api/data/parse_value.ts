/**
 * Text as the value it looks like: what SimpleHeaderConverter reads. Kafka: `Values.parseString`.
 *
 * Numbers get the smallest type that holds them: an integer int8 to int64, any other float32, float64,
 * or a decimal. Arrays and maps have the one schema that fits all their items, or none. Text that is
 * none of these is a string, as a whole.
 *
 * @module
 */

import { DataError } from "../../base/mod.ts";
import { parseJavaFloat, trimJava } from "../java/mod.ts";
import { BigDecimal } from "./big_decimal.ts";
import { logicalClassOf } from "./logical_names.ts";
import { ConnectDate, Decimal, Time, Timestamp } from "./logical_types.ts";
import { mapByValue } from "./map_by_value.ts";
import { ensureShallow } from "./nesting.ts";
import { Schema, type SchemaAndValue, Schemas, type SchemaType } from "./schema.ts";
import { TextTokens } from "./text_tokens.ts";

/** The value that text looks like; a null value without a schema for `null`. */
export function parseValue(text: string): SchemaAndValue {
  const trimmed = trimJava(text);
  if (trimmed === "") return { schema: Schemas.string, value: text };
  // At the top, one of these is the whole text or none of it.
  const literal = literals.find((each) => each.text === trimmed);
  return literal?.parsed ?? parse(new TextTokens(text), 0);
}

const literals = [
  { text: "null", parsed: { schema: null, value: null } },
  { text: "true", parsed: { schema: Schemas.boolean, value: true } },
  { text: "false", parsed: { schema: Schemas.boolean, value: false } },
];

function parse(tokens: TextTokens, depth: number): SchemaAndValue {
  const isEmbedded = depth > 0;
  if (isEmbedded) {
    if (tokens.take('"')) return parseQuoted(tokens);
    const literal = literals.find(({ text }) => tokens.take(text));
    if (literal !== undefined) return literal.parsed;
  }
  const start = tokens.position;
  try {
    if (tokens.take("[")) return parseArray(tokens, depth + 1);
    if (tokens.take("{")) return parseMap(tokens, depth + 1);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    tokens.rewind(start);
  }
  const token = trimJava(tokens.hasNext ? tokens.next() : "");
  const parsed = (/^\d/.test(token) ? parseTemporalTokens(tokens, token) : null) ??
    parseNumber(token);
  if (parsed !== null) return parsed;
  if (isEmbedded) throw new DataError("Failed to parse embedded value");
  return { schema: Schemas.string, value: tokens.text };
}

function parseQuoted(tokens: TextTokens): SchemaAndValue {
  let content = "";
  while (tokens.hasNext && !tokens.take('"')) content += tokens.next();
  return parseTemporal(content) ?? { schema: Schemas.string, value: content };
}

function parseArray(tokens: TextTokens, depth: number): SchemaAndValue {
  ensureShallow(depth);
  const items: unknown[] = [];
  const schema = new CommonSchema();
  while (tokens.hasNext) {
    if (tokens.take("]")) {
      const valueSchema = schema.common;
      const value = items.map((item) => promote(item, valueSchema));
      return { schema: new Schema({ type: "array", valueSchema }), value };
    }
    if (tokens.take(",")) {
      throw new DataError(`Unable to parse an empty array element: ${tokens.text}`);
    }
    const item = parse(tokens, depth);
    schema.add(item.schema);
    items.push(item.value);
    const position = tokens.position;
    if (tokens.take("]")) tokens.rewind(position);
    else if (!tokens.take(",")) throw new DataError("Array elements missing ',' delimiter");
  }
  throw new DataError(`Array is missing terminating ']': ${tokens.text}`);
}

function parseMap(tokens: TextTokens, depth: number): SchemaAndValue {
  ensureShallow(depth);
  const entries: [unknown, unknown][] = [];
  const [keys, items] = [new CommonSchema(), new CommonSchema()];
  while (tokens.hasNext) {
    if (tokens.take("}")) {
      const keySchema = keys.common;
      const valueSchema = keySchema === null ? null : items.common;
      const value = mapByValue(
        entries.map(([key, item]) => [promote(key, keySchema), promote(item, valueSchema)]),
      );
      return { schema: new Schema({ type: "map", keySchema, valueSchema }), value };
    }
    if (tokens.take(",")) {
      throw new DataError(`Unable to parse a map entry with no key or value: ${tokens.text}`);
    }
    const key = parse(tokens, depth);
    if (key.value === null) {
      throw new DataError(`Map entry may not have a null key: ${tokens.text}`);
    }
    if (!tokens.take(":")) {
      throw new DataError(`Map entry is missing ':' at ${tokens.position} in ${tokens.text}`);
    }
    const item = parse(tokens, depth);
    entries.push([key.value, item.value]);
    tokens.take(",");
    keys.add(key.schema);
    items.add(item.schema);
  }
  throw new DataError(`Map is missing terminating '}': ${tokens.text}`);
}

/** A time or timestamp spans five tokens, for a colon is one. */
function parseTemporalTokens(tokens: TextTokens, token: string): SchemaAndValue | null {
  const position = tokens.position;
  const rest = tokens.nextAsOne(4);
  const spanning = rest === null ? null : parseTemporal(token + rest);
  if (spanning !== null) return spanning;
  tokens.rewind(position);
  return parseTemporal(token);
}

const number = "[ \\t]*(\\d+)";
const day = `${number}-${number}-${number}`;
const clock = `${number}:${number}:${number}\\.${number}Z`;

/** By the length of the text; what follows the pattern does not matter, as Java has it. */
const temporals = new Map([
  ["2019-08-23".length, { pattern: new RegExp(`^${day}`), schema: ConnectDate.schema }],
  ["14:34:54.346Z".length, { pattern: new RegExp(`^${clock}`), schema: Time.schema }],
  [
    "2019-08-23T14:34:54.346Z".length,
    { pattern: new RegExp(`^${day}T${clock}`), schema: Timestamp.schema },
  ],
]);

/** A date, time or timestamp; fields beyond their range carry over, as Java has it. */
function parseTemporal(text: string): SchemaAndValue | null {
  const plain = text.replaceAll("\\:", ":");
  const temporal = temporals.get(plain.length);
  const fields = temporal?.pattern.exec(plain)?.slice(1).map(Number);
  if (temporal === undefined || fields === undefined) return null;
  const [year, month, date] = temporal.schema === Time.schema ? [1970, 1, 1] : fields.splice(0, 3);
  const [hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = fields;
  const value = new Date(0);
  value.setUTCFullYear(year, month - 1, date);
  value.setUTCHours(hours, minutes, seconds, milliseconds);
  return Number.isNaN(value.getTime()) ? null : { schema: temporal.schema, value };
}

/** Nearly every number is such a one, and needs no more than JavaScript's. */
const shortInteger = /^[+-]?\d{1,15}$/;

function parseNumber(token: string): SchemaAndValue | null {
  if (shortInteger.test(token)) return integerOf(Number(token));
  if (!/^[+-\d]/.test(token) && !/^\p{Nd}/u.test(token)) return null;
  let decimal: BigDecimal;
  try {
    decimal = BigDecimal.parse(token);
  } catch {
    return null;
  }
  const integer = decimal.toExactInt64();
  if (integer !== null) return integerOf(integer);
  if (decimal.scale !== 0) {
    const double = decimal.toNumber();
    const float = parseJavaFloat(String(decimal))!;
    if (Number.isFinite(float)) return { schema: Schemas.float32, value: float };
    if (Number.isFinite(double)) return { schema: Schemas.float64, value: double };
  }
  return { schema: Decimal.schema(decimal.scale), value: decimal };
}

const integers = [[2 ** 7, Schemas.int8], [2 ** 15, Schemas.int16], [
  2 ** 31,
  Schemas.int32,
]] as const;

/** An integer of 64 bits, of the smallest type that holds it. */
function integerOf(integer: number | bigint): SchemaAndValue {
  for (const [limit, schema] of integers) {
    // There is no zero with a sign among integers.
    if (integer >= -limit && integer < limit) return { schema, value: Number(integer) + 0 };
  }
  return { schema: Schemas.int64, value: BigInt(integer) };
}

const numeric: readonly SchemaType[] = ["int8", "int16", "int32", "int64", "float32", "float64"];

/** The one schema that fits several values, as long as there is one. */
class CommonSchema {
  #common: Schema | null = null;
  #isCompatible = true;

  /** The schema that fits all so far, or null. */
  get common(): Schema | null {
    return this.#isCompatible ? this.#common : null;
  }

  /** Takes another value's schema into account; null fits any. */
  add(schema: Schema | null): void {
    if (schema === null || !this.#isCompatible) return;
    if (this.#common === null || this.#common.type === schema.type) {
      // Kafka: of one type the later schema stands for both, whatever its name or its items.
      this.#common = schema;
      return;
    }
    const [before, after] = [this.#common.type, schema.type].map((type) => numeric.indexOf(type));
    this.#isCompatible = before >= 0 && after >= 0;
    if (after > before) this.#common = schema;
  }
}

/** A value in the type that it has in common with its neighbours. @throws {DataError} when it has none there */
function promote(value: unknown, schema: Schema | null): unknown {
  if (schema === null) return value;
  if (value === null) {
    throw new DataError("Unable to convert a null value to a schema that requires a value");
  }
  const isNumber = typeof value === "number" || typeof value === "bigint";
  if (schema.name !== null && logicalClassOf(schema.name) === "Date") {
    return isNumber ? dateOf(schema, value) : value;
  }
  if (!numeric.includes(schema.type)) return value;
  if (!isNumber) throw new DataError(`Unable to convert ${value} to ${schema}`);
  if (schema.type === "int64") return BigInt(value);
  return schema.type === "float32" ? Math.fround(Number(value)) : Number(value);
}

function dateOf(schema: Schema, value: number | bigint): Date {
  if (schema.name === Timestamp.logicalName) return Timestamp.toLogical(schema, BigInt(value));
  const type = schema.name === Time.logicalName ? Time : ConnectDate;
  return type.toLogical(schema, Number(value));
}
