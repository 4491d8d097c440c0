/**
 * The keys `topic.creation.GROUP.*` of a source: how the topics are made that it writes to. Kafka:
 * `TopicCreationConfig`, `SourceConnectorConfig.enrich`.
 *
 * @module
 */

import {
  check,
  ConfigDef,
  type ConfigKeys,
  type ConfigValue,
  invalid,
  JavaPattern,
  nonNull,
  type Validator,
} from "../../api/mod.ts";
import { reasonOf } from "../../base/mod.ts";
import type { NewTopic } from "../../topics/mod.ts";
import type { Props } from "./properties.ts";
import { sourceConnectorConfigDef } from "./source_sink_keys.ts";
import { standaloneConfigDef, withPrefix } from "./worker_config.ts";

const prefix = "topic.creation.";
const brokersDefault = "or -1 to use the broker's default";
const noMoreThanBrokers = "not larger than the number of brokers in the Kafka cluster";
const partitionsText = `Positive number, ${brokersDefault}`;

function positiveOrDefault(text: string, reason: string): Validator {
  return check(text, (name, value) => {
    if (value === -1 || value as number > 0) return;
    throw invalid(name, value, reason);
  });
}

const replicationFactor = positiveOrDefault(
  `Positive number ${noMoreThanBrokers}, ${brokersDefault}`,
  `Replication factor must be positive and ${noMoreThanBrokers}, ${brokersDefault}`,
);
const partitions = positiveOrDefault(
  partitionsText,
  `Number of partitions must be positive, ${brokersDefault}`,
);

/** Kafka: its text form speaks of numbers as well. */
const patterns = check(partitionsText, (name, value) => {
  try {
    for (const pattern of value as readonly string[]) JavaPattern.compile(pattern);
  } catch (cause) {
    throw invalid(name, value, `Syntax error in regular expression: ${reasonOf(cause)}`);
  }
});

/** What each group has, less its defaults. */
function groupKeys(group: string) {
  const common = { importance: "LOW", width: "LONG", group } as const;
  return {
    "include": {
      ...common,
      type: "LIST",
      order: 1,
      displayName: `Inclusion Topic Pattern for ${group}`,
      doc: "Patterns of the topics that the group is for.",
    },
    "exclude": {
      ...common,
      type: "LIST",
      order: 2,
      displayName: `Exclusion Topic Pattern for ${group}`,
      doc: "Patterns of topics that it is not for, even if they are included.",
    },
    "replication.factor": {
      ...common,
      type: "SHORT",
      order: 3,
      displayName: `Replication Factor for Topics in ${group}`,
      validator: replicationFactor,
      doc: "How many brokers keep each partition.",
    },
    "partitions": {
      ...common,
      type: "INT",
      order: 4,
      displayName: `Partition Count for Topics in ${group}`,
      validator: partitions,
      doc: "How many partitions the topics have.",
    },
  } as const satisfies ConfigKeys;
}

/** The group of all topics that no other is for. */
export function defaultGroupConfigDef() {
  const keys = groupKeys("default");
  return ConfigDef.of({
    ...keys,
    "include": { ...keys.include, default: [".*"], validator: nonNull },
    "exclude": { ...keys.exclude, default: [], validator: nonNull },
  });
}

/** A group with a name; what it does not say is as in the default group. */
export function groupConfigDef(
  group: string,
  defaults: { replicationFactor: number; partitions: number },
) {
  const keys = groupKeys(group);
  return ConfigDef.of({
    "include": { ...keys.include, default: [], validator: patterns },
    "exclude": { ...keys.exclude, default: [], validator: patterns },
    "replication.factor": { ...keys["replication.factor"], default: defaults.replicationFactor },
    "partitions": { ...keys.partitions, default: defaults.partitions },
  });
}

/** Whether a source says how topics are made. Kafka: `SourceConnectorConfig.usesTopicCreation` */
export function usesTopicCreation(props: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(props).some((key) => key.startsWith(prefix));
}

function groupsOf(props: Props): string[] {
  const groups = sourceConnectorConfigDef.validate(props)
    .find(({ name }) => name === "topic.creation.groups")!.value as readonly string[];
  return [...new Set(groups)].filter((group) => group !== "default");
}

/** What is wrong with the groups of a source; nothing is when it names none. */
export function validateTopicCreation(props: Props): ConfigValue[] {
  if (!usesTopicCreation(props)) return [];
  const keysOf = (group: string) => withPrefix(props, `${prefix}${group}.`);
  // Kafka: the patterns of the default group are passed over.
  const { include: _, exclude: __, ...defaults } = keysOf("default");
  const values = defaultGroupConfigDef().validate(defaults, `${prefix}default.`);
  for (const group of groupsOf(props)) {
    const def = groupConfigDef(group, { replicationFactor: -1, partitions: -1 });
    values.push(...def.validate(keysOf(group), `${prefix}${group}.`));
  }
  return values;
}

/**
 * What the topics of a source are made with: as the first group says that includes a topic and does not
 * exclude it, else as the default group says. Null for every topic when the source names no groups, or
 * the worker does not let sources make topics: then brokers make them, or no one. Kafka:
 * `TopicCreation.findFirstGroup`, `TopicCreationGroup.newTopic`.
 */
export function newTopicsOf(worker: Props, connector: Props): (topic: string) => NewTopic | null {
  const { "topic.creation.enable": isEnabled } = ConfigDef.of({
    "topic.creation.enable": standaloneConfigDef.keys["topic.creation.enable"],
  }).parse(worker);
  if (!isEnabled || !usesTopicCreation(connector)) return () => null;
  const keysOf = (group: string) => withPrefix(connector, `${prefix}${group}.`);
  const { include: _, exclude: __, ...own } = keysOf("default");
  const defaults = defaultGroupConfigDef().parse(own);
  const numbers = {
    replicationFactor: defaults["replication.factor"],
    partitions: defaults.partitions,
  };
  const groups = groupsOf(connector).map((name) => {
    const keys = keysOf(name);
    const group = groupConfigDef(name, numbers).parse(keys);
    return {
      includes: group.include.map(JavaPattern.compile),
      excludes: group.exclude.map(JavaPattern.compile),
      replicationFactor: group["replication.factor"],
      partitions: group.partitions,
      configs: topicConfigs(keys),
    };
  });
  return (topic) => {
    const isMatch = (pattern: JavaPattern) => pattern.matches(topic);
    const group = groups.find(({ includes, excludes }) =>
      includes.some(isMatch) && !excludes.some(isMatch)
    );
    const { replicationFactor, partitions, configs } = group ??
      { ...numbers, configs: topicConfigs(own) };
    return { name: topic, replicationFactor, partitions, configs: { ...configs } };
  };
}

/** What is said of a group's topics besides what a group itself has. */
function topicConfigs(keys: Props): Props {
  const own = Object.keys(groupKeys(""));
  return Object.fromEntries(Object.entries(keys).filter(([key]) => !own.includes(key)));
}
