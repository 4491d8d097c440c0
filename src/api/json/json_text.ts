/**
 * JSON text with exact numbers. What is read and refused is what Kafka Connect's JSON library reads and
 * refuses:
 *
 * - a number with a point or an exponent is a decimal, every other one an integer of any size;
 * - leading zeros are skipped: `007` is 7;
 * - what follows the first value is not read, but a number has to end there;
 * - at most 1000 values inside each other, 1000 digits, 50,000 characters in a name and 20,000,000 in a
 *   string;
 * - bytes are UTF-8, or UTF-16 when the first two of them say so.
 *
 * @module
 */

import { BigDecimal, nestingMax } from "../data/mod.ts";
import { type JsonContainer, JsonFaults, JsonLimitError, JsonNumberError } from "./json_error.ts";

/** A JSON value. Integers beyond the safe range are bigints, numbers with a point or exponent decimals. */
export type Json = null | boolean | number | bigint | BigDecimal | string | Json[] | JsonObject;

/** A JSON object; its own properties are its members, whatever their names. */
export interface JsonObject {
  /** A member. */
  [name: string]: Json;
}

const digitsMax = 1000;
const nameCharsMax = 50_000;
const stringCharsMax = 20_000_000;

const lax = new TextDecoder("utf-8", { ignoreBOM: true });
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of JSON bytes. @throws {TypeError} for bytes that are no text */
export function decodeJson(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (bytes.length > 1 && (first === 0 || second === 0 || first >= 0xfe)) {
    const isLittle = second === 0 || first === 0xff;
    if (first < 0xfe || bytes.length > 3) {
      return new TextDecoder(isLittle ? "utf-16le" : "utf-16be", { ignoreBOM: true }).decode(bytes);
    }
  }
  // What is no text leaves a mark in it; to look for that takes less than a third of the time.
  const text = lax.decode(bytes);
  return text.includes("\ufffd") ? strict.decode(bytes) : text;
}

/** The first value in JSON text; undefined when there is none. @throws {SyntaxError} */
export function parseJson(text: string): Json | undefined {
  return new JsonReader(text).read();
}

/**
 * The value of JSON text that is one and nothing else; undefined for any other.
 * @param numberOf makes a number of its text, where it shall be another one
 * @throws {SyntaxError}
 */
export function parseWholeJson(text: string, numberOf?: (text: string) => Json): Json | undefined {
  return new JsonReader(text, numberOf).readAll();
}

/** What an object says under a name; undefined when it does not. Unlike `json[name]` it knows no prototype. */
export function memberOf(json: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(json, name) ? json[name] : undefined;
}

/** Whether a value is an object, neither a list nor a decimal. */
export function isJsonObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json) &&
    !(json instanceof BigDecimal);
}

/** Up to this length characters are looked at one by one, sooner than a search has begun. */
const shortCharsMax = 12;

/** Whether text stands in a JSON string as it is, as nearly all does: to find that out costs less than JSON.stringify. */
export function needsNoEscape(text: string): boolean {
  if (text.length > shortCharsMax) {
    return !text.includes('"') && !text.includes("\\") &&
      // deno-lint-ignore no-control-regex -- these are what is escaped
      !/[\u0000-\u001f\ud800-\udfff]/.test(text);
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code & 0xf800) === 0xd800) return false;
  }
  return true;
}

