/** The topics port on the embedded log: producers, readers and groups of one process. */

import {
  AlreadyExistsError,
  type Clock,
  ConnectError,
  CorruptError,
  type Disk,
  type Logger,
  NotFoundError,
  OffsetOutOfRangeError,
  reasonOf,
} from "../base/mod.ts";
import { BatchBuilder, checkProducedBatch, readBatches, readRecords } from "../batch/mod.ts";
import { EmbeddedLog, type PartitionLog } from "../log/mod.ts";
import {
  decodeOffset,
  encodeOffsetKey,
  encodeOffsetValue,
  groupOffsetsTopic,
} from "./group_offsets.ts";
import { type GroupTopics, LocalGroup } from "./local_group.ts";
import type {
  ConsumerOptions,
  FetchedBatches,
  FetchOptions,
  GroupConsumer,
  NewTopic,
  PartitionOffset,
  TopicDescription,
  TopicPartition,
  Topics,
} from "./topics.ts";

/** How often old segments are looked for, in milliseconds. Kafka: `log.retention.check.interval.ms`. */
const retentionCheckMs = 5 * 60 * 1000;
/** How much is read at once when the offsets of groups are loaded, in bytes. */
const loadBytesMax = 1 << 20;

/** What {@linkcode EmbeddedTopics.open} needs. */
export interface EmbeddedTopicsOptions {
  /** The disk. */
  disk: Disk;
  /** The folder of the log; it is made when it is not there. */
  folder: string;
  /** Time. */
  clock: Clock;
  /** Where recovery, faults and moved positions are reported. */
  log: Logger;
}

/** Topics in the embedded log. */
export class EmbeddedTopics implements Topics {
  readonly #log: EmbeddedLog;
  readonly #clock: Clock;
  readonly #groups = new Map<string, LocalGroup>();
  readonly #committed: Map<string, Map<string, PartitionOffset>>;
  readonly #groupTopics: GroupTopics;
  readonly #closing = new AbortController();
  readonly #retention: Promise<void>;

