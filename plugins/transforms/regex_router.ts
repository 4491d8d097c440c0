/**
 * RegexRouter: gives records whose topic, as a whole, matches a regular expression another topic.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  JavaPattern,
  type Props,
  type Transformation,
  transformation,
  validRegex,
} from "connect";

const CONFIG = ConfigDef.of({
  "regex": {
    type: "STRING",
    importance: "HIGH",
    validator: validRegex,
    doc: "A regular expression, as Java reads it, that the whole name of the topic has to match.",
  },
  "replacement": {
    type: "STRING",
    importance: "HIGH",
    doc: "The new topic; $1 and ${name} stand for what groups of the expression have matched.",
  },
});

class RegexRouter implements Transformation {
  #pattern: JavaPattern | null = null;
  #replacement = "";
  /** The last topic, and what became of it: nearly always the same from record to record. */
  #topic: string | null = null;
  #routed: string | null = null;

  configure(props: Props): void {
    const { regex, replacement } = CONFIG.parse(props);
    this.#pattern = JavaPattern.compile(regex);
    this.#replacement = replacement;
    this.#topic = null;
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const { topic } = record;
    if (topic !== this.#topic) {
      this.#routed = this.#route(topic);
      this.#topic = topic;
    }
    return this.#routed === null ? record : record.newRecord({ topic: this.#routed });
  }

  /** The topic in place of this one; null when it does not match. */
  #route(topic: string): string | null {
    const pattern = this.#pattern!;
    return pattern.matches(topic) ? pattern.replaceFirst(topic, this.#replacement) : null;
  }
}

export default transformation({
  name: "RegexRouter",
  aliases: ["org.apache.kafka.connect.transforms.RegexRouter"],
  version: "4.2.0",
  config: CONFIG,
  create: RegexRouter,
});
