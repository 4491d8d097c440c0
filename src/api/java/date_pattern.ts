/**
 * The patterns of `java.text.SimpleDateFormat`, read.
 *
 * @module
 */

import { IllegalArgumentError } from "../../base/mod.ts";

/** A field, or text that means itself. */
export type DatePart = DateField | { kind: "text"; text: string };

/** A letter, so often. */
export interface DateField {
  /** That it is no text. */
  kind: "field";
  /** What it stands for. */
  letter: string;
  /** How often it stands there. */
  count: number;
}

const letters = "GyMdkHmsSEDFwWahKzZYuXL";
const isoZoneLettersMax = 3;

/**
 * Reads a pattern.
 * @throws {IllegalArgumentError} in the words of Java's `IllegalArgumentException`
 */
export function parseDatePattern(pattern: string): DatePart[] {
  const parts: DatePart[] = [];
  let isQuoted = false;
  let field = null as DateField | null;
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index];
    const isLetter = !isQuoted && /[a-zA-Z]/.test(character);
    if (isLetter && !letters.includes(character)) {
      throw new IllegalArgumentError(`Illegal pattern character '${character}'`);
    }
    if (isLetter && field?.letter === character) {
      field.count++;
      continue;
    }
    ensureZone(field);
    field = null;
    if (isLetter) {
      field = { kind: "field", letter: character, count: 1 };
      parts.push(field);
    } else if (character !== "'") addText(parts, character);
    else if (pattern[index + 1] === "'") {
      addText(parts, "'");
      index++;
    } else isQuoted = !isQuoted;
  }
  if (isQuoted) throw new IllegalArgumentError("Unterminated quote");
  ensureZone(field);
  return parts;
}

/** Adds to the text that there is last. */
function addText(parts: DatePart[], text: string): void {
  const last = parts.at(-1);
  if (last?.kind === "text") last.text += text;
  else parts.push({ kind: "text", text });
}

function ensureZone(field: DateField | null): void {
  if (field?.letter === "X" && field.count > isoZoneLettersMax) {
    throw new IllegalArgumentError(`invalid ISO 8601 format: length=${field.count}`);
  }
}
