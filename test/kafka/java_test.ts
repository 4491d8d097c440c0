/** The JVM that other tests compare with. */

import { match, strictEqual } from "node:assert/strict";
import { javaTest } from "./java.ts";

javaTest("Java.run() runs a class of Kafka 4.2.0", async (java) => {
  const { code, stdout, stderr } = await java.run("kafka.tools.DumpLogSegments", "--version");
  strictEqual(code, 0, stderr);
  match(stdout, /^4\.2\.0/);
});
