/**
 * What values look like. A schema is immutable; two are equal when all they say is equal. Kafka:
 * `org.apache.kafka.connect.data.Schema` and `ConnectSchema`.
 *
 * | type | value |
 * | --- | --- |
 * | int8, int16, int32, float32, float64 | number |
 * | int64 | bigint, always |
 * | boolean, string, bytes | boolean, string, Uint8Array |
 * | array, map, struct | Array, Map, Struct |
 * | named as a Decimal | BigDecimal |
 * | named as a Date, Time or Timestamp | Date |
 *
 * @module
 */

import { DataError } from "../../base/mod.ts";
import { valuesEqual } from "./equality.ts";

/** The types of schemas, by Kafka's names. */
export type SchemaType =
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "float32"
  | "float64"
  | "boolean"
  | "string"
  | "bytes"
  | "array"
  | "map"
  | "struct";

/** A field of a struct. */
export interface Field {
  /** Its name. */
  readonly name: string;
  /** Its place in the struct, from 0. */
  readonly position: number;
  /** What its values look like. */
  readonly schema: Schema;
}

/** All that a schema says. */
export interface SchemaOptions {
  /** The type of its values. */
  type: SchemaType;
  /** Whether null is a value. */
  optional?: boolean;
  /** What stands in for a missing value; undefined: nothing. */
  defaultValue?: unknown;
  /** The schema's name; a logical type's, or a user's. */
  name?: string | null;
  /** Its version. */
  version?: number | null;
  /** What it is for. */
  doc?: string | null;
  /** Free parameters, such as a decimal's scale, in order. */
  parameters?: ReadonlyMap<string, string> | null;
  /** A struct's fields, in order. */
  fields?: readonly { name: string; schema: Schema }[];
  /** A map's keys; none only where a map of nothing known is empty or mixed. */
  keySchema?: Schema | null;
  /** A map's or an array's values. */
  valueSchema?: Schema | null;
}

/** What values look like. */
export class Schema {
  /** The type of its values. */
  readonly type: SchemaType;
  /** Whether null is a value. */
  readonly optional: boolean;
  /** What stands in for a missing value; undefined: nothing. */
  readonly defaultValue: unknown;
  /** The schema's name, or null. */
  readonly name: string | null;
  /** Its version, or null. */
  readonly version: number | null;
  /** What it is for, or null. */
  readonly doc: string | null;
  /** Free parameters, or null. */
  readonly parameters: ReadonlyMap<string, string> | null;
  readonly #fields: readonly Field[] | null;
  readonly #byName: ReadonlyMap<string, Field>;
  readonly #keySchema: Schema | null;
  readonly #valueSchema: Schema | null;

  /** A schema that says just this, unchecked. {@linkcode SchemaBuilder} checks what it is told. */
  constructor(options: SchemaOptions) {
    this.type = options.type;
    this.optional = options.optional ?? false;
    this.name = options.name ?? null;
    this.version = options.version ?? null;
    this.doc = options.doc ?? null;
    this.parameters = options.parameters ?? null;
    this.#fields = options.type !== "struct"
      ? null
      : (options.fields ?? []).map(({ name, schema }, position) => ({ name, position, schema }));
    this.#byName = new Map(this.#fields?.map((field) => [field.name, field]));
    this.#keySchema = options.keySchema ?? null;
    this.#valueSchema = options.valueSchema ?? null;
    this.defaultValue = options.defaultValue ?? undefined;
  }

  /** A struct's fields, in order. @throws {DataError} for any other type */
  get fields(): readonly Field[] {
    return this.#fields ?? lacks("Cannot list fields on non-struct type");
  }

  /** A struct's field of that name, or null. @throws {DataError} for any other type */
  field(name: string): Field | null {
    if (this.#fields === null) lacks("Cannot look up fields on non-struct type");
    return this.#byName.get(name) ?? null;
  }

  /** What a map's keys look like; null when nothing is known. @throws {DataError} for any other type */
  get keySchema(): Schema | null {
    if (this.type !== "map") lacks("Cannot look up key schema on non-map type");
    return this.#keySchema;
  }

  /** What a map's or an array's values look like; null when nothing is known. @throws {DataError} for any other type */
  get valueSchema(): Schema | null {
    if (this.type !== "map" && this.type !== "array") {
      lacks("Cannot look up value schema on non-array and non-map type");
    }
    return this.#valueSchema;
  }

  /** Whether both say the same. */
  equals(other: Schema): boolean {
    if (this === other) return true;
    return this.type === other.type && this.optional === other.optional &&
      this.name === other.name && this.version === other.version && this.doc === other.doc &&
      valuesEqual(this.parameters, other.parameters) &&
      valuesEqual(this.defaultValue, other.defaultValue) &&
      this.#sameFields(other) &&
      sameSchema(this.#keySchema, other.#keySchema) &&
      sameSchema(this.#valueSchema, other.#valueSchema);
  }

  /** Its name and type, as Java writes them: `Schema{Person:STRUCT}`. */
  toString(): string {
    const type = this.type.toUpperCase();
    return this.name === null ? `Schema{${type}}` : `Schema{${this.name}:${type}}`;
  }

  #sameFields(other: Schema): boolean {
    const [mine, theirs] = [this.#fields ?? [], other.#fields ?? []];
    return mine.length === theirs.length &&
      mine.every(({ name, schema }, i) =>
        name === theirs[i].name && schema.equals(theirs[i].schema)
      );
  }
}

function lacks(reason: string): never {
  throw new DataError(reason);
}

function sameSchema(a: Schema | null, b: Schema | null): boolean {
  return a === b || (a !== null && b !== null && a.equals(b));
}

/** Schemas without a name for the plain types, required and optional. */
export const Schemas = {
  int8: new Schema({ type: "int8" }),
  int16: new Schema({ type: "int16" }),
  int32: new Schema({ type: "int32" }),
  int64: new Schema({ type: "int64" }),
  float32: new Schema({ type: "float32" }),
  float64: new Schema({ type: "float64" }),
  boolean: new Schema({ type: "boolean" }),
  string: new Schema({ type: "string" }),
  bytes: new Schema({ type: "bytes" }),
  optionalInt8: new Schema({ type: "int8", optional: true }),
  optionalInt16: new Schema({ type: "int16", optional: true }),
  optionalInt32: new Schema({ type: "int32", optional: true }),
  optionalInt64: new Schema({ type: "int64", optional: true }),
  optionalFloat32: new Schema({ type: "float32", optional: true }),
  optionalFloat64: new Schema({ type: "float64", optional: true }),
  optionalBoolean: new Schema({ type: "boolean", optional: true }),
  optionalString: new Schema({ type: "string", optional: true }),
  optionalBytes: new Schema({ type: "bytes", optional: true }),
} as const;

/** A value with what it looks like; the schema is null for a value without one. */
export interface SchemaAndValue {
  /** What it looks like, or null. */
  schema: Schema | null;
  /** The value. */
  value: unknown;
}
