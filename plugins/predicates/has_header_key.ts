/**
 * HasHeaderKey: holds for records that have a header of one name, whatever its value.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  nonEmptyString,
  type Predicate,
  predicate,
  type Props,
} from "connect";

const CONFIG = ConfigDef.of({
  "name": {
    type: "STRING",
    importance: "MEDIUM",
    validator: nonEmptyString,
    doc: "The name of the header.",
  },
});

class HasHeaderKey implements Predicate {
  #name = "";

  configure(props: Props): void {
    this.#name = CONFIG.parse(props).name;
  }

  test<R extends ConnectRecord<R>>(record: R): boolean {
    return record.hasHeaders && record.headers.lastWithName(this.#name) !== null;
  }
}

export default predicate({
  name: "HasHeaderKey",
  aliases: ["org.apache.kafka.connect.transforms.predicates.HasHeaderKey"],
  version: "4.2.0",
  config: CONFIG,
  create: HasHeaderKey,
});
