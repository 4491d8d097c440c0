/** The committed offsets of consumer groups: in memory, and as records of a topic (group_offsets.ts). */

import { type Clock, ConnectError, reasonOf } from "../base/mod.ts";
import { BatchBuilder, endOffsetOf, readRecords } from "../batch/mod.ts";
import type { EmbeddedLog } from "../log/mod.ts";
import {
  decodeOffset,
  encodeOffsetKey,
  encodeOffsetValue,
  groupOffsetsTopic,
} from "./group_offsets.ts";
import { keyOf } from "./partition_key.ts";
import type { PartitionOffset, TopicPartition, Topics } from "./topics.ts";

/** How much is read at once when they are loaded, in bytes. */
const loadBytesMax = 1 << 20;

/** The settings of the topic: small segments, so that compaction soon has one to work on. */
export const groupOffsetsConfigs: Readonly<Record<string, string>> = {
  "cleanup.policy": "compact",
  "segment.bytes": String(1 << 20),
};

/** The committed offsets of all groups. */
export class CommittedOffsets {
  readonly #groups = new Map<string, Map<string, PartitionOffset>>();

  /** Reads them from the log. @throws {ConnectError} when that cannot be read */
  static async load(log: EmbeddedLog): Promise<CommittedOffsets> {
    const committed = new CommittedOffsets();
    const partition = log.partitions(groupOffsetsTopic)?.[0];
    if (partition === undefined) return committed;
    try {
      for (let offset = partition.startOffset; offset < partition.endOffset;) {
        const batches = await partition.fetch(offset, loadBytesMax);
        for (const { key, value } of readRecords(batches)) {
          const read = key === null ? null : decodeOffset(key, value);
          if (read === null) continue;
          const { groupId, topic, partition, offset } = read;
          if (offset === null) committed.#groups.get(groupId)?.delete(keyOf(read));
          else committed.#remember(groupId, [{ topic, partition, offset }]);
        }
        offset = endOffsetOf(batches, offset);
      }
    } catch (cause) {
      const reason = reasonOf(cause);
      throw new ConnectError(`Cannot read the offsets of consumer groups: ${reason}`, { cause });
    }
    // All that these have had was removed.
    for (const [id, offsets] of committed.#groups) if (offsets.size === 0) committed.forget(id);
    return committed;
  }

  /** Whether a group has ever committed something, and was not forgotten since. */
  has(groupId: string): boolean {
    return this.#groups.has(groupId);
  }

  /** All of a group. */
  of(groupId: string): PartitionOffset[] {
    const offsets = this.#groups.get(groupId)?.values() ?? [];
    return [...offsets].map((position) => ({ ...position }));
  }

  /** A group's offset in a partition, or null. */
  get(groupId: string, position: TopicPartition): bigint | null {
    return this.#groups.get(groupId)?.get(keyOf(position))?.offset ?? null;
  }

  /** Stores offsets of a group, durably; the offsets of one commit stay together in one batch. */
  async commit(
    topics: Pick<Topics, "append">,
    clock: Clock,
    groupId: string,
    offsets: readonly PartitionOffset[],
  ): Promise<void> {
    await write(topics, clock.now(), groupId, offsets);
    this.#remember(groupId, offsets);
  }

  /** Removes the offsets of a group in some partitions, durably. */
  async remove(
    topics: Pick<Topics, "append">,
    clock: Clock,
    groupId: string,
    partitions: readonly TopicPartition[],
  ): Promise<void> {
    const gone = partitions.filter((position) => this.get(groupId, position) !== null)
      .map(({ topic, partition }) => ({ topic, partition, offset: null }));
    await write(topics, clock.now(), groupId, gone);
    for (const position of gone) this.#groups.get(groupId)?.delete(keyOf(position));
  }

  /** Forgets a group that has no offsets any more. */
  forget(groupId: string): void {
    if (this.of(groupId).length === 0) this.#groups.delete(groupId);
  }

  #remember(groupId: string, offsets: readonly PartitionOffset[]): void {
    const group = this.#groups.get(groupId) ?? new Map<string, PartitionOffset>();
    this.#groups.set(groupId, group);
    for (const position of offsets) group.set(keyOf(position), { ...position });
  }
}

/** Writes down what a group has committed (null: that it has not any more), in one batch. */
async function write(
  topics: Pick<Topics, "append">,
  nowMs: number,
  groupId: string,
  offsets: readonly (TopicPartition & { offset: bigint | null })[],
): Promise<void> {
  if (offsets.length === 0) return;
  // Large enough for all: a record takes less than a name of 249 bytes and the group's may need.
  const builder = new BatchBuilder({ sizeMax: offsets.length * (1024 + groupId.length * 3) });
  for (const { offset, ...position } of offsets) {
    const value = offset === null ? null : encodeOffsetValue(offset, nowMs);
    builder.append(encodeOffsetKey(groupId, position), value, [], nowMs);
  }
  await topics.append(groupOffsetsTopic, 0, builder.seal());
}
