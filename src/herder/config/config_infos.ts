/**
 * All that is to be said of a connector's configuration: its keys, those of its plugins and clients, what
 * each might be, and what is wrong. Kafka: `AbstractHerder.validateConnectorConfig`.
 *
 * @module
 */

import { ConfigDef, type ConfigKey, type ConfigKeys } from "../../api/mod.ts";
import { BadRequestError, javaHashOrder } from "../../base/mod.ts";
import {
  type ConfigKeyInfo,
  type ConfigValueInfo,
  type InspectedPlugin,
  keyInfo,
  type PluginInfo,
  valueInfo,
} from "../../sandbox/mod.ts";
import { aliasInfos } from "./alias_infos.ts";
import { overrideInfos, type OverridePolicy } from "./client_configs.ts";
import { connectorKeys } from "./connector_keys.ts";
import { validateConnector } from "./connector_rules.ts";
import {
  type ConverterUse,
  type InspectPlugin,
  namedConverter,
  type NamedPlugin,
  type NullableProps,
} from "./plugin_validation.ts";
import { versionProblem } from "./plugin_versions.ts";
import type { Props } from "./properties.ts";
import { sinkConnectorConfigDef, sourceConnectorConfigDef } from "./source_sink_keys.ts";

/** A key and its value; a value may be of no key. */
export interface ConfigInfo {
  /** The key. */
  definition: ConfigKeyInfo | null;
  /** Its value. */
  value: ConfigValueInfo;
}

/** What is to be said of a configuration. Kafka: `ConfigInfos`. */
export interface ConfigInfos {
  /** The connector class, as it was given. */
  name: string;
  /** How much is wrong. */
  error_count: number;
  /** The groups of keys. */
  groups: string[];
  /** Each key and its value. */
  configs: ConfigInfo[];
}

/** What a configuration is seen against. */
export interface InfoSources {
  /** The worker's properties: its converters are what a connector has that names none. */
  worker: Props;
  /** What may be overridden of Kafka clients. */
  policy: OverridePolicy;
  /** Asks about a plugin. */
  inspect: InspectPlugin;
  /** The plugins that may be recommended. */
  plugins: readonly PluginInfo[];
}

/** What is to be said of a part of a configuration. */
export type Part = Omit<ConfigInfos, "name">;

type Converters = Record<ConverterUse, Converter>;

const uses = ["header", "key", "value"] as const satisfies readonly ConverterUse[];

/** A converter as a connector has it. */
interface Converter {
  /** The one that the connector names. */
  named: NamedPlugin | null;
  /** The class of the worker's. */
  workerClass: string | null;
  /** Whether there is one, and its versions. */
  isThere: boolean;
  versions: string[];
  /** The version that it has unless told. */
  version: string | null;
}

/**
 * Says all that is to be said of a configuration without variables, for a connector of this class.
 * @throws {BadRequestError} when the version that it must have is none
 */
export async function configInfos(
  props: NullableProps,
  connector: InspectedPlugin,
  sources: InfoSources,
): Promise<ConfigInfos> {
  const name = props["connector.class"]!;
  const problem = versionProblem(
    connector.className,
    props["connector.plugin.version"],
    connector.version,
  );
  if (problem?.isMalformed) throw new BadRequestError(problem.message);
  if (problem !== null) return { name, ...wrongVersion(props, connector, problem.message) };
  const type = connector.type === "source" ? "source" : "sink";
  const converters = await convertersOf(props, sources);
  const own = await connectorPart(props, connector, converters, sources);
  const parts = [own, overrideInfos(type, props, sources.policy)];
  for (const use of uses) {
    const { named } = converters[use];
    if (named !== null && named.keys !== null) {
      parts.push(converterPart(`${use}.converter.`, named));
    }
  }
  return {
    name,
    error_count: parts.reduce((sum, part) => sum + part.error_count, 0),
    groups: [...new Set(parts.flatMap(({ groups }) => groups))],
    configs: parts.flatMap(({ configs }) => configs),
  };
}

async function convertersOf(props: NullableProps, sources: InfoSources): Promise<Converters> {
  const found: Partial<Converters> = {};
  for (const use of uses) {
    const named = await namedConverter(use, props, sources.inspect);
    const workers = await namedConverter(use, sources.worker, sources.inspect);
    const effective = named ?? workers;
    const version = effective?.version ?? null;
    // Kafka: the worker's stands in for one that is not named, but not for null.
    const isNull = props[`${use}.converter`] === null;
    found[use] = {
      named,
      workerClass: workers?.className ?? null,
      isThere: !isNull && effective !== null && effective.className !== null,
      versions: isNull || version === null ? [] : [version],
      version,
    };
  }
  return found as Converters;
}

/** The keys of a kind of connector, with what is known of plugins. Kafka: `enrichedConfigDef`. */
function enriched(
  { type, version }: InspectedPlugin,
  converters: Converters,
  plugins: readonly PluginInfo[],
): ConfigDef {
  const base: ConfigKeys =
    (type === "source" ? sourceConnectorConfigDef : sinkConnectorConfigDef).keys;
  const keys: ConfigKeys = { ...base };
  const recommend = (values: readonly string[], visible = true) => (
    { validValues: () => values, visible: () => visible }
  );
  keys["connector.plugin.version"] = {
    ...connectorKeys["connector.plugin.version"],
    default: version,
    recommender: recommend([version]),
  };
  for (const use of uses) {
    const { workerClass, isThere, versions, version } = converters[use];
    const [name, versionName] = [`${use}.converter`, `${use}.converter.plugin.version`] as const;
    const type = use === "header" ? "header_converter" : "converter";
    const classes = plugins.filter((plugin) => plugin.type === type).map((plugin) => plugin.class);
    const [converter, converterVersion] = [keys[name], keys[versionName]] as [
      ConfigKey<"CLASS">,
      ConfigKey<"STRING">,
    ];
    keys[name] = { ...converter, default: workerClass, recommender: recommend(classes) };
    keys[versionName] = {
      ...converterVersion,
      default: version,
      recommender: recommend(versions, isThere),
    };
  }
  return ConfigDef.of(keys);
}

