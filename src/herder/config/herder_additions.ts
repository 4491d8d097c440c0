/** The keys of a standalone worker's herder that Kafka Connect does not have. */

import { ConfigDef, nonEmptyStringWithoutControlChars, range } from "../../api/mod.ts";
import { refuse } from "./invalid_config.ts";
import type { Props } from "./properties.ts";

/** The keys of a worker that say what becomes of its connectors. */
export const herderAdditionsDef = ConfigDef.of({
  "config.storage.file.filename": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    validator: nonEmptyStringWithoutControlChars,
    doc:
      "The file that keeps what was made, changed, deleted, paused, resumed or stopped over REST, for the " +
      "next start; it is forgotten unless this is set. Of a connector with a file of its own the file counts " +
      "again once it says something else.",
  },
  "task.auto.restart.enable": {
    type: "BOOLEAN",
    default: false,
    importance: "MEDIUM",
    doc:
      "Whether connectors and tasks that have failed are restarted: at once, then after 2, 6, 12, 20 … " +
      "minutes (n² + n).",
  },
  "task.auto.restart.max": {
    type: "INT",
    default: -1,
    importance: "LOW",
    validator: range(-1),
    doc:
      "How often a connector is restarted before it has run as long as its next wait would be; -1: " +
      "without end.",
  },
  "task.auto.restart.backoff.unit.ms": {
    type: "LONG",
    default: 60_000n,
    importance: "LOW",
    validator: range(1),
    doc: "What counts for a minute in the waits before restarts.",
  },
  "task.auto.restart.backoff.max.ms": {
    type: "LONG",
    default: 3_600_000n,
    importance: "LOW",
    validator: range(1),
    doc: "The longest wait before a restart.",
  },
});

/** How connectors restart by themselves. */
export interface AutoRestartConfig {
  /** How often at most; Infinity: without end. */
  countMax: number;
  /** What counts for a minute, in milliseconds. */
  unitMs: number;
  /** The longest wait, in milliseconds. */
  waitMsMax: number;
}

/** What becomes of connectors. */
export interface HerderAdditions {
  /** The file that keeps them; null: they are forgotten. */
  connectorsFile: string | null;
  /** How they restart by themselves; null: they do not. */
  autoRestart: AutoRestartConfig | null;
}

/** What a worker's properties say of its connectors. @throws {InvalidConfigError} for values that will not do */
export function herderAdditions(worker: Props): HerderAdditions {
  refuse(herderAdditionsDef.validate(worker));
  const values = herderAdditionsDef.parse(worker);
  const max = values["task.auto.restart.max"];
  return {
    connectorsFile: values["config.storage.file.filename"],
    autoRestart: !values["task.auto.restart.enable"] ? null : {
      countMax: max < 0 ? Infinity : max,
      unitMs: Number(values["task.auto.restart.backoff.unit.ms"]),
      waitMsMax: Number(values["task.auto.restart.backoff.max.ms"]),
    },
  };
}
