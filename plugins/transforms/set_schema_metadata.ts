/**
 * SetSchemaMetadata: gives the schema of the key or the value another name, another version, or both.
 *
 * @module
 */

import {
  ConfigDef,
  ConfigError,
  type ConnectRecord,
  DataError,
  keyAndValueTransformation,
  type Props,
  Schema,
  Struct,
  type Transformation,
} from "connect";

const CONFIG = ConfigDef.of({
  "schema.name": {
    type: "STRING",
    default: null,
    importance: "HIGH",
    doc: "The new name of the schema.",
  },
  "schema.version": {
    type: "INT",
    default: null,
    importance: "HIGH",
    doc: "The new version of the schema.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

class SetSchemaMetadata implements Transformation {
  readonly #isKey: boolean;
  #name: string | null = null;
  #version: number | null = null;
  #replaceNull = true;
  /** The last schema, and what became of it: nearly always the same from record to record. */
  #schema: Schema | null = null;
  #updated: Schema | null = null;

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#name = config["schema.name"];
    this.#version = config["schema.version"];
    this.#replaceNull = config["replace.null.with.default"];
    this.#updated = null;
    if (this.#name === null && this.#version === null) {
      throw new ConfigError("Neither schema name nor version configured");
    }
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (schema === null) {
      if (value === null) return record;
      throw new DataError("Schema required for [updating schema metadata]");
    }
    if (schema !== this.#schema || this.#updated === null) {
      this.#updated = this.#update(schema);
      this.#schema = schema;
    }
    const updated = this.#updated;
    const moved = value instanceof Struct ? this.#move(value, updated) : value;
    return record.newRecord(
      this.#isKey ? { keySchema: updated, key: moved } : { valueSchema: updated, value: moved },
    );
  }

  #update(schema: Schema): Schema {
    const { type, optional, defaultValue, name, version, doc, parameters } = schema;
    return new Schema({
      type,
      optional,
      defaultValue,
      name: this.#name ?? name,
      version: this.#version ?? version,
      doc,
      parameters,
      // Kafka: SetSchemaMetadata asks any schema for its fields, which only those of structs have.
      fields: schema.fields,
    });
  }

  #move(value: Struct, schema: Schema): Struct {
    const moved = new Struct(schema);
    for (const field of schema.fields) {
      moved.put(field, this.#replaceNull ? value.get(field) : value.getWithoutDefault(field));
    }
    return moved;
  }
}

export default keyAndValueTransformation({
  name: "SetSchemaMetadata",
  aliases: ["org.apache.kafka.connect.transforms.SetSchemaMetadata"],
  version: "4.2.0",
  config: CONFIG,
  create: SetSchemaMetadata,
});
