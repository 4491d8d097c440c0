/**
 * Regular expressions as Java reads them.
 *
 * @module
 */

import { DataError, IllegalArgumentError } from "../../base/mod.ts";
import { PatternMachine, type Search } from "./pattern_machine.ts";
import { parsePattern } from "./pattern_parser.ts";
import { compileProgram } from "./pattern_program.ts";
import { StepBudget } from "./step_budget.ts";

/**
 * A regular expression of Java: `java.util.regex.Pattern` of Java 17, with its syntax, its classes, its
 * line ends and its messages. It takes no more time than a text may cost; a pattern that needs more
 * throws a {@linkcode DataError}.
 */
export class JavaPattern {
  /** As it was given. */
  readonly text: string;
  readonly #machine: PatternMachine;
  readonly #groupCount: number;
  readonly #groupNames: ReadonlyMap<string, number>;

  private constructor(text: string) {
    const parsed = parsePattern(text);
    this.text = text;
    this.#machine = new PatternMachine(compileProgram(parsed), text);
    this.#groupCount = parsed.groupCount;
    this.#groupNames = parsed.groupNames;
  }

  /**
   * Reads a pattern.
   * @throws {ConfigError} with the message of Java's `PatternSyntaxException`
   */
  static compile(text: string): JavaPattern {
    return new JavaPattern(text);
  }

  /**
   * Whether a text matches as a whole.
   * @throws {DataError} when there are too many ways to try
   */
  matches(input: string): boolean {
    const search = { from: 0, previousEnd: 0, isWhole: true };
    return this.#machine.search(input, search, new StepBudget(input));
  }

  /**
   * Whether a part of a text matches.
   * @throws {DataError} when there are too many ways to try
   */
  find(input: string): boolean {
    const search = { from: 0, previousEnd: 0, isWhole: false };
    return this.#machine.search(input, search, new StepBudget(input));
  }

  /**
   * The text with the first match replaced: `$1` and `${name}` are what groups have captured, and a
   * backslash takes the meaning from what comes next.
   * @throws {IllegalArgumentError} for a replacement that names no group, in Java's words
   * @throws {DataError} when there are too many ways to try
   */
  replaceFirst(input: string, replacement: string): string {
    return this.#replace(input, replacement, 1);
  }

  /** The text with all matches replaced, else as {@linkcode replaceFirst}. */
  replaceAll(input: string, replacement: string): string {
    return this.#replace(input, replacement, Infinity);
  }

  #replace(input: string, replacement: string, timesMax: number): string {
    const budget = new StepBudget(input);
    const search: Search = { from: 0, previousEnd: 0, isWhole: false };
    let replaced = "";
    let copied = 0;
    for (let times = 0; times < timesMax && search.from <= input.length; times++) {
      if (!this.#machine.search(input, search, budget)) break;
      const [start, end] = this.#machine.groups;
      replaced += input.slice(copied, start) + this.#expanded(input, replacement);
      copied = end;
      search.previousEnd = end;
      search.from = end === start ? end + 1 : end;
    }
    return replaced + input.slice(copied);
  }

  /** The replacement of the match that was found. */
  #expanded(input: string, replacement: string): string {
    let expanded = "";
    for (let index = 0; index < replacement.length;) {
      const character = replacement[index++];
      if (character === "\\") {
        if (index === replacement.length) {
          throw new IllegalArgumentError("character to be escaped is missing");
        }
        expanded += replacement[index++];
      } else if (character === "$") {
        const { group, end } = this.#reference(replacement, index);
        expanded += this.#captured(input, group);
        index = end;
      } else expanded += character;
    }
    return expanded;
  }

  #captured(input: string, group: number): string {
    if (group > this.#groupCount) throw new DataError(`No group ${group}`);
    const { groups } = this.#machine;
    return groups[2 * group] < 0 ? "" : input.slice(groups[2 * group], groups[2 * group + 1]);
  }

  /** The group that a `$` names, which stands before `start`. */
  #reference(replacement: string, start: number): { group: number; end: number } {
    if (start === replacement.length) {
      throw new IllegalArgumentError("Illegal group reference: group index is missing");
    }
    if (replacement[start] === "{") return this.#namedReference(replacement, start + 1);
    if (!/\d/.test(replacement[start])) throw new IllegalArgumentError("Illegal group reference");
    let group = Number(replacement[start]);
    let end = start + 1;
    for (; /^\d/.test(replacement.slice(end, end + 1)); end++) {
      const longer = group * 10 + Number(replacement[end]);
      if (longer > this.#groupCount) break;
      group = longer;
    }
    return { group, end };
  }

  #namedReference(replacement: string, start: number): { group: number; end: number } {
    const [, name, brace] = /^([a-zA-Z\d]*)(\}?)/.exec(replacement.slice(start))!;
    if (name === "") throw new IllegalArgumentError("named capturing group has 0 length name");
    if (brace === "") {
      throw new IllegalArgumentError("named capturing group is missing trailing '}'");
    }
    if (/^\d/.test(name)) {
      throw new IllegalArgumentError(`capturing group name {${name}} starts with digit character`);
    }
    const group = this.#groupNames.get(name);
    if (group === undefined) throw new IllegalArgumentError(`No group with name {${name}}`);
    return { group, end: start + name.length + 1 };
  }
}
