/** What Converters.java makes of golden data: the same cases, with the answers of today. */

import { strictEqual } from "node:assert/strict";
import type { Java } from "./java.ts";

/** The files in test/golden that hold cases of converters and transforms. */
export const converterGolden = ["converters.json", "transforms.json"] as const;

/** Has the real converters or transforms answer the cases in a file. */
export async function answersOf(java: Java, path: string): Promise<unknown> {
  const program = await java.compile("Converters.java");
  const { code, stdout, stderr } = await program.run("Converters", path);
  strictEqual(code, 0, stderr);
  return JSON.parse(stdout);
}
