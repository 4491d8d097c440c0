/** Property files as Java reads them, and connector files in all the forms that Connect takes. */

import { parse as parseLines } from "dot-properties";
import { ConfigError, reasonOf } from "../../base/mod.ts";

/** Raw configuration: keys and their text. */
export type Props = Record<string, string>;

/**
 * Reads a `.properties` file: escapes, continuation lines and `\uXXXX` as `java.util.Properties.load`
 * does, bytes as Latin-1; of a key that stands twice the last counts.
 */
export function parseProperties(bytes: Uint8Array): Props {
  const text = latin1.decode(bytes);
  const props: Props = {};
  for (const [key, value] of Object.entries(parseLines(text) as Record<string, string>)) {
    props[key] = value;
  }
  return props;
}

const latin1 = {
  /** True Latin-1: the platform's own decoder of that name reads windows-1252. */
  decode(bytes: Uint8Array): string {
    let text = "";
    for (let start = 0; start < bytes.length; start += 8192) {
      text += String.fromCharCode(...bytes.subarray(start, start + 8192));
    }
    return text;
  },
};

/**
 * Reads a connector file, whatever its name ends in: JSON with `name` and `config`, JSON with the keys
 * alone, or properties. Kafka: `ConnectStandalone.parseConnectorConfigurationFile`.
 * @throws {ConfigError} naming the file, when the keys are there but no connector's name
 */
export function parseConnectorFile(path: string, bytes: Uint8Array): Props {
  const json = parseJson(bytes);
  const props = json === undefined ? parseProperties(bytes) : propsOf(path, json);
  if ((props.name ?? "").trim() === "") {
    throw new ConfigError(
      `${path}: Missing required configuration "name" which has no default value.`,
    );
  }
  return props;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function propsOf(path: string, json: unknown): Props {
  if (!isObject(json)) throw new ConfigError(`${path}: it must hold a JSON object`);
  if (!isObject(json.config)) return textProps(path, json);
  const other = Object.keys(json).find((key) => !["name", "config", "initial_state"].includes(key));
  if (other !== undefined) {
    throw new ConfigError(`${path}: unknown key "${other}" beside "name" and "config"`);
  }
  const config = textProps(path, json.config);
  if (typeof json.name !== "string") {
    throw new ConfigError(`${path}: "name" must be text beside "config"`);
  }
  if (config.name !== undefined && config.name !== json.name) {
    throw new ConfigError(
      `${path}: Connector name configuration in the file's "config", "${config.name}", ` +
        `does not match its "name", "${json.name}"`,
    );
  }
  return { ...config, name: json.name };
}

function textProps(path: string, json: Record<string, unknown>): Props {
  return Object.fromEntries(
    Object.entries(json).map(([key, value]) => {
      if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
        return [key, String(value)];
      }
      throw new ConfigError(`${path}: the value of "${key}" must be text: ${reasonOf(value)}`);
    }),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
