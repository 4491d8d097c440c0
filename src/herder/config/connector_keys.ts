/**
 * The keys that every connector has beside its own, with the defaults and validators of Kafka Connect
 * 4.2. Kafka: `ConnectorConfig`.
 *
 * @module
 */

import {
  allOf,
  check,
  type ConfigKeys,
  invalid,
  nonEmptyStringWithoutControlChars,
  nonNull,
  oneOf,
  range,
  type Validator,
} from "../../api/mod.ts";

/** Aliases, none of which stands twice. Kafka: `ConnectorConfig.aliasValidator`. */
export function uniqueAliases(what: string): Validator {
  const unique = check(`unique ${what}`, (name, value) => {
    const aliases = value as readonly string[];
    if (new Set(aliases).size < aliases.length) {
      throw invalid(name, aliases, "Duplicate alias provided.");
    }
  });
  return allOf(nonNull, unique);
}

function converterKeys<const W extends string>(what: W, title: string, order: number) {
  const common = { importance: "LOW", group: "Common", width: "SHORT", default: null } as const;
  return {
    [`${what}.converter`]: {
      ...common,
      type: "CLASS",
      order,
      displayName: `${title} converter class`,
      doc: `What turns ${what}s into bytes and back; the worker's unless told.`,
    },
    [`${what}.converter.plugin.version`]: {
      ...common,
      type: "STRING",
      order: order + 1,
      displayName: `${title} converter version`,
      doc: `The version of the ${what} converter.`,
    },
  } as const satisfies ConfigKeys;
}

/** The keys of all connectors, in Kafka's order. */
export const connectorKeys = {
  "name": {
    type: "STRING",
    importance: "HIGH",
    group: "Common",
    order: 1,
    width: "MEDIUM",
    displayName: "Connector name",
    validator: nonEmptyStringWithoutControlChars,
    doc: "The connector's name, of which there is one.",
  },
  "connector.class": {
    type: "STRING",
    importance: "HIGH",
    group: "Common",
    order: 2,
    width: "LONG",
    displayName: "Connector class",
    doc: "The connector's class, or an alias of it: FileStreamSource, FileStreamSink.",
  },
  "connector.plugin.version": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    group: "Common",
    order: 3,
    width: "MEDIUM",
    displayName: "Connector version",
    doc: "The version of the connector.",
  },
  "tasks.max": {
    type: "INT",
    default: 1,
    importance: "HIGH",
    group: "Common",
    order: 4,
    width: "SHORT",
    displayName: "Tasks max",
    validator: range(1),
    doc: "The most tasks that the connector may have.",
  },
  "tasks.max.enforce": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Common",
    order: 5,
    width: "SHORT",
    displayName: "Enforce tasks max",
    doc: "Whether a connector that makes more tasks than tasks.max fails.",
  },
  ...converterKeys("key", "Key", 6),
  ...converterKeys("value", "Value", 8),
  ...converterKeys("header", "Header", 10),
  "transforms": {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: "Transforms",
    order: 12,
    width: "LONG",
    displayName: "Transforms",
    validator: uniqueAliases("transformation aliases"),
    doc: "The aliases of transformations, in the order they apply.",
  },
  "predicates": {
    type: "LIST",
    default: [],
    importance: "LOW",
    group: "Predicates",
    order: 13,
    width: "LONG",
    displayName: "Predicates",
    validator: uniqueAliases("predicate aliases"),
    doc: "The aliases of predicates that transformations refer to.",
  },
  "config.action.reload": {
    type: "STRING",
    default: "restart",
    importance: "LOW",
    group: "Common",
    order: 14,
    width: "MEDIUM",
    displayName: "Reload Action",
    validator: oneOf("none", "restart"),
    doc: "What happens when a value from a config provider changes.",
  },
  "errors.retry.timeout": {
    type: "LONG",
    default: 0n,
    importance: "MEDIUM",
    group: "Error Handling",
    order: 1,
    width: "MEDIUM",
    displayName: "Retry Timeout for Errors",
    doc: "How long a failed operation is tried again, in milliseconds; -1 for ever.",
  },
  "errors.retry.delay.max.ms": {
    type: "LONG",
    default: 60000n,
    importance: "MEDIUM",
    group: "Error Handling",
    order: 2,
    width: "MEDIUM",
    displayName: "Maximum Delay Between Retries for Errors",
    doc: "The longest wait between two tries.",
  },
  "errors.tolerance": {
    type: "STRING",
    default: "none",
    importance: "MEDIUM",
    group: "Error Handling",
    order: 3,
    width: "SHORT",
    displayName: "Error Tolerance",
    validator: oneOf("none", "all"),
    doc: "Whether a record that fails is passed over (all) or ends the task (none).",
  },
  "errors.log.enable": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Error Handling",
    order: 4,
    width: "SHORT",
    displayName: "Log Errors",
    doc: "Whether each error is logged.",
  },
  "errors.log.include.messages": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    group: "Error Handling",
    order: 5,
    width: "SHORT",
    displayName: "Log Error Details",
    doc: "Whether the record itself is logged too.",
  },
} as const satisfies ConfigKeys;
