/**
 * The names that dates are written with in English.
 *
 * @module
 */

/** Months by number. */
export const months =
  "January February March April May June July August September October November December"
    .split(" ");
/** Days of the week, from Sunday on. */
export const weekdays = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");
/** Eras by number. */
export const eras = ["BC", "AD"];
/** Halves of the day by number. */
export const halves = ["AM", "PM"];
const longEras = ["Before Christ", "Anno Domini"];

/** A short name. */
export function shortName(name: string): string {
  return name.slice(0, 3);
}

/** A name that a text has. */
export interface FoundName {
  /** Which of the names it is. */
  number: number;
  /** Where it ends. */
  end: number;
}

/** Finds the longest of some names. */
export type NameFinder = (text: string, index: number) => FoundName | null;

/** A finder of names and of their short forms, whatever the case of their letters. */
function finder(...lists: readonly (readonly string[])[]): NameFinder {
  const names = lists.flatMap((list) =>
    list.map((name, number) => ({ name: name.toLowerCase(), number }))
  ).sort((one, other) => other.name.length - one.name.length);
  const charsMax = names[0].name.length;
  return (text, index) => {
    const here = text.slice(index, index + charsMax).toLowerCase();
    const found = names.find(({ name }) => here.startsWith(name));
    return found === undefined ? null : { number: found.number, end: index + found.name.length };
  };
}

/** Finds a month. */
export const findMonth = finder(months, months.map(shortName));
/** Finds a day of the week. */
export const findWeekday = finder(weekdays, weekdays.map(shortName));
/** Finds an era. */
export const findEra = finder(longEras, eras);
/** Finds a half of the day. */
export const findHalf = finder(halves);
