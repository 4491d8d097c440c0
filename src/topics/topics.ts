/**
 * The topics port: all that task loops, stores and the command line ask of topics. The embedded log
 * and Kafka both implement it and pass the same contract suite (`test/unit/topics/contract.ts`).
 *
 * Records cross this port only inside record batches (magic v2), sealed by whoever made them.
 *
 * @module
 */

import type { Logger } from "../base/mod.ts";
import type {
  ConnectionSettings,
  ConsumerSettings,
  ProducerSettings,
  TopicPattern,
} from "../kafka/mod.ts";

/** A partition of a topic. */
export interface TopicPartition {
  /** The topic's name. */
  topic: string;
  /** The partition's number, from 0. */
  partition: number;
}

/** The position of a reader in a partition. */
export interface PartitionOffset extends TopicPartition {
  /** The offset of the next record to read. */
  offset: bigint;
}

/** What a topic is made with. */
export interface NewTopic {
  /** The topic's name: 1 to 249 characters of `a-zA-Z0-9._-`, neither `.` nor `..`. */
  name: string;
  /** How many partitions; 1 unless told. -1 leaves it to brokers; it is 1 in the embedded log. */
  partitions?: number;
  /** How many brokers keep it; -1 leaves it to them, and so it is unless told. The embedded log keeps one copy. */
  replicationFactor?: number;
  /** Topic configs such as `cleanup.policy`, `retention.ms`, `retention.bytes`, `segment.bytes`, `segment.ms`. */
  configs?: Record<string, string>;
}

/** A topic as it stands. */
export interface TopicDescription {
  /** The topic's name. */
  name: string;
  /** Each partition with the first offset still kept and the offset after the last durable record. */
  partitions: { partition: number; logStartOffset: bigint; endOffset: bigint }[];
  /** Topic configs that differ from the defaults. */
  configs: Record<string, string>;
}

/** What a fetch found. */
export interface FetchedBatches {
  /**
   * Whole record batches one after another, in a buffer of its own that may be transferred; empty
   * when there is nothing at the offset yet. The first may begin before the offset asked for: records
   * below it are to be passed over.
   */
  batches: Uint8Array<ArrayBuffer>;
  /** The first offset still kept. */
  logStartOffset: bigint;
  /** The offset after the last durable record. */
  endOffset: bigint;
}

/** How much to fetch, and how long to wait for it. */
export interface FetchOptions {
  /** Stop after this many bytes; one whole batch comes even when it is larger. */
  bytesMax: number;
  /** How long to wait for the first byte, in milliseconds. */
  waitMsMax: number;
  /** Ends the wait early, with an empty answer. */
  signal?: AbortSignal;
  /** A spare buffer of the caller's: the batches may be handed out in it. */
  buffer?: ArrayBuffer;
}

/** How much a consumer takes, and how long it waits for it. */
export interface PollOptions extends FetchOptions {
  /** Hands out no batches: the caller has enough of them, but wants to stay in the group. */
  withoutBatches?: boolean;
}

export type { TopicPattern };

/** What a consumer reads: topics by name, or every topic whose whole name matches. */
export type TopicSelection = { topics: readonly string[] } | { pattern: TopicPattern };

/**
 * What {@linkcode GroupConsumer.poll} hands out.
 *
 * - `assigned`: partitions that are now this member's, each with the position it reads from: the
 *   group's committed offset, or where `autoOffsetReset` says.
 * - `revoked`: partitions that are taken away. The caller finishes with them and commits before it
 *   polls again; the group waits for that. Some may be assigned to the same member again at once: an
 *   eager group takes all from everyone in every rebalance, a cooperative one only what moves.
 * - `lost`: partitions that already belong to another, because the caller has not polled for too long
 *   or the group has lost sight of it. Nothing can be committed for them any more.
 * - `batches`: fetched record batches of an assigned partition that is not paused; records below
 *   `position` are to be passed over.
 * - `idle`: nothing came in time. It may also come early.
 *
 * Assignments come some time after {@linkcode Topics.joinGroup}, after members have joined or left, and
 * after topics were made; other members may be in other processes. A partition is never assigned to two
 * members of a group at once.
 */
