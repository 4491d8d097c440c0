/**
 * Runs the program of a regular expression over a text, and tries again where there are several ways,
 * as Java does, but never for long: each step is counted, and who needs too many has an error.
 *
 * Where the rest of the program depends on nothing but the place in the text, it remembers places that
 * came to nothing. So most patterns that take exponential time elsewhere, `(a+)+b` for one, take time in
 * proportion to the text here.
 *
 * @module
 */

import { DataError } from "../../base/mod.ts";
import { foldedAscii, foldedCase } from "./letter_case.ts";
import {
  caseRules,
  firstNoting,
  firstTaking,
  instructionSize,
  Op,
  type PatternProgram,
  type PointSet,
} from "./pattern_program.ts";
import type { CaseRule } from "./pattern_tree.ts";
import type { StepBudget } from "./step_budget.ts";
import { graphemeEnd, startOfPointBefore } from "./places.ts";

/** From so many steps on places are remembered. */
const stepsBeforeVisits = 2000;
/** More places than this are not remembered. */
const visitedBitsMax = 1 << 28;
/** More numbers than this are not kept for trying again. */
const stackSizeMax = 12_000_000;
/** A stack that has become larger is given back. */
const stackSizeKept = 1 << 16;
/** So much of a text is told. */
const textCharsMax = 100;
/** Instead of an address: a register is set back. */
const undo = -1;

/** How one match begins and ends, and where the search goes on. */
export interface Search {
  /** Where a match may begin first. */
  from: number;
  /** Where the match before ended. */
  previousEnd: number;
  /** Whether it has to begin there and end at the end of the text. */
  isWhole: boolean;
}

/** Who runs a program. */
export class PatternMachine {
  readonly #program: PatternProgram;
  readonly #pattern: string;
  readonly #registers: Int32Array;
  #stack = new Int32Array(256);
  #stackSize = 0;
  #visited: Uint8Array | null = null;
  /** The place in the text. */
  #index = 0;
  #steps = 0;
  /** The search that took too long last. */
  #hopeless: { input: string; from: number; isWhole: boolean } | null = null;

  /** Takes a program, and the pattern that messages speak of. */
  constructor(program: PatternProgram, pattern: string) {
    this.#program = program;
    this.#pattern = pattern;
    this.#registers = new Int32Array(program.registerCount);
  }

  /** Where each group begins and ends after a match, -1 if it has no part in it; group 0 is the whole. */
  get groups(): Int32Array {
    return this.#registers;
  }

  /**
   * Looks for a match.
   * @throws {DataError} when it takes too long
   */
  search(input: string, search: Search, budget: StepBudget): boolean {
    const { from, isWhole } = search;
    // Topics come again and again: what has taken too long once is not tried again for each record.
    const last = this.#hopeless;
    if (last?.input === input && last.from === from && last.isWhole === isWhole) budget.left = 0;
    this.#registers.fill(-1);
    this.#visited = null;
    this.#steps = 0;
    try {
      return this.#find(input, search, budget);
    } catch (error) {
      this.#hopeless = { input, from, isWhole };
      throw error;
    } finally {
      budget.left -= this.#steps;
      if (this.#stack.length > stackSizeKept) this.#stack = new Int32Array(256);
      this.#visited = null;
    }
  }

  #find(input: string, search: Search, budget: StepBudget): boolean {
    for (let start = search.from; start <= input.length; start = pointEnd(input, start)) {
      this.#stackSize = 0;
      const end = this.#run(input, start, search, budget);
      if (end >= 0) {
        this.#registers[0] = start;
        this.#registers[1] = end;
        return true;
      }
      if (search.isWhole) return false;
    }
    return false;
  }

