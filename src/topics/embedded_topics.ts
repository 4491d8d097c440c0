/** The topics port on the embedded log: producers, readers and groups of one process. */

import {
  AlreadyExistsError,
  type Clock,
  ConfigError,
  ConnectError,
  CorruptError,
  type Disk,
  type Logger,
  NotFoundError,
  reasonOf,
  RetriableError,
} from "../base/mod.ts";
import { checkProducedBatch, readRecords } from "../batch/mod.ts";
import { EmbeddedLog, type LogUsage } from "../log/mod.ts";
import { CommittedOffsets, groupOffsetsConfigs } from "./committed_offsets.ts";
import { groupOffsetsTopic } from "./group_offsets.ts";
import { type GroupTopics, LocalGroup } from "./local_group.ts";
import { LocalGroupAdmin } from "./local_group_admin.ts";
import type {
  ConsumerOptions,
  FetchedBatches,
  FetchOptions,
  GroupAdmin,
  GroupAdminOptions,
  GroupConsumer,
  NewTopic,
  PartitionOffset,
  Producer,
  ProducerOptions,
  TopicDescription,
  Topics,
} from "./topics.ts";

/** How long after the start old segments are first looked for. Kafka: `log.initial.task.delay.ms`. */
const firstMaintenanceMs = 30 * 1000;
/** How often they are looked for. Kafka: `log.retention.check.interval.ms`. */
const maintenanceMs = 5 * 60 * 1000;
/** How long after a refusal of the disk a topic is made again, in milliseconds. */
const createRetryMs = 500;

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
  readonly #options: EmbeddedTopicsOptions;
  readonly #groups = new Map<string, LocalGroup>();
  readonly #committed: CommittedOffsets;
  readonly #groupTopics: GroupTopics;
  readonly #closing = new AbortController();
  readonly #maintenance: Promise<void>;
  /** For a topic that is being made: settled when all appends so far are in the log's queue. */
  readonly #turns = new Map<string, Promise<void>>();

  private constructor(
    options: EmbeddedTopicsOptions,
    log: EmbeddedLog,
    committed: CommittedOffsets,
  ) {
    this.#log = log;
    this.#options = options;
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
      committed: (groupId, position) => this.#committed.get(groupId, position),
      commit: (groupId, offsets) => this.#committed.commit(this, options.clock, groupId, offsets),
      checkOpen: () => this.#checkOpen(),
      clock: options.clock,
      log: options.log,
    };
    this.#maintenance = this.#maintain();
  }

  /** Opens the log, recovering it. @throws {ConnectError} when it cannot be used */
  static async open(options: EmbeddedTopicsOptions): Promise<EmbeddedTopics> {
    const log = await EmbeddedLog.open(options);
    try {
      return new EmbeddedTopics(options, log, await CommittedOffsets.load(log));
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
    this.#checkOpen();
    const before = this.#turns.get(topic);
    if (before === undefined && this.#log.partitions(topic) !== null) {
      return await this.#append(topic, partition, batch);
    }
    // One after another, so that they keep their order while the topic is being made.
    const started = (before ?? Promise.resolve()).then(async () => {
      if (this.#log.partitions(topic) === null) await this.#makeAbsent({ name: topic });
      return { appended: this.#append(topic, partition, batch) };
    });
    const turn = started.then(() => {}, () => {}).then(() => {
      if (this.#turns.get(topic) === turn) this.#turns.delete(topic);
    });
    this.#turns.set(topic, turn);
    return await (await started).appended;
  }

  async fetch(
    topic: string,
    partition: number,
    offset: bigint,
    options: FetchOptions,
  ): Promise<FetchedBatches> {
    this.#checkOpen();
    const log = this.#log.partition(topic, partition);
    await this.#wait([{ topic, partition, offset }], options);
    const batches = this.#isClosed
      ? new Uint8Array(0)
      : await log.fetch(offset, options.bytesMax, options.buffer);
    return { batches, logStartOffset: log.startOffset, endOffset: log.endOffset };
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    this.#checkOpen();
    for (const { name, partitions = 1, configs = {}, replicationFactor = -1 } of topics) {
      if (replicationFactor < 1 && replicationFactor !== -1) {
        throw new ConfigError(
          `Replication factor must be larger than 0, or -1 to use the default value, not ${replicationFactor}`,
        );
      }
      await this.#log.createTopic(name, partitions === -1 ? 1 : partitions, configs);
    }
    for (const group of this.#groups.values()) group.changed();
  }

  async listTopics(): Promise<string[]> {
    this.#checkOpen();
    return await Promise.resolve(this.#log.topicNames);
  }

  async describeTopics(names: readonly string[]): Promise<TopicDescription[]> {
    this.#checkOpen();
    return await Promise.resolve(names.map((name) => this.#describe(name)));
  }

  async openProducer({ newTopic }: ProducerOptions): Promise<Producer> {
    this.#checkOpen();
    return await Promise.resolve<Producer>({
      append: (topic, partition, batch) => this.append(topic, partition, batch),
      partitionCount: async (topic) => {
        this.#checkOpen();
        if (this.#log.partitions(topic) === null) {
          await this.#makeAbsent(newTopic(topic) ?? { name: topic });
        }
        const partitions = this.#log.partitions(topic);
        if (partitions === null) throw new ConnectError("The topics are closed");
        return partitions.length;
      },
      // Partitions stay as many as they are, what is stored has arrived, and room is made by retention.
      listen: () => {},
      stopWaiting: () => {},
      close: () => Promise.resolve(),
    });
  }

  async groupOffsets(groupId: string): Promise<PartitionOffset[]> {
    this.#checkOpen();
    return await Promise.resolve(this.#committed.of(groupId));
  }

  async openGroupAdmin({ groupId }: GroupAdminOptions): Promise<GroupAdmin> {
    this.#checkOpen();
    const { clock } = this.#options;
    const [committed, groups] = [this.#committed, this.#groups];
    const admin = new LocalGroupAdmin({
      groupId,
      hasMembers: () => groups.get(groupId)?.isEmpty === false,
      isKnown: () => committed.has(groupId) || groups.has(groupId),
      isThere: ({ topic, partition }) => this.#log.partitions(topic)?.[partition] !== undefined,
      offsets: () => committed.of(groupId),
      commit: (offsets) => committed.commit(this, clock, groupId, offsets),
      remove: (partitions) => committed.remove(this, clock, groupId, partitions),
      forget: () => {
        committed.forget(groupId);
        if (groups.get(groupId)?.isEmpty) groups.delete(groupId);
      },
      checkOpen: () => this.#checkOpen(),
    });
    return await Promise.resolve(admin);
  }

  async joinGroup(options: ConsumerOptions): Promise<GroupConsumer> {
    this.#checkOpen();
    let group = this.#groups.get(options.groupId);
    if (group === undefined) {
      group = new LocalGroup(options.groupId, this.#groupTopics);
      this.#groups.set(options.groupId, group);
    }
    return await Promise.resolve(group.join(options));
  }

  /** How much its log takes on the disk. */
  get usage(): LogUsage {
    return this.#log.usage;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#maintenance;
    await Promise.all(this.#turns.values());
    await this.#log.close();
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ConnectError("The topics are closed");
  }

  #append(topic: string, partition: number, batch: Uint8Array<ArrayBuffer>): Promise<bigint> {
    return Promise.try(() => {
      const log = this.#log.partition(topic, partition);
      const { batchBytesMax, compact } = log.config;
      if (batch.length > batchBytesMax) {
        throw new ConnectError(
          `A record batch of ${batch.length} bytes for ${topic}-${partition} is larger than the topic's ` +
            `max.message.bytes, ${batchBytesMax}`,
        );
      }
      try {
        const header = checkProducedBatch(batch);
        if (compact) checkKeys(`${topic}-${partition}`, batch);
        return log.append(batch, header);
      } catch (cause) {
        if (!(cause instanceof CorruptError)) throw cause;
        const reason = `A record batch for ${topic}-${partition} is refused: ${cause.message}`;
        throw new ConnectError(reason, { cause });
      }
    });
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

  /** Makes a topic that is written to, however long the disk refuses. */
  async #makeAbsent({ name: topic, configs = {}, ...numbers }: NewTopic): Promise<void> {
    const { log, clock } = this.#options;
    const own = topic === groupOffsetsTopic ? groupOffsetsConfigs : configs;
    for (let refused = false;; refused = true) {
      try {
        await this.createTopics([{ name: topic, ...numbers, configs: { ...own } }]);
        if (refused) log.info(`The topic "${topic}" is made`);
        return;
      } catch (error) {
        // It may have been made otherwise meanwhile.
        if (error instanceof AlreadyExistsError && this.#log.partitions(topic) !== null) return;
        if (!(error instanceof RetriableError)) throw error;
        if (!refused) log.error(`${reasonOf(error)}; producers wait until it succeeds`);
      }
      await clock.sleep(createRetryMs, this.#closing.signal);
    }
  }

  #select(selection: ConsumerOptions["selection"]): string[] {
    const names = this.#log.topicNames;
    if ("topics" in selection) return names.filter((name) => selection.topics.includes(name));
    const { pattern } = selection;
    return names.filter((name) => name !== groupOffsetsTopic && pattern.matches(name));
  }

  /** Waits until there is more at one of the positions, at most as long as the options say. */
  async #wait(
    positions: readonly PartitionOffset[],
    { waitMsMax, signal }: FetchOptions,
  ): Promise<void> {
    const logs = positions.map(({ topic, partition }) => this.#log.partition(topic, partition));
    if (logs.some(({ endOffset }, i) => endOffset !== positions[i].offset)) return;
    if (this.#isClosed || signal?.aborted) return;
    const done = new AbortController();
    const wake = () => done.abort();
    const calledOff = logs.map((log) => log.onAppend(wake));
    const signals = signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal];
    for (const other of signals) other.addEventListener("abort", wake);
    await this.#options.clock.sleep(waitMsMax, done.signal);
    for (const callOff of calledOff) callOff();
    for (const other of signals) other.removeEventListener("abort", wake);
  }

  /** Removes and compacts old segments from time to time. */
  async #maintain(): Promise<void> {
    const { signal } = this.#closing;
    await this.#options.clock.sleep(firstMaintenanceMs, signal);
    while (!signal.aborted) {
      await this.#log.maintain(signal);
      await this.#options.clock.sleep(maintenanceMs, signal);
    }
  }
}

/** Kafka: `LogValidator`, in its words. @throws {ConnectError} for a record without a key */
function checkKeys(name: string, batch: Uint8Array): void {
  for (const { key } of readRecords(batch)) {
    if (key !== null) continue;
    throw new ConnectError(
      `Compacted topic cannot accept message without key in topic partition ${name}`,
    );
  }
}
