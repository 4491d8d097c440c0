/**
 * ExtractField: puts one field of a struct or a map in the place of the whole key or value.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  FieldPath,
  IllegalArgumentError,
  keyAndValueTransformation,
  oneOfIgnoringCase,
  type Props,
  requireMap,
  requireStruct,
  type Schema,
  type Transformation,
} from "connect";

const CONFIG = ConfigDef.of({
  "field": {
    type: "STRING",
    importance: "MEDIUM",
    doc: "The name of the field, or with field.syntax.version=V2 the path to it.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gives the default of its schema.",
  },
  "field.syntax.version": {
    type: "STRING",
    default: "V1",
    validator: oneOfIgnoringCase("V1", "V2"),
    importance: "HIGH",
    doc: "How the field is named. V1: by its name, at the top. V2: by a path such as a.b, where " +
      "backticks take names that hold dots: `a.b`.c is the field c inside of a.b.",
  },
});

const purpose = "field extraction";

class ExtractField implements Transformation {
  readonly #isKey: boolean;
  #text = "";
  #path = new FieldPath("", "V1");
  #replaceNull = true;

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    const isV2 = config["field.syntax.version"].toUpperCase() === "V2";
    this.#text = config.field;
    this.#path = new FieldPath(config.field, isV2 ? "V2" : "V1");
    this.#replaceNull = config["replace.null.with.default"];
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (schema === null) {
      const map = value === null ? null : requireMap(value, purpose);
      return this.#changed(record, null, map && this.#path.valueInMap(map));
    }
    const struct = value === null ? null : requireStruct(value, purpose, schema);
    const field = this.#path.fieldIn(schema);
    if (field === null) throw new IllegalArgumentError(`Unknown field: ${this.#text}`);
    const item = struct && this.#path.valueIn(struct, this.#replaceNull);
    return this.#changed(record, field.schema, item);
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

export default keyAndValueTransformation({
  name: "ExtractField",
  aliases: ["org.apache.kafka.connect.transforms.ExtractField"],
  version: "4.2.0",
  config: CONFIG,
  create: ExtractField,
});
