/**
 * Fetches the partitions of a consumer ahead of its reader. Each leader has one request under way, for
 * all its partitions of which nothing is left to hand out; what came stays until it is handed out. So
 * of a partition `max.partition.fetch.bytes` wait at most, and of a leader `fetch.max.bytes` are on
 * their way; one batch comes even when it is larger. Partitions are handed out in turn, so that the last
 * batch that holds an answer in memory is soon gone; a paused one takes its batches out of the answer.
 *
 * | a partition             | asks its leader when                                              |
 * | ----------------------- | ----------------------------------------------------------------- |
 * | has batches left        | they are handed out                                               |
 * | is paused               | it is resumed                                                     |
 * | met an error that passes | the topic's metadata have been read anew, after a wait           |
 * | is out of range         | its position has been reset, as `auto.offset.reset` says          |
 * | has a new leader        | that has what was read, or the position has been moved (KIP-320)  |
 *
 * @module
 */

import { type Clock, type Logger, reasonOf } from "../base/mod.ts";
import type { KafkaClient } from "./client.ts";
import { ConnectionError, errorCode, fetchError, isRetriable, KafkaError } from "./errors.ts";
import { type BatchRun, type FetchedBatches, readFetched } from "./fetched_batches.ts";
import {
  type FetchAnswer,
  type FetchedPartition,
  type FetchPosition,
  fetchRequest,
} from "./protocol/fetch.ts";
import type { CommittedOffset } from "./protocol/offsets.ts";
import { type PartitionName, partitionText } from "./protocol/partitions.ts";
import {
  checkPosition,
  type MovedPosition,
  type ReadPosition,
  resetPosition,
} from "./reading_on.ts";
import type { ConsumerSettings } from "./settings.ts";

/** A larger buffer is not kept for the next answer. */
const keptBytesMax = 8 << 20;

/** What a fetcher is made with. */
export interface FetcherOptions {
  /** Who speaks to brokers for it. */
  client: KafkaClient;
  /** How to fetch. */
  settings: ConsumerSettings;
  /** How long a preferred replica is asked before the leader is again (`metadata.max.age.ms`). */
  metadataMaxAgeMs: number;
  /** Something can be taken, or has gone wrong. */
  onNews(): void;
  /** A topic or partition is not there: it may have been removed. */
  onUnknown(): void;
  /** Time. */
  clock: Clock;
  /** Where positions that had to be moved are reported. */
  log: Logger;
}

/** Batches of a partition for its reader. */
export interface TakenBatches extends PartitionName, BatchRun {
  /** Records below it are to be passed over. */
  position: bigint;
}

/** A partition that is read: what is handed out next, and what is fetched when nothing is left of that. */
interface Followed extends ReadPosition {
  /** The epoch of the leader that has what was read. */
  checkedEpoch: number;
  fetched: FetchedBatches | null;
  /** Where the partition ended when it was fetched last; null: not known yet. */
  endOffset: bigint | null;
  isPaused: boolean;
  /** Grows when the position is moved: what was under way before it is of no use. */
  moves: number;
  failures: number;
  /** Not to be fetched before this time, monotonic. */
  restsUntilMs: number;
  /** A replica that the leader names as nearer. */
  replica: { nodeId: number; untilMs: number } | null;
  /** Why it cannot go on. */
  error: Error | null;
}

/** Errors that pass, of which the log hears once. Kafka: `FetchCollector.handleInitializeErrors`. */
const notable = new Set(["UNKNOWN_SERVER_ERROR", "UNKNOWN_TOPIC_OR_PARTITION"]);

