/**
 * The file of cases that `connect test` runs:
 *
 *     file    = [case...]
 *     case    = {"name": TEXT, "record": record, "expect": expect}
 *     expect  = "dropped" | {"error": TEXT} | record, each member of which is compared if it is there
 *     record  = {"topic": TEXT, "partition"?: N, "timestamp"?: MS, "key"?, "value"?, "headers"?: [header...]}
 *
 * A source's record is data, and what is expected of it is bytes; for a sink it is the other way round.
 *
 *     data    : "key": JSON, "keySchema"?: schema, "value": JSON, "valueSchema"?: schema,
 *               header = {"key": TEXT, "value": JSON, "schema"?: schema}
 *     bytes   : "key": bytes, "value": bytes, header = {"key": TEXT, "value": bytes}
 *     schema  = as JsonConverter has it, or the name of a type that holds no other: "string"
 *     bytes   = null | {"text": TEXT} | {"json": JSON} | {"base64": TEXT}
 *
 * @module
 */

import { BigDecimal, isJsonObject, type Json, type JsonObject, parseJson } from "../api/mod.ts";
import { ConfigError, reasonOf } from "../base/mod.ts";
import { jsonText, type TrialBytes, type TrialData, type TrialInput } from "../task/mod.ts";

/** A case. */
export interface TrialCase {
  /** Its name. */
  name: string;
  /** The record to try. */
  input: TrialInput;
  /** What is expected, as it stands in the file; undefined when it is still to be written. */
  expect: Json | undefined;
}

/** The cases of a file, and the file's content. */
export interface TrialFile {
  /** The cases. */
  cases: TrialCase[];
  /** The cases as they stand in the file. */
  json: JsonObject[];
}

/** Reads a file of cases. @throws {ConfigError} naming the case, the key and why */
export function parseCases(
  bytes: Uint8Array,
  kind: "source" | "sink",
  isUpdate: boolean,
): TrialFile {
  const text = new TextDecoder().decode(bytes);
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`it is not sound JSON: ${reasonOf(cause)}`, { cause });
  }
  const json = parseJson(text);
  if (!Array.isArray(json)) throw new ConfigError("it must be a list of cases: [{...}, ...]");
  // Nobody who runs it wants to hear that all is well.
  if (json.length === 0) throw new ConfigError("it holds no case");
  const names = new Set<string>();
  const cases = json.map((one, index) => {
    const reader = new CaseReader(`case ${index + 1}`);
    const members = reader.object("", one, ["name", "record", "expect"]);
    const name = reader.text("name", members.name);
    if (names.has(name)) {
      reader.fail("name", `there is another case called ${JSON.stringify(name)}`);
    }
    names.add(name);
    return caseOf(new CaseReader(`case ${JSON.stringify(name)}`), name, members, kind, isUpdate);
  });
  return { cases, json: json as JsonObject[] };
}

function caseOf(
  reader: CaseReader,
  name: string,
  { record, expect }: Partial<JsonObject>,
  kind: "source" | "sink",
  isUpdate: boolean,
): TrialCase {
  const input = kind === "source"
    ? reader.dataRecord("record", record)
    : reader.bytesRecord("record", record);
  if (isUpdate) return { name, input, expect: soundExpect(reader, expect, kind) };
  if (expect === undefined) reader.fail("expect", "it is missing; --update writes what comes out");
  checkExpect(reader, expect, kind);
  return { name, input, expect };
}

/** What is expected, unless it is missing or not sound: then it is written anew. */
function soundExpect(reader: CaseReader, expect: Json | undefined, kind: "source" | "sink") {
  if (expect === undefined) return undefined;
  try {
    checkExpect(reader, expect, kind);
    return expect;
  } catch {
    return undefined;
  }
}

/** What is expected has the form of what comes out, but may be any part of it. */
function checkExpect(reader: CaseReader, expect: Json, kind: "source" | "sink"): void {
  if (expect === "dropped") return;
  if (!isJsonObject(expect)) {
    reader.fail("expect", 'it must be "dropped", {"error": ...} or a record');
  }
  if (Object.hasOwn(expect, "error")) {
    reader.text("expect.error", reader.object("expect", expect, ["error"]).error);
    return;
  }
  const whole = { topic: "any", ...expect };
  if (kind === "source") reader.bytesRecord("expect", whole);
  else reader.dataRecord("expect", whole);
}

const recordNames = ["topic", "partition", "timestamp", "key", "value", "headers"];

/** Reads a case, and says what is wrong with it. */
class CaseReader {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  fail(at: string, why: string): never {
    throw new ConfigError(at === "" ? `${this.#name}: ${why}` : `${this.#name}: ${at}: ${why}`);
  }

