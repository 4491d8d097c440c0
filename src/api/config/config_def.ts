/**
 * What keys a plugin or the worker understands, and how their text is read. Messages are those of
 * `org.apache.kafka.common.config.ConfigDef`.
 *
 * @module
 */

import { ConfigError, reasonOf } from "../../base/mod.ts";
import { Password } from "./password.ts";

/** What a value's text stands for. LONG must fit a safe integer; CLASS stays the name it is. */
export interface ConfigValues {
  /** true or false. */
  BOOLEAN: boolean;
  /** Text, trimmed. */
  STRING: string;
  /** A 32-bit integer. */
  INT: number;
  /** A 16-bit integer. */
  SHORT: number;
  /** An integer. */
  LONG: number;
  /** A number. */
  DOUBLE: number;
  /** Texts divided by commas. */
  LIST: readonly string[];
  /** The name of a plugin. */
  CLASS: string;
  /** Text that is never printed. */
  PASSWORD: Password;
}

/** The types of keys. */
export type ConfigType = keyof ConfigValues;

/** How much a key matters. */
export type Importance = "HIGH" | "MEDIUM" | "LOW";

/** Checks a parsed value, throwing a {@linkcode ConfigError}; its text form is shown to users. */
export interface Validator {
  /** Checks a value. @throws {ConfigError} for one that may not be */
  ensureValid(name: string, value: unknown): void;
  /** How it is shown. */
  toString(): string;
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
  /** What people call it; the key itself unless told. */
  displayName?: string;
}

/** Keys by their names. */
export type ConfigKeys = Record<string, ConfigKey>;

/** What {@linkcode ConfigDef.parse} gives: null only where null is the default. */
export type ParsedConfig<K extends ConfigKeys> = {
  [N in keyof K]: K[N] extends { default: null } ? ConfigValues[K[N]["type"]] | null
    : ConfigValues[K[N]["type"]];
};

/** What is known of one key's value: what it is, and all that is wrong with it. */
export interface ConfigValue {
  /** The key. */
  name: string;
  /** The value, as parsed, or as given when it does not parse; null when absent. */
  value: unknown;
  /** What is wrong with it. */
  errorMessages: string[];
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
    const values = this.validate(props);
    const wrong = values.find(({ errorMessages }) => errorMessages.length > 0);
    if (wrong !== undefined) throw new ConfigError(wrong.errorMessages[0]);
    return Object.fromEntries(values.map(({ name, value }) => [name, value])) as C;
  }

  /** The values of all keys, each with all that is wrong with it. */
  validate(props: Readonly<Record<string, string>>): ConfigValue[] {
    return Object.entries(this.keys).map(([name, key]) => {
      const given = Object.hasOwn(props, name) ? props[name] : undefined;
      try {
        return { name, value: valueOf(name, key, given), errorMessages: [] };
      } catch (error) {
        return { name, value: given ?? null, errorMessages: [reasonOf(error)] };
      }
    });
  }
}

function valueOf(name: string, key: ConfigKey, given: string | undefined): unknown {
  if (given === undefined && key.default === undefined) {
    throw new ConfigError(`Missing required configuration "${name}" which has no default value.`);
  }
  const value = given === undefined ? key.default : parseType(name, given, key.type);
  key.validator?.ensureValid(name, value);
  return value;
}

const integerRanges: Partial<Record<ConfigType, bigint>> = {
  SHORT: 1n << 15n,
  INT: 1n << 31n,
  LONG: 1n << 63n,
};

/** The value that text stands for. @throws {ConfigError} in Kafka's words */
export function parseType(name: string, text: string, type: ConfigType): unknown {
  const trimmed = text.trim();
  switch (type) {
    case "BOOLEAN":
      if (/^true$/i.test(trimmed)) return true;
      if (/^false$/i.test(trimmed)) return false;
      throw invalid(name, text, "Expected value to be either true or false");
    case "PASSWORD":
      return new Password(trimmed);
    case "STRING":
    case "CLASS":
      return trimmed;
    case "LIST":
      return trimmed === "" ? [] : trimmed.split(",").map((item) => item.trim());
    case "DOUBLE": {
      const value = trimmed === "" ? NaN : Number(trimmed);
      if (Number.isNaN(value) && trimmed !== "NaN") throw notANumber(name, text, type);
      return value;
    }
    default:
      return parseInteger(name, trimmed, type);
  }
}

function parseInteger(name: string, text: string, type: ConfigType): number {
  if (!/^[+-]?\d+$/.test(text)) throw notANumber(name, text, type);
  const value = BigInt(text.replace(/^\+/, ""));
  const range = integerRanges[type]!;
  if (value < -range || value >= range) throw notANumber(name, text, type);
  return Number(value);
}

function notANumber(name: string, text: string, type: ConfigType): ConfigError {
  return invalid(name, text, `Not a number of type ${type}`);
}

/** The error for a value that may not be. Kafka: `ConfigException(name, value, message)`. */
export function invalid(name: string, value: unknown, reason: string): ConfigError {
  return new ConfigError(`Invalid value ${value} for configuration ${name}: ${reason}`);
}
