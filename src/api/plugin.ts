/**
 * How a file declares the plugins it holds: its default export is one {@linkcode Plugin} or a list
 * of them, made with {@linkcode sourceConnector} and its siblings.
 *
 * @module
 */

import type { ConfigDef } from "./config/mod.ts";
import type { SinkConnector, SourceConnector } from "./connector.ts";
import type { SinkTask } from "./sink_task.ts";
import type { SourceTask } from "./source_task.ts";
import type { Converter, HeaderConverter, Predicate, Transformation } from "./transformation.ts";

/**
 * The permissions that a plugin wants, as templates over its configuration: `${file}` stands for the
 * value of the key `file`; an entry whose key is absent or empty is left out. Nothing else is granted.
 */
export interface PluginPermissions {
  /** Files and folders to read. */
  read?: readonly string[];
  /** Files and folders to write. */
  write?: readonly string[];
  /** Hosts to connect to, `host` or `host:port`. */
  net?: readonly string[];
  /** Names of environment variables. */
  env?: readonly string[];
}

/** What every declaration says. */
export interface PluginDeclaration<C> {
  /** The class name that users write, without a package: `FileStreamSourceConnector`. */
  name: string;
  /** Other names for it: the Java class name of the plugin it stands in for, short names. */
  aliases?: readonly string[];
  /** The plugin's version, shown by REST and logs. */
  version: string;
  /** The keys it understands. The documentation and the validation derive from it. */
  config: ConfigDef<C>;
  /** What it may reach; nothing unless told. */
  permissions?: PluginPermissions;
}

/** A source connector and its task. */
export interface SourceConnectorPlugin<C = unknown> extends PluginDeclaration<C> {
  /** Which kind of plugin it is. */
  type: "source";
  /** Makes the connector. */
  connector: new () => SourceConnector;
  /** Makes a task. */
  task: new () => SourceTask;
}

/** A sink connector and its task. */
export interface SinkConnectorPlugin<C = unknown> extends PluginDeclaration<C> {
  /** Which kind of plugin it is. */
  type: "sink";
  /** Makes the connector. */
  connector: new () => SinkConnector;
  /** Makes a task. */
  task: new () => SinkTask;
}

/** A transformation. */
export interface TransformationPlugin<C = unknown> extends PluginDeclaration<C> {
  /** Which kind of plugin it is. */
  type: "transformation";
  /** Makes one. */
  create: new () => Transformation;
}

/** A predicate. */
export interface PredicatePlugin<C = unknown> extends PluginDeclaration<C> {
  /** Which kind of plugin it is. */
  type: "predicate";
  /** Makes one. */
  create: new () => Predicate;
}

/** A converter of keys and values. */
export interface ConverterPlugin<C = unknown> extends PluginDeclaration<C> {
  /** Which kind of plugin it is. */
  type: "converter";
  /** Makes one. */
  create: new () => Converter;
}

/** A converter of headers. */
export interface HeaderConverterPlugin<C = unknown> extends PluginDeclaration<C> {
  /** Which kind of plugin it is. */
  type: "header_converter";
  /** Makes one. */
  create: new () => HeaderConverter;
}

/** Any plugin. A class that is both converter and header converter is declared twice. */
export type Plugin =
  | SourceConnectorPlugin
  | SinkConnectorPlugin
  | TransformationPlugin
  | PredicatePlugin
  | ConverterPlugin
  | HeaderConverterPlugin;

/** The kinds of plugin, as REST names them. */
export type PluginType = Plugin["type"];

/** Declares a source connector. */
export function sourceConnector<C>(
  plugin: Omit<SourceConnectorPlugin<C>, "type">,
): SourceConnectorPlugin<C> {
  return { ...plugin, type: "source" };
}

/** Declares a sink connector. */
export function sinkConnector<C>(
  plugin: Omit<SinkConnectorPlugin<C>, "type">,
): SinkConnectorPlugin<C> {
  return { ...plugin, type: "sink" };
}

/** Declares a transformation. */
export function transformation<C>(
  plugin: Omit<TransformationPlugin<C>, "type">,
): TransformationPlugin<C> {
  return { ...plugin, type: "transformation" };
}

/**
 * Declares a transformation of keys and of values, as Kafka's are: the names and aliases end in `$Key`,
 * which is made with true, and in `$Value`, which is made with false.
 */
export function keyAndValueTransformation<C>(
  { create: Made, ...plugin }: Omit<TransformationPlugin<C>, "type" | "create"> & {
    /** Makes one, for keys or for values. */
    create: new (isKey: boolean) => Transformation;
  },
): TransformationPlugin<C>[] {
  return [true, false].map((isKey) => {
    const suffix = isKey ? "$Key" : "$Value";
    return transformation({
      ...plugin,
      name: plugin.name + suffix,
      aliases: plugin.aliases?.map((alias) => alias + suffix),
      create: class extends Made {
        constructor() {
          super(isKey);
        }
      },
    });
  });
}

/** Declares a predicate. */
export function predicate<C>(plugin: Omit<PredicatePlugin<C>, "type">): PredicatePlugin<C> {
  return { ...plugin, type: "predicate" };
}

/** Declares a converter of keys and values. */
export function converter<C>(plugin: Omit<ConverterPlugin<C>, "type">): ConverterPlugin<C> {
  return { ...plugin, type: "converter" };
}

/** Declares a converter of headers. */
export function headerConverter<C>(
  plugin: Omit<HeaderConverterPlugin<C>, "type">,
): HeaderConverterPlugin<C> {
  return { ...plugin, type: "header_converter" };
}
