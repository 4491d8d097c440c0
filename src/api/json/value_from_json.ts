/** JSON as values, as JsonConverter reads it. */

import { DataError } from "../../base/mod.ts";
import {
  BigDecimal,
  ConnectDate,
  Decimal,
  mapByValue,
  type Schema,
  Struct,
  Time,
  Timestamp,
} from "../data/mod.ts";
import { isJsonObject, type Json, memberOf } from "./json_text.ts";
import type { JsonOptions } from "./value_to_json.ts";

/**
 * The value that JSON stands for. Without a schema, objects are maps, integers numbers or, when they are
 * not safe ones, bigints, and other numbers floats.
 *
 * With one, scalars are taken as Kafka Connect takes them: a number is cut to its type, and what is not
 * of the kind is 0, false or null. JSON of `JSON.parse` will do, too, unless it has numbers of more than
 * 15 digits or with an exponent, or the schema has logical types.
 *
 * @throws {DataError} for what the schema does not allow
 */
export function valueFromJson(
  schema: Schema | null,
  json: Json,
  options: Pick<JsonOptions, "replaceNullWithDefault">,
): unknown {
  if (schema === null) return plainValue(json);
  if (json === null) {
    if (schema.defaultValue !== undefined && options.replaceNullWithDefault) {
      return schema.defaultValue;
    }
    if (schema.optional) return null;
    throw new DataError(`Invalid null value for required ${schema.type.toUpperCase()} field`);
  }
  if (schema.name !== null) {
    const value = logicalValue(schema, json);
    if (value !== null) return value;
  }
  switch (schema.type) {
    case "boolean":
      return json === true;
    case "string":
      return typeof json === "string" ? json : null;
    case "int64":
      return integerOf(json);
    case "int32":
      return typeof json === "number" ? json | 0 : Number(BigInt.asIntN(32, integerOf(json)));
    case "int16":
    case "int8":
      return Number(BigInt.asIntN(schema.type === "int8" ? 8 : 16, integerOf(json)));
    case "float32":
      return Math.fround(floatOf(json));
    case "float64":
      return floatOf(json);
    case "bytes":
      return typeof json === "string" ? bytesOf(json, "Invalid bytes field") : null;
    case "array":
      // Kafka: the JSON library's elements of an object are its values, and a scalar has none.
      if (typeof json !== "object" || json instanceof BigDecimal) return [];
      return Object.values(json as Json[]).map((item) =>
        valueFromJson(schema.valueSchema, item, options)
      );
    case "map":
      return mapOf(schema, json, options);
    case "struct":
      return structOf(schema, json, options);
  }
}

