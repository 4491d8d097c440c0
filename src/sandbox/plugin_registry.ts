/**
 * Finds a plugin by the name that a configuration uses, inside a Worker: among the built-in ones, and
 * among those of the files that the worker has named. Only what is asked for is loaded.
 *
 * Names are matched as Kafka Connect matches them: the full class name, the class name without its
 * package, and that without its ending (`FileStreamSource` for `FileStreamSourceConnector`).
 *
 * @module
 */

import type { Plugin, PluginType } from "../api/mod.ts";
import { ConnectError, reasonOf } from "../base/mod.ts";
import { BUILT_IN, type PluginModule } from "../../plugins/mod.ts";
import { type PluginInfo, pluginTypes } from "./connector_messages.ts";

const endings: Readonly<Record<PluginType, readonly string[]>> = {
  source: ["SourceConnector", "Connector"],
  sink: ["SinkConnector", "Connector"],
  transformation: ["Transformation"],
  predicate: ["Predicate"],
  converter: ["Converter"],
  header_converter: ["HeaderConverter"],
};

/** What Kafka calls each kind. */
const kinds: Readonly<Record<PluginType, string>> = {
  source: "Connector",
  sink: "Connector",
  transformation: "Transformation",
  predicate: "Predicate",
  converter: "Converter",
  header_converter: "HeaderConverter",
};

/** Loads the plugin of one of these types that goes by this name. @throws {ConnectError} */
export async function loadPlugin<T extends PluginType>(
  types: readonly T[],
  className: string,
  files: readonly string[],
): Promise<Extract<Plugin, { type: T }>> {
  const found = await findPlugin(types, className, files);
  if (found !== null) return found;
  throw new ConnectError(
    `Failed to find any class that implements ${kinds[types[0]]} and which ` +
      `name matches ${className}`,
  );
}

/** The plugin of one of these types that goes by this name, or null. */
export async function findPlugin<T extends PluginType>(
  types: readonly T[],
  className: string,
  files: readonly string[],
): Promise<Extract<Plugin, { type: T }> | null> {
  const builtIn = builtInOf(types, className);
  const modules = builtIn === undefined ? files.map(importFile) : [builtIn.load()];
  for (const module of modules) {
    const found = declared(await module).find((plugin) =>
      types.some((type) => type === plugin.type) &&
      [plugin.name, ...plugin.aliases ?? []].some((name) => isNamed(plugin.type, name, className))
    );
    if (found !== undefined) return found as Extract<Plugin, { type: T }>;
  }
  return null;
}

/** The plugins of files; those that the executable brings along when there are none. */
export async function listPlugins(files: readonly string[]): Promise<PluginInfo[]> {
  const loading = files.length > 0 ? files.map(importFile) : BUILT_IN.map(({ load }) => load());
  const plugins = (await Promise.all(loading)).flatMap(declared);
  return plugins.map((plugin) => (
    { class: javaClassOfPlugin(plugin), type: plugin.type, version: plugin.version }
  ));
}

/** By their types and names. Kafka: `ConnectorPluginsResource`. */
export function sortedPlugins(plugins: readonly PluginInfo[]): PluginInfo[] {
  return pluginTypes.flatMap((type) =>
    plugins.filter((plugin) => plugin.type === type)
      .sort((one, other) => one.class < other.class ? -1 : 1)
  );
}

/** Whether the executable brings along a plugin of one of these types that goes by this name. */
export function isBuiltIn(types: readonly PluginType[], className: string): boolean {
  return builtInOf(types, className) !== undefined;
}

function builtInOf(types: readonly PluginType[], className: string) {
  return BUILT_IN.find(({ names }) =>
    names.some((name) => types.some((type) => isNamed(type, name, className)))
  );
}

/** The Java class that a plugin stands in for, or else its own name. */
export function javaClassOfPlugin({ name, aliases = [] }: Plugin): string {
  return [name, ...aliases].find((one) => one.includes(".")) ?? name;
}

/** The Java class that a name in a configuration means, without loading it; the name itself of others' plugins. */
export function javaClassOfName(type: PluginType, className: string): string {
  const builtIn = BUILT_IN.flatMap(({ names }) => names);
  return builtIn.find((name) => isNamed(type, name, className)) ?? className;
}

/** The Java class of a connector's tasks, by Kafka's way of naming them. */
export function javaClassOfTask(plugin: Plugin): string {
  return `${javaClassOfPlugin(plugin).replace(/Connector$/, "")}Task`;
}

/** The built-in plugins that are classes inside the class of this name: `HoistField$Value`. */
export function nestedNames(className: string): string[] {
  return BUILT_IN.flatMap(({ names }) => names).filter((name) => name.startsWith(`${className}$`));
}

function isNamed(type: PluginType, name: string, wanted: string): boolean {
  if (name === wanted) return true;
  const simple = name.slice(name.lastIndexOf(".") + 1);
  // Kafka: a class inside another goes by its whole name alone, for its simple one is often Key or Value.
  if (simple.includes("$")) return false;
  return simple === wanted ||
    endings[type].some((ending) => simple.endsWith(ending) && simple === wanted + ending);
}

function declared(module: PluginModule): readonly Plugin[] {
  const declared = module.default;
  return Array.isArray(declared) ? declared : [declared as Plugin];
}

async function importFile(file: string): Promise<PluginModule> {
  try {
    return await import(file);
  } catch (cause) {
    throw new ConnectError(`The plugin file ${file} cannot be loaded: ${reasonOf(cause)}`, {
      cause,
    });
  }
}
