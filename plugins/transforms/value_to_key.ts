/**
 * ValueToKey: makes a new key of some of the value's fields.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  DataError,
  type Field,
  type Props,
  requireMap,
  requireStruct,
  type Schema,
  SchemaBuilder,
  Struct,
  type Transformation,
  transformation,
  validList,
} from "connect";

const CONFIG = ConfigDef.of({
  "fields": {
    type: "LIST",
    validator: validList({ isEmptyAllowed: false }),
    importance: "HIGH",
    doc: "The names of the fields, in the order they shall have in the key.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

const purpose = "copying fields from value to key";

class ValueToKey implements Transformation {
  #names: readonly string[] = [];
  #replaceNull = true;
  /** The last value schema, the fields of it that make the key, and the key's schema. */
  #schema: Schema | null = null;
  #fields: readonly Field[] = [];
  #keySchema: Schema | null = null;

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#names = config.fields;
    this.#replaceNull = config["replace.null.with.default"];
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    if (record.valueSchema === null) {
      const value = requireMap(record.value, purpose);
      const key = new Map<unknown, unknown>();
      for (const name of this.#names) key.set(name, value.get(name) ?? null);
      return record.newRecord({ keySchema: null, key });
    }
    const value = requireStruct(record.value, purpose, record.valueSchema);
    const key = this.#keyOf(value);
    return record.newRecord({ keySchema: key.schema, key, valueSchema: value.schema });
  }

  #keyOf(value: Struct): Struct {
    if (value.schema !== this.#schema || this.#keySchema === null) {
      this.#fields = this.#names.map((name) => fieldOf(value.schema, name));
      const builder = SchemaBuilder.struct();
      for (const { name, schema } of this.#fields) builder.field(name, schema);
      this.#keySchema = builder.build();
      this.#schema = value.schema;
    }
    const key = new Struct(this.#keySchema);
    const fields = this.#keySchema.fields;
    for (let i = 0; i < fields.length; i++) {
      const field = this.#fields[i];
      key.put(fields[i], this.#replaceNull ? value.get(field) : value.getWithoutDefault(field));
    }
    return key;
  }
}

function fieldOf(schema: Schema, name: string): Field {
  const field = schema.field(name);
  if (field === null) throw new DataError(`Field does not exist: ${name}`);
  return field;
}

export default transformation({
  name: "ValueToKey",
  aliases: ["org.apache.kafka.connect.transforms.ValueToKey"],
  version: "4.2.0",
  config: CONFIG,
  create: ValueToKey,
});
