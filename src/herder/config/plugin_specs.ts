/** Which transforms, predicates and converters the tasks of a connector run with, and their keys. */

import { type ConfigError, invalid, missingError } from "../../api/mod.ts";
import type { PluginSpec, TransformSpec } from "../../task/mod.ts";
import type { Finding } from "./plugin_validation.ts";
import type { Props } from "./properties.ts";
import { withPrefix } from "./worker_config.ts";

/** The aliases that a key lists. */
export function aliasesOf(text: string | undefined): string[] {
  return (text ?? "").trim() === "" ? [] : text!.split(",").map((alias) => alias.trim());
}

/**
 * The transforms of a connector, in order.
 * @throws {ConfigError} also for a predicate that is not there, which Kafka notices when tasks start
 */
export function transformSpecs(props: Props): TransformSpec[] {
  return aliasesOf(props.transforms).map((alias) => {
    const prefix = `transforms.${alias}.`;
    const { type, predicate, negate, ...own } = withPrefix(props, prefix);
    if (type === undefined) throw missingError(`${prefix}type`);
    return {
      alias,
      className: type.trim(),
      props: own,
      predicate: predicate === undefined
        ? null
        : { ...predicateSpec(props, predicate.trim(), prefix), negate: isTrue(negate) },
    };
  });
}

/** The predicates that transforms name and that are not there, which Kafka notices when tasks start. */
export function missingPredicates(props: Props): Finding[] {
  return aliasesOf(props.transforms).flatMap((alias) => {
    const prefix = `transforms.${alias}.`;
    const predicate = props[`${prefix}predicate`]?.trim();
    if (predicate === undefined || aliasesOf(props.predicates).includes(predicate)) return [];
    const { message } = missingPredicate(props, predicate, prefix);
    return [{ name: `${prefix}predicate`, errorMessages: [message] }];
  });
}

function missingPredicate(props: Props, alias: string, prefix: string): ConfigError {
  const aliases = aliasesOf(props.predicates).join(", ");
  const why = `it must be one of the aliases in predicates: [${aliases}]`;
  return invalid(`${prefix}predicate`, alias, why);
}

function predicateSpec(props: Props, alias: string, prefix: string): PluginSpec {
  if (!aliasesOf(props.predicates).includes(alias)) throw missingPredicate(props, alias, prefix);
  const { type, ...own } = withPrefix(props, `predicates.${alias}.`);
  if (type === undefined) throw missingError(`predicates.${alias}.type`);
  return { className: type.trim(), props: own };
}

function isTrue(text: string | undefined): boolean {
  return /^true$/i.test((text ?? "").trim());
}

/** The converter of a connector's keys, values or headers: its own, or else its worker's. */
export function converterSpec(
  which: "key" | "value" | "header",
  connector: Props,
  worker: Props,
  workerClass: string,
): PluginSpec {
  const name = `${which}.converter`;
  const own = connector[name]?.trim();
  const source = own === undefined ? worker : connector;
  return {
    className: own ?? workerClass,
    props: { ...withPrefix(source, `${name}.`), "converter.type": which },
  };
}