  /** @returns where the match ends that begins at `start`, or -1 */
  #run(input: string, start: number, search: Search, budget: StepBudget): number {
    const { code } = this.#program;
    const registers = this.#registers;
    this.#index = start;
    for (let at = 0; at >= 0;) {
      if (++this.#steps > budget.left) throw this.#tooMuch(input);
      const operation = code[at];
      if (operation >= firstTaking) {
        const end = this.#take(input, at, search);
        if (end >= 0) {
          this.#index = end;
          at += instructionSize;
        } else at = this.#back(input);
        continue;
      }
      if (operation >= firstNoting) {
        this.#note(input, at);
        at += instructionSize;
        continue;
      }
      const target = code[at + 1];
      switch (operation) {
        case Op.match:
          if (!search.isWhole || this.#index === input.length) return this.#index;
          at = this.#back(input);
          break;
        case Op.jump:
          at = target;
          break;
        case Op.split:
          this.#push(input, target, this.#index, 0);
          at += instructionSize;
          break;
        case Op.splitAway:
          this.#push(input, at + instructionSize, this.#index, 0);
          at = target;
          break;
        case Op.ifBelow:
          at = registers[code[at + 2]] < code[at + 3] ? target : at + instructionSize;
          break;
        case Op.ifEmpty:
          at = this.#index > registers[code[at + 2]] ? at + instructionSize : target;
          break;
        case Op.behind:
          at = this.#goBehind(input, at, code[at + 2], this.#index, code[at + 2]);
          break;
        default:
          at = this.#back(input);
      }
    }
    return -1;
  }

  /** Takes characters, or looks at the place. @returns where to go on, or -1 */
  #take(input: string, at: number, search: Search): number {
    const { code, sets, places } = this.#program;
    const index = this.#index;
    const operand = code[at + 1];
    switch (code[at]) {
      case Op.point:
        return endOf(sets[operand], input, index);
      case Op.run:
        return this.#takeRun(input, at);
      case Op.lazyRun:
        return this.#takeLazily(input, at);
      case Op.place:
        return places[operand](input, index) ? index : -1;
      case Op.visit:
        return this.#wasVisited(operand, input) ? -1 : index;
      case Op.reference:
        return this.#takeReference(input, operand, caseRules[code[at + 2]]);
      case Op.grapheme:
        return index === input.length ? -1 : graphemeEnd(input, index);
      case Op.previousEnd:
        return index === search.previousEnd ? index : -1;
      case Op.ifThere:
        return index === this.#registers[operand] ? index : -1;
      default:
        return this.#registers[operand];
    }
  }

