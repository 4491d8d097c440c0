/**
 * The plugins that a configuration names beside its connector, and what is wrong with that. Kafka:
 * `AbstractHerder.validateConverterConfig`, `ConnectorConfig.EnrichablePlugin`.
 *
 * @module
 */

import { invalid, type PluginType } from "../../api/mod.ts";
import type {
  ConfigKeyInfo,
  ConfigValueInfo,
  PluginCheck,
  PluginInspection,
} from "../../sandbox/mod.ts";
import { versionProblem } from "./plugin_versions.ts";
import type { Props } from "./properties.ts";
import { withPrefix } from "./worker_config.ts";

/** What is wrong with a key. */
export interface Finding {
  /** The key. */
  name: string;
  /** What is wrong with it, in Kafka's words. */
  errorMessages: string[];
}

/** A configuration in which REST may have been given null. */
export type NullableProps = Readonly<Record<string, string | null>>;

/** Asks the Worker that hosts plugins about one. */
export type InspectPlugin = (check: PluginCheck) => Promise<PluginInspection>;

/** What Kafka calls each type that a key may ask for. */
const interfaces = {
  converter: "Converter",
  header_converter: "HeaderConverter",
  transformation: "Transformation",
  predicate: "Predicate",
} as const satisfies Partial<Record<PluginType, string>>;

/** Where a configuration names a plugin. */
export interface PluginKey {
  /** What it must be. */
  type: keyof typeof interfaces;
  /** The key that names it. */
  name: string;
  /** Its name. */
  className: string;
  /** The version that it must have; any unless told. */
  version: string | null | undefined;
  /** What it is configured with. */
  props: NullableProps;
  /** What stands before its keys in the messages about them. */
  prefix: string;
}

/** A plugin that a configuration names. */
export interface NamedPlugin {
  /** Its class; null: there is none of that name. */
  className: string | null;
  /** Its version; null when it is not what the key asks for. */
  version: string | null;
  /** Its keys; null when it cannot be used. */
  keys: readonly ConfigKeyInfo[] | null;
  /** What it says of its configuration. */
  values: readonly ConfigValueInfo[];
  /** What is wrong with naming it. */
  errors: string[];
  /** What is wrong with its version. */
  versionErrors: string[];
}

const unusable = { version: null, keys: null, values: [], versionErrors: [] };

/** Looks at a plugin that a configuration names. */
export async function inspectNamed(key: PluginKey, inspect: InspectPlugin): Promise<NamedPlugin> {
  const { type, name, className, props, prefix } = key;
  const trimmed = className.trim();
  const found = await inspect({
    method: "inspect",
    types: [type],
    className: trimmed,
    props,
    prefix,
  });
  switch (found.is) {
    case "found": {
      const problem = versionProblem(found.className, key.version, found.version);
      if (problem === null) return { ...found, errors: [], versionErrors: [] };
      const versionErrors = [problem.message];
      // Kafka: what is no version at all is no matter of a converter's class, but of a transform's.
      const isOfClass = !problem.isMalformed || !name.endsWith(".converter");
      const errors = isOfClass ? versionErrors : [];
      return { ...unusable, ...found, keys: null, values: [], errors, versionErrors };
    }
    case "otherType": {
      const message = `Class class ${found.className} does not implement the ${
        interfaces[type]
      } interface`;
      return { ...unusable, className: found.className, errors: [message] };
    }
    case "missing": {
      if (found.similar.length === 0) {
        const { message } = invalid(name, className, `Class ${className} could not be found.`);
        return { ...unusable, className: null, errors: [message] };
      }
      const message = "This class is abstract and cannot be created. " +
        `Did you mean ${found.similar.join(", ")}?`;
      return { ...unusable, className: trimmed, errors: [message] };
    }
  }
}

/** What a converter is for. */
export type ConverterUse = "key" | "value" | "header";

/** The converter that a worker or a connector names; null when it names none. */
export async function namedConverter(
  which: ConverterUse,
  props: NullableProps,
  inspect: InspectPlugin,
): Promise<NamedPlugin | null> {
  const name = `${which}.converter`;
  const className = props[name] ?? null;
  if (className === null) return null;
  return await inspectNamed({
    type: which === "header" ? "header_converter" : "converter",
    name,
    className,
    version: props[`${name}.plugin.version`],
    // Kafka: converters are checked with keys that have lost their prefix, and so say the messages.
    props: { "converter.type": which, ...withPrefix(props, `${name}.`) },
    prefix: "",
  }, inspect);
}

/** What is wrong with the converters of a worker. */
export async function validateConverters(
  props: Props,
  inspect: InspectPlugin,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const which of ["key", "value", "header"] as const) {
    const name = `${which}.converter`;
    const plugin = await namedConverter(which, props, inspect);
    if (plugin === null) continue;
    findings.push({ name, errorMessages: plugin.errors });
    for (const { name: own, errors } of plugin.values) {
      findings.push({ name: `${name}.${own}`, errorMessages: errors });
    }
  }
  return findings;
}
