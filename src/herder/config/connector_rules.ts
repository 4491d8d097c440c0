/**
 * What must hold between the keys of a connector. Kafka: `SinkConnectorConfig.validate`,
 * `SourceConnectorConfig`.
 *
 * @module
 */

import { type ConfigValue, JavaPattern, type Props } from "../../api/mod.ts";
import { validateDeadLetters } from "./error_handling.ts";
import { sinkConnectorConfigDef, sourceConnectorConfigDef } from "./source_sink_keys.ts";

/** What is wrong with the keys that all connectors of a kind have. */
export function validateConnector(kind: "source" | "sink", props: Props): ConfigValue[] {
  if (kind === "source") {
    return [...sourceConnectorConfigDef.validate(props), ...validateDeadLetters(props)];
  }
  const values = sinkConnectorConfigDef.validate(props);
  const byName = new Map(values.map((value) => [value.name, value]));
  const topics = byName.get("topics")!;
  const regex = byName.get("topics.regex")!;
  const hasTopics = (props.topics ?? "").trim() !== "";
  const hasRegex = (props["topics.regex"] ?? "").trim() !== "";
  if (hasTopics === hasRegex) {
    const message = hasTopics
      ? "topics and topics.regex are mutually exclusive options, but both are set."
      : "Must configure one of topics or topics.regex";
    topics.errorMessages.push(message);
    regex.errorMessages.push(message);
  }
  const deadLetters = byName.get("errors.deadletterqueue.topic.name")!.value as string;
  if (deadLetters === "") return values;
  const names = topics.value as readonly string[];
  if (hasTopics && names.includes(deadLetters)) {
    topics.errorMessages.push(
      `The DLQ topic '${deadLetters}' may not be included in the list of topics ` +
        `('topics=[${names.join(", ")}]') consumed by the connector`,
    );
  }
  if (hasRegex && regex.errorMessages.length === 0) {
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
