/**
 * HoistField: wraps the key or the value in a struct, or a map where there is no schema, with one field.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  keyAndValueTransformation,
  type Props,
  type Schema,
  SchemaBuilder,
  Struct,
  type Transformation,
} from "connect";

const CONFIG = ConfigDef.of({
  "field": {
    type: "STRING",
    importance: "MEDIUM",
    doc: "The name of the one field.",
  },
});

class HoistField implements Transformation {
  readonly #isKey: boolean;
  #field = "";
  /** The last schema wrapped, and its wrapping: nearly always the same from record to record. */
  #schema: Schema | null = null;
  #wrapped: Schema | null = null;

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    this.#field = CONFIG.parse(props).field;
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (schema === null) return this.#changed(record, null, new Map([[this.#field, value]]));
    if (schema !== this.#schema || this.#wrapped === null) {
      this.#schema = schema;
      this.#wrapped = SchemaBuilder.struct().field(this.#field, schema).build();
    }
    const wrapped = this.#wrapped;
    return this.#changed(record, wrapped, new Struct(wrapped).put(wrapped.fields[0], value));
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

export default keyAndValueTransformation({
  name: "HoistField",
  aliases: ["org.apache.kafka.connect.transforms.HoistField"],
  version: "4.2.0",
  config: CONFIG,
  create: HoistField,
});
