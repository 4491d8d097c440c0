/** Recorded answers of transforms and predicates are Kafka's. */

import assert from "node:assert/strict";
import { javaTest } from "./java.ts";
import { transformAnswers, transformGolden } from "./transform_golden.ts";

/** Java 19 and later write this one number otherwise. */
const withoutJavaVersion = (text: string) => text.replaceAll("9.999999999999999E22", "1.0E23");

javaTest(`test/golden/${transformGolden} is what Kafka answers`, async (java) => {
  const path = new URL(`../golden/${transformGolden}`, import.meta.url).pathname;
  const [recorded, answered] = [await Deno.readTextFile(path), await transformAnswers(java, path)];
  assert.deepStrictEqual(
    JSON.parse(withoutJavaVersion(JSON.stringify(answered))),
    JSON.parse(withoutJavaVersion(recorded)),
  );
});
