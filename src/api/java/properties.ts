/**
 * What `\p{..}` names: categories, scripts, blocks, properties of Unicode, classes of POSIX and the
 * methods of `java.lang.Character`.
 *
 * Kafka: Java 17 knows Unicode 13; characters that are newer are what the runtime's Unicode says.
 *
 * @module
 */

import { blockOf } from "./blocks.ts";
import type { PointTest } from "./pattern_tree.ts";

/**
 * The code points of a class as JavaScript writes it under the flag `u`, less its brackets. It is read
 * when it is first asked: many are never, and reading all takes milliseconds.
 */
export function unicodeSet(content: string): PointTest {
  let pattern: RegExp | null = null;
  return (code) => {
    pattern ??= new RegExp(`^[${content}]$`, "u");
    return pattern.test(String.fromCodePoint(code));
  };
}

/** `\p{..}` of a name alone: a category, a class of POSIX, a method of Character. */
const named: Readonly<Record<string, string>> = {
  LC: "\\p{LC}",
  LD: "\\p{L}\\p{Nd}",
  L1: "\\0-\\xff",
  all: "\\0-\\u{10ffff}",
  ASCII: "\\0-\\x7f",
  Alnum: "a-zA-Z0-9",
  Alpha: "a-zA-Z",
  Blank: " \\t",
  Cntrl: "\\0-\\x1f\\x7f",
  Digit: "0-9",
  Graph: "!-~",
  Lower: "a-z",
  Print: " -~",
  Punct: "!-\\/:-@\\[-`{-~",
  Space: "\\t-\\r ",
  Upper: "A-Z",
  XDigit: "0-9a-fA-F",
  javaAlphabetic: "\\p{Alphabetic}",
  javaDefined: "\\P{Cn}",
  javaDigit: "\\p{Nd}",
  javaISOControl: "\\0-\\x1f\\x7f-\\x9f",
  javaIdentifierIgnorable: "\\0-\\x08\\x0e-\\x1b\\x7f-\\x9f\\p{Cf}",
  javaIdeographic: "\\p{Ideographic}",
  javaJavaIdentifierPart:
    "\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}\\p{Nd}\\p{Mc}\\p{Mn}\\0-\\x08\\x0e-\\x1b\\x7f-\\x9f\\p{Cf}",
  javaJavaIdentifierStart: "\\p{L}\\p{Nl}\\p{Sc}\\p{Pc}",
  javaLetter: "\\p{L}",
  javaLetterOrDigit: "\\p{L}\\p{Nd}",
  javaLowerCase: "\\p{Lowercase}",
  javaMirrored: "\\p{Bidi_M}",
  javaSpaceChar: "\\p{Z}",
  javaTitleCase: "\\p{Lt}",
  javaUnicodeIdentifierPart: "\\p{IDC}\\0-\\x08\\x0e-\\x1b\\x7f-\\x9f\\p{Cf}",
  javaUnicodeIdentifierStart: "\\p{IDS}",
  javaUpperCase: "\\p{Uppercase}",
  javaWhitespace:
    "\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000",
};

/** `\p{Is..}`, whatever the case of its letters. */
const unicodeProperties: Readonly<Record<string, string>> = {
  ALPHABETIC: "\\p{Alphabetic}",
  ASSIGNED: "\\P{Cn}",
  CONTROL: "\\p{Cc}",
  HEXDIGIT: "\\p{Nd}a-fA-F\\uff10-\\uff19\\uff21-\\uff26\\uff41-\\uff46",
  HEX_DIGIT: "\\p{Nd}a-fA-F\\uff10-\\uff19\\uff21-\\uff26\\uff41-\\uff46",
  IDEOGRAPHIC: "\\p{Ideographic}",
  JOINCONTROL: "\\p{Join_Control}",
  JOIN_CONTROL: "\\p{Join_Control}",
  LETTER: "\\p{L}",
  LOWERCASE: "\\p{Lowercase}",
  NONCHARACTERCODEPOINT: "\\p{NChar}",
  NONCHARACTER_CODE_POINT: "\\p{NChar}",
  PUNCTUATION: "\\p{P}",
  TITLECASE: "\\p{Lt}",
  UPPERCASE: "\\p{Uppercase}",
  WHITESPACE: "\\p{White_Space}",
  WHITE_SPACE: "\\p{White_Space}",
  WORD: "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}",
};

