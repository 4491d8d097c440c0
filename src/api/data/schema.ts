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
 *
 * @module
 */

import { DataError } from "../../base/mod.ts";

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
  /** Free parameters, such as a decimal's scale. */
  parameters?: Readonly<Record<string, string>> | null;
  /** A struct's fields, in order. */
  fields?: readonly { name: string; schema: Schema }[];
  /** A map's keys. */
  keySchema?: Schema;
  /** A map's or an array's values. */
  valueSchema?: Schema;
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
  readonly parameters: Readonly<Record<string, string>> | null;
  /** A struct's fields, in order; empty for every other type. */
  readonly fields: readonly Field[];
  readonly #byName: ReadonlyMap<string, Field>;
  readonly #keySchema: Schema | undefined;
  readonly #valueSchema: Schema | undefined;

  /** A schema that says this. @throws {DataError} when two fields have one name */
  constructor(options: SchemaOptions) {
    this.type = options.type;
    this.optional = options.optional ?? false;
    this.name = options.name ?? null;
    this.version = options.version ?? null;
    this.doc = options.doc ?? null;
    this.parameters = options.parameters ?? null;
    this.fields = (options.fields ?? []).map(({ name, schema }, position) => ({
      name,
      position,
      schema,
    }));
    this.#byName = new Map(this.fields.map((field) => [field.name, field]));
    if (this.#byName.size !== this.fields.length) {
      throw new DataError("Cannot create field because of field name duplication");
    }
    this.#keySchema = options.keySchema;
    this.#valueSchema = options.valueSchema;
    this.defaultValue = options.defaultValue;
  }

  /** The field of that name, or null. */
  field(name: string): Field | null {
    return this.#byName.get(name) ?? null;
  }

  /** What a map's keys look like. @throws {DataError} for any other type */
  get keySchema(): Schema {
    return this.#keySchema ?? this.#lacks("key schema", "map");
  }

  /** What a map's or an array's values look like. @throws {DataError} for any other type */
  get valueSchema(): Schema {
    return this.#valueSchema ?? this.#lacks("value schema", "map or array");
  }

  /** Whether both say the same. */
  equals(other: Schema): boolean {
    if (this === other) return true;
    return this.type === other.type && this.optional === other.optional &&
      this.name === other.name &&
      this.version === other.version && this.doc === other.doc &&
      JSON.stringify(this.parameters) === JSON.stringify(other.parameters) &&
      Object.is(this.defaultValue, other.defaultValue) &&
      this.fields.length === other.fields.length &&
      this.fields.every((field, i) =>
        field.name === other.fields[i].name && field.schema.equals(other.fields[i].schema)
      ) &&
      sameSchema(this.#keySchema, other.#keySchema) &&
      sameSchema(this.#valueSchema, other.#valueSchema);
  }

  #lacks(what: string, owner: string): never {
    throw new DataError(`Cannot look up ${what} on non-${owner} type`);
  }
}

function sameSchema(a: Schema | undefined, b: Schema | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.equals(b));
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
  optionalInt32: new Schema({ type: "int32", optional: true }),
  optionalInt64: new Schema({ type: "int64", optional: true }),
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
