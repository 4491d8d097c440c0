/**
 * The protocol between the worker and the Web Worker that hosts connectors: calls and their answers,
 * numbered. What the host answers is untrusted and checked against {@linkcode FromHost}.
 *
 * @module
 */

import * as v from "valibot";
import type { OffsetMap, PluginType, TopicPartition } from "../api/mod.ts";
import { ConfigKeyInfo, ConfigValueInfo } from "./config_info.ts";

const text = v.pipe(v.string(), v.maxLength(1 << 20));
const props = v.record(text, text);
const id = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** All types of plugin, in the order that Kafka lists them. */
export const pluginTypes = [
  "sink",
  "source",
  "transformation",
  "predicate",
  "converter",
  "header_converter",
] as const satisfies readonly PluginType[];

/** What a connector class says of itself. */
export const ConnectorDescription = v.strictObject({
  type: v.picklist(["source", "sink"]),
  /** The class name that a configuration may use. */
  name: text,
  version: text,
  /** The class of its tasks, as Kafka would name it. */
  taskClass: text,
  permissions: v.strictObject({
    read: v.optional(v.array(text)),
    write: v.optional(v.array(text)),
    net: v.optional(v.array(text)),
    env: v.optional(v.array(text)),
  }),
});

/** What a connector class says of itself. */
export type ConnectorDescription = v.InferOutput<typeof ConnectorDescription>;

/** A plugin that a worker has. Kafka: `PluginInfo`. */
export const PluginInfo = v.strictObject({
  /** The name that a configuration uses. */
  class: text,
  /** What it is, as Kafka writes it. */
  type: v.picklist(pluginTypes),
  /** Its version. */
  version: v.optional(text),
});

/** A plugin that a worker has. Kafka: `PluginInfo`. */
export type PluginInfo = v.InferOutput<typeof PluginInfo>;

/** Plugins, in any order. */
export const PluginInfos = v.array(PluginInfo);

/** A plugin's keys, and what a configuration says of them. */
const Inspected = v.strictObject({
  is: v.literal("found"),
  /** Its Java class, or else its name. */
  className: text,
  type: v.picklist(pluginTypes),
  version: text,
  /** In the order they were defined. */
  keys: v.array(ConfigKeyInfo),
  /** In that order; with prefix. */
  values: v.array(ConfigValueInfo),
});

/** What a plugin says of its configuration; or that there is no such plugin. */
export const PluginInspection = v.variant("is", [
  Inspected,
  /** There is one of that name, of another type. */
  v.strictObject({ is: v.literal("otherType"), className: text }),
  /** There is none, but there are some whose names begin with it and `$`. */
  v.strictObject({ is: v.literal("missing"), similar: v.array(text) }),
]);

/** What a plugin says of its configuration; or that there is no such plugin. */
export type PluginInspection = v.InferOutput<typeof PluginInspection>;

/** A plugin's keys, and what a configuration says of them. */
export type InspectedPlugin = v.InferOutput<typeof Inspected>;

/** The configurations of a connector's tasks. */
export const TaskConfigs = v.array(props);

/** A message out of the host. */
export const FromHost = v.variant("type", [
  /** It takes calls. */
  v.strictObject({ type: v.literal("ready") }),
  v.strictObject({ type: v.literal("answer"), id, value: v.unknown() }),
  v.strictObject({ type: v.literal("error"), id, message: text, trace: text }),
  /** A connector asks for its tasks to be configured anew. */
  v.strictObject({ type: v.literal("reconfigure"), connector: text }),
  /** A connector has failed outside a call. */
  v.strictObject({ type: v.literal("raised"), connector: text, trace: text }),
]);

/** A message out of the host. */
export type FromHost = v.InferOutput<typeof FromHost>;

/** Asks what a plugin's keys are, and what it says of a configuration. */
export interface PluginCheck {
  /** Which call it is. */
  method: "inspect";
  /** What the plugin may be. */
  types: readonly PluginType[];
  /** Its name. */
  className: string;
  /** Its keys; null is a value that REST was given as null. */
  props: Record<string, string | null>;
  /** What stands before its keys in the whole configuration. */
  prefix: string;
}

/** Offsets that a user wants a connector to have; null: none. Kafka: KIP-875. */
export type OffsetChanges =
  | {
    /** Of a source: its own partitions and offsets. */
    type: "source";
    /** Numbers are as JSON has them. */
    offsets: readonly { partition: OffsetMap | null; offset: OffsetMap | null }[];
  }
  | {
    /** Of a sink: those of its group. */
    type: "sink";
    /** The next record of each partition. */
    offsets: readonly (TopicPartition & { offset: bigint | null })[];
  };

/** A call of the host. */
export type HostCall =
  /** What a class is: answers a {@linkcode ConnectorDescription}. */
  | { method: "describe"; className: string }
  /** Inspects a plugin: answers {@linkcode PluginInspection}. */
  | PluginCheck
  /** The plugins of the host's files, or the built-in ones: answers {@linkcode PluginInfos}. */
  | { method: "plugins" }
  /** Makes and starts a connector. */
  | { method: "start"; connector: string; className: string; props: Record<string, string> }
  /** Answers {@linkcode TaskConfigs}. */
  | { method: "taskConfigs"; connector: string; tasksMax: number }
  /** Stops a connector. */
  | { method: "stop"; connector: string }
  /** Asks a connector that need not be started whether it takes these offsets: answers a boolean. */
  | {
    method: "alterOffsets";
    className: string;
    props: Record<string, string>;
    changes: OffsetChanges;
  };
