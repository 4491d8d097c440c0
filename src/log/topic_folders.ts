/**
 * Which topics a log's folder holds, and their settings.
 *
 * A topic has a folder for each partition, and is there when that of partition 0 is. That one is made
 * last, and each is durable before the next is made: a crash leaves all of a topic or none of it.
 * Settings are in one file, replaced atomically before the folders are made; a topic that is made
 * again replaces or removes what an earlier attempt left there.
 */

import {
  AlreadyExistsError,
  ConfigError,
  ConnectError,
  type Disk,
  reasonOf,
  replaceFile,
} from "../base/mod.ts";
import { listSegments, segmentPath } from "./segment.ts";

/** The settings of topics that differ from the defaults. */
export type TopicConfigs = Record<string, Record<string, string>>;

const topicNameBytesMax = 249;
const settingsFile = "topics.json";

/** Checks the name of a topic. Kafka: `Topic.validate`. @throws {ConfigError} in Kafka's words */
export function checkTopicName(name: string): void {
  function invalid(why: string) {
    return new ConfigError(`Topic name is invalid: ${why}`);
  }
  if (name === "") throw invalid("the empty string is not allowed");
  if (name === "." || name === "..") throw invalid("'.' or '..' is not allowed");
  if (name.length > topicNameBytesMax) {
    throw invalid(
      `the length of '${name}' is longer than the max allowed length ${topicNameBytesMax}`,
    );
  }
  if (!/^[a-zA-Z0-9._-]+$/.test(name)) {
    throw invalid(
      `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`,
    );
  }
}

/** What a folder holds. */
export interface FoundTopics {
  /** The topics with how many partitions they have, in the order of their names. */
  topics: Map<string, number>;
  /** Folders that look like partitions of a topic that is not there. */
  orphans: string[];
}

/** Finds the topics in a folder; a partition with a gap before it is none. */
export async function findTopics(disk: Disk, folder: string): Promise<FoundTopics> {
  const partitions = new Map<string, Set<number>>();
  for (const { name, isDirectory } of await disk.list(folder)) {
    const parts = isDirectory ? /^(.+)-(\d+)$/.exec(name) : null;
    if (parts === null) continue;
    const [, topic, partition] = parts;
    partitions.set(topic, (partitions.get(topic) ?? new Set()).add(Number(partition)));
  }
  const found: FoundTopics = { topics: new Map(), orphans: [] };
  for (const [topic, numbers] of partitions) {
    let count = 0;
    while (numbers.has(count)) count++;
    if (count > 0) found.topics.set(topic, count);
    for (const number of numbers) if (number >= count) found.orphans.push(`${topic}-${number}`);
  }
  return found;
}

/**
 * Makes a topic's folders, durably.
 * @throws {AlreadyExistsError} when one is there that holds records, of a topic that has lost its partition 0
 */
export async function makeTopicFolders(
  disk: Disk,
  folder: string,
  topic: string,
  count: number,
): Promise<void> {
  const { orphans } = await findTopics(disk, folder);
  for (const orphan of orphans.filter((name) => name.replace(/-\d+$/, "") === topic)) {
    const path = `${folder}/${orphan}`;
    if (await holdsRecords(disk, path)) {
      throw new AlreadyExistsError(`"${path}" holds records of an earlier topic of that name`);
    }
    await disk.remove(path);
  }
  await disk.syncDirectory(folder);
  for (let partition = count - 1; partition >= 0; partition--) {
    await disk.makeDirectory(`${folder}/${topic}-${partition}`);
  }
}

async function holdsRecords(disk: Disk, folder: string): Promise<boolean> {
  for (const base of await listSegments(disk, folder)) {
    const file = await disk.open(segmentPath(folder, base, "log"), "read");
    if (await file.size().finally(() => file.close()) > 0) return true;
  }
  return false;
}

/** The settings of topics. @throws {ConnectError} when their file cannot be read */
export async function readConfigs(disk: Disk, folder: string): Promise<TopicConfigs> {
  const path = `${folder}/${settingsFile}`;
  const bytes = await disk.readFile(path);
  if (bytes === null) return {};
  try {
    const read = JSON.parse(new TextDecoder().decode(bytes));
    const isMap = (value: unknown) =>
      typeof value === "object" && value !== null && !Array.isArray(value);
    if (isMap(read) && Object.values(read).every(isMap)) return read;
    throw new ConnectError("it must hold an object of objects");
  } catch (cause) {
    throw new ConnectError(`Cannot read the settings of topics, "${path}": ${reasonOf(cause)}`, {
      cause,
    });
  }
}

/** Replaces the settings of topics, durably. */
export function writeConfigs(disk: Disk, folder: string, configs: TopicConfigs): Promise<void> {
  return replaceFile(disk, `${folder}/${settingsFile}`, JSON.stringify(configs, null, 2) + "\n");
}
