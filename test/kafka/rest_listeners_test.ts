/** What is recorded of Kafka's REST server is what it does today. */

import { deepStrictEqual } from "node:assert/strict";
import { javaTest } from "./java.ts";
import { listenersGolden, recordListeners } from "./rest_listeners.ts";

javaTest(`test/golden/${listenersGolden} is what Kafka does`, async (java) => {
  const path = new URL(`../golden/${listenersGolden}`, import.meta.url);
  deepStrictEqual(await recordListeners(java), JSON.parse(await Deno.readTextFile(path)));
});
