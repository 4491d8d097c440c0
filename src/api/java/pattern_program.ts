/**
 * A regular expression as a program for {@linkcode PatternMachine}: instructions of four numbers each,
 * an operation and what it works on. Registers hold where groups begin and end, and what loops and
 * look-arounds have to remember.
 *
 * What is matched inside look-arounds, atomic groups and possessive repetitions is not tried again, and
 * neither is an iteration of a repeated part that has one way to match. Groups that were captured there
 * stay captured when what follows does not match. That is as in Java, where it can be seen.
 *
 * @module
 */

import type { ParsedPattern } from "./pattern_parser.ts";
import {
  type CaseRule,
  extentOf,
  isOptional,
  type PatternNode,
  type PlaceTest,
  type PointTest,
  timesUnlimited,
} from "./pattern_tree.ts";

type Node<K extends PatternNode["kind"]> = Extract<PatternNode, { kind: K }>;

/** What an instruction does; `at` is an address, `to` a register. */
export const Op = {
  /** Done. */
  match: 0,
  /** Tries something else. */
  fail: 1,
  /** (at) Goes there. */
  jump: 2,
  /** (at) Goes on, and if that fails, there. */
  split: 3,
  /** (at) Goes there, and if that fails, on. */
  splitAway: 4,
  /** (at, counter, limit) Goes there when fewer have been counted. */
  ifBelow: 5,
  /** (at, from) Goes there when nothing has been taken since. */
  ifEmpty: 6,
  /** (at, low, high) Goes back by so many code points, later by more; there, if it cannot. */
  behind: 7,

  /** (to) Remembers the place, until what follows fails. */
  setPlace: 8,
  /** (group, from) Captures from there to here. */
  capture: 9,
  /** (to) Sets to 0. */
  zero: 10,
  /** (to) Adds 1. */
  count: 11,
  /** (to) Remembers how much there is to be tried again. */
  mark: 12,
  /** (to) Remembers the place. */
  keepPlace: 13,
  /** (from) Forgets what has been added since to be tried again. */
  cut: 14,

  /** (set) Takes a code point. */
  point: 15,
  /** (set, low, high) Takes as many as it can, and gives back. */
  run: 16,
  /** (set, low, high) Takes as few as it can, and more later. */
  lazyRun: 17,
  /** (place) */
  place: 18,
  /** The place where the match before ended. */
  previousEnd: 19,
  /** Takes what looks like one character. */
  grapheme: 20,
  /** (group, rule) Takes what a group has captured. */
  reference: 21,
  /** (from) Fails unless this is the place. */
  ifThere: 22,
  /** (slot) Fails at a place where it has been before, for nothing depends on how it came there. */
  visit: 23,
  /** (from) Goes back to the place. */
  restore: 24,
} as const;

/** From here on, operations set registers. */
export const firstNoting = Op.setPlace;

/** From here on, operations take characters or look at the place. */
export const firstTaking = Op.point;

/** How many numbers an instruction has. */
export const instructionSize = 4;

/** A set of code points, the first 256 of which are looked up. */
export interface PointSet {
  /** 1 for each that belongs to it. */
  small: Uint8Array;
  /** All. */
  test: PointTest;
}

/** A program. */
export interface PatternProgram {
  /** The instructions. */
  code: Int32Array;
  /** The sets of code points. */
  sets: readonly PointSet[];
  /** The places. */
  places: readonly PlaceTest[];
  /** How many groups there are, beside the whole. */
  groupCount: number;
  /** How many registers there are; the first are the groups, two each. */
  registerCount: number;
  /** How many instructions remember where they have been. */
  visitCount: number;
}

/** The rules of case by number. */
export const caseRules: readonly CaseRule[] = ["exact", "ascii", "unicode"];

/** Makes a program of a pattern. */
export function compileProgram(parsed: ParsedPattern): PatternProgram {
  return new Compiler(parsed).compile();
}

function hasReference(node: PatternNode): boolean {
  switch (node.kind) {
    case "reference":
      return true;
    case "sequence":
      return node.parts.some(hasReference);
    case "either":
      return node.branches.some(hasReference);
    default:
      return "body" in node && hasReference(node.body);
  }
}

class Compiler {
  readonly #parsed: ParsedPattern;
  readonly #code: number[] = [];
  readonly #sets: PointSet[] = [];
  readonly #setIndexes = new Map<PointTest, number>();
  readonly #places: PlaceTest[] = [];
  #registerCount: number;
  #visitCount = 0;
  /** Above 0 where what happens depends on more than the place. */
  #contexts: number;

