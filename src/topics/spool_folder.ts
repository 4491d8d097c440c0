/**
 * What a spool keeps in its folder beside the segments of its queues, both files replaced atomically:
 *
 *     DIR/spool.json      which queue holds records for which partition, and what is known of topics
 *     DIR/forwarded.json  how far each queue has been taken by Kafka, and what stands in the way
 *     DIR/queue-N-0/      one folder a queue, in the format of the embedded log
 *
 * Queues are numbered, since the name of a topic with its partition may be longer than a topic's name
 * in the log may be. A queue is in `spool.json`, durably, before it takes records.
 */

import { CorruptError, type Disk, reasonOf, replaceFile } from "../base/mod.ts";
import type { NewTopic, TopicPartition } from "./topics.ts";

const catalogFile = "spool.json";
const forwardedFile = "forwarded.json";

/** What is known of a topic. */
export interface SpooledTopic {
  /** Its name. */
  name: string;
  /** How many partitions Kafka said it has; null when Kafka has not been asked yet. */
  partitions: number | null;
  /** What it is made with when it is absent; null: it is left to whoever makes topics. */
  newTopic: NewTopic | null;
}

/** What `spool.json` holds. */
export interface Catalog {
  /** The partitions that queues are for; the first has queue-1. */
  queues: TopicPartition[];
  /** The topics that were written to. */
  topics: SpooledTopic[];
}

/** What `forwarded.json` holds. */
export interface Forwarded {
  /** When it was written, epoch ms. */
  writtenMs: number;
  /** By the names of queues: the offset of the first record that Kafka has not taken. */
  positions: Record<string, bigint>;
  /** By the names of queues: why Kafka does not take their records. */
  problems: Record<string, string>;
}

/** What the log calls a queue; `index` counts from 0. */
export function queueName(index: number): string {
  return `queue-${index + 1}`;
}

/** Reads `spool.json`; empty when there is none. @throws {CorruptError} when it is not what it should be */
export async function readCatalog(disk: Disk, folder: string): Promise<Catalog> {
  const none: Catalog = { queues: [], topics: [] };
  return await readJson(disk, folder, catalogFile, none, ({ queues, topics }) => {
    const isSound = queues.every(({ topic, partition }) =>
      typeof topic === "string" && Number.isInteger(partition)
    ) && topics.every(({ name }) =>
      typeof name === "string"
    );
    if (isSound) return { queues, topics };
    throw new CorruptError("it must hold queues and topics");
  });
}

/** Replaces `spool.json`. */
export function writeCatalog(disk: Disk, folder: string, catalog: Catalog): Promise<void> {
  return replaceFile(disk, `${folder}/${catalogFile}`, JSON.stringify(catalog, null, 2) + "\n");
}

/**
 * Reads `forwarded.json`; empty when there is none.
 * @throws {CorruptError} when it is not what it should be
 */
export async function readForwarded(disk: Disk, folder: string): Promise<Forwarded> {
  const none: Forwarded = { writtenMs: 0, positions: {}, problems: {} };
  return await readJson(disk, folder, forwardedFile, none, (read) => {
    const positions = Object.entries(read.positions as unknown as Record<string, string>)
      .map(([queue, offset]) => [queue, BigInt(offset)]);
    return { ...none, ...read, positions: Object.fromEntries(positions) };
  });
}

/** Replaces `forwarded.json`. */
export function writeForwarded(disk: Disk, folder: string, forwarded: Forwarded): Promise<void> {
  // Offsets have more digits than numbers of JSON.
  const text = JSON.stringify(
    forwarded,
    (_, value) => typeof value === "bigint" ? String(value) : value,
    2,
  );
  return replaceFile(disk, `${folder}/${forwardedFile}`, `${text}\n`);
}

/** Reads a file; `none` when there is none. @throws {CorruptError} naming it */
async function readJson<T>(
  disk: Disk,
  folder: string,
  name: string,
  none: T,
  shape: (read: T) => T,
): Promise<T> {
  const bytes = await disk.readFile(`${folder}/${name}`);
  if (bytes === null) return none;
  try {
    return shape(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const reason = `Cannot read the spool's "${folder}/${name}": ${reasonOf(cause)}`;
    throw new CorruptError(reason, { cause });
  }
}
