/**
 * A consumer group whose members are all tasks of this process. Partitions are divided as Kafka's
 * `RangeAssignor` does: per topic, in order, to members in the order they joined. A partition changes
 * hands only after its owner has seen it `revoked` and has come back for more.
 *
 * @module
 */

import { ConnectError, type Logger, OffsetOutOfRangeError } from "../base/mod.ts";
import { readBatches } from "../batch/mod.ts";
import type {
  ConsumerEvent,
  ConsumerOptions,
  FetchOptions,
  GroupConsumer,
  PartitionOffset,
  TopicPartition,
} from "./topics.ts";

/** What a group needs of the topics it reads. */
export interface GroupTopics {
  /** The topics that a member's selection names now, sorted. */
  select(selection: ConsumerOptions["selection"]): string[];
  /** A topic's partitions. */
  partitionCount(topic: string): number;
  /** The first offset kept and the offset after the last, of a partition. */
  bounds(position: TopicPartition): { start: bigint; end: bigint };
  /** Batches from an offset on. @throws {OffsetOutOfRangeError} */
  read(
    position: PartitionOffset,
    options: FetchOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** Resolves when there is more at one of these positions, or when the wait ends. */
  wait(positions: readonly PartitionOffset[], options: FetchOptions): Promise<void>;
  /** The group's committed offset, or null. */
  committed(groupId: string, position: TopicPartition): bigint | null;
  /** Stores offsets of the group, durably. */
  commit(groupId: string, offsets: readonly PartitionOffset[]): Promise<void>;
  /** Where positions that had to be moved are reported. */
  log: Logger;
}

/** A group. */
export class LocalGroup {
  /** Its name. */
  readonly id: string;
  /** Its topics. */
  readonly topics: GroupTopics;
  readonly #members: LocalConsumer[] = [];
  readonly #owners = new Map<string, LocalConsumer>();

  /** A group without members. */
  constructor(id: string, topics: GroupTopics) {
    this.id = id;
    this.topics = topics;
  }

  /** Adds a member. */
  join(options: ConsumerOptions): GroupConsumer {
    const member = new LocalConsumer(this, options);
    this.#members.push(member);
    this.changed();
    return member;
  }

