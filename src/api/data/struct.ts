/** A value with named fields. */

import { DataError } from "../../base/mod.ts";
import { valuesEqual } from "./equality.ts";
import { textOf } from "./java_text.ts";
import type { Field, Schema, SchemaType } from "./schema.ts";
import { validateValue } from "./validate.ts";

/** A value with named fields, as its schema says. Kafka: `org.apache.kafka.connect.data.Struct`. */
export class Struct {
  /** What its fields are. */
  readonly schema: Schema;
  readonly #values: unknown[];

  /** A struct without values. @throws {DataError} for a schema of another type */
  constructor(schema: Schema) {
    if (schema.type !== "struct") throw new DataError(`Not a struct schema: ${schema}`);
    this.schema = schema;
    this.#values = new Array(schema.fields.length);
    // Kinder to what is short than Array.fill.
    for (let i = 0; i < this.#values.length; i++) this.#values[i] = null;
  }

  /** A field's value; its default when it has none; null when there is no default either. @throws {DataError} */
  get(field: string | Field): unknown {
    const { position, schema } = typeof field === "string" ? this.#lookup(field) : field;
    return this.#values[position] ?? schema.defaultValue ?? null;
  }

  /** A field's value without regard to its default. @throws {DataError} */
  getWithoutDefault(field: string | Field): unknown {
    return this.#values[typeof field === "string" ? this.#lookup(field).position : field.position];
  }

  /** An int8 field's value, or null. Like its siblings it knows no default. @throws {DataError} for a field of another type */
  getInt8(name: string): number | null {
    return this.#typed(name, "int8") as number | null;
  }

  /** An int16 field's value, or null. @throws {DataError} for a field of another type */
  getInt16(name: string): number | null {
    return this.#typed(name, "int16") as number | null;
  }

  /** An int32 field's value, or null. @throws {DataError} for a field of another type */
  getInt32(name: string): number | null {
    return this.#typed(name, "int32") as number | null;
  }

  /** An int64 field's value, or null. @throws {DataError} for a field of another type */
  getInt64(name: string): bigint | null {
    return this.#typed(name, "int64") as bigint | null;
  }

  /** A float32 field's value, or null. @throws {DataError} for a field of another type */
  getFloat32(name: string): number | null {
    return this.#typed(name, "float32") as number | null;
  }

  /** A float64 field's value, or null. @throws {DataError} for a field of another type */
  getFloat64(name: string): number | null {
    return this.#typed(name, "float64") as number | null;
  }

  /** A boolean field's value, or null. @throws {DataError} for a field of another type */
  getBoolean(name: string): boolean | null {
    return this.#typed(name, "boolean") as boolean | null;
  }

  /** A string field's value, or null. @throws {DataError} for a field of another type */
  getString(name: string): string | null {
    return this.#typed(name, "string") as string | null;
  }

  /** A bytes field's value, or null. @throws {DataError} for a field of another type */
  getBytes(name: string): Uint8Array | null {
    return this.#typed(name, "bytes") as Uint8Array | null;
  }

  /** An array field's value, or null. @throws {DataError} for a field of another type */
  getArray(name: string): unknown[] | null {
    return this.#typed(name, "array") as unknown[] | null;
  }

  /** A map field's value, or null. @throws {DataError} for a field of another type */
  getMap(name: string): Map<unknown, unknown> | null {
    return this.#typed(name, "map") as Map<unknown, unknown> | null;
  }

  /** A struct field's value, or null. @throws {DataError} for a field of another type */
  getStruct(name: string): Struct | null {
    return this.#typed(name, "struct") as Struct | null;
  }

  /** Sets a field. @throws {DataError} for a value that does not fit, or a field that is not there */
  put(field: string | Field, value: unknown): this {
    const { name, position, schema } = typeof field === "string" ? this.#lookup(field) : field;
    validateValue(schema, value, name);
    this.#values[position] = value ?? null;
    return this;
  }

  /** Checks that every field has a value that fits. @throws {DataError} */
  validate(): void {
    for (const { name, position, schema } of this.schema.fields) {
      const value = this.#values[position];
      if (value === null && (schema.optional || schema.defaultValue !== undefined)) continue;
      validateValue(schema, value, name);
    }
  }

  /** Whether both have equal schemas and equal values. */
  equals(other: unknown): boolean {
    return other instanceof Struct && this.schema.equals(other.schema) &&
      valuesEqual(this.#values, other.#values);
  }

  /** Its fields with a value, as Java writes them: `Struct{id=1,name=x}`. */
  toString(): string {
    return textOf(this, null);
  }

  #typed(name: string, type: SchemaType): unknown {
    const { schema, position } = this.#lookup(name);
    if (schema.type !== type) {
      throw new DataError(`Field '${name}' is not of type ${type.toUpperCase()}`);
    }
    return this.#values[position];
  }

  #lookup(name: string): Field {
    return this.schema.field(name) ?? (() => {
      throw new DataError(`${name} is not a valid field name`);
    })();
  }
}
