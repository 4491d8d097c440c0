/** A value with named fields. */

import { DataError } from "../../base/mod.ts";
import type { Field, Schema } from "./schema.ts";
import { validateValue } from "./validate.ts";

/** A value with named fields, as its schema says. Kafka: `org.apache.kafka.connect.data.Struct`. */
export class Struct {
  /** What its fields are. */
  readonly schema: Schema;
  readonly #values: unknown[];

  /** A struct without values. @throws {DataError} for a schema of another type */
  constructor(schema: Schema) {
    if (schema.type !== "struct") {
      throw new DataError(`Not a struct schema: Schema{${schema.type.toUpperCase()}}`);
    }
    this.schema = schema;
    this.#values = new Array(schema.fields.length).fill(null);
  }

  /** A field's value; its default when it has none; null when there is no default either. @throws {DataError} */
  get(field: string | Field): unknown {
    const { position, schema } = typeof field === "string" ? this.#lookup(field) : field;
    return this.#values[position] ?? schema.defaultValue ?? null;
  }

  /** A field's value without regard to its default. @throws {DataError} */
  getWithoutDefault(name: string): unknown {
    return this.#values[this.#lookup(name).position];
  }

  /** Sets a field. @throws {DataError} for a value that does not fit, or a field that is not there */
  put(field: string | Field, value: unknown): this {
    const { name, position, schema } = typeof field === "string" ? this.#lookup(field) : field;
    validateValue(schema, value, name);
    this.#values[position] = value;
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

  #lookup(name: string): Field {
    return this.schema.field(name) ?? (() => {
      throw new DataError(`${name} is not a valid field name`);
    })();
  }
}
