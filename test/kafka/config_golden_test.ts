/** What is recorded of configuration is what Kafka says today. */

import { deepStrictEqual } from "node:assert/strict";
import { configGolden, recordConfig } from "./config_golden.ts";
import { javaTest } from "./java.ts";

for (const [file, program] of Object.entries(configGolden)) {
  javaTest(`test/golden/${file} is what Kafka makes`, async (java) => {
    const path = new URL(`../golden/${file}`, import.meta.url);
    deepStrictEqual(await recordConfig(java, program), JSON.parse(await Deno.readTextFile(path)));
  });
}
