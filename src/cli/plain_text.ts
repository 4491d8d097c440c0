/** Text of others on a terminal: it may be anything, and must not steer the terminal or turn its letters around. */

import { stringifyExact } from "../api/mod.ts";

/** Control characters of ASCII and Latin-1, ends of lines, and what turns the direction of text. */
const steering = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text on one line: ends of lines and tabs are spaces; what steers a terminal is �. */
export function plain(text: string): string {
  return text.replaceAll(/[\t\n\r]+/g, " ").replaceAll(steering, "\ufffd");
}

/** Text with its lines: each of them is plain. */
export function plainLines(text: string): string[] {
  return text.trimEnd().split(/\r\n|\r|\n/).map((line) => plain(line.replaceAll("\t", "    ")));
}

/** JSON, indented, for terminals too: it means the same and is ASCII wherever that matters. */
export function plainJson(value: unknown): string {
  return `${steadied(stringifyExact(value, 2))}\n`;
}

/** The same on one line. */
export function plainJsonLine(value: unknown): string {
  return `${steadied(stringifyExact(value))}\n`;
}

function steadied(json: string): string {
  return json.replaceAll(
    steering,
    (one) => one === "\n" ? one : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Rows as a table: as wide as its cells, two spaces between; numbers stand to the right. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => widthOf(row[i]))));
  return rows.map((row) => {
    const cells = row.map((cell, i) => {
      const space = " ".repeat(widths[i] - widthOf(cell));
      return /^[\d.,]+$/.test(cell) ? space + cell : cell + space;
    });
    return cells.join("  ").trimEnd();
  });
}

/** How many places text takes, near enough: letters of Chinese, Japanese and Korean, and emoji, take two. */
export function widthOf(text: string): number {
  const letters = text.replaceAll(/\p{M}|\u200d|\ufe0f/gu, "");
  const wide = letters.match(
    /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/gu,
  );
  return [...letters].length + (wide?.length ?? 0);
}
