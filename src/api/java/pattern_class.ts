/**
 * The classes of a regular expression: `[a-z&&[^b]]`, and what `\p` names.
 *
 * @module
 */

import type { PatternText } from "./pattern_text.ts";
import { isOneOf, point } from "./pattern_text.ts";
import { both, either, not, range, single, SmallPoints } from "./point_sets.ts";
import type { PointTest } from "./pattern_tree.ts";
import { namedProperty, propertyOf } from "./properties.ts";
import { type Escape, readEscape } from "./pattern_escape.ts";

const nestingMax = 200;

/** Reads a class, from its `[` to behind its `]`. @throws {ConfigError} what is wrong with it */
export function readClass(text: PatternText): PointTest {
  return new ClassReader(text).read(true, 0);
}

/**
 * Reads the name behind `\p` or `\P`, which the cursor is at.
 * @throws {ConfigError} for a name that means nothing
 */
export function readProperty(text: PatternText): PointTest {
  const isComplement = text.at(text.cursor) === point("P");
  const hasBrace = text.next() === point("{");
  if (!hasBrace) text.unread();
  const name = hasBrace ? bracedName(text) : letterName(text);
  const { ignoreCase, unicodeClasses } = text.flags;
  const rules = { ignoreCase, unicodeClasses };
  const equals = hasBrace ? name.indexOf("=") : -1;
  const kind = name.slice(0, equals).toLowerCase();
  const value = name.slice(equals + 1);
  const test = equals < 0 ? namedProperty(name, rules) : propertyOf(kind, value, rules);
  if (test === null) {
    throw text.error(
      equals < 0
        ? `Unknown character property name {${name}}`
        : `Unknown Unicode property {name=<${kind}>, value=<${value}>}`,
    );
  }
  return isComplement ? not(test) : test;
}

function letterName(text: PatternText): string {
  text.next();
  const name = String.fromCodePoint(text.at(text.cursor));
  text.read();
  return name;
}

function bracedName(text: PatternText): string {
  text.next();
  const start = text.cursor;
  while (text.cursor <= text.length && text.read() !== point("}"));
  const end = text.cursor - 1;
  if (end >= text.length) {
    text.cursor = text.length + 1;
    throw text.error("Unclosed character family");
  }
  if (end <= start) throw text.error("Empty character family");
  return String.fromCodePoint(...text.points.slice(start, end));
}

/** What stands in one pair of brackets. */
class ClassReader {
  readonly #text: PatternText;
  readonly #small = new SmallPoints();
  /** The set so far, less those in {@linkcode #small} that are still to be joined. */
  #sum: PointTest | null = null;
  /** What was read last. */
  #last: PointTest | null = null;
  #hasSmall = false;

  constructor(text: PatternText) {
    this.#text = text;
  }

  /** Reads to the `]`, and behind it if `isConsumed`. */
  read(isConsumed: boolean, depth: number): PointTest {
    const text = this.#text;
    if (depth > nestingMax) throw text.error(`More than ${nestingMax} classes inside each other`);
    let isNegative = false;
    let code = text.next();
    for (;; code = text.peek()) {
      if (code === point("^") && text.at(text.cursor - 1) === point("[")) {
        text.next();
        isNegative = true;
        continue;
      }
      if (code === point("[")) {
        this.#add(new ClassReader(text).read(true, depth + 1));
        continue;
      }
      if (code === point("&") && this.#readIntersection(depth)) continue;
      if (text.isAtEnd && code === 0) throw text.error("Unclosed character class");
      if (code === point("]") && (this.#sum !== null || this.#hasSmall)) break;
      this.#last = this.#readRange();
      if (this.#last === null) this.#hasSmall = true;
      else this.#add(this.#last);
    }
    if (isConsumed) text.next();
    this.#joinSmall();
    return isNegative ? not(this.#sum!) : this.#sum!;
  }

  #add(test: PointTest): void {
    this.#last = test;
    this.#sum = this.#sum === null ? test : either(this.#sum, test);
  }

  #joinSmall(): void {
    if (!this.#hasSmall) return;
    this.#hasSmall = false;
    if (this.#sum === null) this.#last = this.#small.test;
    this.#sum = this.#sum === null ? this.#small.test : either(this.#sum, this.#small.test);
  }

  /** Reads `&&` and what stands behind it. @returns whether there is one */
  #readIntersection(depth: number): boolean {
    const text = this.#text;
    if (text.next() !== point("&")) {
      text.unread();
      return false;
    }
    let right: PointTest | null = null;
    for (let code = text.next(); !isOneOf(code, "]&"); code = text.peek()) {
      const isNested = code === point("[");
      if (!isNested) text.unread();
      const part = new ClassReader(text).read(isNested, depth + 1);
      right = right === null ? part : either(right, part);
    }
    this.#joinSmall();
    if (right !== null) this.#last = right;
    if (this.#sum !== null) {
      // Kafka: without anything behind && Java takes what it read last, and fails if that was a letter.
      if (this.#last !== null) this.#sum = both(this.#sum, this.#last);
    } else if (right === null) throw text.error("Bad class syntax");
    else this.#sum = right;
    return true;
  }

  /** A range, a class behind a backslash, or null for one that {@linkcode #small} has taken. */
  #readRange(): PointTest | null {
    const text = this.#text;
    let first: Escape = text.peek();
    if (first === point("\\")) {
      const following = text.nextEscaped();
      if (isOneOf(following, "pP")) return readProperty(text);
      const isRange = text.at(text.cursor + 1) === point("-");
      text.unread();
      first = readEscape(text, { isInClass: true, isRange });
      if (typeof first !== "number") return (first as { test: PointTest }).test;
    } else text.next();
    if (text.peek() !== point("-")) return this.#single(first);
    const after = text.at(text.cursor + 1);
    if (isOneOf(after, "[]")) return this.#single(first);
    text.next();
    const last = this.#readLast();
    if (last < first) throw text.error("Illegal character range");
    return range(first, last, text.flags);
  }

  #readLast(): number {
    const text = this.#text;
    const last = text.peek();
    if (last !== point("\\")) {
      text.next();
      return last;
    }
    const escape = readEscape(text, { isInClass: true, isRange: true });
    return typeof escape === "number" ? escape : -1;
  }

  #single(code: number): PointTest | null {
    const { flags } = this.#text;
    if (!SmallPoints.takes(code, flags)) return single(code, flags);
    this.#small.add(code, flags);
    return null;
  }
}
