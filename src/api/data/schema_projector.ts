/** Makes values of one schema fit another that has grown from it. */

import { SchemaProjectorError } from "../../base/mod.ts";
import { valuesEqual } from "./equality.ts";
import { textOf } from "./java_text.ts";
import type { Schema, SchemaType } from "./schema.ts";
import { Struct } from "./struct.ts";

/** The numeric types, each of which every earlier one can become. */
const promotions: readonly SchemaType[] = [
  "int8",
  "int16",
  "int32",
  "int64",
  "float32",
  "float64",
];

/**
 * The value as the target schema has it: smaller numbers become larger types, fields that are gone are
 * left out, and fields that are new get their defaults. Kafka: `SchemaProjector.project`.
 *
 * @throws {SchemaProjectorError} when the schemas are not compatible
 */
export function projectValue(source: Schema, value: unknown, target: Schema): unknown {
  ensureCompatible(source, target);
  if (source.optional && !target.optional) {
    if (target.defaultValue === undefined) {
      throw new SchemaProjectorError(
        "Writer schema is optional, however, target schema does not provide a default value.",
      );
    }
    return value === null ? target.defaultValue : projectPresent(source, value, target);
  }
  return value === null ? null : projectPresent(source, value, target);
}

function ensureCompatible(source: Schema, target: Schema): void {
  if (source.type !== target.type && !isPromotable(source.type, target.type)) {
    throw new SchemaProjectorError(
      `Schema type mismatch. source type: ${source.type.toUpperCase()} and target type: ${target.type.toUpperCase()}`,
    );
  }
  if (source.name !== target.name) {
    throw new SchemaProjectorError(
      `Schema name mismatch. source name: ${source.name} and target name: ${target.name}`,
    );
  }
  if (!valuesEqual(source.parameters, target.parameters)) {
    throw new SchemaProjectorError(
      `Schema parameters not equal. source parameters: ${
        textOf(source.parameters, null)
      } and target parameters: ${textOf(target.parameters, null)}`,
    );
  }
}

function isPromotable(source: SchemaType, target: SchemaType): boolean {
  const from = promotions.indexOf(source);
  return from >= 0 && promotions.indexOf(target) > from;
}

function projectPresent(source: Schema, value: unknown, target: Schema): unknown {
  switch (target.type) {
    case "struct":
      return projectStruct(source, value as Struct, target);
    case "array":
      return projectItems(value as unknown[], source.valueSchema, target.valueSchema);
    case "map": {
      const entries = value as Map<unknown, unknown>;
      const keys = projectItems([...entries.keys()], source.keySchema, target.keySchema);
      const items = projectItems([...entries.values()], source.valueSchema, target.valueSchema);
      return new Map(keys.map((key, i) => [key, items[i]]));
    }
    default:
      return promote(value, target.type);
  }
}

function projectItems(
  items: readonly unknown[],
  source: Schema | null,
  target: Schema | null,
): unknown[] {
  if (source === null || target === null) return [...items];
  return items.map((item) => projectValue(source, item, target));
}

function projectStruct(sourceSchema: Schema, source: Struct, targetSchema: Schema): Struct {
  const target = new Struct(targetSchema);
  for (const field of targetSchema.fields) {
    const { name, schema } = field;
    const from = sourceSchema.field(name);
    if (from !== null) {
      target.put(field, projectField(name, from.schema, source.get(name), schema));
    } else if (schema.optional) {
      continue;
    } else if (schema.defaultValue !== undefined) {
      target.put(field, schema.defaultValue);
    } else {
      throw new SchemaProjectorError(
        `Required field \`${name}\` is missing from source schema: ${sourceSchema}`,
      );
    }
  }
  return target;
}

function projectField(name: string, source: Schema, value: unknown, target: Schema): unknown {
  try {
    return projectValue(source, value, target);
  } catch (cause) {
    if (!(cause instanceof SchemaProjectorError)) throw cause;
    throw new SchemaProjectorError(`Error projecting ${name}`, { cause });
  }
}

/** A number in the wider type; a logical type's value as it is. */
function promote(value: unknown, type: SchemaType): unknown {
  if (typeof value !== "number" && typeof value !== "bigint") return value;
  switch (type) {
    case "int64":
      return BigInt(value);
    case "float32":
      return Math.fround(Number(value));
    case "float64":
      return Number(value);
    default:
      return value;
  }
}
