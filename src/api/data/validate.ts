/** Whether a value fits its schema, in the words of Kafka's `ConnectSchema.validateValue`. */

import { DataError } from "../../base/mod.ts";
import { BigDecimal } from "./big_decimal.ts";
import { javaClassOf } from "./java_class.ts";
import { logicalClassOf } from "./logical_names.ts";
import type { Schema } from "./schema.ts";
import { Struct } from "./struct.ts";

/**
 * Checks a value against its schema, all the way down. A schema with the name of a logical type wants
 * that type's values: a Date for a Timestamp, whatever the type under it.
 *
 * @throws {DataError} naming `field`, or where in it, and both types
 */
export function validateValue(schema: Schema, value: unknown, field?: string): void {
  // Most values are text: this is seen where the compiler makes no call of it.
  if (typeof value === "string" && schema.type === "string" && schema.name === null) return;
  validate(schema, value, field, "");
}

/** `inside` says how deep: "element of array value of map ". */
function validate(schema: Schema, value: unknown, field: string | undefined, inside: string): void {
  if (value === null || value === undefined) {
    if (schema.optional) return;
    const place = placeOf(field, inside);
    const type = schema.type.toUpperCase();
    throw new DataError(`Invalid value: null used for required ${place}, schema type: ${type}`);
  }
  if (!fits(schema, value)) {
    const name = schema.name === null ? "" : ` "${schema.name}"`;
    const type = schema.type.toUpperCase();
    throw new DataError(
      `Invalid Java object for schema${name} with type ${type}: class ${javaClassOf(value)} for ${
        placeOf(field, inside)
      }`,
    );
  }
  if (typeof value !== "object") return;
  if (value instanceof Struct) {
    if (!value.schema.equals(schema)) throw new DataError("Struct schemas do not match.");
    value.validate();
  } else if (Array.isArray(value)) {
    const place = `element of array ${inside}`;
    const items = known(schema.valueSchema, field, place);
    for (const item of value) validate(items, item, field, place);
  } else if (value instanceof Map) {
    const [keyPlace, valuePlace] = [`key of map ${inside}`, `value of map ${inside}`];
    const keys = known(schema.keySchema, field, keyPlace);
    const items = known(schema.valueSchema, field, valuePlace);
    for (const [key, item] of value) {
      validate(keys, key, field, keyPlace);
      validate(items, item, field, valuePlace);
    }
  }
}

function placeOf(field: string | undefined, inside: string): string {
  return inside + (field === undefined ? "value" : `field: "${field}"`);
}

function known(schema: Schema | null, field: string | undefined, inside: string): Schema {
  if (schema !== null) return schema;
  throw new DataError(`No schema defined for ${placeOf(field, inside)}`);
}

function fits(schema: Schema, value: unknown): boolean {
  const logical = schema.name === null ? null : logicalClassOf(schema.name);
  if (logical === "Date") return value instanceof Date;
  if (logical === "BigDecimal") return value instanceof BigDecimal;
  switch (schema.type) {
    case "int8":
      return isInteger(value, 2 ** 7);
    case "int16":
      return isInteger(value, 2 ** 15);
    case "int32":
      return isInteger(value, 2 ** 31);
    case "int64":
      return typeof value === "bigint" && BigInt.asIntN(64, value) === value;
    case "float32":
    case "float64":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    case "string":
      return typeof value === "string";
    case "bytes":
      return value instanceof Uint8Array;
    case "array":
      return Array.isArray(value);
    case "map":
      return value instanceof Map;
    case "struct":
      return value instanceof Struct;
  }
}

function isInteger(value: unknown, range: number): boolean {
  return Number.isInteger(value) && (value as number) >= -range && (value as number) < range;
}
