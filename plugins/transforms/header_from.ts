/**
 * HeaderFrom: copies or moves fields of a struct or a map into headers.
 *
 * @module
 */

import {
  check,
  ConfigDef,
  ConfigError,
  type ConnectRecord,
  copyOf,
  DataError,
  type Field,
  type Headers,
  invalid,
  keyAndValueTransformation,
  oneOf,
  type Props,
  requireMap,
  requireStruct,
  type Schema,
  SchemaBuilder,
  Struct,
  type Transformation,
} from "connect";

const nonEmptyList = check("non-empty list", (name, value) => {
  if (value === null || (value as readonly string[]).length === 0) {
    throw invalid(name, value, "Empty list");
  }
});

const CONFIG = ConfigDef.of({
  "fields": {
    type: "LIST",
    validator: nonEmptyList,
    importance: "HIGH",
    doc: "The names of the fields.",
  },
  "headers": {
    type: "LIST",
    validator: nonEmptyList,
    importance: "HIGH",
    doc: "The names of the headers that the fields go to, in the same order.",
  },
  "operation": {
    type: "STRING",
    validator: oneOf("move", "copy"),
    importance: "HIGH",
    doc: "Whether the fields leave the key or value (move) or stay there as well (copy).",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

class HeaderFrom implements Transformation {
  readonly #isKey: boolean;
  #fields: readonly string[] = [];
  #names: readonly string[] = [];
  #isMove = false;
  #replaceNull = true;
  #purpose = "";
  /** The last schema that fields were moved out of, what remains of it, and those fields of it that do. */
  #schema: Schema | null = null;
  #rest: Schema | null = null;
  #kept: readonly Field[] = [];

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#fields = config.fields;
    this.#names = config.headers;
    if (this.#fields.length !== this.#names.length) {
      throw new ConfigError(
        "'fields' config must have the same number of elements as 'headers' config.",
      );
    }
    this.#isMove = config.operation === "move";
    this.#purpose = `header ${config.operation}`;
    this.#replaceNull = config["replace.null.with.default"];
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    const headers = record.headers.duplicate();
    const changed = schema === null
      ? this.#fromMap(value, headers)
      : this.#fromStruct(value, schema, headers);
    const changedSchema = changed instanceof Struct ? changed.schema : null;
    return record.newRecord(
      this.#isKey
        ? { keySchema: changedSchema, key: changed, headers }
        : { valueSchema: changedSchema, value: changed, headers },
    );
  }

  #fromMap(value: unknown, headers: Headers): ReadonlyMap<unknown, unknown> {
    const map = requireMap(value, this.#purpose);
    this.#fields.forEach((name, at) => headers.add(this.#names[at], map.get(name) ?? null));
    if (!this.#isMove) return map;
    const rest = copyOf(map);
    for (const name of this.#fields) rest.delete(name);
    return rest;
  }

  #fromStruct(value: unknown, schema: Schema, headers: Headers): Struct {
    const struct = requireStruct(value, this.#purpose, schema);
    const changed = this.#isMove ? this.#restOf(struct) : struct;
    this.#fields.forEach((name, at) => {
      const field = schema.field(name);
      // Kafka: HeaderFrom ends in a NullPointerException.
      if (field === null) throw new DataError(`Field does not exist: ${name}`);
      headers.add(this.#names[at], this.#valueOf(struct, field), field.schema);
    });
    return changed;
  }

  #restOf(struct: Struct): Struct {
    if (struct.schema !== this.#schema || this.#rest === null) {
      this.#schema = struct.schema;
      this.#kept = struct.schema.fields.filter(({ name }) => !this.#fields.includes(name));
      this.#rest = schemaOf(struct.schema, this.#kept);
    }
    const rest = new Struct(this.#rest);
    const fields = this.#rest.fields;
    for (let i = 0; i < fields.length; i++) {
      rest.put(fields[i], this.#valueOf(struct, this.#kept[i]));
    }
    return rest;
  }

  #valueOf(struct: Struct, field: Field): unknown {
    return this.#replaceNull ? struct.get(field) : struct.getWithoutDefault(field);
  }
}

/** A struct's schema with some of its fields; whether it was optional, and its default, are lost. */
function schemaOf(source: Schema, fields: readonly Field[]): Schema {
  const builder = SchemaBuilder.like(source);
  for (const { name, schema } of fields) builder.field(name, schema);
  return builder.build();
}

export default keyAndValueTransformation({
  name: "HeaderFrom",
  aliases: ["org.apache.kafka.connect.transforms.HeaderFrom"],
  version: "4.2.0",
  config: CONFIG,
  create: HeaderFrom,
});