export type ConsumerEvent =
  | { type: "assigned"; partitions: PartitionOffset[] }
  | { type: "revoked"; partitions: TopicPartition[] }
  | { type: "lost"; partitions: TopicPartition[] }
  | {
    type: "batches";
    topic: string;
    partition: number;
    position: bigint;
    batches: Uint8Array<ArrayBuffer>;
  }
  | { type: "idle" };

/** One member of a consumer group, as a sink task has it. One call at a time, but for `commit` and `close`. */
export interface GroupConsumer {
  /**
   * The next thing that happened, waiting at most `waitMsMax`.
   * @throws {OffsetOutOfRangeError} where `autoOffsetReset` is `none` and there is no position to begin
   * at, each time until there is one
   * @throws {ConnectError} once it or the port is closed
   */
  poll(options: PollOptions): Promise<ConsumerEvent>;
  /**
   * Stores the group's offsets, durably. It may take long while the group's coordinator is away; polls go on.
   * @throws {ConnectError} for a partition that is not assigned to this member
   */
  commit(offsets: readonly PartitionOffset[]): Promise<void>;
  /** Moves the position of an assigned partition; nothing for another one. */
  seek(position: PartitionOffset): void;
  /** Stops fetching these assigned partitions until they are resumed, or taken away. */
  pause(partitions: readonly TopicPartition[]): void;
  /** Fetches these partitions again. */
  resume(partitions: readonly TopicPartition[]): void;
  /** How many records of its partitions it has yet to hand out, as far as it has seen; null: not known yet. */
  lag(): number | null;
  /** Leaves the group; what is not committed stays so. A poll under way ends, idle. */
  close(): Promise<void>;
}

/** How a consumer joins a group. */
export interface ConsumerOptions {
  /** The group, `connect-<connector>` for a sink connector. */
  groupId: string;
  /** What it reads. */
  selection: TopicSelection;
  /** Where to begin without a committed offset. */
  autoOffsetReset: "earliest" | "latest" | "none";
  /** A name for logs, such as `connector-consumer-local-file-sink-0`; members are ordered by it. */
  clientId: string;
  /** A member that does not poll for so long loses its partitions (`max.poll.interval.ms`): 300000 unless told. */
  pollIntervalMsMax?: number;
  /** How it reads from Kafka; the worker's own way unless told. The embedded log has nothing to set. */
  kafka?: { connection: ConnectionSettings; consumer: ConsumerSettings };
  /** Where messages about it go; to the log of the topics unless told. */
  log?: Logger;
}

/** How a task writes. */
export interface ProducerOptions {
  /** A name for logs and brokers, such as `connector-producer-local-file-source-0`. */
  clientId: string;
  /** What a topic that is absent is made with; null: it is left to whoever makes topics by themselves. */
  newTopic(topic: string): NewTopic | null;
  /** How it writes to Kafka; the worker's own way unless told. The embedded log has nothing to set. */
  kafka?: {
    connection: ConnectionSettings;
    producer: ProducerSettings;
    /** Who makes topics that are absent; the worker's own admin client unless told. */
    admin?: { connection: ConnectionSettings; apiTimeoutMs: number };
  };
  /** Where messages about it go; to the log of the topics unless told. */
  log?: Logger;
}

/** What a producer tells without being asked, of topics whose partitions it was asked for. */
export interface ProducerListener {
  /** A topic has another number of partitions than was told last. */
  partitionsChanged(topic: string, partitions: number): void;
  /** Records of a topic that were stored on their way cannot go on; they stay where they are. */
  topicRefused(topic: string, reason: string): void;
}

/** A way to write, as a source task has it. */
export interface Producer {
  /** As {@linkcode Topics.append}. */
  append(topic: string, partition: number, batch: Uint8Array<ArrayBuffer>): Promise<bigint>;
  /**
   * How many partitions a topic has, after making it when it is absent.
   * @throws {ConnectError} when it cannot be used
   */
  partitionCount(topic: string): Promise<number>;
  /** Whom it tells what it was not asked. */
  listen(listener: ProducerListener): void;
  /** From now on a batch that there is no room for is rejected rather than kept waiting. */
  stopWaiting(): void;
  /** Lets go of connections. What is under way is rejected. */
  close(): Promise<void>;
}

