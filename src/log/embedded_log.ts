/**
 * The embedded log: topics in a folder, in Kafka's on-disk format, with no broker.
 *
 *     DIR/.lock                      held by the owner; the kernel lets go of it when the process ends
 *     DIR/topics.json                settings of topics that differ from the defaults
 *     DIR/TOPIC-PARTITION/           one folder a partition
 *         00000000000000000000.log   record batches (magic v2), one after another
 *         00000000000000000000.index, .timeindex
 *
 * Constraints:
 *
 * - One process owns a log. Others may read it meanwhile ({@linkcode EmbeddedLogReader}), without a
 *   lock, and never change it.
 * - Nothing is acknowledged before fdatasync of the segment, and of the folder that is to keep a new
 *   segment, has succeeded (partition_log.ts).
 * - After a crash only the last segment of a partition can be unsound, and only behind what was
 *   acknowledged (recovery.ts).
 * - Offsets have no gaps within a log: what is lost or compacted away leaves empty batches.
 * - A full or failing disk makes appends wait; it never drops or fails them.
 *
 * @module
 */

import {
  AlreadyExistsError,
  type Clock,
  ConfigError,
  ConnectError,
  type Disk,
  type DiskFile,
  type Logger,
  NotFoundError,
  reasonOf,
} from "../base/mod.ts";
import { PartitionLog } from "./partition_log.ts";
import { PartitionReader } from "./partition_reader.ts";
import { topicConfig } from "./topic_config.ts";

/** What the log is opened with. */
export interface EmbeddedLogOptions {
  /** The disk. */
  disk: Disk;
  /** The folder; it is made when it is not there. */
  folder: string;
  /** Time. */
  clock: Clock;
  /** Where recovery and faults are reported. */
  log: Logger;
}

/** The settings of topics that differ from the defaults. */
export type TopicConfigs = Record<string, Record<string, string>>;

const topicNameBytesMax = 249;

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

/** A log as its owner has it. */
export class EmbeddedLog {
  readonly #options: EmbeddedLogOptions;
  readonly #lock: DiskFile;
  readonly #configs: TopicConfigs;
  /** Each topic's partitions, by their numbers. */
  readonly #topics: Map<string, PartitionLog[]>;
  #making: Promise<unknown> = Promise.resolve();

  private constructor(
    options: EmbeddedLogOptions,
    lock: DiskFile,
    configs: TopicConfigs,
    topics: Map<string, PartitionLog[]>,
  ) {
    this.#options = options;
    this.#lock = lock;
    this.#configs = configs;
    this.#topics = topics;
  }

