/**
 * The fields of a point in time, as `java.util.GregorianCalendar` computes them in UTC, and a point in
 * time of fields, any of which may be missing or out of range.
 *
 * @module
 */

import {
  type CalendarSystem,
  cutoverDay,
  cutoverYear,
  dateOf,
  dayOfWeekOf,
  dayOfWeekOnOrBefore,
  epochDay,
  firstDayOfMonth,
  firstDayOfYear,
  floorMod,
  systemOf,
} from "./calendar_days.ts";

const dayMs = 86_400_000;
const sunday = 1;
const october = 9;

/** What a point in time is in the calendar. */
export interface CalendarFields {
  /** 0 before the year 1. */
  era: number;
  /** The year of the era. */
  year: number;
  /** The year that the week belongs to, 0 and below before the year 1. */
  weekYear: number;
  /** From 0. */
  month: number;
  /** From 1. */
  weekOfYear: number;
  /** From 1. */
  weekOfMonth: number;
  /** From 1. */
  dayOfYear: number;
  /** From 1. */
  date: number;
  /** The how manieth day of its name in the month. */
  dayOfWeekInMonth: number;
  /** 1 for Sunday. */
  dayOfWeek: number;
  /** 0 to 23. */
  hourOfDay: number;
  /** The minute. */
  minute: number;
  /** The second. */
  second: number;
  /** The millisecond. */
  millisecond: number;
}

/** The fields of a point in time. */
export function fieldsOf(epochMs: number): CalendarFields {
  const day = Math.floor(epochMs / dayMs) + epochDay;
  const timeMs = floorMod(epochMs, dayMs);
  const { year, month, date } = dateOf(day);
  const system = systemOf(day);
  // The year 1582 and its October begin in the Julian calendar and have no gap.
  const startSystem = year === cutoverYear ? "julian" : system;
  const yearStart = firstDayOfYear(year, startSystem);
  const monthStart = firstDayOfMonth(year, month, month === october ? startSystem : system);
  const weekOfYear = weekOf(day, yearStart);
  const nextYearStart = firstDayOfYear(year + 1, year === cutoverYear ? "gregorian" : system);
  const isInNextYear = day >= dayOfWeekOnOrBefore(nextYearStart, sunday);
  return {
    era: year > 0 ? 1 : 0,
    year: year > 0 ? year : 1 - year,
    weekYear: isInNextYear ? year + 1 : year,
    month,
    weekOfYear: isInNextYear ? 1 : weekOfYear,
    weekOfMonth: weekOf(day, monthStart),
    dayOfYear: day - yearStart + 1,
    date,
    dayOfWeekInMonth: Math.floor((day - monthStart) / 7) + 1,
    dayOfWeek: dayOfWeekOf(day),
    hourOfDay: Math.floor(timeMs / 3_600_000),
    minute: Math.floor(timeMs / 60_000) % 60,
    second: Math.floor(timeMs / 1000) % 60,
    millisecond: timeMs % 1000,
  };
}

function weekOf(day: number, start: number): number {
  return Math.floor((day - dayOfWeekOnOrBefore(start, sunday)) / 7) + 1;
}

/** A field that can be set. */
export type SettableField =
  | "era"
  | "year"
  | "weekYear"
  | "month"
  | "weekOfYear"
  | "weekOfMonth"
  | "dayOfYear"
  | "date"
  | "dayOfWeekInMonth"
  | "dayOfWeek"
  | "amPm"
  | "hour"
  | "hourOfDay"
  | "minute"
  | "second"
  | "millisecond"
  | "offsetMinutes";

/** Which fields say what day it is. */
type DayRule = "date" | "weekOfMonth" | "dayOfWeekInMonth" | "dayOfYear" | "weekOfYear";

/** Fields that are set one after another: where they contradict each other, the later ones count. */
export class CalendarBuilder {
  readonly #values = new Map<SettableField, number>();
  readonly #orders = new Map<SettableField, number>();
  #count = 0;

