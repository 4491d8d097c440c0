/** The pages that are written from ConfigDefs are those in docs/. */

import { deepStrictEqual, ok } from "node:assert/strict";
import { pages } from "../../scripts/docs.ts";

const root = new URL("../../", import.meta.url).pathname;

for (const [path, text] of await pages()) {
  Deno.test(`${path} is what \`deno task docs\` writes`, async () => {
    deepStrictEqual((await Deno.readTextFile(root + path)).split("\n"), text.split("\n"));
  });

  if (!path.endsWith(".md")) continue;

  Deno.test(`${path} says something of each key`, () => {
    const rows = text.split("\n").filter((line) => line.startsWith("| `"));
    ok(rows.length > 0);
    for (const row of rows) ok(/\S+ \|$/.test(row) && !row.includes("| undefined"), row);
  });
}
