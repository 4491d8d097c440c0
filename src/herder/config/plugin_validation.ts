/**
 * What is wrong with the converters, transforms and predicates of a connector. Kafka:
 * `AbstractHerder.validateConverterConfig`, `ConnectorConfig.enrich`.
 *
 * @module
 */

import { ConfigDef, invalid, missingError, type PluginType } from "../../api/mod.ts";
import type { PluginCheck, PluginFindings } from "../../sandbox/mod.ts";
import { aliasesOf } from "./plugin_specs.ts";
import type { Props } from "./properties.ts";
import { withPrefix } from "./worker_config.ts";

/** What is wrong with a key. */
export interface Finding {
  /** The key. */
  name: string;
  /** What is wrong with it, in Kafka's words. */
  errorMessages: string[];
}

/** Asks the Worker that hosts plugins about one. */
export type CheckPlugin = (check: PluginCheck) => Promise<PluginFindings>;

/** What Kafka calls each type that a key may ask for. */
const interfaces = {
  converter: "Converter",
  header_converter: "HeaderConverter",
  transformation: "Transformation",
  predicate: "Predicate",
} as const satisfies Partial<Record<PluginType, string>>;

type CheckedType = keyof typeof interfaces;

/** What is wrong with the converters that a worker or a connector names. */
export async function validateConverters(props: Props, check: CheckPlugin): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const which of ["key", "value", "header"]) {
    findings.push(...await converterFindings(which, props, check));
  }
  return findings;
}

/** What is wrong with the transforms and predicates that a connector names. */
export async function validateTransforms(props: Props, check: CheckPlugin): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const alias of new Set(aliasesOf(props.transforms))) {
    findings.push(...await transformFindings(alias, props, check));
  }
  for (const alias of new Set(aliasesOf(props.predicates))) {
    const prefix = `predicates.${alias}.`;
    const { type, ...own } = withPrefix(props, prefix);
    findings.push(...await aliasFindings("predicate", prefix, type, own, check));
  }
  return findings;
}

async function converterFindings(which: string, props: Props, check: CheckPlugin) {
  const name = `${which}.converter`;
  if (!Object.hasOwn(props, name)) return [];
  const type = which === "header" ? "header_converter" : "converter";
  const own = { "converter.type": which, ...withPrefix(props, `${name}.`) };
  // Kafka: converters are checked with keys that have lost their prefix, and so say the messages.
  const found = await checkPlugin(type, name, props[name], own, "", check);
  return found.map((finding) =>
    finding.name === name ? finding : { ...finding, name: `${name}.${finding.name}` }
  );
}

/** The key that a transform has beside its plugin's. */
const negateConfigDef = ConfigDef.of({
  "negate": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc: "Whether the transformation applies where its predicate does not hold.",
  },
});

async function transformFindings(alias: string, props: Props, check: CheckPlugin) {
  const prefix = `transforms.${alias}.`;
  const { type, predicate, negate, ...own } = withPrefix(props, prefix);
  const findings = await aliasFindings("transformation", prefix, type, own, check);
  if (negate === undefined) return findings;
  if (predicate === undefined) {
    findings.push({
      name: `${prefix}type`,
      errorMessages: [
        `Config '${prefix}negate' was provided but there is no config '${prefix}predicate' ` +
        "defining a predicate to be negated.",
      ],
    });
  }
  return [...findings, ...negateConfigDef.validate({ negate }, prefix)];
}

async function aliasFindings(
  type: CheckedType,
  prefix: string,
  className: string | undefined,
  props: Props,
  check: CheckPlugin,
): Promise<Finding[]> {
  const name = `${prefix}type`;
  if (className !== undefined) {
    return await checkPlugin(type, name, className, props, prefix, check);
  }
  return [{ name, errorMessages: [missingError(name).message] }];
}

async function checkPlugin(
  type: CheckedType,
  name: string,
  className: string,
  props: Props,
  prefix: string,
  check: CheckPlugin,
): Promise<Finding[]> {
  const trimmed = className.trim();
  const found = await check({
    method: "validate",
    types: [type],
    className: trimmed,
    props,
    prefix,
  });
  switch (found.is) {
    case "found":
      return found.findings;
    case "otherType": {
      const message = `Class class ${found.className} does not implement the ${
        interfaces[type]
      } interface`;
      return [{ name, errorMessages: [message] }];
    }
    case "missing": {
      const message = found.similar.length > 0
        ? `This class is abstract and cannot be created. Did you mean ${found.similar.join(", ")}?`
        : invalid(name, className, `Class ${className} could not be found.`).message;
      return [{ name, errorMessages: [message] }];
    }
  }
}
