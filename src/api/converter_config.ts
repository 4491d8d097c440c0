/** What all converters are configured with. Kafka: `ConverterConfig`. */

import { type ConfigKeys, oneOf } from "./config/mod.ts";

/** The keys of all converters, which theirs stand behind. Kafka: `ConverterConfig.newConfigDef`. */
export const converterKeys = {
  "converter.type": {
    type: "STRING",
    importance: "LOW",
    validator: oneOf("key", "value", "header"),
    doc: "What it converts. Set by the worker.",
  },
} as const satisfies ConfigKeys;

/** The value of `converter.type`; one for headers is not told `isKey`. Kafka: `ConverterType`. */
export function converterType(isKey?: boolean): "key" | "value" | "header" {
  return isKey === undefined ? "header" : isKey ? "key" : "value";
}
