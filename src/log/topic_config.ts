/** What can be said of a topic, by the names and with the defaults of Kafka's `TopicConfig`. */

import { ConfigError } from "../base/mod.ts";
import { batchBytesLimit } from "./scan.ts";

/** The settings of a topic. */
export interface TopicConfig {
  /** A segment is closed before it would grow beyond this many bytes (`segment.bytes`). */
  segmentBytesMax: number;
  /** A segment is closed when its first record is this old, in milliseconds (`segment.ms`). */
  segmentAgeMsMax: number;
  /** Closed segments whose records are all older than this are removed (`retention.ms`); -1: never. */
  retentionMs: number;
  /** The oldest segments are removed while more than this many bytes would stay (`retention.bytes`); -1: no limit. */
  retentionBytes: number;
  /** Whether the last record of every key is kept instead (`cleanup.policy=compact`). */
  compact: boolean;
  /** Whether old segments are removed (`cleanup.policy=delete`). */
  delete: boolean;
  /** How long a compacted topic keeps a record without a value, in milliseconds (`delete.retention.ms`). */
  deleteRetentionMs: number;
  /** A partition is compacted when this part of its closed segments is not (`min.cleanable.dirty.ratio`). */
  dirtyRatioMin: number;
  /** Segments whose last record is younger than this are not compacted (`min.compaction.lag.ms`). */
  compactionLagMsMin: number;
  /** A batch may take this many bytes (`max.message.bytes`). */
  batchBytesMax: number;
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Kafka: a segment has 64 MiB instead of 1 GiB, since recovery reads the last one whole and a small
 * disk gets its space back one segment at a time; a batch has 16 MiB instead of 1 MiB, as there is no
 * network in between.
 */
const defaults: Readonly<Record<string, string>> = {
  "cleanup.policy": "delete",
  "delete.retention.ms": String(dayMs),
  "max.message.bytes": String(16 << 20),
  "min.cleanable.dirty.ratio": "0.5",
  "min.compaction.lag.ms": "0",
  "retention.bytes": "-1",
  "retention.ms": String(7 * dayMs),
  "segment.bytes": String(64 << 20),
  "segment.ms": String(7 * dayMs),
};

/** Segments end here at the latest: positions in an index have 31 bits. */
const segmentBytesLimit = 2 ** 31 - 1;

/** Reads a topic's settings. @throws {ConfigError} naming the key and value that will not do */
export function topicConfig(topic: string, configs: Readonly<Record<string, string>>): TopicConfig {
  for (const key of Object.keys(configs)) {
    if (!Object.hasOwn(defaults, key)) {
      throw new ConfigError(`Unknown topic config name: ${key} (topic "${topic}")`);
    }
  }
  function number(key: string, min: number, max: number, pattern = /^-?\d+$/): number {
    const text = configs[key] ?? defaults[key];
    const value = pattern.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new ConfigError(
      `Invalid value ${text} for configuration ${key}: it must be a number from ${min} to ${max} (topic "${topic}")`,
    );
  }
  const policies = (configs["cleanup.policy"] ?? defaults["cleanup.policy"]).split(",")
    .map((policy) => policy.trim());
  const wrong = policies.find((policy) => policy !== "compact" && policy !== "delete");
  if (wrong !== undefined) {
    throw new ConfigError(
      `Invalid value ${wrong} for configuration cleanup.policy: String must be one of: compact, delete (topic "${topic}")`,
    );
  }
  const longest = Number.MAX_SAFE_INTEGER;
  return {
    segmentBytesMax: number("segment.bytes", 14, segmentBytesLimit),
    segmentAgeMsMax: number("segment.ms", 1, longest),
    retentionMs: number("retention.ms", -1, longest),
    retentionBytes: number("retention.bytes", -1, longest),
    compact: policies.includes("compact"),
    delete: policies.includes("delete"),
    deleteRetentionMs: number("delete.retention.ms", 0, longest),
    dirtyRatioMin: number("min.cleanable.dirty.ratio", 0, 1, /^[\d.]+$/),
    compactionLagMsMin: number("min.compaction.lag.ms", 0, longest),
    batchBytesMax: number("max.message.bytes", 0, batchBytesLimit),
  };
}
