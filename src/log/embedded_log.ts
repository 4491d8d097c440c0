/**
 * The embedded log: topics in a folder, in Kafka's on-disk format, with no broker.
 *
 *     DIR/.lock                      held by the owner; the kernel lets go of it when the process ends
 *     DIR/topics.json                settings of topics that differ from the defaults
 *     DIR/cleaner-offset-checkpoint  how far each compacted partition is compacted, as Kafka keeps it
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
 * - Offsets continue from batch to batch within a log: what is lost or compacted away leaves one empty
 *   batch for all offsets in a row, as Kafka itself may leave them. So whatever is missing is known to
 *   be (scan.ts). Offsets do have gaps from record to record where a topic is compacted (compaction.ts).
 * - Damage in a closed segment is found when it is read: it is reported with the offsets that are lost,
 *   and readers go on behind it (flaws.ts).
 * - A full or failing disk makes appends wait; it never drops or fails them. Retention and compaction
 *   make room meanwhile.
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
  RetriableError,
} from "../base/mod.ts";
import { readCleanOffsets, writeCleanOffsets } from "./clean_offsets.ts";
import { PartitionFollower } from "./partition_follower.ts";
import { PartitionLog } from "./partition_log.ts";
import { type TopicConfig, topicConfig } from "./topic_config.ts";
import {
  checkTopicName,
  findTopics,
  makeTopicFolders,
  readConfigs,
  type TopicConfigs,
  writeConfigs,
} from "./topic_folders.ts";

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

/** How much a log takes on the disk. */
export interface LogUsage {
  /** How many partitions there are, of all topics. */
  partitions: number;
  /** How many segments these have. */
  segments: number;
  /** How many bytes these take. */
  bytes: number;
}

/** A log as its owner has it. */
export class EmbeddedLog {
  readonly #options: EmbeddedLogOptions;
  readonly #lock: DiskFile;
  #configs: TopicConfigs;
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
   * @throws {ConfigError} when the folder cannot be used
   * @throws {ConnectError} when another process owns the log
   */
  static async open(options: EmbeddedLogOptions): Promise<EmbeddedLog> {
    const { disk, folder } = options;
    const lock = await takeLock(disk, folder);
    try {
      const configs = await readConfigs(disk, folder);
      const cleanOffsets = await readCleanOffsets(disk, folder);
      const topics = new Map<string, PartitionLog[]>();
      const found = await findTopics(disk, folder);
      for (const orphan of found.orphans) {
        options.log.warn(`"${folder}/${orphan}" is not used: its topic has no partition 0`);
      }
      for (const [name, count] of found.topics) {
        const config = topicConfig(name, configs[name] ?? {});
        topics.set(name, await openPartitions(options, name, count, config, cleanOffsets));
      }
      await disk.syncDirectory(folder);
      return new EmbeddedLog(options, lock, configs, topics);
    } catch (error) {
      lock.close();
      throw error;
    }
  }

