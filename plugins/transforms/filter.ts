/**
 * Filter: drops every record. With a predicate it drops those that match, or with `negate` the others.
 *
 * @module
 */

import { ConfigDef, transformation } from "connect";

export default transformation({
  name: "Filter",
  aliases: ["org.apache.kafka.connect.transforms.Filter"],
  version: "4.2.0",
  config: ConfigDef.of({}),
  create: class {
    configure(): void {}

    apply(): null {
      return null;
    }
  },
});
