/** Values as JSON text, as JsonConverter writes them. */

import { DataError, SerializationError } from "../../base/mod.ts";
import {
  BigDecimal,
  ConnectDate,
  Decimal,
  doubleText,
  floatText,
  javaClassOf,
  nestingMax,
  type Schema,
  Struct,
  Time,
  Timestamp,
} from "../data/mod.ts";
import { JsonLimitError } from "./json_error.ts";
import { jsonString, needsNoEscape } from "./json_text.ts";

/** What there is to choose where data becomes JSON, or JSON data. */
export interface JsonOptions {
  /** Whether null stands for the default of its schema, if there is one. */
  replaceNullWithDefault: boolean;
  /** Whether decimals are written as numbers instead of base64. Both are read. */
  decimalsAsNumbers: boolean;
}

/** What stands before the fields of a struct, by the schema. */
const fieldBeginnings = new WeakMap<Schema, readonly string[]>();

/**
 * A value as JSON text, inside of `depth` others.
 * @throws {DataError} when it does not fit its schema, or is nested too deep
 */
export function valueToJson(
  schema: Schema | null,
  value: unknown,
  options: JsonOptions,
  depth = 0,
): string {
  return textOf(schema, value, options, depth);
}

/** What Java's library for JSON does not write, either. */
export function tooDeep(): DataError {
  const getter = "WriteConstraints.getMaxNestingDepth";
  const limit = new JsonLimitError("Document nesting depth", nestingMax + 1, nestingMax, getter);
  return new DataError(
    "Converting Kafka Connect data to byte[] failed due to serialization error: ",
    { cause: new SerializationError("Error serializing JSON message", { cause: limit }) },
  );
}

function textOf(
  schema: Schema | null,
  value: unknown,
  options: JsonOptions,
  depth: number,
): string {
  if (value === null || value === undefined) return nullText(schema, options, depth);
  if (schema !== null && schema.name !== null) {
    const text = logicalText(schema, value, options);
    if (text !== null) return text;
  }
  switch (typeof value) {
    case "string":
      if (schema !== null && schema.type !== "string") throw mismatch(schema, value);
      return jsonString(value);
    case "boolean":
      if (schema !== null && schema.type !== "boolean") throw mismatch(schema, value);
      return String(value);
    case "bigint":
      if (schema !== null && schema.type !== "int64") throw mismatch(schema, value);
      return String(value);
    case "number":
      return numberText(schema, value);
  }
  if (value instanceof Uint8Array) {
    if (schema !== null && schema.type !== "bytes") throw mismatch(schema, value);
    return `"${value.toBase64()}"`;
  }
  if (depth >= nestingMax) throw tooDeep();
  if (value instanceof Struct) return structText(schema, value, options, depth + 1);
  if (Array.isArray(value)) {
    if (schema !== null && schema.type !== "array") throw mismatch(schema, value);
    const items = schema === null ? null : schema.valueSchema;
    return `[${value.map((item) => textOf(items, item, options, depth + 1)).join(",")}]`;
  }
  if (value instanceof Map) return mapText(schema, value, options, depth + 1);
  if (schema !== null) throw mismatch(schema, value);
  throw new DataError(
    `Java class class ${javaClassOf(value)} does not have corresponding schema type.`,
  );
}

function nullText(schema: Schema | null, options: JsonOptions, depth: number): string {
  if (schema === null) return "null";
  if (schema.defaultValue !== undefined && options.replaceNullWithDefault) {
    return textOf(schema, schema.defaultValue, options, depth);
  }
  if (schema.optional) return "null";
  throw new DataError(
    "Conversion error: null value for field that is required and has no default value",
  );
}

/** The text of a logical type's value; null for a schema of another name. */
function logicalText(schema: Schema, value: unknown, options: JsonOptions): string | null {
  switch (schema.name) {
    case Decimal.logicalName:
      if (!(value instanceof BigDecimal)) throw illogical(schema, "Decimal", "BigDecimal", value);
      if (options.decimalsAsNumbers) return value.toString();
      return `"${Decimal.fromLogical(schema, value).toBase64()}"`;
    case ConnectDate.logicalName:
      if (!(value instanceof Date)) throw illogical(schema, "Date", "Date", value);
      return String(ConnectDate.fromLogical(schema, value));
    case Time.logicalName:
      if (!(value instanceof Date)) throw illogical(schema, "Time", "Date", value);
      return String(Time.fromLogical(schema, value));
    case Timestamp.logicalName:
      if (!(value instanceof Date)) throw illogical(schema, "Timestamp", "Date", value);
      return String(Timestamp.fromLogical(schema, value));
    default:
      return null;
  }
}