  /** How much it takes on the disk, as far as that is durable. */
  get usage(): LogUsage {
    const partitions = [...this.#topics.values()].flat();
    return {
      partitions: partitions.length,
      segments: partitions.reduce((sum, { segmentCount }) => sum + segmentCount, 0),
      bytes: partitions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
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
   * Makes a topic, durably: its settings first, and its partition 0, which makes it a topic, last.
   * @throws {AlreadyExistsError} when it is there
   * @throws {ConfigError} for a name, a number of partitions or a setting that will not do
   * @throws {RetriableError} when the disk refuses; nothing is there then that a second call minds
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
    try {
      const { [topic]: left, ...others } = this.#configs;
      const isPlain = Object.keys(configs).length === 0;
      if (!isPlain || left !== undefined) {
        const next = isPlain ? others : { ...others, [topic]: { ...configs } };
        await writeConfigs(disk, folder, next);
        this.#configs = next;
      }
      await makeTopicFolders(disk, folder, topic, partitionCount);
      const none = new Map<string, bigint>();
      const partitions = await openPartitions(this.#options, topic, partitionCount, config, none);
      this.#topics.set(topic, partitions);
    } catch (cause) {
      if (cause instanceof AlreadyExistsError) throw cause;
      throw new RetriableError(`Cannot make the topic "${topic}": ${reasonOf(cause)}`, { cause });
    }
  }

  /**
   * Removes and compacts what the settings of topics say. Errors are reported and left for the next
   * time; `signal` ends it early.
   */
  async maintain(signal: AbortSignal): Promise<void> {
    let isCompacted = false;
    for (const partition of [...this.#topics.values()].flat()) {
      try {
        if (signal.aborted) return;
        await partition.applyRetention();
        isCompacted = await partition.compact(signal) || isCompacted;
        await partition.storeIndexes();
      } catch (error) {
        if (signal.aborted) return;
        this.#options.log.error(`Cannot remove or compact old segments: ${reasonOf(error)}`);
      }
    }
    if (isCompacted) await this.#storeCleanOffsets();
  }

  /** Writes what waits, and lets go of files and ownership. */
  async close(): Promise<void> {
    await this.#making;
    await Promise.all([...this.#topics.values()].flat().map((partition) => partition.close()));
    this.#lock.close();
  }

  /** To lose them costs no more than compacting again. */
  async #storeCleanOffsets(): Promise<void> {
    const offsets = new Map<string, bigint>();
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, { cleanOffset }] of partitions.entries()) {
        if (cleanOffset > 0n) offsets.set(`${topic} ${partition}`, cleanOffset);
      }
    }
    const { disk, folder, log } = this.#options;
    await writeCleanOffsets(disk, folder, offsets).catch((error) => log.warn(reasonOf(error)));
  }
}

/** A log that another process may own, to be read only. */
export class EmbeddedLogReader {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #report: (message: string) => void;

  /** Reads the log in `folder`; damage that it passes over is told to `report`. */
  constructor(disk: Disk, folder: string, report: (message: string) => void) {
    this.#disk = disk;
    this.#folder = folder;
    this.#report = report;
  }

  /** The topics with how many partitions they have, in the order of their names. */
  async topics(): Promise<Map<string, number>> {
    return (await findTopics(this.#disk, this.#folder)).topics;
  }

  /** The settings of topics that differ from the defaults. */
  configs(): Promise<TopicConfigs> {
    return readConfigs(this.#disk, this.#folder);
  }

  /** Opens a partition. @throws {NotFoundError} */
  partition(topic: string, partition: number): Promise<PartitionFollower> {
    const name = `${topic}-${partition}`;
    return PartitionFollower.open(this.#disk, `${this.#folder}/${name}`, name, this.#report);
  }
}

async function takeLock(disk: Disk, folder: string): Promise<DiskFile> {
  let lock: DiskFile;
  try {
    await disk.makeDirectory(folder);
    lock = await disk.open(`${folder}/.lock`, "write");
  } catch (cause) {
    throw new ConfigError(`Cannot use the log folder "${folder}": ${reasonOf(cause)}`, { cause });
  }
  if (await lock.tryLock()) return lock;
  lock.close();
  throw new ConnectError(`The log folder "${folder}" is in use by another process`);
}

function openPartitions(
  options: EmbeddedLogOptions,
  topic: string,
  count: number,
  config: TopicConfig,
  cleanOffsets: ReadonlyMap<string, bigint>,
): Promise<PartitionLog[]> {
  return Promise.all(Array.from({ length: count }, (_, partition) => {
    const name = `${topic}-${partition}`;
    const cleanOffset = cleanOffsets.get(`${topic} ${partition}`) ?? 0n;
    const folder = `${options.folder}/${name}`;
    return PartitionLog.open({ ...options, folder, name, config }, cleanOffset);
  }));
}
