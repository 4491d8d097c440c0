/**
 * A regular expression's text while it is read: its code points with `\Q..\E` written out, and a cursor
 * that passes over white space and comments under the flag `x`. Where the cursor stands when something is
 * wrong is what users are shown, so it moves as that of `java.util.regex.Pattern` does.
 *
 * @module
 */

import { ConfigError } from "../../base/mod.ts";

/** The flags of the part that is read: `(?idmsuxU)`. */
export interface PatternFlags {
  /** `i`: letters match whatever their case; those of ASCII unless {@linkcode unicodeCase}. */
  readonly ignoreCase: boolean;
  /** `u`: case is that of all scripts. */
  readonly unicodeCase: boolean;
  /** `m`: `^` and `$` stand for the ends of lines. */
  readonly multiline: boolean;
  /** `s`: the dot stands for line terminators too. */
  readonly dotAll: boolean;
  /** `d`: only `\n` ends a line. */
  readonly unixLines: boolean;
  /** `x`: white space, and what stands behind `#`, means nothing. */
  readonly comments: boolean;
  /** `U`: classes like `\w` are those of Unicode. */
  readonly unicodeClasses: boolean;
}

/** What applies until a flag is set. */
export const noFlags: PatternFlags = {
  ignoreCase: false,
  unicodeCase: false,
  multiline: false,
  dotAll: false,
  unixLines: false,
  comments: false,
  unicodeClasses: false,
};

const backslash = 0x5c;

/** A code point of one character. */
export function point(character: string): number {
  return character.codePointAt(0)!;
}

/** Whether a code point is one of the characters of a text. */
export function isOneOf(code: number, characters: string): boolean {
  return code > 0 && characters.includes(String.fromCodePoint(code));
}

/** Whether a code point is a digit of ASCII. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether a code point is a letter of ASCII. */
export function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
}

/** The text and the cursor in it. */
export class PatternText {
  /** As it was given. */
  readonly pattern: string;
  /** The code points, with two zeros behind them. */
  readonly points: readonly number[];
  /** The index of the code point that comes next. */
  cursor = 0;
  /** What applies here. */
  flags = noFlags;
  /** How many code points there are. */
  readonly length: number;

  /** Begins at the start. */
  constructor(pattern: string) {
    this.pattern = pattern;
    const points = withoutQuotes(Array.from(pattern, point));
    this.length = points.length;
    this.points = [...points, 0, 0];
  }

  /** Whether nothing is left. */
  get isAtEnd(): boolean {
    return this.cursor >= this.length;
  }

  /** The code point at an index, 0 behind the end. */
  at(index: number): number {
    return this.points[index] ?? 0;
  }

  /** What comes next. */
  peek(): number {
    if (this.flags.comments) this.#passComments();
    return this.at(this.cursor);
  }

  /** Passes over one. @returns what comes after it */
  next(): number {
    this.cursor++;
    return this.peek();
  }

  /** Passes over one, whatever the flags. @returns what comes after it */
  nextEscaped(): number {
    return this.at(++this.cursor);
  }

  /** Takes what comes next. */
  read(): number {
    if (!this.flags.comments) return this.at(this.cursor++);
    this.#passComments();
    return this.at(this.cursor++);
  }

  /** Passes over one and takes what comes after it, whatever the flags. */
  skip(): number {
    this.cursor += 2;
    return this.at(this.cursor - 1);
  }

  /** Goes back by one. */
  unread(): void {
    this.cursor--;
  }

  /** Takes a code point that has to come next. */
  accept(code: number, otherwise: string): void {
    if (this.read() !== code) throw this.error(otherwise);
  }

  /** What is wrong, in the words and at the place of `PatternSyntaxException.getMessage`. */
  error(what: string): ConfigError {
    const { pattern } = this;
    const index = this.cursor - 1;
    const where = index < 0 ? "" : ` near index ${index}`;
    const before = pattern.slice(0, index).replaceAll(/[^\t]/g, " ");
    const mark = index < 0 || index >= pattern.length ? "" : `\n${before}^`;
    return new ConfigError(`${what}${where}\n${pattern}${mark}`);
  }

  #passComments(): void {
    for (;;) {
      while (isOneOf(this.at(this.cursor), " \t\n\v\f\r")) this.cursor++;
      if (this.at(this.cursor) !== point("#")) return;
      do this.cursor++; while (this.at(this.cursor) !== 0 && !this.#isLineEnd());
    }
  }

  #isLineEnd(): boolean {
    const ends = this.flags.unixLines ? "\n" : "\n\r\u0085\u2028\u2029";
    return isOneOf(this.at(this.cursor), ends);
  }
}

/** Writes `\Q..\E` with a backslash before each character that could mean something. */
function withoutQuotes(points: readonly number[]): readonly number[] {
  const first = quoteIndex(points);
  if (first === null) return points;
  const written = points.slice(0, first);
  let isQuoted = true;
  let isFirst = true;
  for (let index = first + 2; index < points.length; isFirst = false) {
    const code = points[index++];
    const following = points[index];
    if (code !== backslash) {
      // A digit that comes first would belong to an escape before the quote.
      if (isDigit(code) && isFirst) written.push(backslash, point("x"), point("3"));
      else if (isQuoted && code < 0x80 && !isDigit(code) && !isLetter(code)) {
        written.push(backslash);
      }
      written.push(code);
    } else if (isQuoted) {
      if (following === point("E")) {
        index++;
        isQuoted = false;
      } else written.push(backslash, backslash);
    } else if (following === point("Q")) {
      index++;
      isQuoted = true;
      isFirst = true;
      continue;
    } else {
      written.push(code);
      if (index < points.length) written.push(points[index++]);
    }
  }
  return written;
}

/** Where the first `\Q` stands. */
function quoteIndex(points: readonly number[]): number | null {
  for (let index = 0; index < points.length - 1; index++) {
    if (points[index] !== backslash) continue;
    if (points[index + 1] === point("Q")) return index;
    index++;
  }
  return null;
}