  constructor(parsed: ParsedPattern) {
    this.#parsed = parsed;
    this.#registerCount = 2 * (parsed.groupCount + 1);
    this.#contexts = hasReference(parsed.root) ? 1 : 0;
  }

  compile(): PatternProgram {
    this.#node(this.#parsed.root);
    this.#add(Op.match);
    return {
      code: Int32Array.from(this.#code),
      sets: this.#sets,
      places: this.#places,
      groupCount: this.#parsed.groupCount,
      registerCount: this.#registerCount,
      visitCount: this.#visitCount,
    };
  }

  #add(...instruction: number[]): number {
    const address = this.#code.length;
    this.#code.push(...instruction);
    while (this.#code.length % instructionSize !== 0) this.#code.push(0);
    return address;
  }

  /** Lets an instruction that goes somewhere go to what comes next. */
  #land(...addresses: number[]): void {
    for (const address of addresses) this.#code[address + 1] = this.#code.length;
  }

  #register(): number {
    return this.#registerCount++;
  }

  #visit(): void {
    if (this.#contexts === 0) this.#add(Op.visit, this.#visitCount++);
  }

  #inContext(compile: () => void): void {
    this.#contexts++;
    compile();
    this.#contexts--;
  }

  #set(test: PointTest): number {
    const known = this.#setIndexes.get(test);
    if (known !== undefined) return known;
    const small = Uint8Array.from({ length: 256 }, (_, code) => test(code) ? 1 : 0);
    this.#setIndexes.set(test, this.#sets.length);
    return this.#sets.push({ small, test }) - 1;
  }

  #node(node: PatternNode): void {
    switch (node.kind) {
      case "sequence":
        return node.parts.forEach((part) => this.#node(part));
      case "either":
        return this.#either(node.branches.map((branch) => () => this.#node(branch)));
      case "point":
        return void this.#add(Op.point, this.#set(node.test));
      case "slice":
        return node.tests.forEach((test) => this.#add(Op.point, this.#set(test)));
      case "place":
        return void this.#add(Op.place, this.#places.push(node.test) - 1);
      case "previousEnd":
        return void this.#add(Op.previousEnd);
      case "grapheme":
        return void this.#add(Op.grapheme);
      case "lineEnd":
        return this.#lineEnd(node);
      case "reference":
        return void this.#add(Op.reference, node.group, caseRules.indexOf(node.rule));
      case "group":
        return this.#group(node);
      case "atomic":
        return this.#atomic(() => this.#node(node.body));
      case "ahead":
        return this.#ahead(node);
      case "behind":
        return this.#behind(node);
      case "repeat":
        return this.#repeat(node);
    }
  }

  #either(branches: readonly (() => void)[]): void {
    const ends: number[] = [];
    branches.forEach((branch, index) => {
      const isLast = index === branches.length - 1;
      const split = isLast ? null : this.#add(Op.split);
      branch();
      if (split === null) return;
      ends.push(this.#add(Op.jump));
      this.#land(split);
    });
    this.#land(...ends);
  }

  #lineEnd({ test }: Node<"lineEnd">): void {
    const [cr, lf] = ["\r", "\n"].map((character) =>
      this.#set((code) => code === character.charCodeAt(0))
    );
    this.#either([() => {
      this.#add(Op.point, cr);
      this.#add(Op.point, lf);
    }, () => this.#add(Op.point, this.#set(test))]);
  }

  #group({ group, body }: Node<"group">): void {
    if (group === null) return this.#node(body);
    const start = this.#register();
    this.#add(Op.setPlace, start);
    this.#node(body);
    this.#add(Op.capture, group, start);
  }

  #atomic(compile: () => void): void {
    const mark = this.#register();
    this.#add(Op.mark, mark);
    this.#inContext(compile);
    this.#add(Op.cut, mark);
  }

  #ahead({ isNegative, body }: Node<"ahead">): void {
    const [mark, place] = [this.#register(), this.#register()];
    this.#add(Op.mark, mark);
    this.#add(Op.keepPlace, place);
    const otherwise = isNegative ? this.#add(Op.split) : null;
    this.#inContext(() => this.#node(body));
    this.#add(Op.cut, mark);
    if (otherwise === null) return void this.#add(Op.restore, place);
    this.#add(Op.fail);
    this.#land(otherwise);
  }

  #behind({ isNegative, body, pointsMin, pointsMax }: Node<"behind">): void {
    const [mark, place] = [this.#register(), this.#register()];
    this.#add(Op.mark, mark);
    this.#add(Op.keepPlace, place);
    const step = this.#add(Op.behind, 0, pointsMin, pointsMax);
    this.#inContext(() => this.#node(body));
    this.#add(Op.ifThere, place);
    this.#add(Op.cut, mark);
    if (isNegative) this.#add(Op.fail);
    else this.#add(Op.restore, place);
    const over = this.#add(Op.jump);
    this.#land(step);
    if (isNegative) this.#add(Op.restore, place);
    else this.#add(Op.fail);
    this.#land(over);
  }

  #repeat(node: Node<"repeat">): void {
    const { body, timesMin, timesMax, eagerness } = node;
    if (eagerness === "possessive") {
      return this.#atomic(() => this.#iterate(node));
    }
    if (body.kind === "point") {
      const op = eagerness === "greedy" ? Op.run : Op.lazyRun;
      this.#add(op, this.#set(body.test), timesMin, timesMax);
      this.#visit();
    } else if (isOptional(node)) {
      const split = this.#add(eagerness === "greedy" ? Op.split : Op.splitAway);
      if (body.kind === "group") this.#node(body);
      else this.#atomic(() => this.#node(body));
      this.#land(split);
    } else if (body.kind === "group" && !extentOf(body).isFixed) this.#loop(node, body);
    else this.#iterate(node);
  }
  /**
   * Repeats what is not tried again once it has matched: whatever has one way to match, and anything
   * inside a possessive repetition. Kafka: an iteration without characters ends it, and captures nothing
   * then, unless it has to be, or is possessive.
   */
  #iterate({ body, timesMin, timesMax, eagerness }: Node<"repeat">): void {
    const [counter, place] = [this.#register(), this.#register()];
    const group = body.kind === "group" ? body.group : null;
    const isPossessive = eagerness === "possessive";
    this.#add(Op.zero, counter);
    const start = this.#code.length;
    const needed = timesMin > 0 ? this.#add(Op.ifBelow, 0, counter, timesMin) : null;
    const ends = this.#endAt(counter, timesMax);
    ends.push(this.#add(eagerness === "lazy" ? Op.splitAway : Op.split));
    if (needed !== null) this.#land(needed);
    this.#add(Op.keepPlace, place);
    this.#atomic(() => {
      this.#node(body.kind === "group" ? body.body : body);
      if (group !== null && isPossessive) this.#add(Op.capture, group, place);
    });
    const passes = timesMin > 0 ? this.#add(Op.ifBelow, 0, counter, timesMin) : null;
    const empty = this.#add(Op.ifEmpty, 0, place);
    if (passes !== null) this.#land(passes);
    if (group !== null && !isPossessive) this.#add(Op.capture, group, place);
    this.#add(Op.count, counter);
    this.#add(Op.jump, start);
    this.#land(empty);
    if (!isPossessive) this.#add(Op.fail);
    this.#land(...ends);
    this.#visit();
  }

  /** Where a repetition ends because it has been often enough. @returns what has to land at the end */
  #endAt(counter: number, timesMax: number): number[] {
    if (timesMax === timesUnlimited) return [];
    const more = this.#add(Op.ifBelow, 0, counter, timesMax);
    const end = this.#add(Op.jump);
    this.#land(more);
    return [end];
  }

  /** Repeats what may match in several ways. Kafka: an iteration without characters is the last. */
  #loop(node: Node<"repeat">, { group, body }: Node<"group">): void {
    const { timesMin, timesMax, eagerness } = node;
    const [counter, place] = [this.#register(), this.#register()];
    const isCounted = timesMin > 1 || timesMax !== timesUnlimited;
    const split = eagerness === "lazy" ? Op.splitAway : Op.split;
    const ends: number[] = [];
    this.#add(Op.zero, counter);
    if (timesMax === 0) ends.push(this.#add(Op.jump));
    else if (timesMin === 0) ends.push(this.#add(split));
    const start = this.#add(Op.count, counter);
    this.#add(Op.setPlace, place);
    const compile = () => this.#node(body);
    if (isCounted || extentOf(body).min === 0) this.#inContext(compile);
    else compile();
    if (group !== null) this.#add(Op.capture, group, place);
    ends.push(this.#add(Op.ifEmpty, 0, place));
    if (timesMin > 1) this.#add(Op.ifBelow, start, counter, timesMin);
    ends.push(...this.#endAt(counter, timesMax));
    if (!isCounted) this.#visit();
    ends.push(this.#add(split));
    this.#add(Op.jump, start);
    this.#land(...ends);
    this.#visit();
  }
}