/** Which group is looked after, and how. */
export interface GroupAdminOptions {
  /** The group. */
  groupId: string;
  /** A name for logs and brokers, such as `connector-worker-adminclient-local-file-sink`. */
  clientId: string;
  /** How it reaches Kafka; the worker's own way unless told. The embedded log has nothing to set. */
  kafka?: { connection: ConnectionSettings; apiTimeoutMs: number };
}

/**
 * A consumer group as it looks from outside. What changes it is for a group that is there and has no
 * members, and durable when it answers. Kafka: what `Admin` has for groups.
 */
export interface GroupAdmin {
  /** What it has committed, of topics that are there; empty for a group that is not. */
  offsets(): Promise<PartitionOffset[]>;
  /**
   * Commits offsets, and makes a group that is not there. What may be committed is, also when another
   * partition is not there. An offset may be any that is not negative: who begins to read at one that
   * is not there begins where `autoOffsetReset` says.
   * @throws {NotFoundError} for a partition that is not there
   * @throws {GroupNotEmptyError}
   */
  alterOffsets(offsets: readonly PartitionOffset[]): Promise<void>;
  /**
   * Forgets the offsets of partitions, as far as it has any.
   * @throws {NotFoundError} for a partition or a group that is not there
   * @throws {GroupNotEmptyError}
   */
  deleteOffsets(partitions: readonly TopicPartition[]): Promise<void>;
  /**
   * Forgets the group with all its offsets.
   * @throws {NotFoundError} for a group that is not there
   * @throws {GroupNotEmptyError}
   */
  deleteGroup(): Promise<void>;
  /** Lets go of connections. What is under way is rejected. */
  close(): Promise<void>;
}

/** Topics, wherever they live. Every call on a closed port rejects with a {@linkcode ConnectError}. */
export interface Topics {
  /**
   * Appends a sealed record batch, making the topic when it is absent and the implementation does
   * so (the embedded log does). Batches of a partition are stored in the order of the calls. The
   * buffer belongs to the port until the promise is settled; the base offset is written into it.
   * @returns the base offset, once the batch is durable
   * What may pass by itself, such as a full disk, is waited for; an error is final.
   * @throws {ConnectError} for an unknown partition, a refused or too large batch, a record without a
   * key in a compacted topic, or a closed port
   */
  append(topic: string, partition: number, batch: Uint8Array<ArrayBuffer>): Promise<bigint>;
  /**
   * Reads record batches from `offset` on. They are whole and sound; one without records may stand for
   * what was compacted away or damaged.
   * @throws {OffsetOutOfRangeError} when `offset` is below the first kept or beyond the end
   * @throws {NotFoundError} when there is no such topic or partition
   */
  fetch(
    topic: string,
    partition: number,
    offset: bigint,
    options: FetchOptions,
  ): Promise<FetchedBatches>;
  /**
   * Makes topics, one after another, durably.
   * @throws {AlreadyExistsError} when one is there
   * @throws {ConfigError} for a name, a number or a setting that will not do
   * @throws {RetriableError} when it may succeed later; calling again does no harm
   */
  createTopics(topics: readonly NewTopic[]): Promise<void>;
  /** The names of all topics, sorted. */
  listTopics(): Promise<string[]>;
  /** Describes topics. @throws {NotFoundError} naming the one that is not there */
  describeTopics(names: readonly string[]): Promise<TopicDescription[]>;
  /** Opens a way to write of its own, so that one task does not hold up another. */
  openProducer(options: ProducerOptions): Promise<Producer>;
  /** The committed offsets of a group; empty for a group without any. */
  groupOffsets(groupId: string): Promise<PartitionOffset[]>;
  /** Opens a way to look after a consumer group. */
  openGroupAdmin(options: GroupAdminOptions): Promise<GroupAdmin>;
  /** Joins a consumer group. */
  joinGroup(options: ConsumerOptions): Promise<GroupConsumer>;
  /** Finishes what is under way, ending waits, and lets go of files and connections. */
  close(): Promise<void>;
}
