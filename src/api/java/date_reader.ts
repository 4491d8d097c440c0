/**
 * Reads a text as a date by a pattern, as `java.text.SimpleDateFormat.parse` does: leniently, so that the
 * 32nd of a month is the first of the next, and with whatever stands behind it unread.
 *
 * @module
 */

import { CalendarBuilder, type SettableField } from "./calendar_fields.ts";
import { findEra, findHalf, findMonth, findWeekday, type NameFinder } from "./date_names.ts";
import { numberAt } from "./date_numbers.ts";
import type { DateField, DatePart } from "./date_pattern.ts";
import { zoneAt } from "./zone_names.ts";

/** Fields that are read as numbers, as they are. */
const plainFields: Readonly<Record<string, SettableField>> = {
  D: "dayOfYear",
  F: "dayOfWeekInMonth",
  H: "hourOfDay",
  K: "hour",
  S: "millisecond",
  W: "weekOfMonth",
  d: "date",
  m: "minute",
  s: "second",
  w: "weekOfYear",
};

/** Fields of digits alone, so that what stands before one must not take its digits. */
const digitLetters = "yYdHhKkmsSDFwWu";

/** How years of two digits are read: none before `start`, none a hundred years after it. */
export interface CenturyWindow {
  /** Where it begins. */
  startMs: number;
  /** The year of that. */
  startYear: number;
}

/** What a field is set to, by the number that stands there and its text. */
type ValueOf = (value: number, text: string) => number;

/** Reads texts. */
export class DateReader {
  readonly #parts: readonly DatePart[];
  readonly #window: CenturyWindow;

  /** Takes a pattern. */
  constructor(parts: readonly DatePart[], window: CenturyWindow) {
    this.#parts = parts;
    this.#window = window;
  }

  /** The date that a text begins with, or null when there is none. */
  read(text: string): number | null {
    const reading = new Reading(text, this.#window);
    for (let index = 0; index < this.#parts.length; index++) {
      if (!reading.read(this.#parts[index], this.#parts[index + 1])) return null;
    }
    return reading.isEmpty ? null : reading.epochMs();
  }
}

/** One text while it is read. */
class Reading {
  readonly #text: string;
  readonly #window: CenturyWindow;
  readonly #calendar = new CalendarBuilder();
  #index = 0;
  /** Whether the year is the one in which the window begins, and ends. */
  #isAmbiguous = false;

  constructor(text: string, window: CenturyWindow) {
    this.#text = text;
    this.#window = window;
  }

  /** Whether nothing was read. */
  get isEmpty(): boolean {
    return this.#index === 0;
  }

  epochMs(): number {
    const epochMs = this.#calendar.epochMs();
    if (!this.#isAmbiguous || epochMs >= this.#window.startMs) return epochMs;
    this.#calendar.addYears(100);
    return this.#calendar.epochMs();
  }

  /** Reads a part. @returns whether it is there */
  read(part: DatePart, next: DatePart | undefined): boolean {
    if (part.kind === "text") {
      if (!this.#text.startsWith(part.text, this.#index)) return false;
      this.#index += part.text.length;
      return true;
    }
    const start = this.#index;
    while (" \t".includes(this.#text.charAt(this.#index)) && this.#index < this.#text.length) {
      this.#index++;
    }
    if (this.#index === this.#text.length) return false;
    const isBounded = next?.kind === "field" && takesDigits(next);
    return this.#field(part, start, isBounded ? start + part.count : Infinity);
  }

  /** Reads a field, which begins at `start` with white space and, if it is a number, ends before `end`. */
  #field({ letter, count }: DateField, start: number, end: number): boolean {
    switch (letter) {
      case "G":
        return this.#name(findEra, "era", start, 0);
      case "E":
        return this.#name(findWeekday, "dayOfWeek", start, 1);
      case "a":
        return this.#name(findHalf, "amPm", start, 0);
      case "M":
      case "L":
        if (count > 2) return this.#name(findMonth, "month", start, 0);
        return this.#number("month", end, (value) => value - 1);
      case "y":
        return this.#year("year", count, end);
      case "Y":
        return this.#year("weekYear", count, end);
      case "k":
        return this.#number("hourOfDay", end, (value) => value === 24 ? 0 : value);
      case "h":
        return this.#number("hour", end, (value) => value === 12 ? 0 : value);
      case "u":
        return this.#number("dayOfWeek", end, dayOfWeekOfIso);
      case "z":
      case "Z":
        return this.#zone(start);
      case "X":
        return this.#isoZone(count);
      default:
        return this.#number(plainFields[letter], end, (value) => value);
    }
  }

  #name(find: NameFinder, field: SettableField, start: number, offset: number): boolean {
    // Kafka: unlike numbers, names may not stand behind white space.
    const found = find(this.#text, start);
    if (found === null) return false;
    this.#calendar.set(field, found.number + offset);
    this.#index = found.end;
    return true;
  }

  #number(field: SettableField, end: number, valueOf: ValueOf): boolean {
    if (end !== Infinity && end > this.#text.length) return false;
    const found = numberAt(this.#text, this.#index, end);
    if (found === null) return false;
    this.#calendar.set(field, valueOf(found.value, this.#text.slice(this.#index, found.end)));
    this.#index = found.end;
    return true;
  }

  #year(field: "year" | "weekYear", count: number, end: number): boolean {
    return this.#number(field, end, (value, digits) => {
      if (count > 2 || !/^\p{Nd}{2}$/u.test(digits)) return value;
      const { startYear } = this.#window;
      this.#isAmbiguous = value === startYear % 100;
      const century = startYear - startYear % 100;
      return century + value + (value < startYear % 100 ? 100 : 0);
    });
  }

  /** `+0100`, `GMT`, `GMT+1:00` or a name. */
  #zone(start: number): boolean {
    const text = this.#text;
    if (/[+-]/.test(text[this.#index])) return this.#offset(/(\d\d)(\d\d)/y);
    if (/^gmt$/i.test(text.slice(start, start + 3))) {
      this.#index = start + 3;
      if (/[+-]/.test(text.charAt(this.#index))) return this.#offset(/(\d\d?):(\d\d)/y);
      return this.#utc();
    }
    const zone = zoneAt(text, this.#index);
    if (zone === null) return false;
    this.#calendar.set("offsetMinutes", zone.offsetMinutes);
    this.#index = zone.end;
    return true;
  }

  #isoZone(count: number): boolean {
    const sign = this.#text[this.#index];
    if (sign === "Z") {
      this.#index++;
      return this.#utc();
    }
    if (sign !== "+" && sign !== "-") return false;
    return this.#offset(
      count === 1 ? /(\d\d)/y : count === 2 ? /(\d\d)(\d\d)/y : /(\d\d):(\d\d)/y,
    );
  }

  #utc(): boolean {
    this.#calendar.set("offsetMinutes", 0);
    return true;
  }

  /** Reads a sign, and hours and minutes behind it. */
  #offset(pattern: RegExp): boolean {
    const sign = this.#text[this.#index] === "-" ? -1 : 1;
    pattern.lastIndex = this.#index + 1;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
    if (hours > 23 || minutes > 59) return false;
    this.#calendar.set("offsetMinutes", sign * (hours * 60 + minutes));
    this.#index = pattern.lastIndex;
    return true;
  }
}

function takesDigits({ letter, count }: DateField): boolean {
  return "ML".includes(letter) ? count <= 2 : digitLetters.includes(letter);
}

/** Java: those that there are become days from Sunday on; others are left as they are. */
function dayOfWeekOfIso(value: number): number {
  return value === 7 ? 1 : value >= 1 && value < 7 ? value + 1 : value;
}