  /** Sets registers. */
  #note(input: string, at: number): void {
    const { code } = this.#program;
    const registers = this.#registers;
    const register = code[at + 1];
    switch (code[at]) {
      case Op.setPlace:
        return this.#set(input, register, this.#index);
      case Op.capture:
        this.#set(input, 2 * register, registers[code[at + 2]]);
        return this.#set(input, 2 * register + 1, this.#index);
      case Op.zero:
        return this.#set(input, register, 0);
      case Op.count:
        return this.#set(input, register, registers[register] + 1);
      case Op.mark:
        registers[register] = this.#stackSize;
        return;
      case Op.keepPlace:
        registers[register] = this.#index;
        return;
      default:
        this.#stackSize = registers[register];
    }
  }

  /** Sets a register, and sets it back when what follows fails. */
  #set(input: string, register: number, value: number): void {
    this.#push(input, undo, register, this.#registers[register]);
    this.#registers[register] = value;
  }

  #push(input: string, what: number, one: number, other: number): void {
    if (this.#stackSize + 3 > this.#stack.length) {
      if (this.#stackSize > stackSizeMax) throw this.#tooMuch(input);
      const larger = new Int32Array(2 * this.#stack.length);
      larger.set(this.#stack);
      this.#stack = larger;
    }
    const stack = this.#stack;
    stack[this.#stackSize++] = what;
    stack[this.#stackSize++] = one;
    stack[this.#stackSize++] = other;
  }

  /** Goes back to what can be tried next. @returns the address to go on at, or -1 */
  #back(input: string): number {
    const stack = this.#stack;
    while (this.#stackSize > 0) {
      const other = stack[--this.#stackSize];
      const one = stack[--this.#stackSize];
      const what = stack[--this.#stackSize];
      if (what === undo) {
        this.#registers[one] = other;
      } else if (what >= 0) {
        this.#index = one;
        return what;
      } else {
        const at = this.#resume(input, -2 - what, one, other);
        if (at >= 0) return at;
      }
    }
    return -1;
  }

  /** Goes on with an instruction that has more to try. */
  #resume(input: string, at: number, one: number, other: number): number {
    switch (this.#program.code[at]) {
      case Op.run: {
        const index = startOfPointBefore(input, other);
        if (index > one) this.#push(input, -2 - at, one, index);
        this.#index = index;
        return at + instructionSize;
      }
      case Op.lazyRun: {
        const set = this.#program.sets[this.#program.code[at + 1]];
        const end = endOf(set, input, other);
        if (end < 0) return -1;
        this.#index = end;
        if (one < this.#program.code[at + 3]) this.#push(input, -2 - at, one + 1, end);
        return at + instructionSize;
      }
      default:
        return this.#goBehind(input, at, 1, other, one + 1);
    }
  }

  /** Takes as many code points of a set as there are. */
  #takeRun(input: string, at: number): number {
    const { code, sets } = this.#program;
    const set = sets[code[at + 1]];
    const [timesMin, timesMax] = [code[at + 2], code[at + 3]];
    let [index, low] = [this.#index, this.#index];
    let times = 0;
    for (; times < timesMax; times++) {
      const end = endOf(set, input, index);
      if (end < 0) break;
      index = end;
      if (times < timesMin) low = end;
    }
    this.#steps += times;
    if (times < timesMin) return -1;
    if (index > low) this.#push(input, -2 - at, low, index);
    return index;
  }
  /** Takes as few code points of a set as there must be. */
  #takeLazily(input: string, at: number): number {
    const { code, sets } = this.#program;
    const set = sets[code[at + 1]];
    const timesMin = code[at + 2];
    let index = this.#index;
    for (let times = 0; times < timesMin; times++) {
      index = endOf(set, input, index);
      if (index < 0) return -1;
    }
    this.#steps += timesMin;
    if (timesMin < code[at + 3]) this.#push(input, -2 - at, timesMin + 1, index);
    return index;
  }

  /**
   * Goes back from a place to where a look-behind may begin.
   * @param distance how far back that is from where it stands
   */
  #goBehind(input: string, at: number, points: number, from: number, distance: number): number {
    const { code } = this.#program;
    let index = from;
    for (let count = 0; count < points; count++) {
      if (index === 0) return code[at + 1];
      index = startOfPointBefore(input, index);
    }
    if (distance > code[at + 3]) return code[at + 1];
    this.#push(input, -2 - at, distance, index);
    this.#index = index;
    return at + instructionSize;
  }

  #takeReference(input: string, group: number, rule: CaseRule): number {
    const index = this.#index;
    const start = this.#registers[2 * group];
    // A group that is not there, or has captured nothing, matches nothing.
    if (group > this.#program.groupCount || start < 0) return -1;
    const length = this.#registers[2 * group + 1] - start;
    if (index + length > input.length) return -1;
    this.#steps += length;
    if (rule === "exact") {
      return input.startsWith(input.slice(start, start + length), index) ? index + length : -1;
    }
    const folded = rule === "unicode" ? foldedCase : foldedAscii;
    for (let offset = 0; offset < length;) {
      const [one, other] = [input.codePointAt(start + offset)!, input.codePointAt(index + offset)!];
      if (one !== other && folded(one) !== folded(other)) return -1;
      offset += one > 0xffff ? 2 : 1;
    }
    return index + length;
  }

  /** Whether an instruction has been at this place before; from now on it has. */
  #wasVisited(slot: number, input: string): boolean {
    if (this.#steps < stepsBeforeVisits) return false;
    const { visitCount } = this.#program;
    const bits = visitCount * (input.length + 1);
    if (bits > visitedBitsMax) return false;
    this.#visited ??= new Uint8Array((bits >> 3) + 1);
    const bit = slot * (input.length + 1) + this.#index;
    const mask = 1 << (bit & 7);
    if ((this.#visited[bit >> 3] & mask) !== 0) return true;
    this.#visited[bit >> 3] |= mask;
    return false;
  }

  #tooMuch(input: string): DataError {
    const text = input.length > textCharsMax ? `${input.slice(0, textCharsMax)}…` : input;
    return new DataError(
      `Cannot match ${JSON.stringify(text)} with the regular expression "${this.#pattern}": ` +
        "there are too many ways to try",
    );
  }
}

/** Where the code point at an index ends, or -1 if it does not belong to a set. */
function endOf(set: PointSet, input: string, index: number): number {
  if (index >= input.length) return -1;
  const unit = input.charCodeAt(index);
  if (unit < 256) return set.small[unit] === 1 ? index + 1 : -1;
  const code = input.codePointAt(index)!;
  return set.test(code) ? index + (code > 0xffff ? 2 : 1) : -1;
}

/** Where the code point at an index ends. */
function pointEnd(input: string, index: number): number {
  return index + (input.codePointAt(index)! > 0xffff ? 2 : 1);
}
