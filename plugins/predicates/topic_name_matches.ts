/**
 * TopicNameMatches: holds for records whose topic, as a whole, matches a regular expression.
 *
 * @module
 */

import {
  allOf,
  ConfigDef,
  type ConnectRecord,
  JavaPattern,
  nonEmptyString,
  type Predicate,
  predicate,
  type Props,
  validRegex,
} from "connect";

const CONFIG = ConfigDef.of({
  "pattern": {
    type: "STRING",
    importance: "MEDIUM",
    validator: allOf(nonEmptyString, validRegex),
    doc: "A regular expression, as Java reads it, that the whole name of the topic has to match.",
  },
});

class TopicNameMatches implements Predicate {
  #pattern: JavaPattern | null = null;
  /** The last topic, and whether it matched: nearly always the same from record to record. */
  #topic: string | null = null;
  #isMatch = false;

  configure(props: Props): void {
    this.#pattern = JavaPattern.compile(CONFIG.parse(props).pattern);
    this.#topic = null;
    this.#isMatch = false;
  }

  test<R extends ConnectRecord<R>>({ topic }: R): boolean {
    if (topic !== this.#topic) {
      this.#isMatch = topic !== null && this.#pattern!.matches(topic);
      this.#topic = topic;
    }
    return this.#isMatch;
  }
}

export default predicate({
  name: "TopicNameMatches",
  aliases: ["org.apache.kafka.connect.transforms.predicates.TopicNameMatches"],
  version: "4.2.0",
  config: CONFIG,
  create: TopicNameMatches,
});