  /** Sets a field. */
  set(field: SettableField, value: number): void {
    this.#values.set(field, value);
    this.#orders.set(field, ++this.#count);
  }

  /** Adds to the years that are set. */
  addYears(count: number): void {
    for (const field of ["year", "weekYear"] as const) {
      const value = this.#values.get(field);
      if (value !== undefined) this.#values.set(field, value + count);
    }
  }

  /** The point in time. Kafka: `CalendarBuilder.establish`, `GregorianCalendar.computeTime`. */
  epochMs(): number {
    const timeMs = this.#timeMs() - this.#value("offsetMinutes") * 60_000;
    const moreDays = Math.floor(this.#timeMs() / dayMs);
    const isWeekDate = this.#order("weekYear") > this.#order("year");
    const plainDay = this.#dayOf(this.#year(), this.#dayRule(), moreDays);
    const day = isWeekDate ? this.#weekDate(plainDay) + moreDays : plainDay;
    return (day - epochDay - moreDays) * dayMs + timeMs;
  }

  #value(field: SettableField, otherwise = 0): number {
    return this.#values.get(field) ?? otherwise;
  }

  #order(field: SettableField): number {
    return this.#orders.get(field) ?? 0;
  }

  /** When the later of two fields was set, 0 if one was not. */
  #orderOfBoth(one: SettableField, other: SettableField): number {
    const [first, second] = [this.#order(one), this.#order(other)];
    return first === 0 || second === 0 ? 0 : Math.max(first, second);
  }

  #timeMs(): number {
    return ((this.#hours() * 60 + this.#value("minute")) * 60 + this.#value("second")) * 1000 +
      this.#value("millisecond");
  }

  #hours(): number {
    const ofDay = this.#order("hourOfDay");
    const ofHalf = this.#orderOfBoth("hour", "amPm");
    const isOfDay = ofDay > 0 && ofDay >= ofHalf;
    return isOfDay ? this.#value("hourOfDay") : this.#value("hour") + 12 * this.#value("amPm");
  }

  /** The year, with that before the year 1 being 0. */
  #year(): number {
    const year = this.#value("year", 1970);
    return this.#value("era", 1) === 0 ? 1 - year : year;
  }

  /** Kafka: `Calendar.selectFields`. */
  #dayRule(): DayRule {
    const date = this.#order("date");
    const weekOfMonth = this.#orderOfBoth("weekOfMonth", "dayOfWeek");
    const inMonth = this.#orderOfBoth("dayOfWeekInMonth", "dayOfWeek");
    const dayOfYear = this.#order("dayOfYear");
    const weekOfYear = this.#orderOfBoth("weekOfYear", "dayOfWeek");
    const last = Math.max(date, weekOfMonth, inMonth, dayOfYear, weekOfYear);
    return last === 0
      ? this.#dayRuleOfParts()
      : this.#firstRule(last, { date, weekOfMonth, dayOfWeekInMonth: inMonth, dayOfYear });
  }

  /** Where no rule has all its fields. */
  #dayRuleOfParts(): DayRule {
    const weekOfMonth = this.#order("weekOfMonth");
    const inMonth = Math.max(this.#order("dayOfWeekInMonth"), this.#order("dayOfWeek"));
    const last = Math.max(weekOfMonth, inMonth, this.#order("weekOfYear"));
    if (last === 0) return "date";
    return this.#firstRule(last, { weekOfMonth, dayOfWeekInMonth: inMonth });
  }

  #firstRule(last: number, orders: Partial<Record<DayRule, number>>): DayRule {
    if (orders.date === last) return "date";
    const weekOfYear = this.#order("weekOfYear");
    const isOfMonth = orders.weekOfMonth === last && this.#order("weekOfMonth") >= weekOfYear;
    const isInMonth = orders.dayOfWeekInMonth === last &&
      this.#order("dayOfWeekInMonth") >= weekOfYear;
    if (isOfMonth && isInMonth) {
      const isWeek = this.#order("weekOfMonth") >= this.#order("dayOfWeekInMonth");
      return isWeek ? "weekOfMonth" : "dayOfWeekInMonth";
    }
    if (isOfMonth) return "weekOfMonth";
    if (isInMonth) return "dayOfWeekInMonth";
    return orders.dayOfYear === last ? "dayOfYear" : "weekOfYear";
  }

  /** The day, by the calendar that it is in once `moreDays` are added, as the time of day may. */
  #dayOf(year: number, rule: DayRule, moreDays: number): number {
    const julian = moreDays + this.#dayIn("julian", year, rule);
    if (year < cutoverYear) return julian;
    const gregorian = moreDays + this.#dayIn("gregorian", year, rule);
    if (year === cutoverYear && (rule === "dayOfYear" || rule === "weekOfYear")) return julian;
    // Kafka: days that are in neither calendar are those of the Julian one.
    return gregorian >= cutoverDay ? gregorian : julian;
  }

  #dayIn(system: CalendarSystem, year: number, rule: DayRule): number {
    const monthStart = firstDayOfMonth(year, this.#value("month"), system);
    switch (rule) {
      case "date":
        return monthStart + this.#value("date", 1) - 1;
      case "weekOfMonth":
        return this.#dayOfWeekFrom(monthStart) + 7 * (this.#value("weekOfMonth") - 1);
      case "dayOfWeekInMonth":
        return this.#dayOfWeekInMonth(monthStart, year, system);
      case "dayOfYear":
        return firstDayOfYear(year, system) + this.#value("dayOfYear") - 1;
      case "weekOfYear":
        return this.#dayOfWeekFrom(firstDayOfYear(year, system)) +
          7 * (this.#value("weekOfYear") - 1);
    }
  }

  /** The day of the week that is set, in the week of a day. */
  #dayOfWeekFrom(day: number): number {
    const firstOfWeek = dayOfWeekOnOrBefore(day, sunday);
    return dayOfWeekOnOrBefore(firstOfWeek + 6, this.#value("dayOfWeek", sunday));
  }

  #dayOfWeekInMonth(monthStart: number, year: number, system: CalendarSystem): number {
    const dayOfWeek = this.#value("dayOfWeek", sunday);
    const count = this.#value("dayOfWeekInMonth", 1);
    if (count >= 0) return dayOfWeekOnOrBefore(monthStart + 7 * count - 1, dayOfWeek);
    const nextStart = firstDayOfMonth(year, this.#value("month") + 1, system);
    return dayOfWeekOnOrBefore(nextStart + 7 * (count + 1) - 1, dayOfWeek);
  }

  /**
   * The day of a week of a year, which is of the era that the other fields lead to. Kafka:
   * `CalendarBuilder.establish`, `GregorianCalendar.setWeekDate`.
   */
  #weekDate(plainDay: number): number {
    const weekYear = this.#value("weekYear");
    const year = plainDay < firstDayOfYear(1, "julian") ? 1 - weekYear : weekYear;
    const start = firstDayOfYear(year, year <= cutoverYear ? "julian" : "gregorian");
    const weeks = this.#value("weekOfYear", 1) - 1;
    // A day of the week that there is none of is counted from Monday, in the weeks before or after.
    const dayOfWeek = this.#value("dayOfWeek", sunday);
    const isSound = dayOfWeek >= sunday && dayOfWeek <= 7;
    const days = isSound ? dayOfWeek - sunday : isoDays(dayOfWeek);
    return dayOfWeekOnOrBefore(start, sunday) + 7 * weeks + days;
  }
}

/** How many days a day of the week, 1 for Monday, is behind a Sunday that begins the week; 7 is that Sunday. */
function isoDays(dayOfWeek: number): number {
  const days = floorMod(dayOfWeek - 1, 7) + 1;
  return 7 * Math.floor((dayOfWeek - 1) / 7) + days % 7;
}
