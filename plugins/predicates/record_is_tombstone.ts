/**
 * RecordIsTombstone: holds for records whose value is null.
 *
 * @module
 */

import { ConfigDef, type ConnectRecord, type Predicate, predicate } from "connect";

class RecordIsTombstone implements Predicate {
  configure(): void {}

  test<R extends ConnectRecord<R>>(record: R): boolean {
    return record.value === null;
  }
}

export default predicate({
  name: "RecordIsTombstone",
  aliases: ["org.apache.kafka.connect.transforms.predicates.RecordIsTombstone"],
  version: "4.2.0",
  config: ConfigDef.of({}),
  create: RecordIsTombstone,
});
