/**
 * The keys of source connectors and of sink connectors. Kafka: `SourceConnectorConfig`,
 * `SinkConnectorConfig`.
 *
 * @module
 */

import {
  check,
  ConfigDef,
  type ConfigKeys,
  nonEmptyString,
  oneOfIgnoringCase,
  range,
  validList,
  validRegex,
} from "../../api/mod.ts";
import { connectorKeys, uniqueAliases } from "./connector_keys.ts";

/** The keys of a source connector, beside its own. */
export const sourceConnectorConfigDef = ConfigDef.of({
  ...connectorKeys,
  "topic.creation.groups": {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: "Topic Creation",
    order: 1,
    width: "LONG",
    displayName: "Topic Creation Groups",
    validator: uniqueAliases("topic creation groups"),
    doc: "The groups of topics that are made in ways of their own.",
  },
  "exactly.once.support": {
    type: "STRING",
    default: "requested",
    importance: "MEDIUM",
    group: "Exactly Once Support",
    order: 2,
    width: "SHORT",
    displayName: "Exactly once support",
    validator: oneOfIgnoringCase("REQUIRED", "REQUESTED"),
    doc: "Whether exactly-once is required of the connector.",
  },
  "transaction.boundary": {
    type: "STRING",
    default: "poll",
    importance: "MEDIUM",
    group: "Exactly Once Support",
    order: 3,
    width: "SHORT",
    displayName: "Transaction Boundary",
    validator: oneOfIgnoringCase("INTERVAL", "POLL", "CONNECTOR"),
    doc: "Where transactions end.",
  },
  "transaction.boundary.interval.ms": {
    type: "LONG",
    default: null,
    importance: "LOW",
    group: "Exactly Once Support",
    order: 4,
    width: "SHORT",
    displayName: "Transaction boundary interval",
    validator: check("[0,...]", (name, value) => {
      if (value !== null) range(0).ensureValid(name, value);
    }),
    doc: "How often transactions end, with transaction.boundary=interval.",
  },
  "offsets.storage.topic": {
    type: "STRING",
    default: null,
    importance: "LOW",
    group: "offsets.topic",
    order: 1,
    width: "LONG",
    displayName: "Offsets topic",
    validator: nonEmptyString,
    doc:
      "The topic that keeps the connector's offsets, in distributed mode; the worker's unless told.",
  },
});

/** The keys of a sink's dead letter queue. */
export const deadLetterKeys = {
  "errors.deadletterqueue.topic.name": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    group: "Error Handling",
    order: 6,
    width: "MEDIUM",
    displayName: "Dead Letter Queue Topic Name",
    doc: "The topic for records that could not be handled; none when it is empty.",
  },
  "errors.deadletterqueue.topic.replication.factor": {
    type: "SHORT",
    default: 3,
    importance: "MEDIUM",
    group: "Error Handling",
    order: 7,
    width: "MEDIUM",
    displayName: "Dead Letter Queue Topic Replication Factor",
    doc: "The replication factor that the topic is made with.",
  },
  "errors.deadletterqueue.context.headers.enable": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Error Handling",
    order: 8,
    width: "MEDIUM",
    displayName: "Enable Error Context Headers",
    doc: "Whether headers tell what went wrong.",
  },
} as const satisfies ConfigKeys;

/** The keys of a sink connector, beside its own. */
export const sinkConnectorConfigDef = ConfigDef.of({
  ...connectorKeys,
  "topics": {
    type: "LIST",
    default: [],
    importance: "HIGH",
    group: "Common",
    order: 4,
    width: "LONG",
    displayName: "Topics",
    validator: validList(),
    doc: "The topics that are read.",
  },
  "topics.regex": {
    type: "STRING",
    default: "",
    importance: "HIGH",
    group: "Common",
    order: 4,
    width: "LONG",
    displayName: "Topics regex",
    validator: validRegex,
    doc: "Each topic whose whole name matches is read.",
  },
  ...deadLetterKeys,
});
