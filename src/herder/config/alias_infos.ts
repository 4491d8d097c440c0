/**
 * The keys and values of the transforms and predicates of a connector, which stand in its configuration
 * by their aliases. Kafka: `ConnectorConfig.enrich`, `EnrichablePlugin`.
 *
 * @module
 */

import { ConfigDef, missingError } from "../../api/mod.ts";
import {
  type ConfigKeyInfo,
  type ConfigValueInfo,
  keyInfo,
  type PluginInfo,
  valueInfo,
} from "../../sandbox/mod.ts";
import { aliasesOf } from "./plugin_specs.ts";
import {
  inspectNamed,
  type InspectPlugin,
  type NamedPlugin,
  type NullableProps,
} from "./plugin_validation.ts";
import { withPrefix } from "./worker_config.ts";

/** Keys and values, in order. */
export interface Infos {
  /** The keys. */
  keys: ConfigKeyInfo[];
  /** The values. */
  values: ConfigValueInfo[];
}

/** What aliases are of. */
const kinds = [
  { list: "transforms", type: "transformation", title: "Transformation", group: "Transforms" },
  { list: "predicates", type: "predicate", title: "Predicate", group: "Predicates" },
] as const;

type Kind = typeof kinds[number];

/** The keys that every transform has beside its plugin's, which hide those of that name. */
const implicitConfigDef = ConfigDef.of({
  "predicate": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc: "The alias of the predicate that says to which records the transformation applies.",
  },
  "negate": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Whether the transformation applies where its predicate does not hold.",
  },
});

const notNamed: NamedPlugin = {
  ...{ className: null, version: null, keys: null, values: [], errors: [], versionErrors: [] },
};

/** What is to be said of a connector's transforms and predicates. */
export async function aliasInfos(
  props: NullableProps,
  plugins: readonly PluginInfo[],
  inspect: InspectPlugin,
): Promise<Infos> {
  const all: Infos = { keys: [], values: [] };
  for (const kind of kinds) {
    const classes = plugins.filter(({ type }) => type === kind.type).map((plugin) => plugin.class);
    for (const alias of new Set(aliasesOf(props[kind.list] ?? ""))) {
      const { keys, values } = await infosOf(kind, alias, props, classes, inspect);
      all.keys.push(...keys);
      all.values.push(...values);
    }
  }
  return all;
}

async function infosOf(
  kind: Kind,
  alias: string,
  props: NullableProps,
  classes: readonly string[],
  inspect: InspectPlugin,
): Promise<Infos> {
  const prefix = `${kind.list}.${alias}.`;
  const { type: className, "plugin.version": version, ...given } = withPrefix(props, prefix);
  const { predicate, negate, ...rest } = given;
  const implicit = Object.fromEntries(
    Object.entries({ predicate, negate }).filter(([_, value]) => value !== undefined),
  );
  const isTransform = kind.list === "transforms";
  const own = isTransform ? rest : given;
  const plugin = typeof className === "string"
    ? await inspectNamed(
      { ...{ type: kind.type, name: `${prefix}type`, className, version }, props: own, prefix },
      inspect,
    )
    : { ...notNamed, errors: className === null ? [] : [missingError(`${prefix}type`).message] };
  const group = `${kind.group}: ${alias}`;
  const versionValue = version === undefined ? plugin.version : version;
  const isNegated = isTransform && negate !== undefined && predicate === undefined;
  const all: Infos = {
    keys: aliasKeys(kind, alias, group, plugin.version),
    values: [
      {
        name: `${prefix}type`,
        value: plugin.className,
        recommended_values: [...classes],
        errors: isNegated ? negateErrors(prefix, plugin) : plugin.errors,
        visible: true,
      },
      {
        name: `${prefix}plugin.version`,
        value: versionValue,
        recommended_values: plugin.version === null ? [] : [plugin.version],
        errors: plugin.versionErrors,
        visible: true,
      },
    ],
  };
  if (plugin.keys === null) return all;
  const hidden = isTransform
    ? Object.entries<ConfigDef["keys"][string]>(implicitConfigDef.keys)
    : [];
  const isHidden = (name: string) => hidden.some(([own]) => own === name);
  const keys = plugin.keys.filter(({ name }) => !isHidden(name));
  all.keys.push(
    ...embedded([...hidden.map(([name, key]) => keyInfo(name, key)), ...keys], prefix, group),
  );
  if (isTransform) {
    const read = implicitConfigDef.validate(implicit, prefix);
    all.values.push(...read.map((value, at) => valueInfo(value, hidden[at][1].type)));
  }
  all.values.push(...plugin.values.filter(({ name }) => !isHidden(name.slice(prefix.length))));
  return all;
}

/** Kafka: what is wrong between the keys is told instead of what is wrong with the class, if there is one. */
function negateErrors(prefix: string, { className, errors }: NamedPlugin): string[] {
  const message = `Config '${prefix}negate' was provided but there is no config ` +
    `'${prefix}predicate' defining a predicate to be negated.`;
  return className === null ? [...errors, message] : [message];
}

/** The keys that say which plugin an alias stands for. */
function aliasKeys(kind: Kind, alias: string, group: string, version: string | null) {
  const prefix = `${kind.list}.${alias}.`;
  const common = { importance: "HIGH", group, width: "LONG" } as const;
  return [
    keyInfo(`${prefix}type`, {
      ...common,
      type: "CLASS",
      order: 0,
      displayName: `${kind.title} type for ${alias}`,
      doc: `The class of the ${kind.title.toLowerCase()} '${alias}'.`,
    }),
    keyInfo(`${prefix}plugin.version`, {
      ...common,
      type: "STRING",
      default: version,
      order: 1,
      displayName: `${kind.title} version for ${alias}`,
      doc: `The version of the ${kind.title.toLowerCase()} '${alias}'.`,
    }),
  ];
}

/** A plugin's keys within another configuration, behind the two that name it. Kafka: `ConfigDef.embed`. */
function embedded(keys: readonly ConfigKeyInfo[], prefix: string, group: string): ConfigKeyInfo[] {
  return sorted(keys).map((key, at) => ({
    ...key,
    name: prefix + key.name,
    group: key.group === null ? group : `${group}: ${key.group}`,
    order_in_group: at + 2,
    dependents: key.dependents.map((name) => prefix + name),
  }));
}

const importances = ["HIGH", "MEDIUM", "LOW"];

/** Kafka: `ConfigDef.sortedConfigs`. */
function sorted(keys: readonly ConfigKeyInfo[]): ConfigKeyInfo[] {
  const groups = [null, ...new Set(keys.map(({ group }) => group).filter((one) => one !== null))];
  const ranks = (key: ConfigKeyInfo) => [
    groups.indexOf(key.group),
    key.order_in_group,
    key.required ? 0 : 1,
    importances.indexOf(key.importance),
  ];
  return keys.toSorted((one, other) => {
    const [mine, theirs] = [ranks(one), ranks(other)];
    const at = mine.findIndex((rank, i) => rank !== theirs[i]);
    if (at >= 0) return mine[at] - theirs[at];
    return one.name < other.name ? -1 : 1;
  });
}
