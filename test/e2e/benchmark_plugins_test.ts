/** The benchmark of plugins runs through in no time: each plugin has a row, with figures. */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { converterWorkloads, recordWorkloads } from "../../scripts/plugin_workloads.ts";
import { pluginByJavaName } from "../golden/answered_transforms.ts";
import { javaTest } from "../kafka/java.ts";

/** A plugin's name without `$Key` and `$Value`, which do the same. */
const plainName = (javaName: string) => javaName.split("$")[0];

Deno.test("bench:plugins measures every transform, predicate and converter", () => {
  const measured = [
    ...recordWorkloads.map(({ transform, predicate }) => transform ?? predicate!),
    ...converterWorkloads.map(({ converter }) => converter),
  ].map(plainName);
  const registered = [...pluginByJavaName]
    .filter(([, { type }]) => type !== "source" && type !== "sink")
    .map(([name]) => plainName(name));
  const missing = registered.filter((name) => !measured.includes(name));
  deepStrictEqual(missing, []);
});

javaTest("bench:plugins prints finite figures of ours and of Java's for each row", async () => {
  const path = new URL("../../scripts/benchmark_plugins.ts", import.meta.url).pathname;
  const quick = ["--warm-ms", "1", "--rounds", "1", "--round-ms", "1"];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", path, ...quick],
    stdin: "null",
    env: { NO_COLOR: "1" },
  }).output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  const rows = new TextDecoder().decode(stdout).trim().split("\n");
  match(rows.at(-1)!, /\(A\/A\)/);
  for (const row of rows) {
    match(row, /^\S.* {2}\d+ ns {2}\d+k records\/s {2}Java \d+ ns {2}\d+\.\d\d × Java's$/);
  }
});
