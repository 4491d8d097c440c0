/** What Converters.java makes of golden data: the same cases, with the answers of today. */

import { strictEqual } from "node:assert/strict";
import type { Java } from "./java.ts";

/** The file in test/golden that holds cases of converters. */
export const converterGolden = "converters.json";

/** Has the real converters answer the cases in a file. @returns JSON, with Java's own text of numbers */
export async function converterAnswers(java: Java, path: string): Promise<string> {
  const program = await java.withPrograms();
  const { code, stdout, stderr } = await program.run("Converters", path);
  strictEqual(code, 0, stderr);
  return stdout;
}
