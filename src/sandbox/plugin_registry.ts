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

const endings: Readonly<Record<PluginType, readonly string[]>> = {
  source: ["SourceConnector", "Connector"],
  sink: ["SinkConnector", "Connector"],
  transformation: ["Transformation"],
  predicate: ["Predicate"],
  converter: ["Converter"],
  header_converter: ["HeaderConverter"],
};

/** What users call each kind. */
const kinds: Readonly<Record<PluginType, string>> = {
  source: "connector",
  sink: "connector",
  transformation: "transformation",
  predicate: "predicate",
  converter: "converter",
  header_converter: "header converter",
};

/** Loads the plugin of one of these types that goes by this name. */
export async function loadPlugin<T extends PluginType>(
  types: readonly T[],
  className: string,
  files: readonly string[],
): Promise<Extract<Plugin, { type: T }>> {
  const builtIn = BUILT_IN.find(({ names }) =>
    names.some((name) => types.some((type) => isNamed(type, name, className)))
  );
  const modules = builtIn === undefined ? files.map(importFile) : [builtIn.load()];
  for (const module of modules) {
    const found = declared(await module).find((plugin) =>
      types.some((type) => type === plugin.type) &&
      [plugin.name, ...plugin.aliases ?? []].some((name) => isNamed(plugin.type, name, className))
    );
    if (found !== undefined) return found as Extract<Plugin, { type: T }>;
  }
  throw new ConnectError(
    `Failed to find any class that implements a ${kinds[types[0]]} and which ` +
      `name matches ${className}`,
  );
}

function isNamed(type: PluginType, name: string, wanted: string): boolean {
  if (name === wanted) return true;
  const simple = name.slice(Math.max(name.lastIndexOf("."), name.lastIndexOf("$")) + 1);
  const nested = name.slice(name.lastIndexOf(".") + 1);
  if (simple === wanted && simple === nested || nested === wanted) return true;
  return endings[type].some((ending) =>
    nested.endsWith(ending) && nested.slice(0, -ending.length) === wanted ||
    type === "source" && nested === `${wanted}Connector` ||
    type === "sink" && nested === `${wanted}Connector`
  );
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
