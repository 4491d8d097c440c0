/**
 * Reads regular expressions as `java.util.regex.Pattern` of Java 17 does, mistakes included.
 *
 * @module
 */

import { ConfigError } from "../../base/mod.ts";
import { readClass, readProperty } from "./pattern_class.ts";
import { type Escape, readEscape } from "./pattern_escape.ts";
import type { PatternFlags } from "./pattern_text.ts";
import { isDigit, isLetter, isOneOf, PatternText, point } from "./pattern_text.ts";
import {
  type Eagerness,
  extentOf,
  type PatternNode,
  type PlaceTest,
  timesUnlimited,
} from "./pattern_tree.ts";
import { isAnyLineEnd, isLastLineEnd, isLineStart, isStart } from "./places.ts";
import { dot, single, sliced } from "./point_sets.ts";

const nestingMax = 400;
/** To read a longer one would hold up all else for seconds. */
const lengthMax = 65_536;

/** A regular expression, read. */
export interface ParsedPattern {
  /** What it says. */
  root: PatternNode;
  /** How many groups it captures, beside the whole. */
  groupCount: number;
  /** The numbers of the groups that have names. */
  groupNames: ReadonlyMap<string, number>;
}

/** Reads a pattern. @throws {ConfigError} with the message of a `PatternSyntaxException` */
export function parsePattern(pattern: string): ParsedPattern {
  if (pattern.length > lengthMax) {
    throw new ConfigError(
      `A regular expression of ${pattern.length} characters, more than ${lengthMax}`,
    );
  }
  return new PatternParser(pattern).parse();
}

