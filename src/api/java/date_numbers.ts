/**
 * Whole numbers as `java.text.NumberFormat` reads and writes them for dates.
 *
 * @module
 */

import { isDigit } from "./pattern_text.ts";

const intMax = 2 ** 31 - 1;
const longMax = 2n ** 63n - 1n;

/** A number that a text has. */
export interface FoundNumber {
  /** As a Java int. */
  value: number;
  /** Where it ends. */
  end: number;
}

// The digits of any script, less those beyond the Basic Multilingual Plane.
const digits = "(?:(?![\\u{10000}-\\u{10ffff}])\\p{Nd})+";
let numbers: RegExp | null = null;

/** The number at an index of a text that is looked at as far as `end`, or null if there is none. */
export function numberAt(text: string, index: number, end: number): FoundNumber | null {
  return plainNumberAt(text, index, Math.min(end, text.length)) ?? anyNumberAt(text, index, end);
}

/** More digits than this may not be those of an int. */
const plainDigitsMax = 9;

/** The number, if it is one of few digits of ASCII, as nearly all are; else null. */
function plainNumberAt(text: string, index: number, end: number): FoundNumber | null {
  const isNegative = text.charCodeAt(index) === 0x2d;
  const start = isNegative ? index + 1 : index;
  let at = start;
  let value = 0;
  while (at < end && isDigit(text.charCodeAt(at))) {
    value = value * 10 + text.charCodeAt(at) - 0x30;
    at++;
  }
  if (at === start || at - start > plainDigitsMax) return null;
  // An exponent or a digit of another script may follow.
  const following = at < end ? text.charCodeAt(at) : 0;
  if (following === 0x45 || following > 0x7f) return null;
  return { value: isNegative ? -value : value, end: at };
}

function anyNumberAt(text: string, index: number, end: number): FoundNumber | null {
  numbers ??= new RegExp(`(-?)(?:(NaN)|(∞)|(${digits})(?:E(-?${digits}))?)`, "uy");
  numbers.lastIndex = index;
  const found = numbers.exec(end < text.length ? text.slice(0, end) : text);
  if (found === null) return null;
  const [all, sign, notANumber, infinite, whole, exponent] = found;
  const size = notANumber !== undefined
    ? 0
    : infinite !== undefined
    ? intMax + 1
    : intOf(asciiDigits(whole), exponent === undefined ? null : asciiDigits(exponent), sign);
  return { value: intInRange(sign === "" ? size : -size), end: index + all.length };
}

/** As Java makes an int: of a long by its low bits, of a double by the nearest there is. */
function intOf(whole: string, exponent: string | null, sign: string): number {
  const long = BigInt(whole);
  if (exponent === null && long <= longMax + (sign === "-" ? 1n : 0n)) {
    return Number(BigInt.asIntN(32, long));
  }
  const value = Number(`${whole}e${exponent ?? 0}`);
  return Number.isInteger(value) && value <= Number(longMax)
    ? Number(BigInt.asIntN(32, BigInt(value)))
    : Math.trunc(Math.min(value, intMax + 1));
}

function intInRange(value: number): number {
  return Math.max(-intMax - 1, Math.min(value, intMax));
}

/** Digits of any script as those of ASCII. */
function asciiDigits(text: string): string {
  return text.replaceAll(/\p{Nd}/gu, (digit) => String(digitValue(digit.charCodeAt(0))));
}

/** The digits of a script stand in a row, and their zero is the first of ten. */
function digitValue(code: number): number {
  let value = 0;
  while (value < 9 && /\p{Nd}/u.test(String.fromCharCode(code - value - 1))) value++;
  return value;
}

/** A number with at least so many digits. */
export function paddedNumber(value: number, digitsMin: number): string {
  const size = String(Math.abs(value)).padStart(digitsMin, "0");
  return value < 0 ? `-${size}` : size;
}
