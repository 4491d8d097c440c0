/**
 * What Java's regular expressions and date formats answer, and a check that ours answer the same.
 *
 * @module
 */

import assert from "node:assert/strict";
import { JavaDateFormat, JavaPattern } from "../../mod.ts";

/** Dates of JavaScript reach so far; what lies beyond is an error, see docs/differences.md. */
const epochMsMax = 8.64e15;

/** A regular expression, with texts and what Java makes of them. */
export interface RegexCase {
  pattern: string;
  replacement: string;
  /** Why it cannot be read. */
  error?: string;
  inputs: {
    input: string;
    matches?: boolean | string;
    find?: boolean | string;
    replaceFirst?: string;
    replaceAll?: string;
  }[];
}

/** A date pattern, with points in time and texts, and what Java makes of them. */
export interface DateCase {
  pattern: string;
  /** Why it cannot be read. */
  error?: string;
  times: number[];
  formatted?: string[];
  texts: { input: string; parsed?: number | string }[];
}

/** All that is asked of Java at once. */
export interface TextCases {
  /** What years of two digits are near to. */
  nowMs: number;
  regexes: RegexCase[];
  dates: DateCase[];
}

/** Checks that a regular expression does what it does in Java. */
export function assertRegex({ pattern, replacement, error, inputs }: RegexCase): void {
  if (error !== undefined) {
    assert.throws(() => JavaPattern.compile(pattern), { name: "ConfigError", message: error });
    return;
  }
  const ours = JavaPattern.compile(pattern);
  for (const { input, ...expected } of inputs) {
    const answers = {
      matches: answerOf(() => ours.matches(input)),
      find: answerOf(() => ours.find(input)),
      replaceFirst: answerOf(() => ours.replaceFirst(input, replacement)),
      replaceAll: answerOf(() => ours.replaceAll(input, replacement)),
    };
    assert.deepEqual({ input, ...answers }, { input, ...expected });
  }
}

/** Checks that a date pattern does what it does in Java. */
export function assertDates({ pattern, error, times, formatted, texts }: DateCase, nowMs: number) {
  if (error !== undefined) {
    assert.throws(() => JavaDateFormat.compile(pattern, nowMs), {
      name: "IllegalArgumentError",
      message: error,
    });
    return;
  }
  const ours = JavaDateFormat.compile(pattern, nowMs);
  assert.deepEqual(times.map((time) => ours.format(time)), formatted);
  for (const { input, parsed } of texts) {
    if (typeof parsed === "number" && Math.abs(parsed) > epochMsMax) {
      assert.throws(() => ours.parse(input), { name: "DataError" });
    } else {assert.deepEqual({ input, parsed: answerOf(() => ours.parse(input)) }, {
        input,
        parsed,
      });}
  }
}

function answerOf<T>(ask: () => T): T | string {
  try {
    return ask();
  } catch (error) {
    return `Error: ${(error as Error).message}`;
  }
}
