/** Property files, as `java.util.Properties.load` reads them. */

import { ConfigError } from "../../base/mod.ts";

/** Raw configuration: keys and their text. */
export type Props = Record<string, string>;

/**
 * Reads a `.properties` file. Its bytes are Latin-1, so other letters are written `\uXXXX`.
 * @throws {ConfigError} naming the line
 */
export function parseProperties(bytes: Uint8Array): Props {
  return parsePropertiesText(latin1(bytes));
}

/**
 * Reads the text of a `.properties` file; of a key that stands twice the last counts.
 *
 *     line      = [blanks] ( comment | key [blanks] [("=" | ":")] [blanks] value )
 *     comment   = ("#" | "!") anything, up to the end of the line, whatever stands there
 *     blank     = space, tab or form feed
 *
 * A line that ends with an odd number of backslashes goes on with the next one, less its blanks.
 *
 * @throws {ConfigError} naming the line
 */
export function parsePropertiesText(text: string): Props {
  const entries = [...logicalLines(text)].map(({ number, text: line }) => {
    const [, key, value] = keyAndValue.exec(line)!;
    return [unescape(key, number), unescape(value, number)];
  });
  return Object.fromEntries(entries);
}

/** The key ends at the first separator without a backslash before it; blanks around it are dropped. */
const keyAndValue = /^((?:\\[^]|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*([^]*)$/;

/** Lines without comments and empty ones, those that belong together joined. */
function* logicalLines(text: string): Generator<{ number: number; text: string }> {
  let number = 0;
  let joined = { number: 0, text: "" };
  let goesOn = false;
  for (const natural of text.split(/\r\n|\r|\n/)) {
    number++;
    const line = natural.replace(/^[ \t\f]+/, "");
    // As in Java, a comment can begin wherever nothing of a line has been kept yet.
    if (joined.text === "" && /^[#!]|^$/.test(line)) {
      goesOn &&= line === "";
      continue;
    }
    if (joined.text === "") joined.number = number;
    goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    joined.text += goesOn ? line.slice(0, -1) : line;
    if (goesOn) continue;
    yield joined;
    joined = { number: 0, text: "" };
  }
  // As in Java, a lone backslash at the very end is a line with an empty key.
  if (joined.text !== "" || goesOn && /\\[\r\n]?$/.test(text)) yield joined;
}

const controls: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", f: "\f" };

function unescape(text: string, line: number): string {
  return text.replaceAll(/\\(?:u([^]{0,4})|([^])|$)/g, (_, hex?: string, plain?: string) => {
    if (hex === undefined) return controls[plain ?? ""] ?? plain ?? "";
    if (/^[\da-fA-F]{4}$/.test(hex)) return String.fromCharCode(parseInt(hex, 16));
    throw new ConfigError(`line ${line}: Malformed \\uxxxx encoding.`);
  });
}

/** True Latin-1: the platform's own decoder of that name reads windows-1252. */
function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 8192) {
    text += String.fromCharCode(...bytes.subarray(start, start + 8192));
  }
  return text;
}
