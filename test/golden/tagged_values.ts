/**
 * Reads the values that golden data hold as `{t, v}` and the schemas beside them, and compares them with
 * ours as the rules for golden data say: exact where there is a schema; without one, integers and floats
 * are the same numbers, and a map has no order.
 *
 * @module
 */

import assert from "node:assert/strict";
import { javaClassOfError, messageOf } from "../../src/base/mod.ts";
import {
  BigDecimal,
  ConfigError,
  ConnectError,
  parseJson,
  Schema,
  type SchemaAndValue,
  SchemaBuilder,
  schemaFromJson,
  Schemas,
  type SchemaType,
  Struct,
  valuesEqual,
} from "../../mod.ts";

/** A value as it was recorded: its Java type, and itself. */
export interface Tagged {
  /** The type. */
  t: string;
  /** The value; 64-bit integers and floats as text, bytes in base64. */
  v?: unknown;
  /** A decimal's scale. */
  scale?: number;
  /** A decimal's digits. */
  unscaled?: string;
}

/** A schema as it was recorded. */
export interface RecordedSchema {
  /** Its type. */
  type: SchemaType;
  /** The rest as in {@linkcode Schema}. */
  optional: boolean;
  name?: string;
  version?: number;
  doc?: string;
  parameters?: Record<string, string>;
  default?: Tagged;
  keys?: RecordedSchema | null;
  values?: RecordedSchema | null;
  fields?: { field: string; schema: RecordedSchema }[];
}

/** Our schema for a recorded one. */
export function schemaOf(recorded: RecordedSchema | null): Schema | null {
  if (recorded === null) return null;
  const options = {
    ...recorded,
    parameters: recorded.parameters ? new Map(Object.entries(recorded.parameters)) : null,
    fields: recorded.fields?.map(({ field, schema }) => ({
      name: field,
      schema: schemaOf(schema)!,
    })),
    keySchema: schemaOf(recorded.keys ?? null),
    valueSchema: schemaOf(recorded.values ?? null),
  };
  const byDefault = recorded.default;
  const defaultValue = byDefault && valueOf(byDefault, new Schema(options));
  return new Schema({ ...options, defaultValue });
}

/** Our schema for one that was recorded as JsonConverter writes it. */
export function schemaOfJson(json: unknown): Schema | null {
  return schemaFromJson(parseJson(JSON.stringify(json))!, { replaceNullWithDefault: true });
}

/** Our value for a recorded one. A struct has the schema given, or one made up of its values. */
export function valueOf(
  { t, v, scale, unscaled }: Tagged,
  schema: Schema | null = null,
): unknown {
  switch (t) {
    case "null":
      return null;
    case "int64":
    case "bigint":
      return BigInt(v as string);
    case "float32":
      return Math.fround(Number(v));
    case "float64":
      return Number(v);
    case "bytes":
      return Uint8Array.fromBase64(v as string);
    case "decimal":
      return new BigDecimal(BigInt(unscaled!), scale!);
    case "date":
      return new Date(v as number);
    case "list": {
      const items = schema?.type === "array" ? schema.valueSchema : null;
      return (v as Tagged[]).map((item) => valueOf(item, items));
    }
    case "map": {
      const [keys, items] = schema?.type === "map"
        ? [schema.keySchema, schema.valueSchema]
        : [null, null];
      const entries = v as [Tagged, Tagged][];
      return new Map(entries.map(([key, item]) => [valueOf(key, keys), valueOf(item, items)]));
    }
    case "struct":
      return structOf(v as Record<string, Tagged>, schema);
    default:
      // Something that is no value of Connect at all.
      return t.startsWith("java:") ? Symbol.for(t) : v;
  }
}

function structOf(fields: Record<string, Tagged>, schema: Schema | null): Struct {
  const names = Object.keys(fields);
  const isFitting = schema?.type === "struct" && names.every((name) => schema.field(name) !== null);
  const struct = new Struct(isFitting ? schema : inferred(fields));
  for (const field of struct.schema.fields) {
    const value = valueOf(fields[field.name] ?? { t: "null" }, field.schema);
    if (value !== null) struct.put(field, value);
  }
  return struct;
}

function inferred(fields: Record<string, Tagged>): Schema {
  const builder = SchemaBuilder.struct();
  for (const [name, { t }] of Object.entries(fields)) {
    builder.field(name, Schemas[t as "int32"]);
  }
  return builder.build();
}

/** Asserts that our value is the recorded one. */
export function assertValue(actual: unknown, recorded: Tagged, schema: Schema | null): void {
  const expected = valueOf(recorded, schema);
  const [ours, theirs] = schema === null ? [loose(actual), loose(expected)] : [actual, expected];
  if (!valuesEqual(ours, theirs)) assert.fail(`${show(ours)} is not ${show(theirs)}`);
}

