/**
 * `connect topics`: what topics hold, also while a worker runs.
 *
 * @module
 */

import type { Clock } from "../base/mod.ts";
import { readBatches, readRecords } from "../batch/mod.ts";
import type { TopicSource } from "./topic_source.ts";

/** How often a topic without news is looked at, in milliseconds. */
const lookAgainMs = 100;

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
export async function listTopics(source: TopicSource): Promise<void> {
  for (const name of await source.list()) await print(`${name}\n`);
}

/** Prints a topic's partitions with their first and next offsets, and its settings. */
export async function describeTopic(source: TopicSource, topic: string): Promise<void> {
  const { partitions, configs } = await source.describe(topic);
  const settings = Object.entries(configs).map(([key, value]) => `${key}=${value}`).join(",");
  await print(`Topic: ${topic}\tPartitionCount: ${partitions.length}\tConfigs: ${settings}\n`);
  for (const { partition, logStartOffset, endOffset } of partitions) {
    await print(
      `\tPartition: ${partition}\tLogStartOffset: ${logStartOffset}\tEndOffset: ${endOffset}\n`,
    );
  }
}

/** Prints the values of a topic's records as lines, and follows it until there are enough. */
export async function readTopic(
  source: TopicSource,
  topic: string,
  options: ReadOptions,
  clock: Clock,
): Promise<void> {
  const { partitions } = await source.describe(topic);
  const positions = partitions.map(({ partition, logStartOffset, endOffset }) => (
    { partition, offset: options.fromBeginning ? logStartOffset : endOffset }
  ));
  let left = options.recordsMax;
  while (left > 0) {
    let found = false;
    for (const position of positions) {
      if (left === 0) break;
      const { batches } = await source.fetch(topic, position.partition, position.offset);
      const lines: Uint8Array[] = [];
      for (const { offset, key, value } of readRecords(batches)) {
        if (offset < position.offset || left === 0) continue;
        if (options.printKey) lines.push(key ?? nullText, tab);
        lines.push(value ?? nullText, newline);
        left--;
      }
      await printAll(lines);
      for (const { header } of readBatches(batches)) {
        position.offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
        found = true;
      }
    }
    if (!found) await clock.sleep(lookAgainMs);
  }
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
