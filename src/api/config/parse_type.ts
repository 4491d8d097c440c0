/** What text stands for. Kafka: `ConfigDef.parseType`. */

import { ConfigError } from "../../base/mod.ts";
import { parseJavaDouble, parseJavaInteger, trimJava } from "../java/mod.ts";
import type { ConfigType, ConfigValues } from "./config_def.ts";
import { Password } from "./password.ts";

/** How many bits an integer has. */
const integerBits = { SHORT: 16, INT: 32, LONG: 64 } as const;

/** The value that text stands for. @throws {ConfigError} in Kafka's words */
export function parseType(name: string, text: string, type: ConfigType): ConfigValues[ConfigType] {
  const trimmed = trimJava(text);
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
      return trimmed === "" ? [] : trimmed.split(/[ \t-\r]*,[ \t-\r]*/);
    case "DOUBLE":
      return parseJavaDouble(text) ?? notNumber(name, text, type);
    case "LONG":
      return parseJavaInteger(trimmed, integerBits[type]) ?? notNumber(name, text, type);
    default:
      return Number(parseJavaInteger(trimmed, integerBits[type]) ?? notNumber(name, text, type));
  }
}

function notNumber(name: string, text: string, type: ConfigType): never {
  throw invalid(name, text, `Not a number of type ${type}`);
}

/** The error for a value that may not be. Kafka: `ConfigException(name, value, message)`. */
export function invalid(name: string, value: unknown, reason: string): ConfigError {
  const shown = Array.isArray(value) ? `[${value.join(", ")}]` : value;
  return new ConfigError(`Invalid value ${shown} for configuration ${name}: ${reason}`);
}
