/**
 * The keys `errors.*`: what happens to records that fail (KIP-298). A source may have a dead letter queue
 * as a sink has, by the same keys, which Kafka Connect takes for unknown there.
 *
 * @module
 */

import { ConfigDef, type ConfigValue } from "../../api/mod.ts";
import type { ErrorSpec } from "../../task/mod.ts";
import type { NewTopic } from "../../topics/mod.ts";
import type { Props } from "./properties.ts";
import { connectorKeys } from "./connector_keys.ts";
import { deadLetterKeys } from "./source_sink_keys.ts";

const deadLetterConfigDef = ConfigDef.of(deadLetterKeys);
const errorConfigDef = ConfigDef.of({
  "errors.retry.timeout": connectorKeys["errors.retry.timeout"],
  "errors.retry.delay.max.ms": connectorKeys["errors.retry.delay.max.ms"],
  "errors.tolerance": connectorKeys["errors.tolerance"],
  "errors.log.enable": connectorKeys["errors.log.enable"],
  "errors.log.include.messages": connectorKeys["errors.log.include.messages"],
});

/** Kafka: one partition, whatever the brokers make by themselves. */
const partitions = 1;

/** What a connector says of records that fail. */
export function errorSpec(connector: Props): ErrorSpec {
  const errors = errorConfigDef.parse(connector);
  const letters = deadLetterConfigDef.parse(connector);
  const topic = letters["errors.deadletterqueue.topic.name"].trim();
  return {
    retryTimeoutMs: Number(errors["errors.retry.timeout"]),
    retryDelayMsMax: Number(errors["errors.retry.delay.max.ms"]),
    tolerance: errors["errors.tolerance"] as ErrorSpec["tolerance"],
    log: errors["errors.log.enable"],
    logRecords: errors["errors.log.include.messages"],
    deadLetters: topic === ""
      ? null
      : { topic, withContext: letters["errors.deadletterqueue.context.headers.enable"] },
  };
}

/** The topic of a connector's dead letters, as it is made; null when there is none. */
export function deadLetterTopic(connector: Props): NewTopic | null {
  const letters = deadLetterConfigDef.parse(connector);
  const name = letters["errors.deadletterqueue.topic.name"].trim();
  const replicationFactor = letters["errors.deadletterqueue.topic.replication.factor"];
  return name === "" ? null : { name, partitions, replicationFactor };
}

/** What is wrong with a source's dead letter queue; nothing is when it asks for none. */
export function validateDeadLetters(source: Props): ConfigValue[] {
  const isAsked = (source["errors.deadletterqueue.topic.name"] ?? "").trim() !== "";
  return isAsked ? deadLetterConfigDef.validate(source) : [];
}
