/**
 * A consumer group whose members are all tasks of this process. Partitions are divided as Kafka's
 * `RangeAssignor` does: per topic, in order, to the members in the order of their ids, which begin with
 * their client ids, so that a task that comes back is given what it had. A partition changes hands only
 * after its owner has seen it `revoked` and has come back for more. An owner that does not come back in
 * time leaves the group, as a broker would make it, and loses its partitions until it polls again.
 *
 * @module
 */

import { type Clock, ConnectError, type Logger } from "../base/mod.ts";
import { LocalConsumer } from "./local_consumer.ts";
import { keyOf } from "./partition_key.ts";
import type {
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
  read(position: PartitionOffset, options: FetchOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Resolves when there is more at one of these positions, or when the wait ends. */
  wait(positions: readonly PartitionOffset[], options: FetchOptions): Promise<void>;
  /** The group's committed offset, or null. */
  committed(groupId: string, position: TopicPartition): bigint | null;
  /** Stores offsets of the group, durably. */
  commit(groupId: string, offsets: readonly PartitionOffset[]): Promise<void>;
  /** Lets nothing go on once the topics are closed. @throws {ConnectError} */
  checkOpen(): void;
  /** Time. */
  clock: Clock;
  /** Where positions that had to be moved are reported. */
  log: Logger;
}

/** The share of a member, by key. */
type Share = ReadonlyMap<string, TopicPartition>;

/** A group. */
export class LocalGroup {
  /** Its name. */
  readonly id: string;
  /** Its topics. */
  readonly topics: GroupTopics;
  /** In the order of their ids. */
  readonly #members: LocalConsumer[] = [];
  readonly #owners = new Map<string, LocalConsumer>();
  /** What should be whose; null when members or topics have changed since. */
  #shares: Map<LocalConsumer, Share> | null = null;
  #joinCount = 0;

  /** A group without members. */
  constructor(id: string, topics: GroupTopics) {
    this.id = id;
    this.topics = topics;
  }

  /** Whether it has no members. */
  get isEmpty(): boolean {
    return this.#members.length === 0;
  }

  /** Adds a member. */
  join(options: ConsumerOptions): GroupConsumer {
    const memberId = `${options.clientId}-${String(this.#joinCount++).padStart(10, "0")}`;
    const member = new LocalConsumer(this, memberId, options);
    this.add(member);
    return member;
  }

  /** Adds a member, maybe again. */
  add(member: LocalConsumer): void {
    const place = this.#members.findIndex(({ memberId }) => memberId > member.memberId);
    this.#members.splice(place < 0 ? this.#members.length : place, 0, member);
    this.changed();
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
    this.#shares = null;
    for (const member of this.#members) member.wake();
  }

  /** What should be a member's, by key. */
  share(member: LocalConsumer): Share {
    this.#shares ??= this.#assign();
    return this.#shares.get(member) ?? new Map();
  }

  /** Whether nobody owns a partition. */
  isFree(key: string): boolean {
    return !this.#owners.has(key);
  }

  /** Makes a member the owner of a free partition. @throws {ConnectError} when it has one */
  take(member: LocalConsumer, key: string): void {
    if (!this.isFree(key)) throw new ConnectError(`${key} has an owner`);
    this.#owners.set(key, member);
  }

  /** Frees partitions of a member. */
  release(keys: Iterable<string>): void {
    for (const key of keys) this.#owners.delete(key);
    for (const member of this.#members) member.wake();
  }

  /** Makes members leave that have not polled for too long. */
  expelOverdue(): void {
    for (const member of this.#members.filter((member) => member.isOverdue)) {
      this.topics.log.warn(
        `${member.memberId} has not polled for more than max.poll.interval.ms and leaves the group ${this.id}`,
      );
      this.leave(member);
      member.expelled();
    }
  }

  #assign(): Map<LocalConsumer, Share> {
    const shares = new Map(this.#members.map((member) => [member, new Map()]));
    const readers = new Map<string, LocalConsumer[]>();
    for (const member of this.#members) {
      for (const topic of this.topics.select(member.options.selection)) {
        readers.set(topic, [...readers.get(topic) ?? [], member]);
      }
    }
    for (const [topic, members] of readers) {
      const count = this.topics.partitionCount(topic);
      for (const [rank, member] of members.entries()) {
        for (const partition of range(count, members.length, rank)) {
          const position = { topic, partition };
          shares.get(member)!.set(keyOf(position), position);
        }
      }
    }
    return shares;
  }
}

/** The partitions, of `count`, of the member with this rank among `memberCount`. Kafka: `RangeAssignor`. */
function range(count: number, memberCount: number, rank: number): number[] {
  const each = Math.floor(count / memberCount);
  const extra = count % memberCount;
  const first = rank * each + Math.min(rank, extra);
  return Array.from({ length: each + (rank < extra ? 1 : 0) }, (_, i) => first + i);
}
