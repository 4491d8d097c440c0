/**
 * TimestampRouter: gives records another topic, made of the topic and the record's timestamp.
 *
 * @module
 */

import {
  ConfigDef,
  type ConnectRecord,
  DataError,
  JavaDateFormat,
  type Props,
  type Transformation,
  transformation,
} from "connect";

const CONFIG = ConfigDef.of({
  "topic.format": {
    type: "STRING",
    default: "${topic}-${timestamp}",
    importance: "HIGH",
    doc: "The new topic; ${topic} and ${timestamp} stand for the topic and the timestamp.",
  },
  "timestamp.format": {
    type: "STRING",
    default: "yyyyMMdd",
    importance: "HIGH",
    doc: "How the timestamp is written, in UTC: a pattern of Java's SimpleDateFormat.",
  },
});

class TimestampRouter implements Transformation {
  #topicFormat = "";
  #pattern = "";
  #format: JavaDateFormat | null = null;
  /** The last topic and timestamp, and what became of them: records come in bursts. */
  #topic: string | null = null;
  #timestamp: number | null = null;
  #routed = "";

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#topicFormat = config["topic.format"];
    this.#pattern = config["timestamp.format"];
    this.#format = null;
    this.#topic = null;
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const { topic, timestamp } = record;
    if (timestamp === null) throw new DataError(`Timestamp missing on record: ${record}`);
    if (topic !== this.#topic || timestamp !== this.#timestamp) {
      this.#routed = this.#route(topic, timestamp);
      this.#topic = topic;
      this.#timestamp = timestamp;
    }
    return record.newRecord({ topic: this.#routed });
  }

  #route(topic: string, timestamp: number): string {
    // Kafka: a pattern that cannot be read is found out by the first record.
    this.#format ??= JavaDateFormat.compile(this.#pattern, Date.now());
    const text = this.#format.format(timestamp);
    return this.#topicFormat.replaceAll("${topic}", () => topic)
      .replaceAll("${timestamp}", () => text);
  }
}

export default transformation({
  name: "TimestampRouter",
  aliases: ["org.apache.kafka.connect.transforms.TimestampRouter"],
  version: "4.2.0",
  config: CONFIG,
  create: TimestampRouter,
});
