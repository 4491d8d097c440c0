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
  /** At most. */
  max: number;
  /** Whether {@linkcode max} is known. */
  isBounded: boolean;
  /** Whether there is nothing to try again inside. */
  isFixed: boolean;
}

/**
 * How far a part reaches, by the rules of Java: they decide what may stand in a look-behind, and whether
 * a repeated group is tried again inside.
 */
export function extentOf(node: PatternNode): Extent {
  switch (node.kind) {
    case "sequence":
      return node.parts.map(extentOf).reduce(sum, extent(0, 0));
    case "either":
      return node.branches.map(extentOf).reduce((one, other) => ({
        min: Math.min(one.min, other.min),
        max: Math.max(one.max, other.max),
        isBounded: one.isBounded && other.isBounded,
        isFixed: false,
      }), { ...extent(timesUnlimited, -1), isFixed: false });
    case "point":
      return extent(1, 1);
    case "slice":
      return extent(node.tests.length, node.tests.length);
    case "lineEnd":
      return extent(1, 2);
    case "grapheme":
      return { ...extent(1, 1), isBounded: false };
    case "reference":
      return { ...extent(0, 0), isBounded: false };
    case "group":
    case "atomic":
      return extentOf(node.body);
    case "repeat":
      return repeatedExtent(node);
    default:
      return extent(0, 0);
  }
}

function extent(min: number, max: number): Extent {
  return { min, max, isBounded: true, isFixed: true };
}

function sum(one: Extent, other: Extent): Extent {
  const max = one.max + other.max;
  return {
    min: one.min + other.min,
    max,
    isBounded: one.isBounded && other.isBounded && !isTooFar(one.max, max),
    isFixed: one.isFixed && other.isFixed,
  };
}

/** Java takes a repetition whose end it cannot count to in 32 bits to have none. */
function isTooFar(before: number, max: number): boolean {
  return Number.isFinite(max) && max > timesUnlimited && before < timesUnlimited;
}

function repeatedExtent(node: Extract<PatternNode, { kind: "repeat" }>): Extent {
  const { body, timesMin, timesMax, eagerness } = node;
  const { min, max, isBounded, isFixed } = extentOf(body);
  if (isOptional(node)) return { min: 0, max, isBounded, isFixed: false };
  // Java lets single characters repeat without a limit, and nothing else.
  const isRun = body.kind === "point" && timesMax === timesUnlimited && eagerness === "greedy";
  const isLoop = body.kind === "group" && !isFixed && eagerness !== "possessive";
  return {
    min: min * timesMin,
    max: isRun ? Infinity : timesMax === 0 ? 0 : max * timesMax,
    isBounded: !isLoop && isBounded,
    isFixed: isFixed && timesMin === timesMax,
  };
}

/** Whether a repetition is one by `?`. */
export function isOptional(node: Extract<PatternNode, { kind: "repeat" }>): boolean {
  return node.timesMin === 0 && node.timesMax === 1;
}
