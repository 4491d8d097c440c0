/** What transformations require of a key or value. Kafka: `Requirements`. */

import { DataError } from "../../base/mod.ts";
import { javaClassOf } from "./java_class.ts";
import type { Schema } from "./schema.ts";
import { Struct } from "./struct.ts";

/**
 * The value, which must be a struct; `purpose` says what for, and the schema what else it is.
 * @throws {DataError}
 */
export function requireStruct(
  value: unknown,
  purpose: string,
  schema: Schema | null = null,
): Struct {
  if (value instanceof Struct) return value;
  throw new DataError(
    `Only Struct objects supported for [${purpose}], found: ${classOf(value, schema)}`,
  );
}

/** The value, which has no schema and must be a map; `purpose` says what for. @throws {DataError} */
export function requireMap(value: unknown, purpose: string): ReadonlyMap<unknown, unknown> {
  if (value instanceof Map) return value;
  throw new DataError(
    `Only Map objects supported in absence of schema for [${purpose}], found: ${
      classOf(value, null)
    }`,
  );
}

function classOf(value: unknown, schema: Schema | null): string {
  return value === null || value === undefined ? "null" : javaClassOf(value, schema);
}
