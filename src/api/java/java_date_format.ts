/**
 * Dates as text, by patterns of Java.
 *
 * @module
 */

import { DataError, ParseError } from "../../base/mod.ts";
import { type CalendarFields, fieldsOf } from "./calendar_fields.ts";
import { eras, halves, months, shortName, weekdays } from "./date_names.ts";
import { paddedNumber } from "./date_numbers.ts";
import { type DateField, type DatePart, parseDatePattern } from "./date_pattern.ts";
import { type CenturyWindow, DateReader } from "./date_reader.ts";

/** How far dates reach from 1970, both ways. */
const epochMsMax = 8_640_000_000_000_000;
/** Years of two digits are no longer ago than this. */
const windowYears = 80;

/**
 * A date pattern of Java: `java.text.SimpleDateFormat` of Java 17 in English, in UTC, with its lenient
 * reading, its weeks from Sunday on, and its Julian calendar before 15 October 1582.
 */
export class JavaDateFormat {
  readonly #parts: readonly DatePart[];
  readonly #reader: DateReader;

  private constructor(pattern: string, nowMs: number) {
    this.#parts = parseDatePattern(pattern);
    this.#reader = new DateReader(this.#parts, windowFrom(nowMs));
  }

  /**
   * Reads a pattern.
   * @param nowMs what years of two digits are near to: they lie between 80 years before it and 20 after
   * @throws {IllegalArgumentError} in the words of Java's `IllegalArgumentException`
   */
  static compile(pattern: string, nowMs: number): JavaDateFormat {
    return new JavaDateFormat(pattern, nowMs);
  }

  /**
   * The text of a point in time, in milliseconds since 1970.
   * @throws {DataError} for one that is more than 275,760 years away from 1970
   */
  format(epochMs: number): string {
    ensureInRange(epochMs, String(epochMs));
    const fields = fieldsOf(epochMs);
    let text = "";
    for (const part of this.#parts) {
      text += part.kind === "text" ? part.text : written(part, fields);
    }
    return text;
  }

  /**
   * The point in time that a text begins with, in milliseconds since 1970.
   * @throws {ParseError} for a text that does not fit, in the words of Java's `ParseException`
   * @throws {DataError} for a date that is more than 275,760 years away from 1970
   */
  parse(text: string): number {
    const epochMs = this.#reader.read(text);
    if (epochMs === null) throw new ParseError(`Unparseable date: "${text}"`);
    ensureInRange(epochMs, `"${text}"`);
    return epochMs;
  }
}

function ensureInRange(epochMs: number, what: string): void {
  if (Math.abs(epochMs) <= epochMsMax) return;
  throw new DataError(`${what} is no date: it is more than 275,760 years away from 1970`);
}

function windowFrom(nowMs: number): CenturyWindow {
  const start = new Date(nowMs);
  const date = start.getUTCDate();
  start.setUTCFullYear(start.getUTCFullYear() - windowYears);
  // 29 February becomes the 28th where there is none.
  if (start.getUTCDate() !== date) start.setUTCDate(0);
  return { startMs: start.getTime(), startYear: start.getUTCFullYear() };
}

function written({ letter, count }: DateField, fields: CalendarFields): string {
  switch (letter) {
    case "G":
      return eras[fields.era];
    case "y":
      return year(fields.year, count);
    case "Y":
      return year(fields.weekYear, count);
    case "M":
    case "L":
      return count < 3 ? paddedNumber(fields.month + 1, count) : name(months[fields.month], count);
    case "E":
      return name(weekdays[fields.dayOfWeek - 1], count);
    case "a":
      return halves[Math.floor(fields.hourOfDay / 12)];
    case "z":
      return count < 4 ? "UTC" : "Coordinated Universal Time";
    case "Z":
      return "+0000";
    case "X":
      return "Z";
    default:
      return paddedNumber(numberOf(letter, fields), count);
  }
}

function year(value: number, count: number): string {
  return count === 2 ? paddedNumber(value % 100, 2) : paddedNumber(value, count);
}

function name(long: string, count: number): string {
  return count < 4 ? shortName(long) : long;
}

function numberOf(letter: string, fields: CalendarFields): number {
  switch (letter) {
    case "D":
      return fields.dayOfYear;
    case "F":
      return fields.dayOfWeekInMonth;
    case "H":
      return fields.hourOfDay;
    case "K":
      return fields.hourOfDay % 12;
    case "S":
      return fields.millisecond;
    case "W":
      return fields.weekOfMonth;
    case "d":
      return fields.date;
    case "h":
      return fields.hourOfDay % 12 || 12;
    case "k":
      return fields.hourOfDay || 24;
    case "m":
      return fields.minute;
    case "s":
      return fields.second;
    case "u":
      return fields.dayOfWeek === 1 ? 7 : fields.dayOfWeek - 1;
    default:
      return fields.weekOfYear;
  }
}
