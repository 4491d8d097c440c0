/** The recorded batches are what Kafka makes today. */

import { deepStrictEqual } from "node:assert/strict";
import recorded from "../golden/record-batches.json" with { type: "json" };
import { javaTest } from "./java.ts";
import { recordBatches } from "./record_batches.ts";

javaTest("test/golden/record-batches.json is what Kafka makes", async (java) => {
  deepStrictEqual(await recordBatches(java), recorded);
});
