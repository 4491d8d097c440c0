/** The keys of the worker's log. In Java they are in a file of log4j's. */

import { ConfigDef, type ConfigKey, oneOf, oneOfIgnoringCase } from "../../api/mod.ts";
import { refuse } from "./invalid_config.ts";
import type { Props } from "./properties.ts";
import { withPrefix } from "./worker_config.ts";

const levels = ["OFF", "FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE", "ALL"] as const;
const prefix = "log.level.";

const level = {
  type: "STRING",
  default: "INFO",
  importance: "LOW",
  validator: oneOfIgnoringCase(...levels),
  doc:
    "The least that the log shows; `log.level.LOGGER` says it for one logger and those below it.",
} as const satisfies ConfigKey<"STRING">;

/** The keys of a worker that say what its log looks like, and how much it shows. */
export const logConfigDef = ConfigDef.of({
  "log.format": {
    type: "STRING",
    default: "text",
    importance: "LOW",
    validator: oneOf("text", "json"),
    doc: "What a line of the log is: text as Kafka Connect has it, or an object of JSON.",
  },
  "log.level": level,
});

/** What a worker says of its log. */
export interface LogSettings {
  /** What a line is. */
  format: "text" | "json";
  /** The level of the root logger. */
  level: typeof levels[number];
  /** The levels of loggers by their names. */
  levels: ReadonlyMap<string, typeof levels[number]>;
}

/** How a worker wants its log. @throws {ConfigError} for values that will not do */
export function logSettings(worker: Props): LogSettings {
  const names = Object.keys(withPrefix(worker, prefix));
  const keys = names.map((name) => [prefix + name, level]);
  const ofLoggers = ConfigDef.of<Record<string, typeof level>>(Object.fromEntries(keys));
  refuse([...logConfigDef.validate(worker), ...ofLoggers.validate(worker)]);
  const values = logConfigDef.parse(worker);
  const parsed = ofLoggers.parse(worker);
  const levelOf = (text: string) => text.toUpperCase() as typeof levels[number];
  return {
    format: values["log.format"] as LogSettings["format"],
    level: levelOf(values["log.level"]),
    levels: new Map(names.map((name) => [name, levelOf(parsed[prefix + name])])),
  };
}
