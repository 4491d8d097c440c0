/**
 * Flatten: puts the fields of structs inside the struct, and of maps inside the map, in their place, under
 * the names of all on the way to them.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  DataError,
  type Field,
  javaClassOf,
  keyAndValueTransformation,
  nestingMax,
  type Props,
  requireMap,
  requireStruct,
  type Schema,
  SchemaBuilder,
  Struct,
  type Transformation,
} from "connect";

const CONFIG = ConfigDef.of({
  "delimiter": {
    type: "STRING",
    default: ".",
    importance: "MEDIUM",
    doc: "What stands between the names on the way to a field.",
  },
});

const purpose = "flattening";

/** Where the values of a field go: to a field of the flat struct, or, being structs, to several. */
interface Route {
  from: Field;
  to: Field | readonly Route[];
}

/** What fields have of the structs around them. */
interface Surroundings {
  prefix: string;
  /** Whether one of them may be missing. */
  optional: boolean;
  /** The default of the innermost. */
  defaultValue: Struct | null;
}

class Flatten implements Transformation {
  readonly #isKey: boolean;
  #delimiter = ".";
  /** The last schema flattened, what became of it, and how values get there. */
  #schema: Schema | null = null;
  #flat: Schema | null = null;
  #routes: readonly Route[] = [];

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    this.#delimiter = CONFIG.parse(props).delimiter;
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (value === null) return record;
    if (schema === null) {
      const flat = new Map<unknown, unknown>();
      this.#flattenMap(requireMap(value, purpose), "", flat, 1);
      return this.#changed(record, null, flat);
    }
    const struct = requireStruct(value, purpose, schema);
    const flat = new Struct(this.#flatSchema(schema));
    fill(flat, struct, this.#routes);
    return this.#changed(record, flat.schema, flat);
  }

  #flatSchema(schema: Schema): Schema {
    if (schema === this.#schema && this.#flat !== null) return this.#flat;
    const builder = SchemaBuilder.like(schema);
    const defaultValue = (schema.defaultValue ?? null) as Struct | null;
    this.#addFields(schema, { prefix: "", optional: schema.optional, defaultValue }, builder);
    this.#flat = builder.build();
    this.#routes = this.#routesTo(this.#flat, schema, "");
    this.#schema = schema;
    return this.#flat;
  }

  #addFields(schema: Schema, around: Surroundings, builder: SchemaBuilder): void {
    for (const field of schema.fields) {
      const name = this.#nameOf(around.prefix, field.name);
      const optional = around.optional || field.schema.optional;
      const defaultValue = field.schema.defaultValue ?? around.defaultValue?.get(field) ?? null;
      if (field.schema.type === "struct") {
        const inside = { prefix: name, optional, defaultValue: defaultValue as Struct | null };
        this.#addFields(field.schema, inside, builder);
        continue;
      }
      if (field.schema.type === "map") {
        throw new DataError(
          `Flatten transformation does not support MAP for record with schemas (for field ${name}).`,
        );
      }
      const flat = SchemaBuilder.like(field.schema);
      if (optional) flat.optional();
      if (defaultValue !== null) flat.defaultValue(defaultValue);
      builder.field(name, flat.build());
    }
  }

  #routesTo(flat: Schema, schema: Schema, prefix: string): Route[] {
    return schema.fields.map((from) => {
      const name = this.#nameOf(prefix, from.name);
      const isStruct = from.schema.type === "struct";
      return { from, to: isStruct ? this.#routesTo(flat, from.schema, name) : flat.field(name)! };
    });
  }

  #flattenMap(
    map: ReadonlyMap<unknown, unknown>,
    prefix: string,
    flat: Map<unknown, unknown>,
    depth: number,
  ): void {
    if (depth > nestingMax) {
      throw new DataError(`Cannot flatten more than ${nestingMax} maps inside each other`);
    }
    for (const [key, value] of map) {
      const name = this.#nameOf(prefix, String(key));
      if (value instanceof Map) this.#flattenMap(value, name, flat, depth + 1);
      else flat.set(name, checked(value, name));
    }
  }

  #nameOf(prefix: string, name: string): string {
    return prefix === "" ? name : prefix + this.#delimiter + name;
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

function fill(flat: Struct, struct: Struct, routes: readonly Route[]): void {
  for (const { from, to } of routes) {
    if ("position" in to) {
      flat.put(to, struct.get(from));
      continue;
    }
    // Kafka: the default of a struct does not stand in for it; the flat fields have its values as theirs.
    const inside = struct.getWithoutDefault(from) as Struct | null;
    if (inside !== null) fill(flat, inside, to);
  }
}

/** A value without a schema that is no map. */
function checked(value: unknown, name: string): unknown {
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
  }
  if (value === null || Array.isArray(value) || value instanceof Uint8Array) return value;
  const javaClass = `class ${javaClassOf(value)}`;
  throw new DataError(
    value instanceof Struct
      ? `Flatten transformation does not support ${javaClass} for record without schemas (for field ${name}).`
      : `Flatten transformation was passed a value of type ${javaClass} which is not supported by Connect's data API`,
  );
}

export default keyAndValueTransformation({
  name: "Flatten",
  aliases: ["org.apache.kafka.connect.transforms.Flatten"],
  version: "4.2.0",
  config: CONFIG,
  create: Flatten,
});