/** The classes of POSIX under the flag `U`, whatever the case of their letters. */
const unicodePosix: Readonly<Record<string, string>> = {
  ALNUM: "\\p{Alphabetic}\\p{Nd}",
  ALPHA: "\\p{Alphabetic}",
  BLANK: "\\p{Zs}\\t",
  CNTRL: "\\p{Cc}",
  DIGIT: "\\p{Nd}",
  LOWER: "\\p{Lowercase}",
  PUNCT: "\\p{P}",
  SPACE: "\\p{White_Space}",
  UPPER: "\\p{Uppercase}",
  XDIGIT: unicodeProperties.HEX_DIGIT,
};

const notVisible = "\\p{White_Space}\\p{Cc}\\p{Cs}\\p{Cn}";
const casedNames = /^(?:java(?:Lower|Upper|Title)Case|Lower|Upper|L[ult])$/;
const casedProperties = /^(?:LOWER|UPPER|LOWERCASE|UPPERCASE|TITLECASE)$/;

/** Under which flags a property is looked for. */
export interface PropertyRules {
  /** `i`: lower, upper and title case are one. */
  ignoreCase: boolean;
  /** `U`: names of POSIX are those of Unicode. */
  unicodeClasses: boolean;
}

/** A property by its name (`Lu`, `IsLatin`, `InGreek`, `javaDigit`), or null when there is none. */
export function namedProperty(name: string, rules: PropertyRules): PointTest | null {
  if (name.startsWith("In")) return block(name.slice(2));
  if (name.startsWith("Is")) {
    const short = name.slice(2);
    return unicodeProperty(short, rules) ?? shortProperty(short, rules) ?? script(short);
  }
  return (rules.unicodeClasses ? posixProperty(name, rules) : null) ?? shortProperty(name, rules);
}

/** A property of a kind (`sc=Latin`), or null when there is none. */
export function propertyOf(kind: string, value: string, rules: PropertyRules): PointTest | null {
  switch (kind.toLowerCase()) {
    case "sc":
    case "script":
      return script(value);
    case "blk":
    case "block":
      return block(value);
    case "gc":
    case "general_category":
      return shortProperty(value, rules);
    default:
      return null;
  }
}

function unicodeProperty(name: string, { ignoreCase }: PropertyRules): PointTest | null {
  const upper = name.toUpperCase();
  if (!Object.hasOwn(unicodeProperties, upper)) return null;
  const isCased = ignoreCase && casedProperties.test(upper);
  return unicodeSet(isCased ? "\\p{Lowercase}\\p{Uppercase}\\p{Lt}" : unicodeProperties[upper]);
}

function posixProperty(name: string, { ignoreCase }: PropertyRules): PointTest | null {
  const upper = name.toUpperCase();
  if (upper === "GRAPH") return unicodeSet(`^${notVisible}`);
  if (upper === "PRINT") {
    const isVisible = unicodeSet(`^${notVisible}`);
    const isBlank = unicodeSet("\\p{Zs}");
    return (code) => isVisible(code) || isBlank(code);
  }
  if (!Object.hasOwn(unicodePosix, upper)) return null;
  const isCased = ignoreCase && casedProperties.test(upper);
  return unicodeSet(isCased ? "\\p{Lowercase}\\p{Uppercase}\\p{Lt}" : unicodePosix[upper]);
}

function shortProperty(name: string, { ignoreCase }: PropertyRules): PointTest | null {
  if (ignoreCase && casedNames.test(name)) {
    if (name.startsWith("java")) return unicodeSet("\\p{Lowercase}\\p{Uppercase}\\p{Lt}");
    return unicodeSet(name.length === 2 ? "\\p{LC}" : named.Alpha);
  }
  if (Object.hasOwn(named, name)) return unicodeSet(named[name]);
  // The categories.
  if (!/^(?:L[ultmo]?|M[nec]?|N[dlo]?|Z[slp]?|C[cfosn]?|P[dsecoif]?|S[mcko]?)$/.test(name)) {
    return null;
  }
  return unicodeSet(`\\p{${name}}`);
}

function script(name: string): PointTest | null {
  if (/^(?:unknown|zzzz)$/i.test(name)) return unicodeSet("\\p{Cn}\\p{Co}\\p{Cs}");
  const title = name.toLowerCase()
    .replaceAll(/(?:^|_)[a-z]/g, (start) => start.toUpperCase())
    .replace("Signwriting", "SignWriting");
  if (!/^[A-Za-z_]+$/.test(title)) return null;
  const test = unicodeSet(`\\p{Script=${title}}`);
  try {
    test(0);
    return test;
  } catch {
    return null;
  }
}

function block(name: string): PointTest | null {
  const found = blockOf(name);
  if (found === null) return null;
  const [first, last] = found;
  return (code) => code >= first && code <= last;
}