  private constructor(
    options: EmbeddedTopicsOptions,
    log: EmbeddedLog,
    committed: Map<string, Map<string, PartitionOffset>>,
  ) {
    this.#log = log;
    this.#clock = options.clock;
    this.#committed = committed;
    this.#groupTopics = {
      select: (selection) => this.#select(selection),
      partitionCount: (topic) => this.#log.partitions(topic)?.length ?? 0,
      bounds: ({ topic, partition }) => {
        const { startOffset: start, endOffset: end } = this.#log.partition(topic, partition);
        return { start, end };
      },
      read: ({ topic, partition, offset }, { bytesMax, buffer }) =>
        this.#log.partition(topic, partition).fetch(offset, bytesMax, buffer),
      wait: (positions, fetch) => this.#wait(positions, fetch),
      committed: (groupId, position) =>
        this.#committed.get(groupId)?.get(keyOf(position))?.offset ?? null,
      commit: (groupId, offsets) => this.#commit(groupId, offsets),
      log: options.log,
    };
    this.#retention = this.#keepRetention();
  }

  /** Opens the log, recovering it. @throws {ConnectError} when it cannot be used */
  static async open(options: EmbeddedTopicsOptions): Promise<EmbeddedTopics> {
    const log = await EmbeddedLog.open(options);
    try {
      return new EmbeddedTopics(options, log, await loadGroupOffsets(log));
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  async append(
    topic: string,
    partition: number,
    batch: Uint8Array<ArrayBuffer>,
  ): Promise<bigint> {
    if (this.#log.partitions(topic) === null) await this.#makeAbsent(topic);
    const log = this.#log.partition(topic, partition);
    const { batchBytesMax } = log.config;
    if (batch.length > batchBytesMax) {
      throw new ConnectError(
        `A record batch of ${batch.length} bytes for ${topic}-${partition} is larger than the topic's ` +
          `max.message.bytes, ${batchBytesMax}`,
      );
    }
    try {
      return await log.append(batch, checkProducedBatch(batch));
    } catch (cause) {
      if (!(cause instanceof CorruptError)) throw cause;
      throw new ConnectError(
        `A record batch for ${topic}-${partition} is refused: ${cause.message}`,
        {
          cause,
        },
      );
    }
  }

  async fetch(
    topic: string,
    partition: number,
    offset: bigint,
    options: FetchOptions,
  ): Promise<FetchedBatches> {
    const log = this.#log.partition(topic, partition);
    await this.#wait([{ topic, partition, offset }], options);
    const batches = await log.fetch(offset, options.bytesMax, options.buffer);
    return { batches, logStartOffset: log.startOffset, endOffset: log.endOffset };
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    for (const { name, partitions = 1, configs = {} } of topics) {
      await this.#log.createTopic(name, partitions, configs);
    }
    for (const group of this.#groups.values()) group.changed();
  }

  listTopics(): Promise<string[]> {
    return Promise.resolve(this.#log.topicNames);
  }

  describeTopics(names: readonly string[]): Promise<TopicDescription[]> {
    return Promise.try(() => names.map((name) => this.#describe(name)));
  }

  partitionCount(topic: string): Promise<number> {
    return Promise.resolve(this.#log.partitions(topic)?.length ?? 1);
  }

  groupOffsets(groupId: string): Promise<PartitionOffset[]> {
    const offsets = this.#committed.get(groupId)?.values() ?? [];
    return Promise.resolve([...offsets].map((position) => ({ ...position })));
  }

  joinGroup(options: ConsumerOptions): Promise<GroupConsumer> {
    let group = this.#groups.get(options.groupId);
    if (group === undefined) {
      group = new LocalGroup(options.groupId, this.#groupTopics);
      this.#groups.set(options.groupId, group);
    }
    return Promise.resolve(group.join(options));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#retention;
    await this.#log.close();
  }

  #describe(name: string): TopicDescription {
    const partitions = this.#log.partitions(name);
    if (partitions === null) throw new NotFoundError(`There is no topic "${name}"`);
    return {
      name,
      partitions: partitions.map(({ startOffset, endOffset }, partition) => ({
        partition,
        logStartOffset: startOffset,
        endOffset,
      })),
      configs: { ...this.#log.configs(name) },
    };
  }

  async #makeAbsent(topic: string): Promise<void> {
    try {
      await this.createTopics([{ name: topic }]);
    } catch (error) {
      // Another task may have made it meanwhile.
      if (!(error instanceof AlreadyExistsError)) throw error;
    }
  }

  #select(selection: ConsumerOptions["selection"]): string[] {
    const names = this.#log.topicNames;
    if ("topics" in selection) return names.filter((name) => selection.topics.includes(name));
    return names.filter((name) => name !== groupOffsetsTopic && selection.pattern.test(name));
  }

  /** Waits until there is more at one of the positions, at most as long as the options say. */
  async #wait(
    positions: readonly PartitionOffset[],
    { waitMsMax, signal }: FetchOptions,
  ): Promise<void> {
    const logs = positions.map(({ topic, partition }) => this.#log.partition(topic, partition));
    if (logs.some(({ endOffset }, i) => endOffset !== positions[i].offset)) return;
    const done = new AbortController();
    const calledOff = logs.map((log) => log.onAppend(() => done.abort()));
    const ends = [done.signal, this.#closing.signal, ...signal === undefined ? [] : [signal]];
    await this.#clock.sleep(waitMsMax, AbortSignal.any(ends));
    for (const callOff of calledOff) callOff();
  }

  async #commit(groupId: string, offsets: readonly PartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return;
    const now = this.#clock.now();
    // Large enough for all: the offsets of one commit stay together in one batch.
    const builder = new BatchBuilder({ sizeMax: offsets.length * (1024 + groupId.length * 3) });
    for (const position of offsets) {
      const key = encodeOffsetKey(groupId, position);
      builder.append(key, encodeOffsetValue(position.offset, now), [], now);
    }
    if (this.#log.partitions(groupOffsetsTopic) === null) {
      const configs = { "cleanup.policy": "compact", "segment.bytes": String(1 << 20) };
      await this.#log.createTopic(groupOffsetsTopic, 1, configs);
    }
    await this.append(groupOffsetsTopic, 0, builder.seal());
    remember(this.#committed, groupId, offsets);
  }

  async #keepRetention(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      await this.#clock.sleep(retentionCheckMs, this.#closing.signal);
      if (!this.#closing.signal.aborted) await this.#log.applyRetention();
    }
  }
}

async function loadGroupOffsets(
  log: EmbeddedLog,
): Promise<Map<string, Map<string, PartitionOffset>>> {
  const committed = new Map<string, Map<string, PartitionOffset>>();
  const partition: PartitionLog | undefined = log.partitions(groupOffsetsTopic)?.[0];
  if (partition === undefined) return committed;
  let offset = partition.startOffset;
  while (offset < partition.endOffset) {
    try {
      const batches = await partition.fetch(offset, loadBytesMax);
      for (const { key, value } of readRecords(batches)) {
        const read = key === null ? null : decodeOffset(key, value);
        if (read === null) continue;
        const { groupId, topic, partition, offset } = read;
        if (offset === null) committed.get(groupId)?.delete(keyOf(read));
        else remember(committed, groupId, [{ topic, partition, offset }]);
      }
      for (const { header } of readBatches(batches)) {
        offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
      }
    } catch (cause) {
      if (cause instanceof OffsetOutOfRangeError) break;
      throw new ConnectError(`Cannot read the offsets of consumer groups: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }
  return committed;
}

function remember(
  committed: Map<string, Map<string, PartitionOffset>>,
  groupId: string,
  offsets: readonly PartitionOffset[],
): void {
  const group = committed.get(groupId) ?? new Map<string, PartitionOffset>();
  committed.set(groupId, group);
  for (const position of offsets) group.set(keyOf(position), { ...position });
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`;
}