/** What is to be said of the connector's keys, and of those of its transforms and predicates. */
async function connectorPart(
  props: NullableProps,
  connector: InspectedPlugin,
  converters: Converters,
  { plugins, inspect }: InfoSources,
): Promise<Part> {
  const def = enriched(connector, converters, plugins);
  const type = connector.type === "source" ? "source" : "sink";
  const read = new Map(validateConnector(type, props, def).map((value) => [value.name, value]));
  for (const use of uses) {
    const { named } = converters[use];
    if (named === null) continue;
    const value = read.get(`${use}.converter`)!;
    value.value = named.className;
    value.errorMessages.push(...named.errors);
    read.get(`${use}.converter.plugin.version`)!.errorMessages.push(...named.versionErrors);
  }
  const aliases = await aliasInfos(props, plugins, inspect);
  const keys = [...keyInfos(def), ...aliases.keys];
  const values = [
    ...[...read.values()].map((value) => valueInfo(value, def.keys[value.name]?.type ?? null)),
    ...aliases.values,
  ];
  const groups = groupsOf(keys);
  for (const key of connector.keys) {
    const at = keys.findIndex(({ name }) => name === key.name);
    if (at < 0) keys.push(key);
    else keys[at] = key;
  }
  const allGroups = [...new Set([...groups, ...groupsOf(connector.keys)])];
  return generated(keys, [...withNullErrors(values, props), ...connector.values], allGroups);
}

/** Kafka: a connector of another version is seen as far as all connectors are the same. */
function wrongVersion(props: NullableProps, { version }: InspectedPlugin, problem: string): Part {
  const name = "connector.plugin.version";
  const keys: ConfigKeys = { ...connectorKeys };
  keys[name] = { ...connectorKeys[name], default: version };
  const def = ConfigDef.of(keys);
  const values = def.validate(props).map((value) => valueInfo(value, keys[value.name].type));
  for (const value of values) {
    if (value.name === name) value.recommended_values.push(version);
    if (value.name === name || value.name === "connector.class") value.errors.push(problem);
    const converter = /^(?:key|value|header)\.converter(?=\.plugin\.version$)/.exec(value.name)
      ?.[0];
    if (converter !== undefined) value.visible = (props[converter] ?? null) !== null;
  }
  const infos = keyInfos(def);
  return generated(infos, withNullErrors(values, props), groupsOf(infos));
}

function keyInfos(def: ConfigDef): ConfigKeyInfo[] {
  return Object.entries(def.keys).map(([name, key]) => keyInfo(name, key));
}

function groupsOf(keys: readonly ConfigKeyInfo[]): string[] {
  return [...new Set(keys.map(({ group }) => group).filter((group) => group !== null))];
}

/** Kafka: `AbstractHerder.addNullValuedErrors`. The connector says itself what null means for its keys. */
function withNullErrors(values: readonly ConfigValueInfo[], props: NullableProps) {
  const byName = new Map(values.map((value) => [value.name, value]));
  for (const [name, text] of Object.entries(props)) {
    if (text !== null) continue;
    const value = byName.get(name) ?? unknownValue(name);
    const error = "Null value can not be supplied as the configuration value.";
    byName.set(name, { ...value, errors: [...value.errors, error] });
  }
  return javaHashOrder(byName.keys()).map((name) => byName.get(name)!);
}

function unknownValue(name: string): ConfigValueInfo {
  return { name, value: null, recommended_values: [], errors: [], visible: true };
}

/** Values that are of no key come first. Kafka: `AbstractHerder.generateResult`. */
function generated(
  keys: readonly ConfigKeyInfo[],
  values: readonly ConfigValueInfo[],
  groups: string[],
): Part {
  const byName = new Map(values.map((value) => [value.name, value]));
  const names = new Set(keys.map(({ name }) => name));
  const configs: ConfigInfo[] = [
    ...values.filter(({ name }) => !names.has(name)).map((value) => ({ definition: null, value })),
    ...keys.map((definition) => {
      const { name } = definition;
      return { definition, value: byName.get(name) ?? unknownValue(name) };
    }),
  ];
  return {
    error_count: configs.reduce((sum, { value }) => sum + value.errors.length, 0),
    groups,
    configs,
  };
}

/** Kafka: `AbstractHerder.prefixedConfigInfos`, which counts values with errors, and has a hash map's order. */
function converterPart(prefix: string, { keys, values }: NamedPlugin): Part {
  const byName = new Map(values.map((value) => [value.name, value]));
  const configs = javaHashOrder(byName.keys()).map((own): ConfigInfo => {
    const key = keys!.find(({ name }) => name === own);
    const value = byName.get(own)!;
    return {
      definition: key === undefined ? null : { ...key, name: prefix + own },
      value: { ...value, name: prefix + own, visible: true },
    };
  });
  const definitions = configs.map(({ definition }) => definition).filter((key) => key !== null);
  return {
    error_count: configs.filter(({ value }) => value.errors.length > 0).length,
    groups: groupsOf(definitions),
    configs,
  };
}
