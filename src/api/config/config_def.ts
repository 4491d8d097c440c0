/**
 * What keys a plugin or the worker understands, and how their text is read. Messages are those of
 * `org.apache.kafka.common.config.ConfigDef`.
 *
 * @module
 */

import { ConfigError, reasonOf } from "../../base/mod.ts";
import { parseType } from "./parse_type.ts";
import type { Password } from "./password.ts";

/** What a value's text stands for. Kafka: `ConfigDef.Type`. */
export interface ConfigValues {
  /** true or false. */
  BOOLEAN: boolean;
  /** Text, trimmed. */
  STRING: string;
  /** A 32-bit integer. */
  INT: number;
  /** A 16-bit integer. */
  SHORT: number;
  /** A 64-bit integer, exact: `9223372036854775807` is what people write for "never". */
  LONG: bigint;
  /** A number. */
  DOUBLE: number;
  /** Texts divided by commas, each trimmed. */
  LIST: readonly string[];
  /** The name of a plugin. Whether there is one of that name is seen where plugins are loaded. */
  CLASS: string;
  /** Text that is never printed. */
  PASSWORD: Password;
}

/** The types of keys. */
export type ConfigType = keyof ConfigValues;

/** How much a key matters. */
export type Importance = "HIGH" | "MEDIUM" | "LOW";

/** How wide a field for a value should be. */
export type Width = "NONE" | "SHORT" | "MEDIUM" | "LONG";

/** Checks a parsed value; its text form is shown to users. */
export interface Validator {
  /** Whether items of a list that stand twice are left out where the configuration is used. Kafka: `ValidList`. */
  readonly leavesOutDuplicates?: boolean;
  /** Checks a value, which is null when it is absent or does not parse. @throws {ConfigError} */
  ensureValid(name: string, value: unknown): void;
  /** How it is shown. */
  toString(): string;
}

/** Says what values would do for a key, given those of the others. */
export interface Recommender {
  /** The values that would do; none means any. @throws {ConfigError} */
  validValues(name: string, parsed: Readonly<Record<string, unknown>>): readonly unknown[];
  /** Whether the key has a meaning at all. */
  visible(name: string, parsed: Readonly<Record<string, unknown>>): boolean;
}

/** All that is said of a key. */
export interface ConfigKey<T extends ConfigType = ConfigType> {
  /** What its text stands for. */
  type: T;
  /** What stands in for it when it is absent; left out: it is required. */
  default?: ConfigValues[T] | null;
  /** How much it matters. */
  importance: Importance;
  /** What it is for. */
  doc: string;
  /** What values it may have. */
  validator?: Validator;
  /** Under which heading it is shown. */
  group?: string;
  /** Its place in the group, from 1. */
  order?: number;
  /** How wide a field for it should be. */
  width?: Width;
  /** What people call it; the key itself unless told. */
  displayName?: string;
  /** Keys whose recommended values or visibility hang on this one. */
  dependents?: readonly string[];
  /** Says what would do for it. */
  recommender?: Recommender;
}

/** Keys by their names; a default is of its key's type. */
export type ConfigKeys = Record<string, { [T in ConfigType]: ConfigKey<T> }[ConfigType]>;

/** What {@linkcode ConfigDef.parse} gives: null only where null is the default. */
export type ParsedConfig<K extends ConfigKeys> = {
  [N in keyof K]: K[N] extends { default: null } ? ConfigValues[K[N]["type"]] | null
    : ConfigValues[K[N]["type"]];
};

/** What is known of one key's value: what it is, and all that is wrong with it. */
export interface ConfigValue {
  /** The key. */
  name: string;
  /** The value as parsed; null when it is absent or does not parse. */
  value: unknown;
  /** What would do. */
  recommendedValues: readonly unknown[];
  /** What is wrong with it. */
  errorMessages: string[];
  /** Whether the key has a meaning, given the values of the others. */
  visible: boolean;
}

