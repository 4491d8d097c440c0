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
    return committed;
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
    if (offsets.length === 0) return;
    const now = clock.now();
    // Large enough for all: a record takes less than a name of 249 bytes and the group's may need.
    const builder = new BatchBuilder({ sizeMax: offsets.length * (1024 + groupId.length * 3) });
    for (const position of offsets) {
      const key = encodeOffsetKey(groupId, position);
      builder.append(key, encodeOffsetValue(position.offset, now), [], now);
    }
    await topics.append(groupOffsetsTopic, 0, builder.seal());
    this.#remember(groupId, offsets);
  }

  #remember(groupId: string, offsets: readonly PartitionOffset[]): void {
    const group = this.#groups.get(groupId) ?? new Map<string, PartitionOffset>();
    this.#groups.set(groupId, group);
    for (const position of offsets) group.set(keyOf(position), { ...position });
  }
}
