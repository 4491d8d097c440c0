/** The rules of `response.http.headers.config`. Kafka: `RestServerConfig`; Jetty: `HeaderFilter`. */

import { ConfigError } from "../../base/mod.ts";

const actions = ["set", "add", "setDate", "addDate"] as const;

/** What is done to answers. */
export interface HeaderRule {
  /** Whether it replaces what earlier rules say, and whether its value is milliseconds from now. */
  action: typeof actions[number];
  /** The header. */
  name: string;
  /** Its value. */
  value: string;
}

/** Reads rules. @throws {ConfigError} in Kafka's words */
export function headerRulesOf(text: string | null): HeaderRule[] {
  if (text === null || text.trim() === "") return [];
  // As in Java, a comma at the very end says nothing.
  const rules = text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  while (rules.length > 1 && rules.at(-1) === "") rules.pop();
  return rules.map((rule) => headerRule(rule.trim().replaceAll(/^"|"$/g, "").trim()));
}

function headerRule(rule: string): HeaderRule {
  const [, written, header] = /^(\S+)\s+(.*)$/s.exec(rule) ?? [];
  if (header === undefined) {
    throw new ConfigError(
      `Invalid format of header config '${rule}'. Expected: '[action] [header name]:[header value]'`,
    );
  }
  const action = actions.find((known) => known.toLowerCase() === written.toLowerCase());
  if (action === undefined) {
    throw new ConfigError(
      `Invalid header config action: '${written}'. Expected one of [${actions.join(", ")}]`,
    );
  }
  const [, found, value] = /^([^:]*):([^:]+)$/.exec(header) ?? [];
  if (found === undefined) {
    throw new ConfigError(
      `Invalid format of header name and header value pair '${header}'. ` +
        "Expected: '[header name]:[header value]'",
    );
  }
  const name = found.trim();
  if (!/^\S+$/.test(name)) {
    throw new ConfigError(
      `Invalid header name '${name}'. The '[header name]' cannot contain whitespace`,
    );
  }
  return { action, name, value: value.trim() };
}

/**
 * What Java finds out only when it answers, or not at all.
 * @throws {ConfigError} for a date that is none, or what can be no header
 */
export function checkHeaderRules(rules: readonly HeaderRule[]): void {
  for (const { action, name, value } of rules) {
    const rule = `${action} ${name}:${value}`;
    if (action.endsWith("Date") && !/^[+-]?\d{1,15}$/.test(value)) {
      throw new ConfigError(
        `Invalid header config '${rule}'. Expected a number of milliseconds from now`,
      );
    }
    try {
      new Headers([[name, value]]);
    } catch (cause) {
      throw new ConfigError(`Invalid header config '${rule}': it can be no header`, { cause });
    }
  }
}
