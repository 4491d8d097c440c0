/**
 * `connect topics`: what the embedded log holds, also while a worker runs.
 *
 * @module
 */

import { type Clock, ConfigError, localDisk, NotFoundError } from "../base/mod.ts";
import { readBatches, readRecords } from "../batch/mod.ts";
import { EmbeddedLogReader } from "../log/mod.ts";

/** How often a topic without news is looked at, in milliseconds. */
const lookAgainMs = 100;
const fetchBytesMax = 1 << 20;

/** What `topics read` prints. */
export interface ReadOptions {
  /** From the first record kept, not only what comes. */
  fromBeginning: boolean;
  /** Ends after so many records. */
  recordsMax: number;
  /** Whether a line begins with the record's key and a tab. */
  printKey: boolean;
}

/** Prints the names of all topics. */
export async function listTopics(folder: string): Promise<void> {
  for (const name of (await openReader(folder).topics()).keys()) {
    await print(`${name}\n`);
  }
}

/** Prints a topic's partitions with their first and next offsets, and its settings. */
export async function describeTopic(folder: string, topic: string): Promise<void> {
  const reader = openReader(folder);
  const partitionCount = await partitionCountOf(reader, folder, topic);
  const configs = Object.entries((await reader.configs())[topic] ?? {});
  const settings = configs.map(([key, value]) => `${key}=${value}`).join(",");
  await print(`Topic: ${topic}\tPartitionCount: ${partitionCount}\tConfigs: ${settings}\n`);
  for (let partition = 0; partition < partitionCount; partition++) {
    const log = await reader.partition(topic, partition);
    await print(
      `\tPartition: ${partition}\tLogStartOffset: ${log.startOffset}\tEndOffset: ${log.endOffset}\n`,
    );
    log.close();
  }
}

/** Prints the values of a topic's records as lines, and follows it until there are enough. */
export async function readTopic(
  folder: string,
  topic: string,
  options: ReadOptions,
  clock: Clock,
): Promise<void> {
  const reader = openReader(folder);
  const partitionCount = await partitionCountOf(reader, folder, topic);
  const partitions = await Promise.all(
    Array.from({ length: partitionCount }, (_, partition) => reader.partition(topic, partition)),
  );
  const offsets = partitions.map(({ startOffset, endOffset }) =>
    options.fromBeginning ? startOffset : endOffset
  );
  let left = options.recordsMax;
  while (left > 0) {
    let found = false;
    for (const [partition, log] of partitions.entries()) {
      if (offsets[partition] < log.startOffset) offsets[partition] = log.startOffset;
      if (offsets[partition] === log.endOffset || left === 0) continue;
      const batches = await log.fetch(offsets[partition], fetchBytesMax);
      const lines: Uint8Array[] = [];
      for (const { offset, key, value } of readRecords(batches)) {
        if (offset < offsets[partition] || left === 0) continue;
        if (options.printKey) lines.push(key ?? nullText, tab);
        lines.push(value ?? nullText, newline);
        left--;
      }
      await printAll(lines);
      for (const { header } of readBatches(batches)) {
        offsets[partition] = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
        found = true;
      }
    }
    if (left === 0) break;
    if (!found) await clock.sleep(lookAgainMs);
    for (const log of partitions) await log.refresh();
  }
  for (const log of partitions) log.close();
}

function openReader(folder: string): EmbeddedLogReader {
  return new EmbeddedLogReader(localDisk, folder, (damage) => console.error(damage));
}

async function partitionCountOf(
  reader: EmbeddedLogReader,
  folder: string,
  topic: string,
): Promise<number> {
  const topics = await reader.topics();
  const count = topics.get(topic);
  if (count !== undefined) return count;
  if (topics.size === 0) throw new ConfigError(`There are no topics in "${folder}"`);
  throw new NotFoundError(`There is no topic "${topic}" in "${folder}"`);
}

const encoder = new TextEncoder();
const nullText = encoder.encode("null");
const tab = encoder.encode("\t");
const newline = encoder.encode("\n");

function print(text: string): Promise<void> {
  return printAll([encoder.encode(text)]);
}

async function printAll(parts: readonly Uint8Array[]): Promise<void> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  for (let start = 0; start < bytes.length;) {
    start += await Deno.stdout.write(bytes.subarray(start));
  }
}
