/**
 * Which source offsets may be committed: those of a `poll` all of whose records are durable, and
 * only when that holds for every earlier `poll` too.
 *
 * Records are numbered in the order the task gave them. A batch, open or in flight, holds back every
 * number from its first record on. A checkpoint stands after each poll; it is passed when nothing
 * before it is held back.
 *
 * @module
 */

import { type OffsetMap, type SourceRecord, stringifyExact } from "../api/mod.ts";

interface Checkpoint {
  /** The number of the first record after the poll. */
  end: number;
  /** The last offset of each source partition in the poll, as JSON text. */
  offsets: Map<string, string | null>;
}

/** The checkpoints of one source task that are not committed yet. */
export class SourceOffsets {
  #checkpoints: Checkpoint[] = [];

  /**
   * Sets a checkpoint after the records of one poll, the last of which has the number `end - 1`. Those in
   * `dropped` have no part in it.
   */
  // Kafka: `SubmittedRecords`, where a record that was never sent is committed with the next one that was.
  add(
    records: readonly SourceRecord[],
    end: number,
    dropped: ReadonlySet<SourceRecord>,
  ): void {
    const last = new Map<OffsetMap | null, OffsetMap | null>();
    let partition: OffsetMap | null = null;
    let offset: OffsetMap | null = null;
    for (const record of records) {
      if (dropped.size > 0 && dropped.has(record)) continue;
      if (record.sourcePartition !== partition) {
        if (partition !== null) last.set(partition, offset);
        partition = record.sourcePartition;
        last.delete(partition);
      }
      offset = record.sourceOffset;
    }
    if (partition !== null) last.set(partition, offset);
    const offsets = new Map<string, string | null>();
    for (const [key, value] of last) {
      if (key === null) continue;
      offsets.set(stringifyExact(key), value === null ? null : stringifyExact(value));
    }
    this.#checkpoints.push({ end, offsets });
  }

  /** Takes the offsets of all checkpoints passed once records below `lowWater` are durable. */
  take(lowWater: number): [string, string | null][] {
    const passed = new Map<string, string | null>();
    let count = 0;
    for (const { end, offsets } of this.#checkpoints) {
      if (end > lowWater) break;
      for (const [partition, offset] of offsets) passed.set(partition, offset);
      count++;
    }
    if (count > 0) this.#checkpoints.splice(0, count);
    return [...passed];
  }
}
