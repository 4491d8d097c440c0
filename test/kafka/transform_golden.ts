/** What Transforms.java makes of cases of transforms and predicates: the same, with the answers of today. */

import { strictEqual } from "node:assert/strict";
import type { Java } from "./java.ts";

/** The file in test/golden that holds cases of transforms and predicates. */
export const transformGolden = "transforms.json";

/** Has the real transforms and predicates answer the cases in a file. @returns JSON, with Java's own text of numbers */
export async function transformAnswers(java: Java, path: string): Promise<string> {
  const program = await java.withPrograms();
  // All cases and their answers are held at once.
  const jvm = ["-Xmx512m"];
  const { code, stdout, stderr } = await program.command("Transforms", [path], { jvm }).output();
  const decoder = new TextDecoder();
  strictEqual(code, 0, decoder.decode(stderr));
  return decoder.decode(stdout);
}
