/** Recorded answers of transforms and predicates are Kafka's, and ours are Kafka's for random records. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type AnsweredCase, pluginByJavaName } from "../golden/answered_transforms.ts";
import configDefs from "../golden/config-defs.json" with { type: "json" };
import { javaTest } from "./java.ts";
import { questions } from "./transform_cases.ts";
import { configsOf } from "./transform_configs.ts";
import { assertSameOrListed } from "./transform_differences.ts";
import { transformAnswers, transformGolden } from "./transform_golden.ts";

/** Java 19 and later write this one number otherwise. */
const withoutJavaVersion = (text: string) => text.replaceAll("9.999999999999999E22", "1.0E23");

javaTest(`test/golden/${transformGolden} is what Kafka answers`, async (java) => {
  const path = new URL(`../golden/${transformGolden}`, import.meta.url).pathname;
  const [recorded, answered] = [await Deno.readTextFile(path), await transformAnswers(java, path)];
  assert.deepStrictEqual(
    JSON.parse(withoutJavaVersion(answered)),
    JSON.parse(withoutJavaVersion(recorded)),
  );
});

/** All that Kafka Connect 4.2 has. */
const javaNames = Object.keys(configDefs.defs).filter((name) => name.includes(".transforms."));

/** How often each is asked. */
const questionsEach = 200;

/** The same questions every time: whoever looks for more differences changes the seed. */
const seed = 42;

javaTest("transforms and predicates answer random records as Kafka's do", async (java) => {
  const registered = javaNames.filter((name) => pluginByJavaName.has(name));
  const asked = registered.flatMap((name) =>
    fc.sample(questions(name, configsOf(name)), { numRuns: questionsEach, seed })
  );
  const path = await Deno.makeTempFile({ suffix: ".json" });
  let differences: string[];
  try {
    await Deno.writeTextFile(path, JSON.stringify({ cases: asked }));
    const answers: { cases: AnsweredCase[] } = JSON.parse(await transformAnswers(java, path));
    differences = answers.cases.flatMap((answered) => differenceOf(answered) ?? []);
  } finally {
    await Deno.remove(path);
  }
  assert.ok(
    differences.length === 0,
    `${differences.length} differences:\n${differences.slice(0, 20).join("\n")}`,
  );
});

function differenceOf(answered: AnsweredCase): string | null {
  try {
    assertSameOrListed(answered);
    return null;
  } catch (error) {
    return `${(error as Error).message}\n  ${JSON.stringify(answered)}`;
  }
}
