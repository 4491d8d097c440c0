/**
 * InsertHeader: adds a header with a fixed value, behind those of its name that are there already.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  nonNull,
  parseValue,
  type Props,
  type SchemaAndValue,
  type Transformation,
  transformation,
} from "connect";

const CONFIG = ConfigDef.of({
  "header": {
    type: "STRING",
    validator: nonNull,
    importance: "HIGH",
    doc: "The name of the header.",
  },
  "value.literal": {
    type: "STRING",
    validator: nonNull,
    importance: "HIGH",
    doc: "The value of the header. It gets the type that it looks like: 123 is a number, true a " +
      "boolean, [1,2] an array, 2019-08-23 a date; what looks like nothing else is text.",
  },
});

class InsertHeader implements Transformation {
  #name = "";
  #literal: SchemaAndValue = { schema: null, value: null };

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#name = config.header;
    this.#literal = parseValue(config["value.literal"]);
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const { schema, value } = this.#literal;
    const headers = record.headers.duplicate().add(this.#name, value, schema);
    return record.newRecord({ headers });
  }
}

export default transformation({
  name: "InsertHeader",
  aliases: ["org.apache.kafka.connect.transforms.InsertHeader"],
  version: "4.2.0",
  config: CONFIG,
  create: InsertHeader,
});