function illogical(schema: Schema, type: string, expected: string, value: unknown): DataError {
  return new DataError(
    `Invalid type for ${type}, expected ${expected} but was class ${javaClassOf(value, schema)}`,
  );
}

function mismatch(schema: Schema, value: unknown): DataError {
  const type = schema.type === "bytes" ? "bytes type" : schema.type.toUpperCase();
  return new DataError(`Invalid type for ${type}: class ${javaClassOf(value)}`);
}

/** Integers within their type's range, floats as Java writes them; NaN and infinities as text. */
function numberText(schema: Schema | null, value: number): string {
  switch (schema === null ? Number.isSafeInteger(value) ? "int32" : "float64" : schema.type) {
    case "float32":
      return Number.isFinite(value) ? floatText(value) : `"${value}"`;
    case "float64":
      return Number.isFinite(value) ? doubleText(value) : `"${value}"`;
    case "int8":
      if ((value << 24 >> 24) === value) return String(value);
      break;
    case "int16":
      if ((value << 16 >> 16) === value) return String(value);
      break;
    case "int32":
      if ((value | 0) === value || schema === null) return String(value);
      break;
  }
  throw mismatch(schema!, value);
}

function structText(
  schema: Schema | null,
  value: Struct,
  options: JsonOptions,
  depth: number,
): string {
  if (schema !== value.schema && (schema === null || !schema.equals(value.schema))) {
    throw new DataError("Mismatching schema.");
  }
  const { fields } = schema;
  if (fields.length === 0) return "{}";
  const beginnings = beginningsOf(schema);
  let text = "";
  // 1 behind text, whose quote is written together with what follows: to put fewer pieces together is faster.
  let behindText = 0;
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i];
    const item = options.replaceNullWithDefault ? value.get(field) : value.getWithoutDefault(field);
    const { type, name } = field.schema;
    const isText = typeof item === "string" && type === "string" && name === null &&
      needsNoEscape(item);
    text += beginnings[4 * i + 2 * behindText + Number(isText)];
    text += isText ? item : textOf(field.schema, item, options, depth);
    behindText = Number(isText);
  }
  return text + (behindText === 1 ? '"}' : "}");
}

/**
 * What stands before the fields of a struct: four for each field, for behind text or not, and before text
 * or not.
 */
function beginningsOf(schema: Schema): readonly string[] {
  let beginnings = fieldBeginnings.get(schema);
  if (beginnings === undefined) {
    beginnings = schema.fields.flatMap(({ name, position }) => {
      const beginning = `${position === 0 ? "{" : ","}${jsonString(name)}:`;
      return [beginning, `${beginning}"`, `"${beginning}`, `"${beginning}"`];
    });
    fieldBeginnings.set(schema, beginnings);
  }
  return beginnings;
}

/** With text for keys an object, else an array of pairs. */
function mapText(
  schema: Schema | null,
  value: Map<unknown, unknown>,
  options: JsonOptions,
  depth: number,
): string {
  if (schema !== null && schema.type !== "map") throw mismatch(schema, value);
  const [keys, items] = schema === null ? [null, null] : [schema.keySchema, schema.valueSchema];
  const isObject = keys === null ? hasTextKeys(value) : keys.type === "string";
  let text = isObject ? "{" : "[";
  let comma = "";
  const entries = isObject && value.has(null) ? withNames(keys!, value, options) : value;
  for (const [key, item] of entries) {
    const name = textOf(keys, key, options, depth);
    const itemText = textOf(items, item, options, depth);
    text += isObject ? `${comma}${name}:${itemText}` : `${comma}[${name},${itemText}]`;
    comma = ",";
  }
  return text + (isObject ? "}" : "]");
}

/** Kafka: a key that is null has the name of its default, or "null", and of two values of one name the last stays. */
function withNames(
  keys: Schema,
  map: Map<unknown, unknown>,
  { replaceNullWithDefault }: JsonOptions,
): Map<unknown, unknown> {
  const byDefault = replaceNullWithDefault ? keys.defaultValue : undefined;
  if (byDefault === undefined && !keys.optional) return map;
  return new Map([...map].map(([key, item]) => [key ?? byDefault ?? "null", item]));
}

function hasTextKeys(map: Map<unknown, unknown>): boolean {
  for (const key of map.keys()) if (typeof key !== "string") return false;
  return true;
}
