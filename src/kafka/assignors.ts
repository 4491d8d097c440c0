/**
 * How the leader of a consumer group divides partitions among its members: pure functions.
 *
 * `range` does exactly what Java's RangeAssignor does without racks. `cooperative-sticky` keeps what
 * members have, balances, and gives what moves to its new owner only in the rebalance after the one in
 * which its old owner gives it up (KIP-429); it balances as Java's does, not partition for partition.
 *
 * @module
 */

import { noGeneration, type Subscription } from "./protocol/consumer_group.ts";
import { type PartitionName, partitionText } from "./protocol/partitions.ts";

/** A member and what it has told. */
export interface AssigningMember {
  /** Its id. */
  memberId: string;
  /** Its name for good, or null. */
  groupInstanceId: string | null;
  /** What it has told. */
  subscription: Subscription;
}

/** What each member gets, by member id. */
export type Assignment = Map<string, PartitionName[]>;

/** Divides: `counts` has the number of partitions of each topic that is there. */
export type Assignor = (
  members: readonly AssigningMember[],
  counts: ReadonlyMap<string, number>,
) => Assignment;

/** Of each topic, in order, a run of partitions to each member that reads it. Kafka: `RangeAssignor`. */
export function assignRange(
  members: readonly AssigningMember[],
  counts: ReadonlyMap<string, number>,
): Assignment {
  const assignment: Assignment = new Map(members.map(({ memberId }) => [memberId, []]));
  for (const [topic, readers] of readersOf(members)) {
    const count = counts.get(topic) ?? 0;
    const each = Math.floor(count / readers.length);
    const extra = count % readers.length;
    for (const [rank, { memberId }] of readers.entries()) {
      const first = rank * each + Math.min(rank, extra);
      const length = each + (rank < extra ? 1 : 0);
      const run = Array.from({ length }, (_, i) => ({ topic, partition: first + i }));
      assignment.get(memberId)!.push(...run);
    }
  }
  return assignment;
}

/**
 * Keeps what members have, balances, and holds back what another member still has. Kafka:
 * `CooperativeStickyAssignor`.
 */
export function assignCooperativeSticky(
  members: readonly AssigningMember[],
  counts: ReadonlyMap<string, number>,
): Assignment {
  const assignment = assignSticky(members, counts);
  const owners = new Map<string, Set<string>>();
  for (const { memberId, subscription } of members) {
    for (const partition of subscription.owned) {
      const key = partitionText(partition);
      owners.set(key, (owners.get(key) ?? new Set()).add(memberId));
    }
  }
  for (const [memberId, partitions] of assignment) {
    const free = partitions.filter((partition) => {
      const having = owners.get(partitionText(partition));
      return having === undefined || having.has(memberId);
    });
    assignment.set(memberId, free);
  }
  return assignment;
}

/** Keeps as much as balance allows: no member has two more than another that could take one of them. */
export function assignSticky(
  members: readonly AssigningMember[],
  counts: ReadonlyMap<string, number>,
): Assignment {
  const sorted = [...members].sort(byRank);
  const assignment: Assignment = new Map(sorted.map(({ memberId }) => [memberId, []]));
  const topics = new Map(
    sorted.map(({ memberId, subscription }) => [memberId, new Set(subscription.topics)]),
  );
  const keepers = keepersOf(sorted, counts);
  const load = (memberId: string) => assignment.get(memberId)!.length;
  const lightest = (topic: string) =>
    sorted.map(({ memberId }) => memberId).filter((id) => topics.get(id)!.has(topic))
      .reduce<string | null>((a, b) => a === null || load(b) < load(a) ? b : a, null);

  const free: PartitionName[] = [];
  for (const [topic, count] of [...counts].sort(([a], [b]) => a < b ? -1 : 1)) {
    for (let partition = 0; partition < count; partition++) {
      const keeper = keepers.get(partitionText({ topic, partition }));
      if (keeper === undefined) free.push({ topic, partition });
      else assignment.get(keeper)!.push({ topic, partition });
    }
  }
  for (const partition of free) {
    const memberId = lightest(partition.topic);
    if (memberId !== null) assignment.get(memberId)!.push(partition);
  }
  // Each move lessens the sum of the squares of the loads, so that this ends.
  for (let moved = true; moved;) {
    moved = false;
    const heaviest = sorted.map(({ memberId }) => memberId).sort((a, b) => load(b) - load(a));
    for (const from of heaviest) {
      const own = assignment.get(from)!;
      for (let i = own.length - 1; i >= 0 && !moved; i--) {
        const to = lightest(own[i].topic)!;
        if (load(to) + 1 >= own.length) continue;
        assignment.get(to)!.push(...own.splice(i, 1));
        moved = true;
      }
      if (moved) break;
    }
  }
  return assignment;
}

/** Who keeps which partition: who has it since the latest generation, unless two claim it from there. */
function keepersOf(
  members: readonly AssigningMember[],
  counts: ReadonlyMap<string, number>,
): Map<string, string> {
  const claims = new Map<string, { memberId: string | null; generation: number }>();
  for (const { memberId, subscription } of members) {
    const generation = Math.max(subscription.generation, noGeneration);
    for (const partition of subscription.owned) {
      const isThere = partition.partition >= 0 &&
        partition.partition < (counts.get(partition.topic) ?? 0);
      if (!isThere || !subscription.topics.includes(partition.topic)) continue;
      const key = partitionText(partition);
      const other = claims.get(key);
      if (other === undefined || generation > other.generation) {
        claims.set(key, { memberId, generation });
      } else if (generation === other.generation && other.memberId !== memberId) {
        claims.set(key, { memberId: null, generation });
      }
    }
  }
  const keepers = new Map<string, string>();
  for (const [key, { memberId }] of claims) if (memberId !== null) keepers.set(key, memberId);
  return keepers;
}

/** The members that read each topic, in the order in which they are served. */
function readersOf(members: readonly AssigningMember[]): Map<string, AssigningMember[]> {
  const readers = new Map<string, AssigningMember[]>();
  for (const member of [...members].sort(byRank)) {
    for (const topic of new Set(member.subscription.topics)) {
      readers.set(topic, [...readers.get(topic) ?? [], member]);
    }
  }
  return readers;
}

/** Members with a name for good come first, by it; others by their ids. Kafka: `MemberInfo.compareTo`. */
function byRank(a: AssigningMember, b: AssigningMember): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null) {
    return order(a.groupInstanceId, b.groupInstanceId);
  }
  if (a.groupInstanceId !== null) return -1;
  if (b.groupInstanceId !== null) return 1;
  return order(a.memberId, b.memberId);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
