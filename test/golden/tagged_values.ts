/** Values as the recordings write them: each with the name of its type, so that nothing is lost in JSON. */

import { Schema, type SchemaType, Struct } from "connect";

/** A value and what it is. */
export type Tagged = { t: string; v?: unknown };

/** A schema as recorded. */
export interface RecordedSchema {
  type: SchemaType;
  optional: boolean;
  name?: string;
  version?: number;
  doc?: string;
  parameters?: Record<string, string>;
  default?: Tagged;
  fields?: { field: string; schema: RecordedSchema }[];
  keys?: RecordedSchema;
  values?: RecordedSchema;
}

/** The schema that a recorded one stands for. */
export function schemaOf(recorded: RecordedSchema): Schema {
  const { type, optional, name, version, doc, parameters, fields, keys, values } = recorded;
  const inner = (schema: RecordedSchema | undefined) =>
    schema === undefined ? undefined : schemaOf(schema);
  return new Schema({
    ...{ type, optional, name, version, doc, parameters },
    fields: fields?.map(({ field, schema }) => ({ name: field, schema: schemaOf(schema) })),
    keySchema: inner(keys),
    valueSchema: inner(values),
    defaultValue: recorded.default === undefined ? undefined : valueOf(recorded.default),
  });
}

/** The value that a recorded one stands for; a struct needs its schema. */
export function valueOf({ t, v }: Tagged, schema: Schema | null = null): unknown {
  switch (t) {
    case "null":
      return null;
    case "int64":
      return BigInt(v as string);
    case "float32":
    case "float64":
      return Number(v);
    case "bytes":
      return Uint8Array.fromBase64(v as string);
    case "date":
      return new Date(v as number);
    case "list":
      return (v as Tagged[]).map((item) => valueOf(item, schema?.valueSchema));
    case "map":
      return new Map(
        (v as [Tagged, Tagged][]).map(([key, item]) => [
          valueOf(key, schema?.keySchema),
          valueOf(item, schema?.valueSchema),
        ]),
      );
    case "struct": {
      const struct = new Struct(schema!);
      for (const [name, item] of Object.entries(v as Record<string, Tagged>)) {
        const field = schema!.field(name)!;
        if (item.t !== "null") struct.put(field, valueOf(item, field.schema));
      }
      return struct;
    }
    case "int8":
    case "int16":
    case "int32":
    case "boolean":
    case "string":
      return v;
    default:
      throw new Error(`There is no type "${t}"`);
  }
}
