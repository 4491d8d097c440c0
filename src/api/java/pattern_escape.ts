/**
 * What stands behind a backslash in a regular expression.
 *
 * @module
 */

import { isBoundary, isEnd, isGraphemeBoundary, isLastLineEnd, isStart } from "./places.ts";
import { isDigit, isLetter, isOneOf, noFlags, type PatternText, point } from "./pattern_text.ts";
import type { PatternNode } from "./pattern_tree.ts";
import { escapedClass } from "./point_sets.ts";

/** A code point, or a part that matches more, or no, characters. */
export type Escape = number | PatternNode;

/** Where a backslash stands. */
export interface EscapeRules {
  /** Inside `[ ]`. */
  isInClass: boolean;
  /** At an end of a range. */
  isRange?: boolean;
}

/** Characters that letters stand for. */
const characters: Readonly<Record<string, number>> = {
  a: 0x07,
  e: 0x1b,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
};

/**
 * Reads an escape, from its backslash on. References to groups are left to whoever knows them: the
 * cursor is then behind the digit or the `k`, and the answer null.
 * @throws {ConfigError} for one that means nothing
 */
export function readEscape(text: PatternText, rules: EscapeRules & { isInClass: true }): Escape;
/** Outside a class the answer may be null. @throws {ConfigError} for an escape that means nothing */
export function readEscape(text: PatternText, rules: EscapeRules): Escape | null;
export function readEscape(text: PatternText, { isInClass, isRange }: EscapeRules): Escape | null {
  const code = text.skip();
  if (!isDigit(code) && !isLetter(code)) return code;
  const letter = String.fromCodePoint(code);
  if (Object.hasOwn(characters, letter)) return characters[letter];
  if (letter === "v" && isRange) return 0x0b;
  if (isOneOf(code, "dDhHsSvVwW")) {
    return { kind: "point", test: escapedClass(letter, text.flags) };
  }
  switch (letter) {
    case "0":
      return octal(text);
    case "c":
      if (text.isAtEnd) throw text.error("Illegal control escape sequence");
      return text.read() ^ 64;
    case "u":
      return utf16(text);
    case "x":
      return hexadecimal(text);
    case "N":
      return characterName(text);
  }
  if (!isInClass) {
    if (isOneOf(code, "123456789k")) return null;
    const node = placeOf(letter, text);
    if (node !== null) return node;
  }
  throw text.error("Illegal/unsupported escape sequence");
}

/** What means nothing inside a class. */
function placeOf(letter: string, text: PatternText): PatternNode | null {
  switch (letter) {
    case "A":
      return { kind: "place", test: isStart };
    case "B":
      return { kind: "place", test: isBoundary(text.flags, { isNegative: true }) };
    case "G":
      return { kind: "previousEnd" };
    case "R":
      return { kind: "lineEnd", test: escapedClass("v", noFlags) };
    case "X":
      return { kind: "grapheme" };
    case "Z":
      return { kind: "place", test: isLastLineEnd(text.flags) };
    case "b":
      return boundary(text);
    case "z":
      return { kind: "place", test: isEnd };
    default:
      return null;
  }
}

/** `\b`, or `\b{g}`. */
function boundary(text: PatternText): PatternNode {
  if (text.peek() === point("{")) {
    if (text.skip() === point("g")) {
      if (text.read() === point("}")) return { kind: "place", test: isGraphemeBoundary };
      throw text.error("Illegal/unsupported escape sequence");
    }
    text.unread();
    text.unread();
  }
  return { kind: "place", test: isBoundary(text.flags, { isNegative: false }) };
}

function octal(text: PatternText): number {
  const digits = [text.read()];
  if (!isOctal(digits[0])) throw text.error("Illegal octal escape sequence");
  // Three digits only where they stay below 256.
  const digitsMax = digits[0] <= point("3") ? 3 : 2;
  while (digits.length < digitsMax) {
    const digit = text.read();
    if (!isOctal(digit)) {
      text.unread();
      break;
    }
    digits.push(digit);
  }
  return Number.parseInt(String.fromCodePoint(...digits), 8);
}

function isOctal(code: number): boolean {
  return code >= point("0") && code <= point("7");
}

function hexDigit(code: number): number | null {
  return isOneOf(code, "0123456789abcdefABCDEF")
    ? Number.parseInt(String.fromCodePoint(code), 16)
    : null;
}

function hexadecimal(text: PatternText): number {
  const code = text.read();
  const high = hexDigit(code);
  if (high !== null) {
    const low = hexDigit(text.read());
    if (low !== null) return high * 16 + low;
  } else if (code === point("{") && hexDigit(text.peek()) !== null) {
    return bracedHexadecimal(text);
  }
  throw text.error("Illegal hexadecimal escape sequence");
}

function bracedHexadecimal(text: PatternText): number {
  let value = 0;
  for (;;) {
    const code = text.read();
    const digit = hexDigit(code);
    if (digit === null) {
      if (code !== point("}")) throw text.error("Unclosed hexadecimal escape sequence");
      return value;
    }
    value = value * 16 + digit;
    if (value > 0x10ffff) throw text.error("Hexadecimal codepoint is too big");
  }
}

/** `\uHHHH`, or two of them that are one code point. */
function utf16(text: PatternText): number {
  const high = fourDigits(text);
  if (high < 0xd800 || high > 0xdbff) return high;
  const { cursor } = text;
  if (text.read() === point("\\") && text.read() === point("u")) {
    const low = fourDigits(text);
    if (low >= 0xdc00 && low <= 0xdfff) return (high - 0xd800) * 0x400 + low - 0xdc00 + 0x10000;
  }
  text.cursor = cursor;
  return high;
}

function fourDigits(text: PatternText): number {
  let value = 0;
  for (let count = 0; count < 4; count++) {
    const digit = hexDigit(text.read());
    if (digit === null) throw text.error("Illegal Unicode escape sequence");
    value = value * 16 + digit;
  }
  return value;
}

/** Kafka: Java knows the names of all characters; JavaScript knows none. */
function characterName(text: PatternText): number {
  if (text.read() !== point("{")) throw text.error("Illegal character name escape sequence");
  throw text.error(
    "Characters cannot be named here (\\N{..}); write them, or their numbers, \\x{..}",
  );
}
