/**
 * Keys and values of configurations as REST shows them. Kafka: `ConfigKeyInfo`, `ConfigValueInfo`,
 * `AbstractHerder.convertConfigKey`, `convertConfigValue`.
 *
 * @module
 */

import * as v from "valibot";
import { type ConfigKey, type ConfigType, type ConfigValue, doubleText } from "../api/mod.ts";

const text = v.pipe(v.string(), v.maxLength(1 << 20));

/** A key of a plugin's configuration. Kafka: `ConfigKeyInfo`. */
export const ConfigKeyInfo = v.strictObject({
  /** The key. */
  name: text,
  /** Its type, in Kafka's words. */
  type: text,
  /** Whether it must be there. */
  required: v.boolean(),
  /** What it is otherwise, as text. */
  default_value: v.nullable(text),
  /** How important it is. */
  importance: text,
  /** What it is for. */
  documentation: text,
  /** The group it is shown in. */
  group: v.nullable(text),
  /** Its place in that group. */
  order_in_group: v.number(),
  /** How wide its field is. */
  width: text,
  /** Its name for people. */
  display_name: text,
  /** The keys that depend on it. */
  dependents: v.array(text),
});

/** A key of a plugin's configuration. Kafka: `ConfigKeyInfo`. */
export type ConfigKeyInfo = v.InferOutput<typeof ConfigKeyInfo>;

/** A value of a configuration, and what is wrong with it. Kafka: `ConfigValueInfo`. */
export const ConfigValueInfo = v.strictObject({
  /** The key. */
  name: text,
  /** What it is, as text. */
  value: v.nullable(text),
  /** What it might be. */
  recommended_values: v.array(text),
  /** What is wrong. */
  errors: v.array(text),
  /** Whether it matters as things are. */
  visible: v.boolean(),
});

/** A value of a configuration, and what is wrong with it. Kafka: `ConfigValueInfo`. */
export type ConfigValueInfo = v.InferOutput<typeof ConfigValueInfo>;

/** A key as it is shown. */
export function keyInfo(name: string, key: ConfigKey): ConfigKeyInfo {
  const { type, importance, doc, group = null, order = -1, width = "NONE" } = key;
  return {
    name,
    type,
    required: key.default === undefined,
    default_value: key.default === undefined ? null : valueText(key.default, type),
    importance,
    documentation: doc,
    group,
    order_in_group: order,
    width,
    display_name: key.displayName ?? name,
    dependents: [...key.dependents ?? []],
  };
}

/** A value as it is shown; the type is that of its key, null without one. */
export function valueInfo(read: ConfigValue, type: ConfigType | null): ConfigValueInfo {
  const { name, value, recommendedValues, errorMessages, visible } = read;
  const itemType = type === "LIST" ? "STRING" : type;
  return {
    name,
    value: valueText(value, type),
    recommended_values: recommendedValues.map((one) => valueText(one, itemType) ?? "null"),
    errors: [...errorMessages],
    visible,
  };
}

/** Kafka: `ConfigDef.convertToString`. */
function valueText(value: unknown, type: ConfigType | null): string | null {
  if (value === null) return null;
  if (Array.isArray(value)) return type === "LIST" ? value.join(",") : `[${value.join(", ")}]`;
  return type === "DOUBLE" && typeof value === "number" ? doubleText(value) : String(value);
}
