/**
 * What must hold between the keys of a connector. Kafka: `SinkConnectorConfig.validate`,
 * `SourceConnectorConfig`.
 *
 * @module
 */

import {
  type ConfigDef,
  type ConfigValue,
  JavaPattern,
  type Props,
  trimJava,
} from "../../api/mod.ts";
import type { NullableProps } from "./plugin_validation.ts";
import { sinkConnectorConfigDef } from "./source_sink_keys.ts";

/**
 * What is wrong with the keys that all connectors of a kind have.
 * @param def these keys, with what is known of plugins
 */
export function validateConnector(
  kind: "source" | "sink",
  props: NullableProps,
  def: ConfigDef,
): ConfigValue[] {
  const values = def.validate(props);
  if (kind === "source") return values;
  const byName = new Map(values.map((value) => [value.name, value]));
  const topics = byName.get("topics")!;
  const regex = byName.get("topics.regex")!;
  const isPattern = regex.errorMessages.length === 0;
  const hasTopics = trimJava(props.topics ?? "") !== "";
  const hasRegex = trimJava(props["topics.regex"] ?? "") !== "";
  if (hasTopics === hasRegex) {
    const message = hasTopics
      ? "topics and topics.regex are mutually exclusive options, but both are set."
      : "Must configure one of topics or topics.regex";
    topics.errorMessages.push(message);
    regex.errorMessages.push(message);
  }
  const deadLetters = byName.get("errors.deadletterqueue.topic.name")!.value as string | null;
  if (deadLetters === null || deadLetters === "") return values;
  const names = topics.value as readonly string[];
  if (hasTopics && names.includes(deadLetters)) {
    topics.errorMessages.push(
      `The DLQ topic '${deadLetters}' may not be included in the list of topics ` +
        `('topics=[${names.join(", ")}]') consumed by the connector`,
    );
  }
  if (hasRegex && isPattern) {
    const pattern = regex.value as string;
    if (JavaPattern.compile(pattern).matches(deadLetters)) {
      regex.errorMessages.push(
        `The DLQ topic '${deadLetters}' may not be matched by the regex for the topics ` +
          `('topics.regex=${pattern}') consumed by the connector`,
      );
    }
  }
  return values;
}

/** What a sink reads. */
export function topicSelection(props: Props): { topics: string[] } | { pattern: JavaPattern } {
  const { topics, "topics.regex": pattern } = sinkConnectorConfigDef.parse(props);
  return topics.length > 0 ? { topics: [...topics] } : { pattern: JavaPattern.compile(pattern) };
}
