/**
 * The sets of code points that a regular expression is made of: single ones, ranges, and what stands
 * behind a backslash, each under the flags that apply.
 *
 * @module
 */

import { foldedAscii, foldedCase, lowerCase, upperCase } from "./letter_case.ts";
import type { PatternFlags } from "./pattern_text.ts";
import type { PointTest } from "./pattern_tree.ts";
import { unicodeSet } from "./properties.ts";

/** All code points but those of a set. */
export function not(test: PointTest): PointTest {
  return (code) => !test(code);
}

/** The code points of any of two sets. */
export function either(one: PointTest, other: PointTest): PointTest {
  return (code) => one(code) || other(code);
}

/** The code points of both sets. */
export function both(one: PointTest, other: PointTest): PointTest {
  return (code) => one(code) && other(code);
}

/** One code point, and those that differ by case alone. */
export function single(point: number, flags: PatternFlags): PointTest {
  if (flags.ignoreCase && flags.unicodeCase) {
    const folded = foldedCase(point);
    if (upperCase(point) !== folded || point !== folded) {
      return (code) => code === folded || foldedCase(code) === folded;
    }
  } else if (flags.ignoreCase && point < 0x80) {
    const folded = foldedAscii(point);
    return (code) => foldedAscii(code) === folded;
  }
  return (code) => code === point;
}

/** One of the code points that stand in a row, where each is folded before it is compared. */
export function sliced(point: number, flags: PatternFlags): PointTest {
  if (!flags.ignoreCase) return (code) => code === point;
  const folding = flags.unicodeCase ? foldedCase : foldedAscii;
  const folded = folding(point);
  return (code) => code === folded || folding(code) === folded;
}

/** All code points from one to another. */
export function range(first: number, last: number, flags: PatternFlags): PointTest {
  const isInside: PointTest = (code) => code >= first && code <= last;
  if (!flags.ignoreCase) return isInside;
  if (flags.unicodeCase) {
    return (code) => isInside(code) || isInside(upperCase(code)) || isInside(foldedCase(code));
  }
  return (code) =>
    isInside(code) ||
    code < 0x80 && (isInside(upperCase(code)) || isInside(lowerCase(code)));
}

/**
 * The single code points of a class below 256. The set grows while the class is read, also where it
 * has been put together with another before: as in Java, where `[a&&[b]&c]` thereby matches `a`.
 */
export class SmallPoints {
  readonly #points = new Set<number>();
  /** Whether a code point is one of them. */
  readonly test: PointTest = (code) => this.#points.has(code);

  /** Whether a code point can be one of them: its case must not lead out of the first 256. */
  static takes(code: number, { ignoreCase, unicodeCase }: PatternFlags): boolean {
    return code < 256 && !(ignoreCase && unicodeCase && "\u00ff\u00b5IiSsKk\u00c5\u00e5"
      .includes(String.fromCodePoint(code)));
  }

  /** Adds one, and those that differ by case alone. */
  add(code: number, { ignoreCase, unicodeCase }: PatternFlags): void {
    this.#points.add(code);
    if (!ignoreCase || code >= 0x80 && !unicodeCase) return;
    this.#points.add(lowerCase(code));
    this.#points.add(upperCase(code));
  }
}

const wordsOfUnicode = unicodeSet("\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}");
const digitsOfUnicode = unicodeSet("\\p{Nd}");
const spacesOfUnicode = unicodeSet("\\p{White_Space}");
const classes: Record<string, PointTest> = {
  d: (code) => code >= 0x30 && code <= 0x39,
  h: unicodeSet(" \\t\\xa0\\u1680\\u180e\\u2000-\\u200a\\u202f\\u205f\\u3000"),
  s: (code) => code === 0x20 || code >= 0x09 && code <= 0x0d,
  v: unicodeSet("\\n\\v\\f\\r\\x85\\u2028\\u2029"),
  w: unicodeSet("\\w"),
};

/** What a letter behind a backslash stands for: `\d`, `\D` and so on. */
export function escapedClass(letter: string, flags: PatternFlags): PointTest {
  const name = letter.toLowerCase();
  const test = flags.unicodeClasses ? unicodeClass(name) : classes[name];
  return letter === name ? test : not(test);
}

function unicodeClass(name: string): PointTest {
  switch (name) {
    case "d":
      return digitsOfUnicode;
    case "s":
      return spacesOfUnicode;
    case "w":
      return wordsOfUnicode;
    default:
      return classes[name];
  }
}

/** What the dot stands for. */
export function dot({ dotAll, unixLines }: PatternFlags): PointTest {
  if (dotAll) return () => true;
  if (unixLines) return (code) => code !== 0x0a;
  return (code) => code !== 0x0a && code !== 0x0d && code !== 0x85 && (code | 1) !== 0x2029;
}
