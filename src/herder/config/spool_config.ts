/** The keys of store and forward, which Kafka Connect does not have. */

import { ConfigError } from "../../base/mod.ts";
import { ConfigDef, nonEmptyStringWithoutControlChars, range } from "../../api/mod.ts";
import { refuse } from "./invalid_config.ts";
import type { Props } from "./properties.ts";
import { embeddedFolder } from "./worker_config.ts";

/** The keys of a worker that say whether and where sources are spooled. */
export const spoolConfigDef = ConfigDef.of({
  "spool.dir": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    validator: nonEmptyStringWithoutControlChars,
    doc: "The folder where records of sources are kept until Kafka has taken them; off unless set.",
  },
  "spool.max.bytes": {
    type: "LONG",
    default: 1n << 30n,
    importance: "MEDIUM",
    validator: range(1 << 20, Number.MAX_SAFE_INTEGER),
    doc: "How many bytes the spool may take; when it is full, sources wait.",
  },
});

/** Where sources are spooled. */
export interface SpoolConfig {
  /** The spool's folder. */
  folder: string;
  /** How many bytes it may take. */
  bytesMax: number;
}

/**
 * Where a worker spools its sources; null when it does not.
 * @throws {ConfigError} for values that will not do
 */
export function spoolConfig(
  worker: Props,
  bootstrapServers: readonly string[],
): SpoolConfig | null {
  refuse(spoolConfigDef.validate(worker));
  const { "spool.dir": folder, "spool.max.bytes": bytesMax } = spoolConfigDef.parse(worker);
  if (folder === null) {
    if (worker["spool.max.bytes"] === undefined) return null;
    throw new ConfigError("spool.max.bytes needs spool.dir, which is not set");
  }
  if (embeddedFolder(bootstrapServers) === null) return { folder, bytesMax: Number(bytesMax) };
  throw new ConfigError(
    `spool.dir=${folder} needs brokers: with bootstrap.servers=${bootstrapServers} records are in a ` +
      "folder already",
  );
}
