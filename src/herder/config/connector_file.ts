/** Connector files, in all the forms that Connect takes. */

import { ConfigError, reasonOf } from "../../base/mod.ts";
import { parseProperties, type Props } from "./properties.ts";

/** The states that a connector may begin in (KIP-980). */
const initialStates = ["RUNNING", "PAUSED", "STOPPED"] as const;

/** What a connector file says. */
export interface ConnectorFile {
  /** The connector's keys, its name among them. */
  props: Props;
  /** The state that it begins in. */
  initialState: (typeof initialStates)[number];
}

/**
 * Reads a connector file, whatever its name ends in: JSON with `name`, `config` and `initial_state`
 * (anything else beside them is passed over, as in what REST tells of a connector), JSON with the keys
 * alone, or properties. Kafka: `ConnectStandalone.parseConnectorConfigurationFile`.
 * @throws {ConfigError} naming the file
 */
export function parseConnectorFile(path: string, bytes: Uint8Array): ConnectorFile {
  const read = parseJsonFile(path, bytes) ?? parsePropertiesFile(path, bytes);
  if (Object.hasOwn(read.props, "name")) return read;
  throw new ConfigError(
    `Connector configuration at '${path}' is missing the mandatory 'name' configuration`,
  );
}

function parsePropertiesFile(path: string, bytes: Uint8Array): ConnectorFile {
  try {
    return { props: parseProperties(bytes), initialState: "RUNNING" };
  } catch (cause) {
    throw new ConfigError(`${path}: ${reasonOf(cause)}`, { cause });
  }
}

function parseJsonFile(path: string, bytes: Uint8Array): ConnectorFile | null {
  const json = parseJson(path, new TextDecoder().decode(bytes));
  if (!isObject(json)) return null;
  if (!isObject(json.config)) return { props: textProps(path, json), initialState: "RUNNING" };
  const { name, initial_state: initialState } = json;
  const props = textProps(path, json.config);
  if (Object.hasOwn(props, "name") && props.name !== name) {
    throw new ConfigError(
      `Connector name configuration in 'config' doesn't match the one specified in 'name' at '${path}'`,
    );
  }
  return {
    props: { ...props, ...name !== undefined && textProps(path, { name }) },
    initialState: initialState === undefined || initialState === null
      ? "RUNNING"
      : parseInitialState(path, initialState),
  };
}

/** The value of JSON text, its numbers and booleans as the text they are; undefined for other text. */
function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text, (_key: string, value: unknown, context?: { source?: string }) => {
      return typeof value === "number" || typeof value === "boolean" ? context?.source : value;
    });
  } catch (cause) {
    if (!/^\s*\{/.test(text)) return undefined;
    // The rest of what the platform says quotes the file, which may hold secrets.
    const where = /\(line \d+ column \d+\)/.exec(reasonOf(cause))?.[0];
    throw new ConfigError(`${path}: it is not sound JSON${where === undefined ? "" : ` ${where}`}`);
  }
}

function parseInitialState(path: string, value: unknown): ConnectorFile["initialState"] {
  const state = initialStates.find((state) => state === String(value).toUpperCase());
  if (state !== undefined) return state;
  throw new ConfigError(
    `${path}: initial_state ${JSON.stringify(value)} must be one of ${initialStates.join(", ")}`,
  );
}

function textProps(path: string, json: Record<string, unknown>): Props {
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === "string") continue;
    throw new ConfigError(
      value === null
        ? `${path}: ${key}: Null value can not be supplied as the configuration value.`
        : `${path}: the value of ${key} must be text, a number or a boolean, not ${
          Array.isArray(value) ? "an array" : "an object"
        }`,
    );
  }
  return json as Props;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