  /** Removes a member and frees what it owned. */
  leave(member: LocalConsumer): void {
    const place = this.#members.indexOf(member);
    if (place < 0) return;
    this.#members.splice(place, 1);
    for (const [key, owner] of this.#owners) if (owner === member) this.#owners.delete(key);
    this.changed();
  }

  /** Members or topics have changed: everyone looks again at what is theirs. */
  changed(): void {
    for (const member of this.#members) member.wake();
  }

  /** What should be a member's, by key. */
  share(member: LocalConsumer): Map<string, TopicPartition> {
    const share = new Map<string, TopicPartition>();
    for (const topic of this.topics.select(member.options.selection)) {
      const readers = this.#members.filter(({ options }) =>
        this.topics.select(options.selection).includes(topic)
      );
      const rank = readers.indexOf(member);
      const count = this.topics.partitionCount(topic);
      const each = Math.floor(count / readers.length);
      const extra = count % readers.length;
      const first = rank * each + Math.min(rank, extra);
      for (let i = 0; i < each + (rank < extra ? 1 : 0); i++) {
        const position = { topic, partition: first + i };
        share.set(keyOf(position), position);
      }
    }
    return share;
  }

  /** Makes a member the owner of a partition that nobody owns. @returns whether it is now */
  take(member: LocalConsumer, key: string): boolean {
    if (this.#owners.has(key)) return false;
    this.#owners.set(key, member);
    return true;
  }

  /** Frees partitions of a member. */
  release(keys: Iterable<string>): void {
    for (const key of keys) this.#owners.delete(key);
    this.changed();
  }
}

/** One member. */
class LocalConsumer implements GroupConsumer {
  readonly options: ConsumerOptions;
  readonly #group: LocalGroup;
  readonly #owned = new Map<string, PartitionOffset>();
  readonly #paused = new Set<string>();
  #revoking: string[] = [];
  #wakeUp = new AbortController();

  constructor(group: LocalGroup, options: ConsumerOptions) {
    this.#group = group;
    this.options = options;
  }

  async poll(options: FetchOptions): Promise<ConsumerEvent> {
    // The caller has finished with what was revoked last time.
    for (const key of this.#revoking) this.#owned.delete(key);
    if (this.#revoking.length > 0) this.#group.release(this.#revoking.splice(0));
    this.#wakeUp = new AbortController();
    return this.#reassign() ?? await this.#fetch(options) ?? await this.#wait(options);
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    const foreign = offsets.find((position) => !this.#owned.has(keyOf(position)));
    if (foreign !== undefined) {
      throw new ConnectError(
        `${this.options.clientId} cannot commit an offset of ${foreign.topic}-${foreign.partition}, ` +
          "which is not assigned to it",
      );
    }
    await this.#group.topics.commit(this.#group.id, offsets);
  }

  seek(position: PartitionOffset): void {
    const owned = this.#owned.get(keyOf(position));
    if (owned !== undefined) owned.offset = position.offset;
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.add(keyOf(partition));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.delete(keyOf(partition));
    this.wake();
  }

  close(): Promise<void> {
    this.#owned.clear();
    this.#group.leave(this);
    return Promise.resolve();
  }

  wake(): void {
    this.#wakeUp.abort();
  }

  #reassign(): ConsumerEvent | null {
    const share = this.#group.share(this);
    const going = [...this.#owned].filter(([key]) => !share.has(key));
    if (going.length > 0) {
      this.#revoking = going.map(([key]) => key);
      for (const key of this.#revoking) this.#paused.delete(key);
      return { type: "revoked", partitions: going.map(([, position]) => withoutOffset(position)) };
    }
    const coming: PartitionOffset[] = [];
    for (const [key, partition] of share) {
      if (this.#owned.has(key) || !this.#group.take(this, key)) continue;
      const position = { ...partition, offset: this.#begin(partition) };
      this.#owned.set(key, position);
      coming.push({ ...position });
    }
    return coming.length > 0 ? { type: "assigned", partitions: coming } : null;
  }

  #begin(partition: TopicPartition): bigint {
    const committed = this.#group.topics.committed(this.#group.id, partition);
    const { start, end } = this.#group.topics.bounds(partition);
    if (committed === null) return this.#reset(partition, "has no committed offset");
    if (committed >= start && committed <= end) return committed;
    return this.#reset(
      partition,
      `has the committed offset ${committed}, which is not in ${start} to ${end}`,
    );
  }

  /** Where reading begins when there is no telling. */
  #reset(partition: TopicPartition, why: string): bigint {
    const { autoOffsetReset, clientId } = this.options;
    const { start, end } = this.#group.topics.bounds(partition);
    const what = `${clientId}: ${partition.topic}-${partition.partition} ${why}`;
    if (autoOffsetReset === "none") {
      throw new OffsetOutOfRangeError(`${what}, and auto.offset.reset is none`);
    }
    const offset = autoOffsetReset === "earliest" ? start : end;
    this.#group.topics.log.info(`${what}: reading begins at ${offset} (auto.offset.reset)`);
    return offset;
  }

  async #fetch(options: FetchOptions): Promise<ConsumerEvent | null> {
    const { topics } = this.#group;
    for (const [key, owned] of this.#owned) {
      if (this.#paused.has(key) || owned.offset === topics.bounds(owned).end) continue;
      let batches: Uint8Array<ArrayBuffer>;
      try {
        batches = await topics.read(owned, options);
      } catch (error) {
        if (!(error instanceof OffsetOutOfRangeError)) throw error;
        owned.offset = this.#reset(owned, "does not hold the position any more");
        continue;
      }
      const position = owned.offset;
      for (const { header } of readBatches(batches)) {
        owned.offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
      }
      // The next poll begins with another partition.
      this.#owned.delete(key);
      this.#owned.set(key, owned);
      return { type: "batches", ...withoutOffset(owned), position, batches };
    }
    return null;
  }

  async #wait(options: FetchOptions): Promise<ConsumerEvent> {
    const active = [...this.#owned].filter(([key]) => !this.#paused.has(key));
    const signals = [this.#wakeUp.signal, ...options.signal === undefined ? [] : [options.signal]];
    const signal = AbortSignal.any(signals);
    const positions = active.map(([, position]) => position);
    await this.#group.topics.wait(positions, { ...options, signal });
    return { type: "idle" };
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`;
}

function withoutOffset({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