/** Asserts that our schema is the recorded one. */
export function assertSchema(actual: Schema | null, expected: Schema | null): void {
  if (!valuesEqual(actual, expected)) assert.fail(`schema ${actual} is not ${expected}`);
}

/** Numbers of schemaless data as floats, all the way down. */
function loose(value: unknown): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return value.map(loose);
  if (!(value instanceof Map)) return value;
  return new Map([...value].map(([key, item]) => [loose(key), loose(item)]));
}

function show(value: unknown): string {
  return Deno.inspect(value, { depth: 8 }) + (value instanceof Struct ? ` ${value}` : "");
}

/** What our errors are called where Java's exceptions have these names. */
const errorNames: Readonly<Record<string, string>> = {
  "org.apache.kafka.connect.errors.ConnectException": "ConnectError",
  "org.apache.kafka.connect.errors.DataException": "DataError",
  "org.apache.kafka.connect.errors.SchemaBuilderException": "SchemaBuilderError",
  "org.apache.kafka.common.config.ConfigException": "ConfigError",
  // Kafka: StringConverter throws this for an encoding, which is a matter of configuration.
  "org.apache.kafka.common.errors.SerializationException": "ConfigError",
  "java.lang.IllegalArgumentException": "IllegalArgumentError",
  // A group of a regular expression that a replacement names and that is not there.
  "java.lang.IndexOutOfBoundsException": "DataError",
};

/** What mistakes in Kafka's own code end in, as docs/differences.md tells of HeaderFrom, TimestampConverter and ExtractField. */
const accidents = [
  /^Cannot invoke "org\.apache\.kafka\.connect\.data\.Field\.schema\(\)" because .* is null$/,
  /^Cannot invoke "java\.text\.SimpleDateFormat\.parse\(String\)" because "config\.format" is null$/,
  /^fromIndex\(0\) > toIndex\(-1\)$/,
];

/**
 * Asserts that `run` throws what was recorded, word for word, with its cause if that is wanted. Where Java stumbled over a mistake in
 * Kafka's code, it has to be an error of Connect, in words of ours.
 */
export function assertThrows(
  run: () => unknown,
  recorded: {
    exception: string;
    message: string | null;
    cause?: string;
    causeMessage?: string | null;
  },
  options: { withCause?: boolean } = {},
): void {
  const { message } = recorded;
  if (message === null || accidents.some((accident) => accident.test(message))) {
    assert.throws(run, (error) => error instanceof ConnectError || error instanceof ConfigError);
    return;
  }
  const expected = withoutDifferences(message);
  assert.throws(run, (error: Error) => {
    assert.equal(error.name, errorNames[recorded.exception]);
    assert.equal(withoutDifferences(error.message), expected);
    if (options.withCause) assertCause(error.cause, recorded.cause, recorded.causeMessage);
    return true;
  });
}

/**
 * Java shows where bytes lie in memory, ours what they hold; Java's years before 1000 are those of the Julian
 * calendar; of numbers that fit no schema Java names the class, which ours do not have.
 */
function withoutDifferences(message: string): string {
  return message.replace(/\[B@[0-9a-f]*/g, "[B@")
    .replace(/\w{3} \w{3} \d\d (?=[\d:]{8} UTC \d{1,3}\b)/g, "")
    .replace(
      /^(Invalid Java object for schema .*class java\.lang\.)(Byte|Short|Integer|Long|Float|Double)\b/,
      "$1Number",
    );
}

function assertCause(actual: unknown, javaClass?: string, message?: string | null): void {
  const plain = (text: string | null | undefined) => text && withoutDifferences(text);
  const ours = actual === undefined
    ? [undefined, undefined]
    : [javaClassOfError(actual), plain(messageOf(actual))];
  assert.deepEqual(ours, [javaClass, plain(message)]);
}

/** What Java read, or the exception that it threw instead. */
export interface RecordedRead {
  /** The schema. */
  schema?: RecordedSchema | null;
  /** The value. */
  value?: Tagged;
  /** The class of the exception. */
  exception?: string;
  /** Its message. */
  message?: string;
}

/** What is read here is what Java read, or fails as it did. */
export function assertRead(read: () => SchemaAndValue, answer: RecordedRead): void {
  if (answer.exception !== undefined) {
    assertThrows(read, { exception: answer.exception, message: answer.message ?? null });
    return;
  }
  const { schema, value } = read();
  const expected = schemaOf(answer.schema ?? null);
  assertSchema(schema, expected);
  assertValue(value, answer.value!, expected);
}
