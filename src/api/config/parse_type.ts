/** What text stands for. Kafka: `ConfigDef.parseType`. */

import { ConfigError } from "../../base/mod.ts";
import type { ConfigType, ConfigValues } from "./config_def.ts";
import { Password } from "./password.ts";

/** How many bits an integer has. */
const integerBits = { SHORT: 16, INT: 32, LONG: 64 } as const;

/** What Java's `Double.parseDouble` reads, less its hexadecimal form: see docs/differences.md. */
const double = /^[+-]?(NaN|Infinity|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[fFdD]?)$/;

/** The value that text stands for. @throws {ConfigError} in Kafka's words */
export function parseType(name: string, text: string, type: ConfigType): ConfigValues[ConfigType] {
  const trimmed = trim(text);
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
      if (double.test(trimmed)) return Number(trimmed.replace(/[fFdD]$/, ""));
      throw invalid(name, text, "Not a number of type DOUBLE");
    case "LONG":
      return parseInteger(name, text, type);
    default:
      return Number(parseInteger(name, text, type));
  }
}

function parseInteger(name: string, text: string, type: keyof typeof integerBits): bigint {
  const trimmed = trim(text);
  if (/^[+-]?\d+$/.test(trimmed)) {
    const value = BigInt(trimmed.replace(/^\+/, ""));
    if (BigInt.asIntN(integerBits[type], value) === value) return value;
  }
  throw invalid(name, text, `Not a number of type ${type}`);
}

/** Text as Java's `String.trim` leaves it: no control characters or spaces around it, but others. */
function trim(text: string): string {
  return text.replace(/^[\0-\x20]+/, "").replace(/[\0-\x20]+$/, "");
}

/** The error for a value that may not be. Kafka: `ConfigException(name, value, message)`. */
export function invalid(name: string, value: unknown, reason: string): ConfigError {
  const shown = Array.isArray(value) ? `[${value.join(", ")}]` : value;
  return new ConfigError(`Invalid value ${shown} for configuration ${name}: ${reason}`);
}
