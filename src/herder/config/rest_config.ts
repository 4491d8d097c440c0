/** The keys of a worker's REST API. Kafka: `RestServerConfig`. */

import { check, ConfigError, type ConfigKeys, invalid, oneOf, validList } from "../../api/mod.ts";
import { headerRulesOf } from "./header_rules.ts";

const exampleListeners = "http://localhost:8080,https://localhost:8443";

/** Kafka: `RestServerConfig.ListenersValidator`. */
const listenersValidator = check(
  `List of comma-separated URLs, ex: ${exampleListeners}.`,
  (_name, value) => {
    if (value === null) {
      throw new ConfigError(
        `Invalid value type for listeners (expected list of URLs , ex: ${exampleListeners}).`,
      );
    }
    const listeners = value as readonly string[];
    if (listeners.length === 0) {
      throw new ConfigError(
        `Invalid value for listeners, at least one URL is expected, ex: ${exampleListeners}.`,
      );
    }
    if (listeners.includes("")) {
      throw new ConfigError("Empty URL found when parsing listeners list.");
    }
  },
);

/** Kafka: `RestServerConfig.ResponseHttpHeadersValidator`. */
const headerRules = check(
  "Comma-separated header rules, where each header rule is of the form '[action] " +
    "[header name]:[header value]' and optionally surrounded by double quotes if any part of a " +
    "header rule contains a comma",
  (_name, value) => void headerRulesOf(value as string | null),
);

/** The keys of the REST API, in Kafka's order. */
export const restKeys = {
  "listeners": {
    type: "LIST",
    default: ["http://:8083"],
    importance: "LOW",
    validator: listenersValidator,
    doc: "Where the REST API listens, as URLs; a port of 0 takes a free one.",
  },
  "rest.advertised.host.name": {
    type: "STRING",
    default: null,
    importance: "LOW",
    doc: "The host by which other workers reach this one.",
  },
  "rest.advertised.port": {
    type: "INT",
    default: null,
    importance: "LOW",
    doc: "The port by which other workers reach this one.",
  },
  "rest.advertised.listener": {
    type: "STRING",
    default: null,
    importance: "LOW",
    doc: "The listener (http or https) by which other workers reach this one.",
  },
  "access.control.allow.origin": {
    type: "STRING",
    default: "",
    importance: "LOW",
    doc: "The origins that browsers may call the REST API from.",
  },
  "access.control.allow.methods": {
    type: "STRING",
    default: "",
    importance: "LOW",
    doc: "The methods that browsers may call from other origins.",
  },
  "response.http.headers.config": {
    type: "STRING",
    default: "",
    importance: "LOW",
    validator: headerRules,
    doc:
      "Headers that answers get: an action (set, add, setDate, addDate), a name and a value each.",
  },
  "ssl.client.auth": {
    type: "STRING",
    default: "none",
    importance: "LOW",
    validator: oneOf("required", "requested", "none"),
    doc: "Whether clients must show a certificate.",
  },
  "rest.extension.classes": {
    type: "LIST",
    default: [],
    importance: "LOW",
    validator: validList(),
    doc: "BasicAuthSecurityRestExtension, for basic auth; there are no others here.",
  },
  "admin.listeners": {
    type: "LIST",
    default: null,
    importance: "LOW",
    validator: validList({ isNullAllowed: true }),
    doc: "Where the admin resources listen; with the others unless told.",
  },
} as const satisfies ConfigKeys;

/** Where to listen: a host, empty for all, and a port. */
export interface Listener {
  /** As configured. */
  url: string;
  /** Whether there is TLS. */
  protocol: "http" | "https";
  /** A name or an address, without brackets; empty for every address of the machine. */
  host: string;
  /** The port; 0 takes a free one. */
  port: number;
}

/** The listeners that a key names. @throws {ConfigError} for one that is no URL of http(s) with a port */
export function parseListeners(
  listeners: readonly string[],
  key: "listeners" | "admin.listeners" = "listeners",
): Listener[] {
  return listeners.map((url) => {
    const found = /^(\w+):\/\/(?:\[([\da-f:.%]+)\]|([^/:[\]]*)):(\d{1,5})\/?$/i.exec(url);
    const port = Number(found?.[4]);
    if (found === null || port > 65535) {
      throw invalid(key, url, "it must be a URL such as http://localhost:8083");
    }
    const protocol = found[1].toLowerCase();
    if (protocol !== "http" && protocol !== "https") {
      throw invalid(key, url, `${protocol} cannot be listened on, only http and https`);
    }
    return { url, protocol, host: found[2] ?? found[3], port };
  });
}
