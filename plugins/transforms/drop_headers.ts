/**
 * DropHeaders: removes headers by their names.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  Headers,
  type Props,
  type Transformation,
  transformation,
  validList,
} from "connect";

const CONFIG = ConfigDef.of({
  "headers": {
    type: "LIST",
    validator: validList({ isEmptyAllowed: false }),
    importance: "HIGH",
    doc: "The names of the headers to remove.",
  },
});

class DropHeaders implements Transformation {
  #names: ReadonlySet<string> = new Set();

  configure(props: Props): void {
    this.#names = new Set(CONFIG.parse(props).headers);
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    if (!record.hasHeaders) return record.newRecord({});
    const kept = new Headers();
    for (const { key, value, schema } of record.headers) {
      if (!this.#names.has(key)) kept.add(key, value, schema);
    }
    return record.newRecord({ headers: kept });
  }
}

export default transformation({
  name: "DropHeaders",
  aliases: ["org.apache.kafka.connect.transforms.DropHeaders"],
  version: "4.2.0",
  config: CONFIG,
  create: DropHeaders,
});
