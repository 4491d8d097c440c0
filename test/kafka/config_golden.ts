/** What PropertyFiles.java, ConnectorFiles.java, ConfigValues.java and ClientConfigs.java print. */

import { strictEqual } from "node:assert/strict";
import type { Java } from "./java.ts";

/** The files in test/golden and the programs that print what is in them. */
export const configGolden = {
  "properties.json": "PropertyFiles",
  "connector-files.json": "ConnectorFiles",
  "config-values.json": "ConfigValues",
  "client-configs.json": "ClientConfigs",
} as const;

/** Has the real Kafka say it again. */
export async function recordConfig(java: Java, program: string): Promise<unknown> {
  const { code, stdout, stderr } = await (await java.compile(`${program}.java`)).run(program);
  strictEqual(code, 0, stderr);
  return JSON.parse(stdout);
}
