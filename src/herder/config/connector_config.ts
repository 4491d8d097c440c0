/**
 * The keys that every connector has beside its own, with the defaults and validators of Kafka Connect
 * 4.2 (`ConnectorConfig`, `SourceConnectorConfig`, `SinkConnectorConfig`), and what follows from them
 * for its tasks.
 *
 * @module
 */

import {
  check,
  ConfigDef,
  ConfigError,
  type ConfigKey,
  type ConfigKeys,
  type ConfigType,
  type ConfigValue,
  invalid,
  nonEmptyString,
  oneOf,
  oneOfIgnoringCase,
  range,
} from "../../api/mod.ts";
import { reasonOf } from "../../base/mod.ts";
import type { PluginSpec, TransformSpec } from "../../task/mod.ts";
import { type Props } from "./properties.ts";
import { withPrefix } from "./worker_config.ts";

function key<T extends ConfigType>(
  type: T,
  value: ConfigKey<T>["default"],
  importance: ConfigKey["importance"],
  group: string,
  displayName: string,
  doc: string,
  validator?: ConfigKey["validator"],
): ConfigKey<T> {
  return {
    type,
    importance,
    group,
    displayName,
    doc,
    ...value !== undefined && { default: value },
    ...validator && { validator },
  };
}

function uniqueAliases(what: string): ConfigKey["validator"] {
  return check(`non-null string, unique ${what}`, (name, value) => {
    const aliases = value as readonly string[];
    if (new Set(aliases).size < aliases.length) {
      throw invalid(name, `[${aliases.join(", ")}]`, "Duplicate alias provided.");
    }
    if (aliases.includes("")) {
      throw invalid(name, `[${aliases.join(", ")}]`, "Empty alias provided.");
    }
  });
}

const connectorName = check("non-empty string without ISO control characters", (name, value) => {
  if (value === null) throw invalid(name, value, "non-null string required");
  const text = value as string;
  if (text === "") throw invalid(name, text, "String may not be empty");
  // deno-lint-ignore no-control-regex
  const control = /[\u0000-\u001f\u007f-\u009f]/.exec(text);
  if (control !== null) {
    throw invalid(name, text, "String may not contain control sequences but had the following");
  }
});

const common: ConfigKeys = {
  "name": key(
    "STRING",
    undefined,
    "HIGH",
    "Common",
    "Connector name",
    "The connector's name, of which there is one.",
    connectorName,
  ),
  "connector.class": key(
    "STRING",
    undefined,
    "HIGH",
    "Common",
    "Connector class",
    "The connector's class, or an alias of it.",
  ),
  "connector.plugin.version": key(
    "STRING",
    null,
    "MEDIUM",
    "Common",
    "Connector version",
    "The version of the connector.",
  ),
  "tasks.max": key(
    "INT",
    1,
    "HIGH",
    "Common",
    "Tasks max",
    "The most tasks that the connector may have.",
    range(1),
  ),
  "tasks.max.enforce": key(
    "BOOLEAN",
    true,
    "LOW",
    "Common",
    "Enforce tasks max",
    "Whether a connector that makes more tasks than tasks.max fails.",
  ),
  ...converterKeys("key", "Key"),
  ...converterKeys("value", "Value"),
  ...converterKeys("header", "Header"),
  "transforms": key(
    "LIST",
    [],
    "LOW",
    "Transforms",
    "Transforms",
    "The aliases of transformations, in the order they apply.",
    uniqueAliases("transformation aliases"),
  ),
  "predicates": key(
    "LIST",
    [],
    "LOW",
    "Predicates",
    "Predicates",
    "The aliases of predicates that transformations refer to.",
    uniqueAliases("predicate aliases"),
  ),
  "config.action.reload": key(
    "STRING",
    "restart",
    "LOW",
    "Common",
    "Reload Action",
    "What happens when a value from a config provider changes.",
    oneOf("none", "restart"),
  ),
  "errors.retry.timeout": key(
    "LONG",
    0,
    "MEDIUM",
    "Error Handling",
    "Retry Timeout for Errors",
    "How long a failed operation is tried again, in milliseconds; -1 for ever.",
  ),
  "errors.retry.delay.max.ms": key(
    "LONG",
    60000,
    "MEDIUM",
    "Error Handling",
    "Maximum Delay Between Retries for Errors",
    "The longest wait between two tries.",
  ),
  "errors.tolerance": key(
    "STRING",
    "none",
    "MEDIUM",
    "Error Handling",
    "Error Tolerance",
    "Whether a record that fails is passed over (all) or ends the task (none).",
    oneOf("none", "all"),
  ),
  "errors.log.enable": key(
    "BOOLEAN",
    false,
    "MEDIUM",
    "Error Handling",
    "Log Errors",
    "Whether each error is logged.",
  ),
  "errors.log.include.messages": key(
    "BOOLEAN",
    false,
    "MEDIUM",
    "Error Handling",
    "Log Error Details",
    "Whether the record itself is logged too.",
  ),
};

function converterKeys(what: string, title: string): ConfigKeys {
  return {
    [`${what}.converter`]: key(
      "CLASS",
      null,
      "LOW",
      "Common",
      `${title} converter class`,
      `The converter of ${what}s; the worker's unless told.`,
    ),
    [`${what}.converter.plugin.version`]: key(
      "STRING",
      null,
      "LOW",
      "Common",
      `${title} converter version`,
      `The version of the ${what} converter.`,
    ),
  };
}

const topicsRegex = check("valid regex", (name, value) => {
  try {
    new RegExp(value as string, "v");
  } catch (cause) {
    throw invalid(name, value, `Invalid regex: ${reasonOf(cause)}`);
  }
});