/** The keys that a plugin or the worker understands. */
export class ConfigDef<C = unknown> {
  /** The keys, in the order they were defined. */
  readonly keys: Readonly<ConfigKeys>;

  private constructor(keys: ConfigKeys) {
    this.keys = keys;
  }

  /** Defines keys. */
  static of<const K extends ConfigKeys>(keys: K): ConfigDef<ParsedConfig<K>> {
    return new ConfigDef(keys);
  }

  /** The parsed values of all keys. @throws {ConfigError} for the first that is missing or wrong */
  parse(props: Readonly<Record<string, string>>): C {
    const missing = this.#undefinedDependents();
    if (missing.length > 0) {
      throw new ConfigError(
        "Some configurations in are referred in the dependents, but not defined: " +
          missing.join(","),
      );
    }
    const values = Object.entries(this.keys).map(([name, key]) =>
      readValue(name, name, key, props, true)
    );
    const wrong = values.find(({ errorMessages }) => errorMessages.length > 0);
    if (wrong !== undefined) throw new ConfigError(wrong.errorMessages[0]);
    return Object.fromEntries(values.map(({ name, value }) => [name, value])) as C;
  }

  /**
   * The values of all keys, each with all that is wrong with it. A value of null is one that REST was
   * given as null.
   * @param prefix stands before each key in what is returned, for keys that are part of a larger
   * configuration. Kafka: `ConfigDef.embed`, whose validators do not see the prefix either.
   */
  validate(props: Readonly<Record<string, string | null>>, prefix = ""): ConfigValue[] {
    const keys = Object.entries(this.keys);
    const values = keys.map(([name, key]) => readValue(prefix + name, name, key, props));
    const parsed = Object.fromEntries(keys.map(([name], at) => [name, values[at].value]));
    keys.forEach(([name, { recommender }], at) => {
      try {
        if (recommender === undefined) return;
        values[at].recommendedValues = recommender.validValues(name, parsed);
        values[at].visible = recommender.visible(name, parsed);
      } catch (error) {
        values[at].errorMessages.push(reasonOf(error));
      }
    });
    const missing = this.#undefinedDependents().map((name) => ({
      ...unknownValue(prefix + name),
      errorMessages: [`${prefix}${name} is referred in the dependents, but not defined.`],
      visible: false,
    }));
    return [...values, ...missing];
  }

  #undefinedDependents(): string[] {
    const named = Object.values(this.keys).flatMap(({ dependents }) => dependents ?? []);
    return [...new Set(named)].filter((name) => !Object.hasOwn(this.keys, name));
  }
}

/**
 * Reads a key's value; `shortName` is what the key is called without its prefix. Kafka: items that stand
 * twice in a list are an error where the configuration is validated, and left out where it is used.
 */
function readValue(
  name: string,
  shortName: string,
  key: ConfigKey,
  props: Readonly<Record<string, string | null>>,
  isUsed = false,
): ConfigValue {
  const read = unknownValue(name);
  try {
    if (Object.hasOwn(props, shortName)) {
      const text = props[shortName];
      read.value = text === null ? null : parseType(name, text, key.type);
    } else if (key.default === undefined) {
      throw missingError(name);
    } else {
      read.value = key.default;
    }
  } catch (error) {
    read.errorMessages.push(reasonOf(error));
  }
  if (isUsed && key.validator?.leavesOutDuplicates && Array.isArray(read.value)) {
    read.value = [...new Set(read.value)];
  }
  try {
    key.validator?.ensureValid(shortName, read.value);
  } catch (error) {
    read.errorMessages.push(reasonOf(error));
  }
  return read;
}

/** The error for a key that must be there. */
export function missingError(name: string): ConfigError {
  return new ConfigError(`Missing required configuration "${name}" which has no default value.`);
}

function unknownValue(name: string): ConfigValue {
  return { name, value: null, recommendedValues: [], errorMessages: [], visible: true };
}