/** A string as JSON. What is beyond the 16 bits of Java's characters is escaped, as Kafka Connect has it. */
export function jsonString(text: string): string {
  if (needsNoEscape(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  if (!/\\u|[\ud800-\udfff]/.test(json)) return json;
  return json.replace(
    /\\u[0-9a-f]{4}|\\.|[\ud800-\udfff]/g,
    (match) =>
      match.length === 1
        ? `\\u${match.charCodeAt(0).toString(16).toUpperCase()}`
        : match.length === 6
        ? `\\u${match.slice(2).toUpperCase()}`
        : match,
  );
}

/** What a member is like. An object with a prototype is made and read sooner than one without. */
const member = { configurable: true, enumerable: true, writable: true };
const numberPattern = /-?(\d+)(\.\d+)?([eE][+-]?\d+)?/y;
const literalPattern = /(true|false|null)(?![\w$\u0080-\uffff])/y;
const literals: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/** Reads one value, without a regard for what follows it. */
class JsonReader {
  readonly #text: string;
  readonly #numberOf: ((text: string) => Json) | undefined;
  #at: number;

  constructor(text: string, numberOf?: (text: string) => Json) {
    this.#text = text;
    this.#numberOf = numberOf;
    this.#at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  }

  read(): Json | undefined {
    this.#skipSpace();
    if (this.#at === this.#text.length) return undefined;
    const value = this.#value(0, null, true);
    const isNumber = typeof value === "number" || typeof value === "bigint" ||
      value instanceof BigDecimal;
    if (isNumber && !/^(?:[ \t\r\n]|$)/.test(this.#text.slice(this.#at, this.#at + 1))) {
      throw this.#faults.afterNumber(this.#at);
    }
    return value;
  }

  readAll(): Json | undefined {
    const value = this.read();
    this.#skipSpace();
    return this.#at === this.#text.length ? value : undefined;
  }

  #value(depth: number, container: JsonContainer | null, isFirst: boolean): Json {
    const start = this.#at;
    const char = this.#text[start];
    switch (char) {
      case "{":
        return this.#object(depth + 1);
      case "[":
        return this.#array(depth + 1);
      case '"':
        return this.#string(stringCharsMax, false);
    }
    if (char <= "9") {
      if (this.#numberOf === undefined) {
        const number = this.#shortInteger();
        if (number !== null) return number;
      }
      const number = this.#match(numberPattern);
      if (number !== null) return this.#number(number);
    } else {
      const literal = this.#match(literalPattern);
      if (literal !== null) return literals[literal[1]];
    }
    throw this.#faults.value(start, container, isFirst);
  }

  /** Takes an integer of up to 15 digits, as most are; null, and none, for any other. */
  #shortInteger(): number | null {
    const text = this.#text;
    const isNegative = text.charCodeAt(this.#at) === 0x2d;
    const start = isNegative ? this.#at + 1 : this.#at;
    let at = start;
    let size = 0;
    let code = text.charCodeAt(at);
    for (; code >= 0x30 && code <= 0x39; code = text.charCodeAt(++at)) {
      size = size * 10 + code - 0x30;
    }
    // A point or an exponent follows.
    const isOther = code === 0x2e || code === 0x65 || code === 0x45;
    if (isOther || at === start || at - start > 15) return null;
    this.#at = at;
    // Zero has no sign here: an integer is read, not a float.
    return isNegative ? 0 - size : size;
  }

  #object(depth: number): JsonObject {
    const object: JsonObject = {};
    const container: JsonContainer = { kind: "Object", start: this.#at };
    this.#open(depth);
    if (this.#take("}")) return object;
    for (let isFirst = true;; isFirst = false) {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#faults.name(this.#at, container, isFirst);
      const name = this.#string(nameCharsMax, true);
      if (!this.#take(":")) throw this.#faults.colon(this.#at);
      this.#skipSpace();
      if (this.#at === this.#text.length) throw this.#faults.colon(this.#at);
      const value = this.#value(depth, container, false);
      if (name === "__proto__") Object.defineProperty(object, name, { ...member, value });
      else object[name] = value;
      if (!this.#take(",")) break;
    }
    if (!this.#take("}")) throw this.#faults.comma(this.#at, container);
    return object;
  }

  #array(depth: number): Json[] {
    const items: Json[] = [];
    const container: JsonContainer = { kind: "Array", start: this.#at };
    this.#open(depth);
    if (this.#take("]")) return items;
    do {
      this.#skipSpace();
      items.push(this.#value(depth, container, items.length === 0));
    } while (this.#take(","));
    if (!this.#take("]")) throw this.#faults.comma(this.#at, container);
    return items;
  }

  #open(depth: number): void {
    if (depth > nestingMax) {
      const what = "Document nesting depth";
      throw new JsonLimitError(what, depth, nestingMax, "ReadConstraints.getMaxNestingDepth");
    }
    this.#at++;
  }

  /** Reads the string that begins here. */
  #string(charsMax: number, isName: boolean): string {
    const text = this.#text;
    const start = this.#at;
    let end = start + 1;
    // Most are short, and hold nothing that has to be escaped: to look at each character is the quickest then.
    for (const last = end + 100; end < last; end++) {
      const code = text.charCodeAt(end);
      if (code === 0x22) {
        this.#at = end + 1;
        return text.slice(start + 1, end);
      }
      if (code === 0x5c || !(code >= 0x20)) break;
    }
    end = text.indexOf('"', end);
    while (end > 0 && this.#isEscaped(end)) end = text.indexOf('"', end + 1);
    if (end < 0) throw this.#faults.unended(isName);
    this.#at = end + 1;
    const value = this.#unescaped(start + 1, end, isName);
    if (value.length <= charsMax) return value;
    const [what, kind] = isName ? ["Name length", "Name"] : ["String value length", "String"];
    throw new JsonLimitError(what, value.length, charsMax, `ReadConstraints.getMax${kind}Length`);
  }

  #unescaped(from: number, to: number, isName: boolean): string {
    const raw = this.#text.slice(from, to);
    // deno-lint-ignore no-control-regex -- characters that JSON.parse refuses
    if (!/[\\\u0000-\u001f]/.test(raw)) return raw;
    try {
      return JSON.parse(`"${raw}"`);
    } catch {
      // JSON.parse looks for what the library does, and says it otherwise.
      throw this.#faults.insideString(from, to, isName);
    }
  }

  /** Whether an odd number of backslashes stands before. */
  #isEscaped(at: number): boolean {
    let before = at - 1;
    while (this.#text[before] === "\\") before--;
    return (at - before) % 2 === 0;
  }

  #number(match: RegExpExecArray): Json {
    const [text, whole, fraction, exponent] = match;
    if (text.length > digitsMax) checkDigits(match);
    if (this.#numberOf !== undefined) return this.#numberOf(text);
    if (fraction !== undefined || exponent !== undefined) return decimalOf(text);
    const integer = BigInt(whole) * (text.startsWith("-") ? -1n : 1n);
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : integer;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }

  #take(char: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    for (;; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    }
  }

  get #faults(): JsonFaults {
    return new JsonFaults(this.#text);
  }
}

/** Kafka: of a number the digits count that stand behind leading zeros, before a point and behind it, and in an exponent. */
function checkDigits([, whole, fraction = ".", exponent = ""]: RegExpExecArray): void {
  const count = whole.replace(/^0+(?=\d)/, "").length + fraction.length - 1 +
    exponent.replace(/\D+/g, "").length;
  if (count <= digitsMax) return;
  const getter = "ReadConstraints.getMaxNumberLength";
  throw new JsonLimitError("Number value length", count, digitsMax, getter);
}

function decimalOf(text: string): BigDecimal {
  try {
    return BigDecimal.parse(text);
  } catch {
    // All else of it is as a decimal has to be.
    const [, digits] = /[eE][+-]?0*(\d*)$/.exec(text)!;
    const isLong = digits.length > 10;
    throw new JsonNumberError(
      text,
      isLong ? "Too many nonzero exponent digits." : "Exponent overflow.",
    );
  }
}