  object(at: string, json: Json | undefined, names: readonly string[]): Partial<JsonObject> {
    if (json === undefined) this.fail(at, "it is missing");
    if (!isJsonObject(json)) this.fail(at, `it must be an object, not ${kindOf(json)}`);
    const unknown = Object.keys(json).find((name) => !names.includes(name));
    if (unknown === undefined) return json;
    return this.fail(
      at === "" ? unknown : `${at}.${unknown}`,
      `it means nothing here; there are ${names.join(", ")}`,
    );
  }

  text(at: string, json: Json | undefined): string {
    if (json === undefined) this.fail(at, "it is missing");
    if (typeof json !== "string") this.fail(at, `it must be text, not ${kindOf(json)}`);
    return json;
  }

  dataRecord(at: string, json: Json | undefined): TrialInput {
    const members = this.object(at, json, [...recordNames, "keySchema", "valueSchema"]);
    const datum = (name: "key" | "value"): TrialData => ({
      schema: this.#schema(`${at}.${name}Schema`, members[`${name}Schema`]),
      value: jsonText(members[name] ?? null),
    });
    const headers = this.#headers(
      at,
      members.headers,
      ["key", "value", "schema"],
      (place, header) => ({
        schema: this.#schema(`${place}.schema`, header.schema),
        value: jsonText(header.value ?? null),
      }),
    );
    return { ...this.#place(at, members), key: datum("key"), value: datum("value"), headers };
  }

  bytesRecord(at: string, json: Json | undefined): TrialInput {
    const members = this.object(at, json, recordNames);
    const headers = this.#headers(
      at,
      members.headers,
      ["key", "value"],
      (place, header) => this.#bytes(`${place}.value`, header.value),
    );
    const [key, value] = [
      this.#bytes(`${at}.key`, members.key),
      this.#bytes(`${at}.value`, members.value),
    ];
    return { ...this.#place(at, members), key, value, headers };
  }

  #place(at: string, { topic, partition, timestamp }: Partial<JsonObject>) {
    return {
      topic: this.text(`${at}.topic`, topic),
      partition: this.#integer(`${at}.partition`, partition),
      timestampMs: this.#integer(`${at}.timestamp`, timestamp),
    };
  }

  #integer(at: string, json: Json | undefined): number | null {
    if (json === undefined || json === null) return null;
    if (typeof json === "number" && json >= 0) return json;
    return this.fail(at, `it must be a number of at least 0, not ${jsonText(json)}`);
  }

  #schema(at: string, json: Json | undefined): string | null {
    if (json === undefined || json === null) return null;
    if (typeof json === "string") return jsonText({ type: json });
    if (isJsonObject(json)) return jsonText(json);
    return this.fail(at, `it must be a schema or the name of a type, not ${kindOf(json)}`);
  }

  #headers<D>(
    at: string,
    json: Json | undefined,
    names: readonly string[],
    read: (place: string, header: Partial<JsonObject>) => D,
  ): { key: string; value: D }[] {
    if (json === undefined) return [];
    if (!Array.isArray(json)) this.fail(`${at}.headers`, `it must be a list, not ${kindOf(json)}`);
    return json.map((one, index) => {
      const place = `${at}.headers[${index}]`;
      const header = this.object(place, one, names);
      return { key: this.text(`${place}.key`, header.key), value: read(place, header) };
    });
  }

  #bytes(at: string, json: Json | undefined): TrialBytes {
    if (json === undefined || json === null) return null;
    const forms = isJsonObject(json) ? Object.keys(json) : [];
    if (forms.length !== 1 || !["text", "json", "base64"].includes(forms[0])) {
      this.fail(at, 'it must be null, {"text": ...}, {"json": ...} or {"base64": ...}');
    }
    try {
      return bytesOf(json as JsonObject);
    } catch (cause) {
      return this.fail(`${at}.${forms[0]}`, reasonOf(cause));
    }
  }
}

/** The bytes that `{"text": ...}`, `{"json": ...}` or `{"base64": ...}` stands for. @throws for others */
export function bytesOf(json: JsonObject): Uint8Array<ArrayBuffer> {
  if (Object.hasOwn(json, "json")) return new TextEncoder().encode(jsonText(json.json));
  const text = json.text ?? json.base64;
  if (typeof text !== "string") throw new TypeError(`it must be text, not ${kindOf(text)}`);
  if (Object.hasOwn(json, "text")) return new TextEncoder().encode(text);
  return Uint8Array.fromBase64(text);
}

function kindOf(json: Json): string {
  if (json === null) return "null";
  if (Array.isArray(json)) return "a list";
  if (typeof json === "bigint" || json instanceof BigDecimal) return "a number";
  return typeof json === "object"
    ? "an object"
    : typeof json === "string"
    ? "text"
    : `a ${typeof json}`;
}
