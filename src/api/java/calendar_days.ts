/**
 * Days and years as `java.util.GregorianCalendar` counts them: by the Julian calendar until 4 October
 * 1582, by the Gregorian one from the day after, which is the 15th. Days are numbered from 1 January of
 * the year 1 of the Gregorian calendar on, which is day 1, a Monday. Weeks begin on Sundays, and the
 * first of a month or year is the one that its first day is in.
 *
 * @module
 */

/** 1 January 1970. */
export const epochDay = 719_163;
/** 15 October 1582. */
export const cutoverDay = 577_736;
/** The year in which the calendars change. */
export const cutoverYear = 1582;

/** A calendar. */
export type CalendarSystem = "gregorian" | "julian";

/** A date, with the year before the year 1 being 0. */
export interface CalendarDate {
  /** The year. */
  year: number;
  /** The month, from 0. */
  month: number;
  /** The day of the month, from 1. */
  date: number;
}

/** The remainder that is never negative. */
export function floorMod(value: number, divisor: number): number {
  const remainder = value % divisor;
  return remainder < 0 ? remainder + divisor : remainder;
}

/** Whether a year has 366 days. */
export function isLeapYear(year: number, system: CalendarSystem): boolean {
  return year % 4 === 0 && (system === "julian" || year % 100 !== 0 || year % 400 === 0);
}

/** The number of 1 January of a year. */
export function firstDayOfYear(year: number, system: CalendarSystem): number {
  const before = year - 1;
  const days = 365 * before + Math.floor(before / 4);
  return system === "julian"
    ? days - 1
    : days + 1 - Math.floor(before / 100) + Math.floor(before / 400);
}

const daysBeforeMonth = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/** The number of the first of a month, which counts from 0 and may lie outside the year. */
export function firstDayOfMonth(year: number, month: number, system: CalendarSystem): number {
  const inYear = year + Math.floor(month / 12);
  const inMonth = floorMod(month, 12);
  const leapDay = inMonth > 1 && isLeapYear(inYear, system) ? 1 : 0;
  return firstDayOfYear(inYear, system) + daysBeforeMonth[inMonth] + leapDay;
}

/** The day of a week, 1 for Sunday, on or before a day. */
export function dayOfWeekOnOrBefore(day: number, dayOfWeek: number): number {
  return day - floorMod(day - (dayOfWeek - 1), 7);
}

/** The day of the week: 1 for Sunday. */
export function dayOfWeekOf(day: number): number {
  return floorMod(day, 7) + 1;
}

/** The calendar that a day is counted in. */
export function systemOf(day: number): CalendarSystem {
  return day >= cutoverDay ? "gregorian" : "julian";
}

/** The date of a day. */
export function dateOf(day: number): CalendarDate {
  const system = systemOf(day);
  let year = Math.floor(day / (system === "julian" ? 365.25 : 365.2425)) + 1;
  while (firstDayOfYear(year, system) > day) year--;
  while (firstDayOfYear(year + 1, system) <= day) year++;
  let month = 11;
  while (firstDayOfMonth(year, month, system) > day) month--;
  return { year, month, date: day - firstDayOfMonth(year, month, system) + 1 };
}
