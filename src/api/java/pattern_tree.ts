/**
 * What a regular expression says, as a tree.
 *
 * @module
 */

/** A set of code points. */
export type PointTest = (code: number) => boolean;

/** Whether a place in a text is one that an assertion speaks of. */
export type PlaceTest = (input: string, index: number) => boolean;

/** How case counts in a back-reference. */
export type CaseRule = "exact" | "ascii" | "unicode";

/** How often a repetition tries first: as often as it can, as rarely, or as often and never less. */
export type Eagerness = "greedy" | "lazy" | "possessive";

/** A part of a regular expression. */
export type PatternNode =
  | { kind: "sequence"; parts: readonly PatternNode[] }
  | { kind: "either"; branches: readonly PatternNode[] }
  | { kind: "point"; test: PointTest }
  | { kind: "slice"; tests: readonly PointTest[] }
  | { kind: "place"; test: PlaceTest }
  | { kind: "previousEnd" }
  | { kind: "grapheme" }
  | { kind: "lineEnd"; test: PointTest }
  | { kind: "reference"; group: number; rule: CaseRule }
  | { kind: "group"; group: number | null; body: PatternNode }
  | { kind: "atomic"; body: PatternNode }
  | { kind: "ahead"; isNegative: boolean; body: PatternNode }
  | {
    kind: "behind";
    isNegative: boolean;
    body: PatternNode;
    pointsMin: number;
    pointsMax: number;
  }
  | {
    kind: "repeat";
    body: PatternNode;
    timesMin: number;
    timesMax: number;
    eagerness: Eagerness;
  };

/** `{n,}` and the like have no upper limit. */
export const timesUnlimited = 0x7fffffff;

/** How many code points a part takes, and whether it can take them in one way alone. */
export interface Extent {
  /** At least. */
  min: number;
  /** At most; below 0 where Java has counted beyond 32 bits. */
  max: number;
  /** What {@linkcode max} has grown by since the last choice: Java looks for an overflow there alone. */
  grown: number;
  /** Whether there is such a limit. */
  isBounded: boolean;
  /** Whether there is nothing to try again inside. */
  isFixed: boolean;
}

/**
 * How far a part reaches, by the rules of Java: they decide what may stand in a look-behind, and whether
 * a repeated group is tried again inside. It counts in 32 bits, and takes repetitions, but nothing else,
 * to have no limit where that overflows.
 */
export function extentOf(node: PatternNode): Extent {
  const extent = { min: 0, max: 0, grown: 0, isBounded: true, isFixed: true };
  extend(extent, node);
  return extent;
}

/** Adds the extent of a part to that of what stands before it. */
function extend(extent: Extent, node: PatternNode): void {
  switch (node.kind) {
    case "sequence":
      return node.parts.forEach((part) => extend(extent, part));
    case "either":
      return extendByBranches(extent, node.branches.map(extentOf));
    case "point":
      return extendBy(extent, 1, 1);
    case "slice":
      return extendBy(extent, node.tests.length, node.tests.length);
    case "lineEnd":
      return extendBy(extent, 1, 2);
    case "grapheme":
      // Kafka: Java takes it to have no characters, and finds none in a look-behind.
      extent.min += 1;
      extent.max = extent.max + timesUnlimited | 0;
      return;
    case "reference":
      extent.isBounded = false;
      return;
    case "group":
      return extend(extent, node.body);
    case "atomic":
      extend(extent, node.body);
      extent.grown = extent.max;
      return;
    case "repeat":
      return extendByRepeat(extent, node);
  }
}

function extendBy(extent: Extent, min: number, max: number): void {
  extent.min += min;
  extent.max = extent.max + max | 0;
  extent.grown = extent.grown + max | 0;
}

function extendByBranches(extent: Extent, branches: readonly Extent[]): void {
  extendBy(
    extent,
    Math.min(...branches.map(({ min }) => min)),
    Math.max(...branches.map(({ max }) => max)),
  );
  extent.grown = 0;
  extent.isBounded &&= branches.every(({ isBounded }) => isBounded);
  extent.isFixed = false;
}

function extendByRepeat(extent: Extent, node: Extract<PatternNode, { kind: "repeat" }>): void {
  const { body, timesMin, timesMax, eagerness } = node;
  const { min, max, isBounded, isFixed } = extentOf(body);
  extent.isFixed &&= isFixed && timesMin === timesMax;
  const isRun = body.kind === "point" && timesMax === timesUnlimited && eagerness === "greedy";
  if (isOptional(node) || isRun) {
    extendBy(extent, timesMin * min, isRun ? timesUnlimited : max);
    extent.isBounded &&= isBounded;
    return;
  }
  const isLoop = body.kind === "group" && !isFixed && eagerness !== "possessive";
  const before = extent.grown;
  extendBy(extent, timesMin * min, Math.imul(max, timesMax));
  extent.isBounded &&= !isLoop && isBounded && extent.grown >= before;
}

/** Whether a repetition is one by `?`. */
export function isOptional(node: Extract<PatternNode, { kind: "repeat" }>): boolean {
  return node.timesMin === 0 && node.timesMax === 1;
}
