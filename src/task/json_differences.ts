/** What differs between two JSON values, for people. */

import { BigDecimal, isJsonObject, type Json } from "../api/mod.ts";

/** A place where two values differ. */
export interface Difference {
  /** Where, behind the name of the whole: `.line`, `[2].x`; empty for the whole. */
  path: string;
  /** What was expected there, or null where nothing was. */
  expected: string | null;
  /** What is there, or null where nothing is. */
  found: string | null;
}

/** How values are compared. */
export interface CompareOptions {
  /** Whether members that are expected nowhere may be there. */
  mayLack?: boolean;
}

/**
 * The places where `found` differs from `expected`. Numbers are the same when they have the same value,
 * and the order of members does not matter.
 */
export function jsonDifferences(
  expected: Json,
  found: Json,
  options: CompareOptions = {},
): Difference[] {
  const differences: Difference[] = [];
  compare("", expected, found, options, differences);
  return differences;
}

/** JSON text of a value, every digit of its numbers. */
export function jsonText(value: Json): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return rawJSON(String(item));
    return item instanceof BigDecimal ? rawJSON(item.toString()) : item;
  });
}

/** ECMAScript's `JSON.rawJSON`, which TypeScript's library does not declare yet. */
const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown };

function compare(
  path: string,
  expected: Json | undefined,
  found: Json | undefined,
  options: CompareOptions,
  differences: Difference[],
): void {
  if (isJsonObject(expected) && isJsonObject(found)) {
    const names = Object.keys(expected);
    if (!options.mayLack) {
      names.push(...Object.keys(found).filter((name) => !Object.hasOwn(expected, name)));
    }
    for (const name of names) {
      const own = (of: typeof expected) => Object.hasOwn(of, name) ? of[name] : undefined;
      compare(path + memberPath(name), own(expected), own(found), options, differences);
    }
    return;
  }
  if (Array.isArray(expected) && Array.isArray(found)) {
    for (let index = 0; index < Math.max(expected.length, found.length); index++) {
      compare(`${path}[${index}]`, expected[index], found[index], options, differences);
    }
    return;
  }
  if (isSame(expected, found)) return;
  const shown = (value: Json | undefined) => value === undefined ? null : jsonText(value);
  differences.push({ path, expected: shown(expected), found: shown(found) });
}

function memberPath(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  const [a, b] = [decimalOf(one), decimalOf(other)];
  if (a === null || b === null) return one === other;
  return a.unscaled === b.unscaled && a.scale === b.scale;
}

/** A number without zeros at its end; null for what is no number. */
function decimalOf(json: Json | undefined): BigDecimal | null {
  const isNumber = typeof json === "number" || typeof json === "bigint";
  if (!isNumber && !(json instanceof BigDecimal)) return null;
  const [, digits, zeros] = /^(-?\d*?)(0*)$/.exec(
    String(json instanceof BigDecimal ? json.unscaled : BigInt(json)),
  )!;
  if (digits === "" || digits === "-") return new BigDecimal(0n, 0);
  const scale = json instanceof BigDecimal ? json.scale : 0;
  return new BigDecimal(BigInt(digits), scale - zeros.length);
}
