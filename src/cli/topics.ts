/**
 * `connect topics`: what topics hold, also while a worker runs.
 *
 * @module
 */

import { type Clock, concat, NotFoundError } from "../base/mod.ts";
import { readBatches, readRecords, type RecordView } from "../batch/mod.ts";
import { print } from "./arguments.ts";
import { plainJson } from "./plain_text.ts";
import { type RecordFormat, recordPrinter } from "./record_format.ts";
import type { TopicSource } from "./topic_source.ts";

/** How often a topic without news is looked at, in milliseconds. */
const lookAgainMs = 100;

/** What `topics read` reads, and how it prints that. */
export interface ReadOptions {
  /** Where to begin; of an offset that is not there, at the nearest that is. */
  from: "earliest" | "latest" | bigint;
  /** The only partition to read; null: all. */
  partition: number | null;
  /** Ends after so many records. */
  recordsMax: number;
  /** What is printed of a record. */
  format: RecordFormat;
}

/** Prints the names of all topics, a line each or as JSON. */
export async function listTopics(source: TopicSource, asJson: boolean): Promise<void> {
  const names = await source.list();
  print(asJson ? plainJson(names) : names.map((name) => `${name}\n`).join(""));
}

/** Prints a topic's partitions with their first and next offsets, and its settings. */
export async function describeTopic(
  source: TopicSource,
  topic: string,
  asJson: boolean,
): Promise<void> {
  const description = await source.describe(topic);
  if (asJson) return print(plainJson(description));
  const { partitions, configs } = description;
  const settings = Object.entries(configs).map(([key, value]) => `${key}=${value}`).join(",");
  print(`Topic: ${topic}\tPartitionCount: ${partitions.length}\tConfigs: ${settings}\n`);
  for (const { partition, logStartOffset, endOffset } of partitions) {
    print(
      `\tPartition: ${partition}\tLogStartOffset: ${logStartOffset}\tEndOffset: ${endOffset}\n`,
    );
  }
}

/** Prints a topic's records, and follows it until there are enough. @throws {NotFoundError} */
export async function readTopic(
  source: TopicSource,
  topic: string,
  options: ReadOptions,
  clock: Clock,
): Promise<void> {
  const positions = await beginnings(source, topic, options);
  const printed = recordPrinter(topic, options.format);
  let left = options.recordsMax;
  while (left > 0) {
    let found = false;
    for (const position of positions) {
      if (left === 0) break;
      const { partition } = position;
      const { batches } = await source.fetch(topic, partition, position.offset);
      const records: RecordView[] = [];
      for (const record of readRecords(batches)) {
        if (record.offset < position.offset) continue;
        records.push(record);
        if (--left === 0) break;
      }
      await write(concat(records.flatMap((record) => printed(partition, record))));
      for (const { header } of readBatches(batches)) {
        position.offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
        found = true;
      }
    }
    if (!found) await clock.sleep(lookAgainMs);
  }
}

/** Where reading begins in each partition that is wanted. */
async function beginnings(
  source: TopicSource,
  topic: string,
  { from, partition: wanted }: ReadOptions,
): Promise<{ partition: number; offset: bigint }[]> {
  const { partitions } = await source.describe(topic);
  const found = partitions.filter(({ partition }) => wanted === null || partition === wanted);
  if (found.length === 0) throw new NotFoundError(`There is no partition ${topic}-${wanted}`);
  return found.map(({ partition, logStartOffset: first, endOffset: end }) => {
    if (from === "earliest") return { partition, offset: first };
    if (from === "latest") return { partition, offset: end };
    return { partition, offset: from < first ? first : from > end ? end : from };
  });
}

async function write(bytes: Uint8Array): Promise<void> {
  for (let start = 0; start < bytes.length;) {
    start += await Deno.stdout.write(bytes.subarray(start));
  }
}