/** The keys of a source connector, beside its own. */
export const sourceConnectorConfigDef: ConfigDef = ConfigDef.of({
  ...common,
  "topic.creation.groups": key(
    "LIST",
    [],
    "LOW",
    "Topic Creation",
    "Topic Creation Groups",
    "The groups of topics that are made in ways of their own.",
    uniqueAliases("topic creation groups"),
  ),
  "exactly.once.support": key(
    "STRING",
    "requested",
    "MEDIUM",
    "Exactly Once Support",
    "Exactly once support",
    "Whether exactly-once is required of the connector.",
    oneOfIgnoringCase("REQUIRED", "REQUESTED"),
  ),
  "transaction.boundary": key(
    "STRING",
    "poll",
    "MEDIUM",
    "Exactly Once Support",
    "Transaction Boundary",
    "Where transactions end.",
    oneOfIgnoringCase("INTERVAL", "POLL", "CONNECTOR"),
  ),
  "transaction.boundary.interval.ms": key(
    "LONG",
    null,
    "LOW",
    "Exactly Once Support",
    "Transaction boundary interval",
    "How often transactions end, with transaction.boundary=interval.",
    check("[0,...]", (name, value) => value !== null && range(0).ensureValid(name, value)),
  ),
  "offsets.storage.topic": key(
    "STRING",
    null,
    "LOW",
    "offsets.topic",
    "Offsets topic",
    "A topic of its own for the connector's offsets.",
    nonEmptyString,
  ),
});

/** The keys of a sink connector, beside its own. */
export const sinkConnectorConfigDef: ConfigDef = ConfigDef.of({
  ...common,
  "topics": key(
    "LIST",
    [],
    "HIGH",
    "Common",
    "Topics",
    "The topics to read, divided by commas.",
  ),
  "topics.regex": key(
    "STRING",
    "",
    "HIGH",
    "Common",
    "Topics regex",
    "A regular expression; every topic whose whole name matches is read.",
    topicsRegex,
  ),
  "errors.deadletterqueue.topic.name": key(
    "STRING",
    "",
    "MEDIUM",
    "Error Handling",
    "Dead Letter Queue Topic Name",
    "The topic for records that could not be handled.",
  ),
  "errors.deadletterqueue.topic.replication.factor": key(
    "SHORT",
    3,
    "MEDIUM",
    "Error Handling",
    "Dead Letter Queue Topic Replication Factor",
    "The replication factor that the topic is made with.",
  ),
  "errors.deadletterqueue.context.headers.enable": key(
    "BOOLEAN",
    false,
    "MEDIUM",
    "Error Handling",
    "Enable Error Context Headers",
    "Whether headers tell what went wrong.",
  ),
});

/** What is wrong with the keys that all connectors of a kind have. */
export function validateConnector(kind: "source" | "sink", props: Props): ConfigValue[] {
  if (kind === "source") return sourceConnectorConfigDef.validate(props);
  const values = sinkConnectorConfigDef.validate(props);
  const topics = (props.topics ?? "").trim();
  const regex = (props["topics.regex"] ?? "").trim();
  const add = (message: string) =>
    values.filter(({ name }) => name === "topics" || name === "topics.regex")
      .forEach(({ errorMessages }) => errorMessages.push(message));
  if (topics !== "" && regex !== "") {
    add("topics and topics.regex are mutually exclusive options, but both are set.");
  } else if (topics === "" && regex === "") {
    add("Must configure one of topics or topics.regex");
  }
  return values;
}

/** What a sink reads. */
export function topicSelection(props: Props): { topics: string[] } | { pattern: RegExp } {
  const topics = listOf(props.topics);
  if (topics.length > 0) return { topics };
  return { pattern: new RegExp(`^(?:${props["topics.regex"].trim()})$`, "v") };
}

/** The transforms of a connector, in order. @throws {ConfigError} */
export function transformSpecs(props: Props): TransformSpec[] {
  return listOf(props.transforms).map((alias) => {
    const prefix = `transforms.${alias}.`;
    const { type, predicate, negate, ...own } = withPrefix(props, prefix);
    if (type === undefined) throw missing(`${prefix}type`);
    return {
      alias,
      className: type.trim(),
      props: own,
      predicate: predicate === undefined
        ? null
        : { ...predicateSpec(props, predicate.trim(), prefix), negate: negate?.trim() === "true" },
    };
  });
}

function predicateSpec(props: Props, alias: string, prefix: string): PluginSpec {
  if (!listOf(props.predicates).includes(alias)) {
    throw invalid(
      `${prefix}predicate`,
      alias,
      `Predicate must match one of the aliases: [${listOf(props.predicates).join(", ")}]`,
    );
  }
  const { type, ...own } = withPrefix(props, `predicates.${alias}.`);
  if (type === undefined) throw missing(`predicates.${alias}.type`);
  return { className: type.trim(), props: own };
}

/** The converter of a connector's keys, values or headers: its own, or else its worker's. */
export function converterSpec(
  which: "key" | "value" | "header",
  connector: Props,
  worker: Props,
  workerClass: string,
): PluginSpec {
  const name = `${which}.converter`;
  const own = connector[name]?.trim();
  const source = own === undefined ? worker : connector;
  return {
    className: own ?? workerClass,
    props: { ...withPrefix(source, `${name}.`), "converter.type": which },
  };
}

function missing(name: string): ConfigError {
  return new ConfigError(`Missing required configuration "${name}" which has no default value.`);
}

function listOf(text: string | undefined): string[] {
  return (text ?? "").split(",").map((item) => item.trim()).filter((item) => item !== "");
}
