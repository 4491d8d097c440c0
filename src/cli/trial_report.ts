/** What came out of cases, beside what was expected, for people; and what to write into their file. */

import { isJsonObject, type Json, type JsonObject, parseJson } from "../api/mod.ts";
import {
  inLine,
  jsonDifferences,
  jsonText,
  type TrialBytes,
  type TrialData,
  type TrialOutcome,
  type TrialRecord,
} from "../task/mod.ts";
import { bytesOf } from "./trial_cases.ts";

/** What became of a record, as `expect` would say it. */
export function outcomeJson(outcome: TrialOutcome): Json {
  switch (outcome.is) {
    case "dropped":
      return "dropped";
    case "bytes":
      return recordJson(outcome.record, (name, value) => ({ [name]: bytesJson(value) }));
    case "data":
      return recordJson(outcome.record, dataJson);
    default:
      return { error: outcome.message };
  }
}

function recordJson<D>(
  { topic, partition, timestampMs, key, value, headers }: TrialRecord<D>,
  members: (name: string, value: D) => JsonObject,
): JsonObject {
  return {
    topic,
    ...partition !== null && { partition },
    ...timestampMs !== null && { timestamp: timestampMs },
    ...members("key", key),
    ...members("value", value),
    headers: headers.map(({ key, value }) => {
      const { value: own, valueSchema: schema } = members("value", value);
      return { key, value: own, ...schema !== undefined && { schema } };
    }),
  };
}

function dataJson(name: string, { schema, value }: TrialData): JsonObject {
  return {
    [name]: parseJson(value)!,
    [`${name}Schema`]: schema === null ? null : parseJson(schema)!,
  };
}

/** JSON where it is a list or an object, else text where it is some, else base64. */
function bytesJson(bytes: TrialBytes): Json {
  if (bytes === null) return null;
  const text = textOf(bytes);
  if (text === null) return { base64: bytes.toBase64() };
  const json = jsonOf(text);
  return typeof json === "object" && json !== null && /^\s*[[{]/.test(text) ? { json } : { text };
}

/** What differs from what was expected, one place a line; nothing when all is as it should be. */
export function differencesOf(expect: Json, outcome: TrialOutcome): string[] {
  if (outcome.is === "failed") {
    const isExpected = isJsonObject(expect) && typeof expect.error === "string" &&
      outcome.message.includes(inLine(expect.error));
    if (isExpected) return [];
    const found = `${outcome.at === "" ? "" : `${outcome.at} `}failed: ${outcome.message}`;
    return [`expected ${expectation(expect)}, but ${found}`];
  }
  if (outcome.is === "dropped") {
    if (expect === "dropped") return [];
    return [`expected ${expectation(expect)}, but ${outcome.at} dropped it`];
  }
  const found = outcomeJson(outcome);
  if (!isJsonObject(expect) || Object.hasOwn(expect, "error")) {
    return [`expected ${expectation(expect)}, but got ${jsonText(found)}`];
  }
  return recordDifferences(expect, found as JsonObject, outcome);
}

function expectation(expect: Json): string {
  if (!isJsonObject(expect)) return "it to be dropped";
  return Object.hasOwn(expect, "error")
    ? `an error that says ${jsonText(expect.error)}`
    : "a record";
}

function recordDifferences(
  expect: JsonObject,
  found: JsonObject,
  outcome: TrialOutcome,
): string[] {
  const lines: string[] = [];
  for (const [name, wanted] of Object.entries(expect)) {
    if (name !== "headers") {
      lines.push(...memberDifferences(name, wanted, found, outcome));
      continue;
    }
    const [ours, theirs] = [wanted as JsonObject[], found.headers as JsonObject[]];
    for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
      const at = `headers[${index}]`;
      if (index >= theirs.length) {
        lines.push(`${at}: expected ${jsonText(ours[index])}, got nothing`);
      } else if (index >= ours.length) {
        lines.push(`${at}: expected nothing, got ${jsonText(theirs[index])}`);
      } else {
        for (const member of Object.keys(ours[index])) {
          lines.push(
            ...memberDifferences(member, ours[index][member], theirs[index], outcome, `${at}.`),
          );
        }
      }
    }
  }
  return lines;
}

function memberDifferences(
  name: string,
  wanted: Json,
  found: JsonObject,
  outcome: TrialOutcome,
  prefix = "",
): string[] {
  const at = prefix + name;
  const got = Object.hasOwn(found, name) ? found[name] : null;
  const isBytes = outcome.is === "bytes" && isJsonObject(wanted);
  if (isBytes) return bytesDifferences(at, wanted, got);
  const isSchema = /schema$/i.test(name);
  const same = isSchema && typeof wanted === "string" ? { type: wanted, optional: false } : wanted;
  return jsonDifferences(same, got).map((difference) => line(at, difference));
}

/** Bytes are compared in the form in which they are expected. */
function bytesDifferences(at: string, wanted: JsonObject, got: Json): string[] {
  if (got === null) return [`${at}: expected ${jsonText(wanted)}, got null`];
  const bytes = bytesOf(got as JsonObject);
  const text = textOf(bytes);
  if (Object.hasOwn(wanted, "json")) {
    const json = text === null ? undefined : jsonOf(text);
    if (json !== undefined) {
      return jsonDifferences(wanted.json, json).map((difference) => line(at, difference));
    }
  } else {
    if (bytesOf(wanted).toBase64() === bytes.toBase64()) return [];
    if (Object.hasOwn(wanted, "base64")) {
      return [
        `${at}: expected base64 ${jsonText(wanted.base64)}, got ${jsonText(bytes.toBase64())}`,
      ];
    }
  }
  const shown = text === null ? `base64 ${jsonText(bytes.toBase64())}` : jsonText(text);
  return [`${at}: expected ${jsonText(wanted.text ?? wanted.json)}, got ${shown}`];
}

function line(at: string, difference: ReturnType<typeof jsonDifferences>[0]): string {
  const { path, expected, found } = difference;
  return `${at}${path}: expected ${expected ?? "nothing"}, got ${found ?? "nothing"}`;
}

/** The widest line of JSON that holds more than one member, in characters. */
const lineMax = 80;

/** JSON text as people write it: what fits stands in a line. */
export function jsonLines(json: Json, indent = ""): string {
  const line = jsonText(json).length + indent.length <= lineMax ? spaced(json) : "";
  const isLong = line === "" || line.length + indent.length > lineMax;
  if (!isLong || json === null || !(Array.isArray(json) || isJsonObject(json))) {
    return isLong ? jsonText(json) : line;
  }
  const inner = `${indent}  `;
  const members = Array.isArray(json)
    ? json.map((item) => jsonLines(item, inner))
    : Object.entries(json).map(([name, item]) => `${jsonText(name)}: ${jsonLines(item, inner)}`);
  const [open, close] = Array.isArray(json) ? "[]" : "{}";
  return `${open}\n${members.map((member) => inner + member).join(",\n")}\n${indent}${close}`;
}

/** In a line, with blanks where people put them. */
function spaced(json: Json): string {
  if (Array.isArray(json)) return `[${json.map(spaced).join(", ")}]`;
  if (!isJsonObject(json)) return jsonText(json);
  const members = Object.entries(json).map(([name, item]) => `${jsonText(name)}: ${spaced(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function jsonOf(text: string): Json | undefined {
  try {
    JSON.parse(text);
    return parseJson(text);
  } catch {
    return undefined;
  }
}
