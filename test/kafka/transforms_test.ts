/** Recorded answers of transforms and predicates are Kafka's, and ours are Kafka's for random records. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AnsweredCase,
  assertAnswer,
  pluginByJavaName,
} from "../golden/answered_transforms.ts";
import configDefs from "../golden/config-defs.json" with { type: "json" };
import { javaTest } from "./java.ts";
import { questions } from "./transform_cases.ts";
import { configsOf } from "./transform_configs.ts";
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
    assertAnswer(answered);
    return null;
  } catch (error) {
    if (isOnPurpose(answered)) return null;
    // Java's dates reach further than those of JavaScript: docs/differences.md.
    if (/ too far from 1970 for a Date$/.test((error as Error).message)) return null;
    return `${(error as Error).message}\n  ${JSON.stringify(answered)}`;
  }
}

/** What docs/differences.md tells of Cast, and what hangs on the order of a HashMap. */
function isOnPurpose({ transform = "", config, input, error }: AnsweredCase): boolean {
  if (!transform.includes(".Cast$") || input === undefined) return false;
  const { schema, tagged } = transform.endsWith("$Key") ? input.key : input.value;
  // Of several fields that cannot be cast Java names the one that its map has first.
  if (error !== undefined) return schema === null && config.spec.includes(",");
  // Dates before 1970, and the first day of it, keep their date as text; floats without a schema their form.
  const data = JSON.stringify([schema, tagged]);
  return /string/i.test(config.spec) &&
    (/"t":"date","v":-|"default":-|data\.Date"/.test(data) ||
      schema === null && /"t":"float/.test(data));
}
