/**
 * Regular expressions as Java writes them, where JavaScript means the same by them. What means another
 * thing in JavaScript, or nothing, is refused: a pattern must not match other topics than it does in
 * Java.
 *
 *     shared  = literals . ^ $ | ( ) (?: ) (?= ) (?! ) (?<= ) (?<! ) (?<name> ) [ ] [^ ] * + ? {n,m}
 *               and each of these lazy with ?, \d \D \w \W \s \S \b \B \t \n \r \f \xHH \uHHHH,
 *               a backslash before anything but a letter or digit, (?i) at the very beginning
 *     refused = \Q \E \p \h \R \X \A \z \G \0 \1 \k and the like, possessive quantifiers, (?>, other
 *               flags, classes inside classes, &&
 *
 * @module
 */

import { ConfigError, reasonOf } from "../../base/mod.ts";

const tokens = new RegExp(
  [
    String.raw`(?<escape>\\(?:[dDwWsSbBtnrf]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^a-zA-Z\d]))`,
    String.raw`(?<wrongEscape>\\[^]?)`,
    String.raw`(?<class>\[(?:\^\]|\]|\^(?!\])|(?![\]^]))(?:\\[^]|[^\]\\])*\])`,
    String.raw`(?<wrongClass>\[)`,
    String.raw`(?<open>\((?!\?)|\(\?(?:[:=!]|<[=!]|<[a-zA-Z][a-zA-Z\d]*>))`,
    String.raw`(?<wrongOpen>\(\?.?)`,
    String.raw`(?<close>\))`,
    String.raw`(?<quantifier>(?:[*+?]|\{\d{1,9}(?:,\d{0,9})?\})\??)`,
    String.raw`(?<wrongRepetition>\{)`,
    String.raw`(?<either>\|)`,
    String.raw`(?<literal>[^])`,
  ].join("|"),
  "y",
);

type Token = Record<
  | "escape"
  | "wrongEscape"
  | "class"
  | "wrongClass"
  | "open"
  | "wrongOpen"
  | "close"
  | "quantifier"
  | "wrongRepetition"
  | "either"
  | "literal",
  string | undefined
>;

/**
 * A pattern that matches whole texts, as `Matcher.matches` does.
 * @throws {ConfigError} in the words of Java's `PatternSyntaxException` where it has some
 */
export function javaRegex(pattern: string): RegExp {
  const flags = pattern.startsWith("(?i)") ? "i" : "";
  const start = flags === "" ? 0 : "(?i)".length;
  let source = "";
  let depth = 0;
  let hasAtom = false;
  tokens.lastIndex = start;
  for (let index = start; index < pattern.length; index = tokens.lastIndex) {
    const found = tokens.exec(pattern)!;
    const [text] = found;
    const token = found.groups as Token;
    refuseWrong(token, pattern, index);
    if (token.open !== undefined) depth++;
    if (token.close !== undefined && --depth < 0) {
      throw syntaxError("Unmatched closing ')'", pattern, index - 1);
    }
    if (token.quantifier !== undefined) {
      if (!hasAtom) throw syntaxError(`Dangling meta character '${text[0]}'`, pattern, index);
      if (pattern[tokens.lastIndex] === "+") throw notShared(`${text}+`, pattern);
    }
    hasAtom = [token.open, token.either, token.quantifier].every((part) => part === undefined);
    source += token.class === undefined
      ? /^[\]}]$/.test(text) ? `\\${text}` : text
      : classSource(text, pattern);
  }
  if (depth > 0) throw syntaxError("Unclosed group", pattern, pattern.length);
  try {
    return new RegExp(`^(?:${source})$`, flags);
  } catch (cause) {
    throw new ConfigError(reasonOf(cause), { cause });
  }
}

function refuseWrong(token: Token, pattern: string, index: number): void {
  if (token.wrongClass !== undefined) {
    throw syntaxError("Unclosed character class", pattern, pattern.length - 1);
  }
  if (token.wrongRepetition !== undefined) {
    throw syntaxError("Illegal repetition", pattern, index + 1);
  }
  const other = token.wrongEscape ?? token.wrongOpen;
  if (other !== undefined) throw notShared(other, pattern);
}

/** A class: in Java a `]` that comes first stands for itself, and `[` and `&&` never do. */
function classSource(text: string, pattern: string): string {
  const [, open, inner] = /^(\[\^?)([^]*)\]$/.exec(text)!;
  const unescaped = inner.replaceAll(
    /\\(?:[dDwWsStnrf]|x[\da-fA-F]{2}|u[\da-fA-F]{4}|[^a-zA-Z\d])/g,
    "_",
  );
  const other = (/\\[^]?|\[|&&/.exec(unescaped) ?? /[^-]-\\[dDwWsS]/.exec(inner))?.[0];
  if (other !== undefined) throw notShared(other, pattern);
  return `${open}${inner.replace(/^\]/, "\\]")}]`;
}

/** Kafka: `PatternSyntaxException.getMessage`. */
function syntaxError(what: string, pattern: string, index: number): ConfigError {
  const where = index < 0 ? "" : ` near index ${index}`;
  const mark = index < 0 || index >= pattern.length ? "" : `\n${" ".repeat(index)}^`;
  return new ConfigError(`${what}${where}\n${pattern}${mark}`);
}

function notShared(what: string, pattern: string): ConfigError {
  return new ConfigError(
    `"${what}" in "${pattern}" cannot be used here, for JavaScript does not read it as Java does`,
  );
}
