/** Regular expressions and dates are read as Java's classes have been recorded to read them. */

import { assertDates, assertRegex, type TextCases } from "./java_text_answers.ts";
import recorded from "./java-text.json" with { type: "json" };

const { nowMs, regexes, dates } = recorded as TextCases;

regexes.forEach((one, index) => {
  Deno.test(`JavaPattern reads ${JSON.stringify(one.pattern)} as Java does (${index})`, () => {
    assertRegex(one);
  });
});

dates.forEach((one, index) => {
  Deno.test(`JavaDateFormat reads ${JSON.stringify(one.pattern)} as Java does (${index})`, () => {
    assertDates(one, nowMs);
  });
});
