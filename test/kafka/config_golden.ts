/**
 * What PropertyFiles.java, ConnectorFiles.java, ConfigValues.java, ClientConfigs.java, JsonErrors.java and
 * ConfigProviders.java print.
 */

import { strictEqual } from "node:assert/strict";
import type { Java } from "./java.ts";

/** The files in test/golden and the programs that print what is in them. */
export const configGolden = {
  "properties.json": "PropertyFiles",
  "connector-files.json": "ConnectorFiles",
  "config-values.json": "ConfigValues",
  "client-configs.json": "ClientConfigs",
  "config-providers.json": "ConfigProviders",
  "json-errors.json": "JsonErrors",
} as const;

/** What EnvVarConfigProvider finds. */
export const environment = {
  PROV_ONE: "one",
  PROV_TWO: "two words",
  PROV_EMPTY: "",
  OTHER_THREE: "three",
  PROV_VAR: "${env:PROV_ONE}",
} as const;

/** Has the real Kafka say it again. */
export async function recordConfig(java: Java, program: string): Promise<unknown> {
  const compiled = await java.withPrograms();
  const command = compiled.command(program, [], { env: environment, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