class PatternParser {
  readonly #text: PatternText;
  readonly #groupNames = new Map<string, number>();
  #groupCount = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#text = new PatternText(pattern);
  }

  parse(): ParsedPattern {
    const text = this.#text;
    const root = this.#expression();
    if (text.cursor !== text.length) {
      throw text.error(
        text.peek() === point(")") ? "Unmatched closing ')'" : "Unexpected internal error",
      );
    }
    return { root, groupCount: this.#groupCount, groupNames: this.#groupNames };
  }

  #expression(): PatternNode {
    const branches = [this.#sequence()];
    while (this.#text.peek() === point("|")) {
      this.#text.next();
      branches.push(this.#sequence());
    }
    return branches.length === 1 ? branches[0] : { kind: "either", branches };
  }

  #sequence(): PatternNode {
    const text = this.#text;
    const parts: PatternNode[] = [];
    for (;;) {
      const code = text.peek();
      if (isOneOf(code, "|)") || code === 0 && text.isAtEnd) break;
      if (code === point("(")) {
        const group = this.#group();
        if (group !== null) parts.push(group);
        continue;
      }
      if (isOneOf(code, "?*+")) {
        text.next();
        throw text.error(`Dangling meta character '${String.fromCodePoint(code)}'`);
      }
      parts.push(this.#closure(this.#part(code)));
    }
    return parts.length === 1 ? parts[0] : { kind: "sequence", parts };
  }

  /** What can be repeated, beside groups. */
  #part(code: number): PatternNode {
    const text = this.#text;
    const { flags } = text;
    if (!isOneOf(code, "[\\^$.")) return this.#atom();
    if (code === point("\\")) {
      const property = this.#property();
      return property ?? this.#atom();
    }
    if (code === point("[")) return { kind: "point", test: readClass(text) };
    text.next();
    if (code === point(".")) return { kind: "point", test: dot(flags) };
    if (code === point("^")) return place(flags.multiline ? isLineStart(flags) : isStart);
    return place(flags.multiline ? isAnyLineEnd(flags) : isLastLineEnd(flags));
  }

  /** `\p{..}`, or null for any other escape; the cursor is then at its backslash. */
  #property(): PatternNode | null {
    const text = this.#text;
    const letter = text.nextEscaped();
    if (!isOneOf(letter, "pP")) {
      text.unread();
      return null;
    }
    return { kind: "point", test: readProperty(text) };
  }

  /** Characters in a row; the last is left over when it is repeated. */
  #atom(): PatternNode {
    const text = this.#text;
    const { flags } = text;
    const codes: number[] = [];
    let before = text.cursor;
    for (let code = text.peek();; code = text.peek()) {
      if (isOneOf(code, "*+?{")) {
        if (codes.length > 1) {
          text.cursor = before;
          codes.pop();
        }
        break;
      }
      if (isOneOf(code, "$.^([|)") || code === 0 && text.isAtEnd) break;
      const start = text.cursor;
      const escape = code === point("\\") ? this.#escape(codes.length === 0) : code;
      if (typeof escape !== "number") {
        if (codes.length === 0) return escape;
        text.cursor = start;
        break;
      }
      before = start;
      if (code !== point("\\")) text.next();
      codes.push(escape);
    }
    if (codes.length === 1) return { kind: "point", test: single(codes[0], flags) };
    return { kind: "slice", tests: codes.map((code) => sliced(code, flags)) };
  }

  /** An escape; one that stands behind characters in a row is read again if it is none of them. */
  #escape(isFirst: boolean): Escape {
    const text = this.#text;
    if (isOneOf(text.at(text.cursor + 1), "pP")) {
      return isFirst ? this.#property()! : { kind: "sequence", parts: [] };
    }
    const escape = readEscape(text, { isInClass: false });
    if (escape !== null) return escape;
    const rule = text.flags.ignoreCase ? text.flags.unicodeCase ? "unicode" : "ascii" : "exact";
    const letter = text.at(text.cursor - 1);
    if (letter === point("k")) return { kind: "reference", group: this.#namedGroup(), rule };
    return {
      kind: "reference",
      group: isFirst ? this.#groupNumber(letter - point("0")) : 0,
      rule,
    };
  }

  #namedGroup(): number {
    const text = this.#text;
    if (text.read() !== point("<")) {
      throw text.error("\\k is not followed by '<' for named capturing group");
    }
    const name = this.#name(text.read());
    const group = this.#groupNames.get(name);
    if (group === undefined) {
      throw text.error(`named capturing group <${name}> does not exist`);
    }
    return group;
  }

  /** A number takes as many digits as make one of the groups so far. */
  #groupNumber(first: number): number {
    const text = this.#text;
    let number = first;
    for (let code = text.peek(); isDigit(code); code = text.peek()) {
      const longer = number * 10 + code - point("0");
      if (longer > this.#groupCount) break;
      number = longer;
      text.read();
    }
    return number;
  }

  #name(first: number): string {
    const text = this.#text;
    if (!isLetter(first)) {
      throw text.error("capturing group name does not start with a Latin letter");
    }
    let name = "";
    let code = first;
    for (; isLetter(code) || isDigit(code); code = text.read()) name += String.fromCodePoint(code);
    if (code !== point(">")) {
      throw text.error("named capturing group is missing trailing '>'");
    }
    return name;
  }

  /** A group with its repetition, or null where flags are set for what follows. */
  #group(): PatternNode | null {
    const text = this.#text;
    const { flags } = text;
    if (++this.#depth > nestingMax) {
      throw text.error(`More than ${nestingMax} groups inside each other`);
    }
    const isPlain = text.next() !== point("?");
    const node = isPlain ? this.#capturing() : this.#special(text.skip());
    this.#depth--;
    if (node === null) return null;
    text.accept(point(")"), "Unclosed group");
    text.flags = flags;
    return this.#closure(node);
  }

  #capturing(name?: string): PatternNode {
    const group = ++this.#groupCount;
    if (name !== undefined) this.#groupNames.set(name, group);
    return { kind: "group", group, body: this.#expression() };
  }

  /** What begins with `(?`. */
  #special(code: number): PatternNode | null {
    const text = this.#text;
    switch (String.fromCodePoint(code)) {
      case ":":
        return { kind: "group", group: null, body: this.#expression() };
      case "=":
      case "!":
        return { kind: "ahead", isNegative: code === point("!"), body: this.#expression() };
      case ">":
        return { kind: "atomic", body: this.#expression() };
      case "<":
        return this.#namedOrBehind(text.read());
      case "$":
      case "@":
        throw text.error("Unknown group type");
    }
    text.unread();
    this.#readFlags();
    const end = text.read();
    if (end === point(")")) return null;
    if (end !== point(":")) throw text.error("Unknown inline modifier");
    return { kind: "group", group: null, body: this.#expression() };
  }

  #namedOrBehind(code: number): PatternNode {
    const text = this.#text;
    if (!isOneOf(code, "=!")) {
      const name = this.#name(code);
      if (this.#groupNames.has(name)) {
        throw text.error(`Named capturing group <${name}> is already defined`);
      }
      return this.#capturing(name);
    }
    const body = this.#expression();
    const { min, max, isBounded } = extentOf(body);
    if (!isBounded) {
      throw text.error("Look-behind group does not have an obvious maximum length");
    }
    const isNegative = code === point("!");
    return {
      kind: "behind",
      isNegative,
      body,
      pointsMin: min,
      pointsMax: max < 0 ? timesUnlimited : max,
    };
  }

  /** `idmsuxU-idmsuxU`. */
  #readFlags(): void {
    const text = this.#text;
    let isOn = true;
    for (let code = text.peek();; code = text.next()) {
      if (code === point("-") && isOn) {
        isOn = false;
        continue;
      }
      const changed = changedFlags(code, isOn);
      if (changed !== null) text.flags = { ...text.flags, ...changed };
      else if (code === point("c")) {
        throw text.error("Canonical equivalence (flag c) is not supported here");
      } else return;
    }
  }

  /** How often a part is repeated. */
  #closure(body: PatternNode): PatternNode {
    const text = this.#text;
    switch (String.fromCodePoint(text.peek())) {
      case "?":
        text.next();
        return this.#repeat(body, 0, 1);
      case "*":
        text.next();
        return this.#repeat(body, 0, timesUnlimited);
      case "+":
        text.next();
        return this.#repeat(body, 1, timesUnlimited);
      case "{": {
        const [timesMin, timesMax] = this.#counts();
        return this.#repeat(body, timesMin, timesMax);
      }
      default:
        return body;
    }
  }

  #repeat(body: PatternNode, timesMin: number, timesMax: number): PatternNode {
    const text = this.#text;
    const code = text.peek();
    let eagerness: Eagerness = "greedy";
    if (isOneOf(code, "?+")) {
      eagerness = code === point("?") ? "lazy" : "possessive";
      text.next();
    }
    return { kind: "repeat", body, timesMin, timesMax, eagerness };
  }

  /** `{n}`, `{n,}` or `{n,m}`. */
  #counts(): [number, number] {
    const text = this.#text;
    if (!isDigit(text.at(text.cursor + 1))) {
      text.skip();
      throw text.error("Illegal repetition");
    }
    text.cursor++;
    const [timesMin, afterMin] = this.#count(text.read());
    let timesMax = timesMin;
    let end = afterMin;
    if (end === point(",")) {
      end = text.read();
      timesMax = timesUnlimited;
      if (end !== point("}")) [timesMax, end] = this.#count(end);
    }
    if (end !== point("}")) throw text.error("Unclosed counted closure");
    if (timesMax < timesMin) throw text.error("Illegal repetition range");
    return [timesMin, timesMax];
  }

  /** A number. @returns it, and what comes after it */
  #count(first: number): [number, number] {
    const text = this.#text;
    let count = 0;
    let code = first;
    for (; isDigit(code); code = text.read()) {
      count = count * 10 + code - point("0");
      if (count > timesUnlimited) throw text.error("Illegal repetition range");
    }
    return [count, code];
  }
}

function place(test: PlaceTest): PatternNode {
  return { kind: "place", test };
}

function changedFlags(code: number, isOn: boolean): Partial<PatternFlags> | null {
  switch (String.fromCodePoint(code)) {
    case "i":
      return { ignoreCase: isOn };
    case "m":
      return { multiline: isOn };
    case "s":
      return { dotAll: isOn };
    case "d":
      return { unixLines: isOn };
    case "u":
      return { unicodeCase: isOn };
    case "x":
      return { comments: isOn };
    case "U":
      return isOn ? { unicodeClasses: true, unicodeCase: true } : { unicodeClasses: false };
    default:
      return null;
  }
}
