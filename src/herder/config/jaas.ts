/**
 * Reads `sasl.jaas.config` as Kafka does (`JaasConfig`, over Java's `StreamTokenizer`), and files of JAAS as
 * Java does (`ConfigFile`), but for system properties in them.
 *
 *     file    = { name "{" { config } "}" ";" }
 *     config  = module flag { name "=" value } ";"
 *     flag    = "required" | "requisite" | "sufficient" | "optional", in letters of any case
 *     module, name, value = word | "…" | '…'
 *     word    = letter, "_" or "$", then those, digits, "." and "-"; a letter is also all from U+00A0 on
 *     "…"     = up to its end or the end of the line, with \n \t \r \a \b \f \v \ooo, and \x for any x
 *     comment = "/" up to the end of the line, or between its asterisks
 *
 * A word that begins with a digit, "-" or "." is a number to Java, and no value: such values stand in
 * quotes.
 *
 * @module
 */

import { invalid, type Password } from "../../api/mod.ts";
import { ConfigError } from "../../base/mod.ts";

/** What a login module is given. */
export interface JaasEntry {
  /** The class of the module. */
  module: string;
  /** Its options. */
  options: Readonly<Record<string, string>>;
}

/** A word, something in quotes, or a character that stands for itself; a number has no text. */
interface Token {
  kind: "text" | "number" | "end" | string;
  text: string | null;
}

const flags = ["REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL"];
const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const tokens = new RegExp(
  [
    String.raw`(?<space>[\0-\x20]+|/\*[^]*?(?:\*/|$)|/[^\n\r]*)`,
    String.raw`(?<word>[A-Za-z_$\u00a0-\uffff][A-Za-z_$\u00a0-\uffff\d.\-]*)`,
    String.raw`(?<number>-?(?:\d+\.?\d*|\.\d+))`,
    String.raw`(?<quoted>"(?:\\[^\n\r]|[^"\\\n\r])*"?|'(?:\\[^\n\r]|[^'\\\n\r])*'?)`,
    String.raw`(?<other>[^])`,
  ].join("|"),
  "y",
);

function* tokensOf(text: string): Generator<Token> {
  tokens.lastIndex = 0;
  const found: Token[] = [];
  for (let match = tokens.exec(text); match !== null; match = tokens.exec(text)) {
    const { space, word, number, quoted, other } = match.groups as Record<string, string>;
    if (word !== undefined) found.push({ kind: "text", text: word });
    else if (quoted !== undefined) found.push({ kind: "text", text: unquoted(quoted) });
    else if (number !== undefined) found.push({ kind: "number", text: null });
    else if (space === undefined) found.push({ kind: other, text: null });
  }
  yield* found;
  for (;;) yield { kind: "end", text: null };
}

function unquoted(quoted: string): string {
  const inner = quoted.slice(1, quoted.length > 1 && quoted.endsWith(quoted[0]) ? -1 : undefined);
  return inner.replace(
    /\\(?:([0-3]?[0-7]{1,2})|([^]))/g,
    (_, octal: string | undefined, escaped: string) =>
      octal === undefined ? escapes[escaped] ?? escaped : String.fromCharCode(parseInt(octal, 8)),
  );
}

/** What is in `sasl.jaas.config`. @throws {ConfigError} that names the key, and never shows what is in it */
export function parseJaas(config: Password): JaasEntry {
  const wrong = (reason: string) => invalid("sasl.jaas.config", config, reason);
  const next = reader(config.value);
  const entries: JaasEntry[] = [];
  for (let token = next(); token.kind !== "end"; token = next()) {
    entries.push(readEntry(token, next, wrong));
  }
  if (entries.length === 0) throw wrong("Login module not specified in JAAS config");
  if (entries.length > 1) {
    throw wrong(
      `JAAS config property contains ${entries.length} login modules, should be 1 module`,
    );
  }
  return entries[0];
}

/**
 * The login modules of a file, by the names of its sections.
 * @throws {ConfigError} that says what is wrong, and never shows what options are
 */
export function parseJaasFile(text: string): Map<string, JaasEntry[]> {
  const wrong = (reason: string) => new ConfigError(reason);
  const next = reader(text);
  const sections = new Map<string, JaasEntry[]>();
  for (let token = next(); token.kind !== "end"; token = next()) {
    const name = token.text;
    if (name === null || next().kind !== "{") {
      throw wrong(`JAAS config expected a name and { after ${sections.size} sections`);
    }
    if (sections.has(name)) throw wrong(`JAAS config has two sections ${name}`);
    const entries: JaasEntry[] = [];
    for (token = next(); token.kind !== "}"; token = next()) {
      if (token.text === null) throw wrong(`JAAS config section ${name} is not terminated by }`);
      entries.push(readEntry(token, next, wrong));
    }
    if (next().kind !== ";") {
      throw wrong(`JAAS config section ${name} not terminated by semi-colon`);
    }
    sections.set(name, entries);
  }
  return sections;
}

function reader(text: string): () => Token {
  const source = tokensOf(text);
  return () => source.next().value as Token;
}

function readEntry(module: Token, next: () => Token, wrong: (reason: string) => Error): JaasEntry {
  const flag = next();
  if (flag.kind === "end") {
    throw wrong("Login module control flag not specified in JAAS config");
  }
  if (flag.text === null) {
    throw wrong("Login module control flag is not available in the JAAS config");
  }
  if (!flags.includes(flag.text.toUpperCase())) {
    throw wrong(`Invalid login module control flag '${flag.text}' in JAAS config`);
  }
  const options: Record<string, string> = {};
  let before: string | null = null;
  let token = next();
  for (; token.kind !== "end" && token.kind !== ";"; token = next()) {
    const name = token.text;
    const isAssigned = next().kind === "=";
    const value = isAssigned ? next().text : null;
    if (name === null || value === null) {
      // Kafka: names what stands there, which may be the end of a password that is not in quotes.
      throw wrong(
        before === null
          ? `Value not specified for key '${name}' in JAAS config`
          : `Value not specified for what follows key '${before}' in JAAS config; ` +
            "values of other than letters and digits must stand in quotes",
      );
    }
    options[name] = value;
    before = name;
  }
  if (token.kind !== ";") throw wrong("JAAS config entry not terminated by semi-colon");
  return { module: module.text ?? "", options };
}