  /**
   * Opens a log, taking ownership, and recovers every partition.
   * @throws {ConnectError} when the folder cannot be used or another process owns the log
   */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
    const { disk, folder } = options;
    const lock = await takeLock(disk, folder);
    try {
      const configs = await readConfigs(disk, folder);
      const topics = new Map<string, PartitionLog[]>();
      for (const [name, count] of await listPartitions(disk, folder)) {
        const config = topicConfig(name, configs[name] ?? {});
        topics.set(name, await openPartitions(options, name, count, config));
      }
      return new EmbeddedLog(options, lock, configs, topics);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** The names of all topics, sorted. */
  get topicNames(): string[] {
    return [...this.#topics.keys()].sort();
  }

  /** The partitions of a topic, or null when there is no such topic. */
  partitions(topic: string): readonly PartitionLog[] | null {
    return this.#topics.get(topic) ?? null;
  }

  /** The settings of a topic that differ from the defaults. */
  configs(topic: string): Readonly<Record<string, string>> {
    return this.#configs[topic] ?? {};
  }

  /** One partition. @throws {NotFoundError} */
  partition(topic: string, partition: number): PartitionLog {
    const found = this.#topics.get(topic)?.[partition];
    if (found === undefined) throw new NotFoundError(`There is no partition ${topic}-${partition}`);
    return found;
  }

  /**
   * Makes a topic, durably.
   * @throws {AlreadyExistsError} when it is there
   * @throws {ConfigError} for a name, a number of partitions or a setting that will not do
   */
  createTopic(
    topic: string,
    partitionCount: number,
    configs: Readonly<Record<string, string>>,
  ): Promise<void> {
    // One at a time: two of one name must not both find it absent.
    const made = this.#making.then(() => this.#createTopic(topic, partitionCount, configs));
    this.#making = made.catch(() => {});
    return made;
  }

  async #createTopic(
    topic: string,
    partitionCount: number,
    configs: Readonly<Record<string, string>>,
  ): Promise<void> {
    checkTopicName(topic);
    if (!Number.isInteger(partitionCount) || partitionCount < 1) {
      throw new ConfigError(`Number of partitions must be larger than 0, not ${partitionCount}`);
    }
    const config = topicConfig(topic, configs);
    if (this.#topics.has(topic)) throw new AlreadyExistsError(`Topic '${topic}' already exists.`);
    const { disk, folder } = this.#options;
    if (Object.keys(configs).length > 0) {
      this.#configs[topic] = { ...configs };
      await writeConfigs(disk, folder, this.#configs);
    }
    for (let partition = 0; partition < partitionCount; partition++) {
      await disk.makeDirectory(`${folder}/${topic}-${partition}`);
    }
    await disk.syncDirectory(folder);
    this.#topics.set(topic, await openPartitions(this.#options, topic, partitionCount, config));
  }

  /** Removes what the topics' retention says. Errors are reported and left for the next time. */
  async applyRetention(): Promise<void> {
    for (const partitions of this.#topics.values()) {
      for (const partition of partitions) {
        try {
          await partition.applyRetention();
        } catch (error) {
          this.#options.log.error(`Cannot remove old segments: ${reasonOf(error)}`);
        }
      }
    }
  }

  /** Writes what waits, and lets go of files and ownership. */
  async close(): Promise<void> {
    await this.#making;
    await Promise.all([...this.#topics.values()].flat().map((partition) => partition.close()));
    this.#lock.close();
  }
}

/** A log that another process may own, to be read only. */
export class EmbeddedLogReader {
  readonly #disk: Disk;
  readonly #folder: string;

  /** Reads the log in `folder`. */
  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** The topics with how many partitions they have, in the order of their names. */
  topics(): Promise<Map<string, number>> {
    return listPartitions(this.#disk, this.#folder);
  }

  /** The settings of topics that differ from the defaults. */
  configs(): Promise<TopicConfigs> {
    return readConfigs(this.#disk, this.#folder);
  }

  /** Opens a partition. @throws {NotFoundError} */
  partition(topic: string, partition: number): Promise<PartitionReader> {
    const name = `${topic}-${partition}`;
    return PartitionReader.open(this.#disk, `${this.#folder}/${name}`, name);
  }
}

async function takeLock(disk: Disk, folder: string): Promise<DiskFile> {
  let lock: DiskFile;
  try {
    await disk.makeDirectory(folder);
    lock = await disk.open(`${folder}/.lock`, "write");
  } catch (cause) {
    throw new ConnectError(`Cannot use the log folder "${folder}": ${reasonOf(cause)}`, { cause });
  }
  if (await lock.tryLock()) return lock;
  lock.close();
  throw new ConnectError(`The log folder "${folder}" is in use by another process`);
}

function openPartitions(
  options: EmbeddedLogOptions,
  topic: string,
  count: number,
  config: ReturnType<typeof topicConfig>,
): Promise<PartitionLog[]> {
  return Promise.all(Array.from({ length: count }, (_, partition) => {
    const name = `${topic}-${partition}`;
    return PartitionLog.open({ ...options, folder: `${options.folder}/${name}`, name, config });
  }));
}

/** The topics in a folder with how many partitions they have; a folder with a gap before it is none. */
async function listPartitions(disk: Disk, folder: string): Promise<Map<string, number>> {
  const found = new Map<string, Set<number>>();
  for (const { name, isDirectory } of await disk.list(folder)) {
    const parts = isDirectory ? /^(.+)-(\d+)$/.exec(name) : null;
    if (parts === null) continue;
    const [, topic, partition] = parts;
    found.set(topic, (found.get(topic) ?? new Set()).add(Number(partition)));
  }
  const topics = new Map<string, number>();
  for (const [topic, partitions] of found) {
    let count = 0;
    while (partitions.has(count)) count++;
    if (count > 0) topics.set(topic, count);
  }
  return topics;
}

const settingsFile = "topics.json";

async function readConfigs(disk: Disk, folder: string): Promise<TopicConfigs> {
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

async function writeConfigs(disk: Disk, folder: string, configs: TopicConfigs): Promise<void> {
  const path = `${folder}/${settingsFile}`;
  const next = `${path}.tmp`;
  await disk.remove(next);
  const file = await disk.open(next, "write");
  try {
    await file.write(new TextEncoder().encode(JSON.stringify(configs, null, 2) + "\n"), 0);
    await file.datasync();
  } finally {
    file.close();
  }
  await disk.rename(next, path);
  await disk.syncDirectory(folder);
}
