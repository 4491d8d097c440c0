/**
 * The places in a text that a regular expression asks for: starts and ends of texts, lines and words.
 *
 * @module
 */

import type { PatternFlags } from "./pattern_text.ts";
import type { PlaceTest } from "./pattern_tree.ts";
import { escapedClass } from "./point_sets.ts";
import { unicodeSet } from "./properties.ts";

const lf = 0x0a;
const cr = 0x0d;

/** `^` and `\A`. */
export const isStart: PlaceTest = (_, index) => index === 0;

/** `\z`. */
export const isEnd: PlaceTest = (input, index) => index === input.length;

function isLineEnd(code: number): boolean {
  return code === lf || code === cr || code === 0x85 || (code | 1) === 0x2029;
}

/** `^` under the flag `m`: behind a line end, but not at the end of the text. */
export function isLineStart({ unixLines }: PatternFlags): PlaceTest {
  return (input, index) => {
    if (index === input.length) return false;
    if (index === 0) return true;
    const before = input.charCodeAt(index - 1);
    if (unixLines) return before === lf;
    return isLineEnd(before) && !(before === cr && input.charCodeAt(index) === lf);
  };
}

/** `$` under the flag `m`: before any line end, or at the end of the text. */
export function isAnyLineEnd({ unixLines }: PatternFlags): PlaceTest {
  return (input, index) => {
    if (index === input.length) return true;
    const code = input.charCodeAt(index);
    return unixLines ? code === lf : isLineEnd(code) && !isInsideLineEnd(input, index);
  };
}

/** `$` and `\Z`: at the end of the text, or before the line end that it ends with. */
export function isLastLineEnd({ unixLines }: PatternFlags): PlaceTest {
  return (input, index) => {
    const left = input.length - index;
    if (left === 0) return true;
    const code = input.charCodeAt(index);
    if (unixLines) return left === 1 && code === lf;
    if (left === 2) return code === cr && input.charCodeAt(index + 1) === lf;
    return left === 1 && isLineEnd(code) && !isInsideLineEnd(input, index);
  };
}

/** Whether a place is between the two characters of one line end. */
function isInsideLineEnd(input: string, index: number): boolean {
  return input.charCodeAt(index) === lf && input.charCodeAt(index - 1) === cr;
}

const isLetterOrDigit = unicodeSet("\\p{L}\\p{Nd}");
const isNonSpacing = unicodeSet("\\p{Mn}");

/**
 * `\b` and `\B`: Java counts letters and digits of all scripts, and what is put above and below them,
 * as parts of words here (until its version 19), but not in `\w`.
 */
export function isBoundary(
  flags: PatternFlags,
  { isNegative }: { isNegative: boolean },
): PlaceTest {
  const inWords = escapedClass("w", flags);
  const isWord = flags.unicodeClasses
    ? inWords
    : (code: number) => inWords(code) || code > 0x7f && isLetterOrDigit(code);
  const isPart = (input: string, index: number) => {
    if (index >= input.length) return false;
    const code = input.codePointAt(index)!;
    return isWord(code) || isNonSpacing(code) && hasBase(input, index);
  };
  return (input, index) => {
    const isBehind = index > 0 && isPart(input, startOfPointBefore(input, index));
    return (isBehind !== isPart(input, index)) !== isNegative;
  };
}

/** So many marks are looked through for the letter that they stand on. */
const marksMax = 1024;

/** Whether marks stand on a letter or digit. */
function hasBase(input: string, index: number): boolean {
  for (let at = index; at >= Math.max(0, index - marksMax); at--) {
    const code = input.codePointAt(at)!;
    if (isLetterOrDigit(code)) return true;
    if (!isNonSpacing(code)) return false;
  }
  return false;
}

/** Where the code point begins that ends at an index. */
export function startOfPointBefore(input: string, index: number): number {
  const last = input.charCodeAt(index - 1);
  if (last < 0xdc00 || last > 0xdfff || index < 2) return index - 1;
  const first = input.charCodeAt(index - 2);
  return first >= 0xd800 && first <= 0xdbff ? index - 2 : index - 1;
}

let segmenter: Intl.Segmenter | null = null;

/** Finds graphemes. Made when it is first needed: its data take longer to load than all of a Web Worker. */
function graphemes(): Intl.Segmenter {
  return segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
}

/** How much of a text is enough to find the end of one grapheme: none has more characters. */
const graphemeCharsMax = 1024;

/** Where the grapheme ends that begins at an index. */
export function graphemeEnd(input: string, index: number): number {
  const [first] = graphemes().segment(input.slice(index, index + graphemeCharsMax));
  return index + first.segment.length;
}

/** `\b{g}`. */
export const isGraphemeBoundary: PlaceTest = (input, index) => {
  if (index === 0 || index === input.length) return true;
  const start = Math.max(0, index - graphemeCharsMax);
  const near = graphemes().segment(input.slice(start, index + graphemeCharsMax));
  return near.containing(index - start)?.index === index - start;
};