/** A fetcher. */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #followed = new Map<string, Followed>();
  /** Where the last answer of a node is, to be used again for the next one. */
  readonly #buffers = new Map<number, ArrayBuffer>();
  /** Nodes with a request under way. */
  readonly #busy = new Set<number>();
  #wakeUp = new AbortController();
  #isClosed = false;

  /** A fetcher that follows nothing. */
  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#run();
  }

  /** Begins to follow partitions. */
  follow(positions: readonly CommittedOffset[]): void {
    for (const { topic, partition, offset } of positions) {
      this.#followed.set(partitionText({ topic, partition }), {
        topic,
        partition,
        offset,
        epoch: -1,
        checkedEpoch: -1,
        fetched: null,
        endOffset: null,
        isPaused: false,
        moves: 0,
        failures: 0,
        restsUntilMs: -Infinity,
        replica: null,
        error: null,
      });
    }
    this.#wake();
  }

  /** Forgets partitions and what was fetched of them. */
  unfollow(partitions: readonly PartitionName[]): void {
    for (const partition of partitions) this.#followed.delete(partitionText(partition));
  }

  /** Moves a position. */
  seek({ topic, partition, offset }: CommittedOffset): void {
    const followed = this.#followed.get(partitionText({ topic, partition }));
    if (followed === undefined) return;
    this.#move(followed, offset);
    this.#wake();
  }

  /** Fetches partitions no more, or again; what has been fetched is kept. */
  pause(partitions: readonly PartitionName[], isPaused: boolean): void {
    for (const partition of partitions) {
      const followed = this.#followed.get(partitionText(partition));
      if (followed === undefined) continue;
      followed.isPaused = isPaused;
      if (isPaused) followed.fetched?.detach();
    }
    this.#wake();
  }

  /**
   * Hands out batches of the next partition in turn that has some, or null.
   * @throws {OffsetOutOfRangeError} where a position is not there and `auto.offset.reset` is `none`
   * @throws {ConnectError} where a partition cannot be fetched for good
   */
  take(bytesMax: number, buffer?: ArrayBuffer): TakenBatches | null {
    for (const [key, followed] of this.#followed) {
      if (followed.error !== null) throw followed.error;
      if (followed.isPaused || followed.fetched === null) continue;
      const { topic, partition, offset: position } = followed;
      const run = followed.fetched.take(bytesMax, buffer);
      followed.offset = run.endOffset;
      followed.epoch = run.endEpoch;
      if (followed.fetched.isEmpty) {
        followed.fetched = null;
        this.#wake();
      }
      this.#followed.delete(key);
      this.#followed.set(key, followed);
      return { topic, partition, position, ...run };
    }
    return null;
  }

  /** How many records there are beyond all positions; null while some partition has not been fetched. */
  lag(): number | null {
    let sum = 0;
    for (const { offset, endOffset } of this.#followed.values()) {
      if (endOffset === null) return null;
      sum += Math.max(0, Number(endOffset - offset));
    }
    return sum;
  }

  /** Fetches no more. */
  close(): void {
    this.#isClosed = true;
    this.#wake();
  }

  #wake(): void {
    this.#wakeUp.abort();
  }

  #move(followed: Followed, offset: bigint): void {
    followed.offset = offset;
    followed.epoch = -1;
    followed.fetched = null;
    followed.error = null;
    followed.restsUntilMs = -Infinity;
    followed.moves++;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#isClosed) {
      this.#wakeUp = new AbortController();
      const { signal } = this.#wakeUp;
      const nodes = new Map<number, FetchPosition[]>();
      let restMs = Infinity;
      for (const followed of this.#followed.values()) {
        if (followed.isPaused || followed.fetched !== null || followed.error !== null) continue;
        const leftMs = followed.restsUntilMs - clock.monotonic();
        if (leftMs > 0) {
          restMs = Math.min(restMs, leftMs);
          continue;
        }
        const target = await this.#target(followed);
        if (target === null) restMs = 0;
        else if (!this.#busy.has(target.nodeId)) {
          nodes.set(target.nodeId, [...nodes.get(target.nodeId) ?? [], target.position]);
        }
      }
      for (const [nodeId, positions] of nodes) this.#fetch(nodeId, positions);
      if (restMs > 0) await clock.sleep(restMs, signal);
    }
  }

  /** Whom to ask, or null when that is not known yet. */
  async #target(
    followed: Followed,
  ): Promise<{ nodeId: number; position: FetchPosition } | null> {
    const { client, clock, settings } = this.#options;
    const { topic, partition, offset } = followed;
    try {
      const { partitions } = await client.topic(topic);
      const found = partitions.find((one) => one.partition === partition);
      if (found === undefined || found.leader < 0) {
        client.forgetTopic(topic);
        throw new KafkaError(`Cannot fetch ${topic}-${partition}`, found === undefined ? 3 : 5);
      }
      const { leader, leaderEpoch } = found;
      if (followed.epoch >= 0 && leaderEpoch > followed.checkedEpoch) {
        void this.#readOn(followed, async () => {
          const moved = await checkPosition(client, followed, found, settings);
          followed.checkedEpoch = leaderEpoch;
          return moved;
        });
        return null;
      }
      followed.checkedEpoch = leaderEpoch;
      const { replica } = followed;
      const isNear = replica !== null && clock.monotonic() < replica.untilMs;
      const nodeId = isNear ? replica.nodeId : leader;
      return { nodeId, position: { topic, partition, offset, leaderEpoch } };
    } catch (error) {
      this.#failed(followed, error);
      return null;
    }
  }

  async #fetch(nodeId: number, positions: readonly FetchPosition[]): Promise<void> {
    const { client, settings } = this.#options;
    this.#busy.add(nodeId);
    const asked = positions.map((position) => {
      const followed = this.#followed.get(partitionText(position));
      return { position, followed, moves: followed?.moves };
    });
    /** Those of which nothing has changed since. */
    const current = () =>
      asked.flatMap(({ position, followed, moves }) => {
        const isCurrent = followed !== undefined && followed.moves === moves &&
          followed === this.#followed.get(partitionText(position));
        return isCurrent ? [followed] : [];
      });
    try {
      const request = fetchRequest(positions, settings, this.#freeBuffer(nodeId));
      const answer = await client.send(nodeId, request, "fetches");
      this.#keepBuffer(nodeId, answer);
      this.#receive(nodeId, current(), answer);
    } catch (error) {
      for (const followed of current()) this.#failed(followed, error);
    }
    this.#busy.delete(nodeId);
    this.#wake();
  }

  /** The buffer of a node's last answer, once nothing is left in it. */
  #freeBuffer(nodeId: number): ArrayBuffer | undefined {
    const buffer = this.#buffers.get(nodeId);
    // A request that fails does not give it back.
    this.#buffers.delete(nodeId);
    for (const { fetched } of this.#followed.values()) {
      if (fetched !== null && fetched.buffer === buffer) fetched.detach();
    }
    return buffer;
  }

  #keepBuffer(nodeId: number, { partitions }: FetchAnswer): void {
    const buffer = partitions.find(({ records }) => records.length > 0)?.records.buffer;
    if (buffer !== undefined && buffer.byteLength <= keptBytesMax) {
      this.#buffers.set(nodeId, buffer);
    }
  }

  #receive(nodeId: number, asked: readonly Followed[], answer: FetchAnswer): void {
    if (answer.error !== 0) throw new KafkaError("Cannot fetch", answer.error);
    const found = new Map(answer.partitions.map((one) => [partitionText(one), one]));
    for (const followed of asked) {
      const fetched = found.get(partitionText(followed));
      try {
        if (fetched === undefined) {
          throw new ConnectionError(`Broker ${nodeId} has left ${partitionText(followed)} out`);
        }
        this.#keep(nodeId, followed, fetched);
      } catch (error) {
        this.#failed(followed, error);
      }
    }
  }

  #keep(nodeId: number, followed: Followed, fetched: FetchedPartition): void {
    const { client, clock, metadataMaxAgeMs, settings, onNews } = this.#options;
    const name = partitionText(followed);
    if (errorCode(fetched.error).name === "OFFSET_OUT_OF_RANGE") {
      // A replica may lag behind; its leader knows.
      if (followed.replica?.nodeId === nodeId) followed.replica = null;
      else void this.#readOn(followed, () => resetPosition(client, followed, settings));
      return;
    }
    if (fetched.error !== 0) throw fetchError(name, followed.offset, fetched.error);
    followed.failures = 0;
    const isCommitted = settings.isolationLevel === "read_committed";
    followed.endOffset = isCommitted ? fetched.lastStableOffset : fetched.highWatermark;
    if (fetched.preferredReplica >= 0) {
      const untilMs = clock.monotonic() + metadataMaxAgeMs;
      followed.replica = { nodeId: fetched.preferredReplica, untilMs };
    }
    if (fetched.records.length === 0) return;
    const aborted = isCommitted ? fetched.aborted : [];
    const batches = readFetched(name, fetched.records, followed.offset, aborted);
    if (batches.isEmpty) {
      followed.offset = batches.endOffset;
      followed.epoch = batches.endEpoch;
    } else {
      if (followed.isPaused) batches.detach();
      followed.fetched = batches;
      onNews();
    }
  }

  /** What may pass is tried again after a wait; other errors are for the reader. */
  #failed(followed: Followed, error: unknown): void {
    if (this.#isClosed) return;
    const { client, clock, log, onNews, onUnknown } = this.#options;
    const code = error instanceof KafkaError ? error.code : "";
    if (code === "UNKNOWN_TOPIC_OR_PARTITION") onUnknown();
    if (isRetriable(error) || notable.has(code)) {
      client.forgetTopic(followed.topic);
      followed.replica = null;
      const isNews = followed.failures === 0 && notable.has(code);
      followed.restsUntilMs = clock.monotonic() + client.backoffMs(followed.failures++);
      log[isNews ? "warn" : "debug"](`${client.clientId}: ${reasonOf(error)}`);
    } else {
      followed.error = error as Error;
      onNews();
    }
  }

  /** Looks for where to go on; until then the partition rests. */
  async #readOn(followed: Followed, find: () => Promise<MovedPosition | null>): Promise<void> {
    const { client, log } = this.#options;
    followed.restsUntilMs = Infinity;
    const { moves } = followed;
    try {
      const found = await find();
      followed.restsUntilMs = -Infinity;
      if (followed.moves === moves && found !== null) {
        const { why, offset } = found;
        log.info(`${client.clientId}: ${why}: reading goes on at ${offset} (auto.offset.reset)`);
        this.#move(followed, offset);
      }
    } catch (error) {
      this.#failed(followed, error);
    }
    this.#wake();
  }
}
