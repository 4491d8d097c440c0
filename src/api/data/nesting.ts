/** How deep values may lie inside each other: far deeper than any use, and no stack overflows. */

import { DataError } from "../../base/mod.ts";

/** How many values may lie inside each other where they become text, or text values. */
export const nestingMax = 1000;

/** Refuses to go deeper than that. @throws {DataError} */
export function ensureShallow(depth: number): void {
  if (depth <= nestingMax) return;
  throw new DataError(`Cannot convert more than ${nestingMax} values inside each other`);
}