function plainValue(json: Json): unknown {
  if (typeof json === "string") return json;
  if (Array.isArray(json)) return json.map(plainValue);
  if (json instanceof BigDecimal) return json.toNumber();
  if (isJsonObject(json)) {
    const map = new Map<string, unknown>();
    for (const name of Object.keys(json)) map.set(name, plainValue(json[name]));
    return map;
  }
  // Kafka: zero has no sign, whether it was read as an integer or as a decimal.
  if (typeof json === "number") return json + 0;
  if (typeof json !== "bigint") return json;
  // Kafka: an integer beyond 64 bits loses its higher ones.
  const integer = BigInt.asIntN(64, json);
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

/** The value of a logical type; null for a schema of another name. */
function logicalValue(schema: Schema, json: Json): BigDecimal | Date | null {
  switch (schema.name) {
    case Decimal.logicalName:
      return decimalOf(schema, json);
    case ConnectDate.logicalName:
      if (!isInt32(json)) throw illogical("Date", "integer", json);
      return ConnectDate.toLogical(schema, json);
    case Time.logicalName:
      if (!isInt32(json)) throw illogical("Time", "integer", json);
      return Time.toLogical(schema, json);
    case Timestamp.logicalName:
      if (typeof json !== "number" && typeof json !== "bigint") {
        throw illogical("Timestamp", "integral", json);
      }
      return Timestamp.toLogical(schema, integerOf(json));
    default:
      return null;
  }
}

function isInt32(json: Json): json is number {
  return typeof json === "number" && (json | 0) === json;
}

function decimalOf(schema: Schema, json: Json): BigDecimal {
  if (json instanceof BigDecimal) return json;
  if (typeof json === "number" || typeof json === "bigint") return new BigDecimal(BigInt(json), 0);
  if (typeof json !== "string") throw illogical("Decimal", "numeric or bytes", json);
  const wrong = "Invalid bytes for Decimal field";
  const bytes = bytesOf(json, wrong);
  try {
    return Decimal.toLogical(schema, bytes);
  } catch (cause) {
    throw new DataError(wrong, { cause });
  }
}

function illogical(type: string, kind: string, json: Json): DataError {
  return new DataError(
    `Invalid type for ${type}, underlying representation should be ${kind} but was ${kindOf(json)}`,
  );
}

function mapOf(
  schema: Schema,
  json: Json,
  options: Pick<JsonOptions, "replaceNullWithDefault">,
): Map<unknown, unknown> {
  const { keySchema, valueSchema } = schema;
  if (keySchema !== null && keySchema.type === "string") {
    if (!isJsonObject(json)) {
      throw new DataError(
        `Maps with string fields should be encoded as JSON objects, but found ${kindOf(json)}`,
      );
    }
    const map = new Map<string, unknown>();
    for (const key of Object.keys(json)) {
      map.set(key, valueFromJson(valueSchema, json[key], options));
    }
    return map;
  }
  if (!Array.isArray(json)) {
    throw new DataError(
      "Maps with non-string fields should be encoded as JSON array of tuples, " +
        `but found ${kindOf(json)}`,
    );
  }
  return mapByValue(json.map((entry) => {
    if (!Array.isArray(entry)) {
      throw new DataError(`Found invalid map entry instead of array tuple: ${kindOf(entry)}`);
    }
    if (entry.length !== 2) {
      throw new DataError(
        `Found invalid map entry, expected length 2 but found :${entry.length}`,
      );
    }
    const [key, item] = entry;
    return [valueFromJson(keySchema, key, options), valueFromJson(valueSchema, item, options)];
  }));
}

function structOf(
  schema: Schema,
  json: Json,
  options: Pick<JsonOptions, "replaceNullWithDefault">,
): Struct {
  if (!isJsonObject(json)) {
    throw new DataError(
      `Structs should be encoded as JSON objects, but found ${kindOf(json)}`,
    );
  }
  const struct = new Struct(schema);
  for (const field of schema.fields) {
    const item = memberOf(json, field.name) ?? null;
    struct.put(field, valueFromJson(field.schema, item, options));
  }
  return struct;
}

/** The low 64 bits of a number's integer; 0 for what is no number. */
function integerOf(json: Json): bigint {
  if (typeof json === "number") return BigInt(Math.trunc(json));
  if (typeof json === "bigint") return BigInt.asIntN(64, json);
  return json instanceof BigDecimal ? json.toInt64() : 0n;
}

function floatOf(json: Json): number {
  if (typeof json === "number") return json + 0;
  if (json instanceof BigDecimal) return json.toNumber();
  return typeof json === "bigint" ? Number(json) : 0;
}

/** What the JSON library passes over between units of base64: control characters and spaces. */
const blanks = /[\0-\x20]+/g;
const unitsBetweenBlanks = /^[\0-\x20]*(?:[^\0-\x20]{4}[\0-\x20]*)*$/;

/** The bytes of base64, which has to be padded; blanks may stand between units of four. */
function bytesOf(text: string, wrong: string): Uint8Array {
  try {
    const compact = text.replaceAll(blanks, "");
    const isWhole = compact.length % 4 === 0 &&
      (compact.length === text.length || unitsBetweenBlanks.test(text));
    if (isWhole) return decoded(compact);
  } catch (cause) {
    throw new DataError(wrong, { cause });
  }
  throw new DataError(wrong);
}

/** Kafka: the JSON library goes on behind padding as if nothing had been before it. */
function decoded(base64: string): Uint8Array {
  const padding = base64.indexOf("=");
  if (padding < 0 || padding >= base64.length - 2) return Uint8Array.fromBase64(base64);
  const parts = base64.split(/(?<==)(?=[^=])/).map((part) => {
    if (part.length % 4 !== 0) throw new SyntaxError("Padding does not end a unit of four");
    return Uint8Array.fromBase64(part);
  });
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let size = 0;
  for (const part of parts) {
    bytes.set(part, size);
    size += part.length;
  }
  return bytes;
}

/** What Kafka Connect's messages call a kind of JSON. */
function kindOf(json: Json): string {
  if (json === null) return "NULL";
  if (Array.isArray(json)) return "ARRAY";
  if (isJsonObject(json)) return "OBJECT";
  return { string: "STRING", boolean: "BOOLEAN" }[typeof json as string] ?? "NUMBER";
}
