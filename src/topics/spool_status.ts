/** What a spool holds, read beside its owner, which may be another process; nothing is changed. */

import { type Disk, NotFoundError } from "../base/mod.ts";
import { readBatches } from "../batch/mod.ts";
import { EmbeddedLogReader } from "../log/mod.ts";
import { queueName, readCatalog, readForwarded } from "./spool_folder.ts";
import type { TopicPartition } from "./topics.ts";

/** A partition's records in a spool. */
export interface SpooledPartition extends TopicPartition {
  /** The offset of the first record that Kafka has not taken, as far as it was remembered. */
  position: bigint;
  /** How many records wait; a few of them may have been taken since then. */
  waiting: bigint;
  /** The time of the oldest record that waits, epoch ms; null when none does. */
  oldestMs: number | null;
  /** Why Kafka does not take them, or null. */
  problem: string | null;
}

/** A spool at one moment. */
export interface SpoolStatus {
  /** How many bytes its segments take. */
  usedBytes: number;
  /** When it was last remembered what Kafka has taken, epoch ms. */
  rememberedMs: number;
  /** Its queues. */
  partitions: SpooledPartition[];
}

/** Reads what a spool holds; `report` hears of damage. @throws {NotFoundError} when there is none */
export async function readSpool(
  disk: Disk,
  folder: string,
  report: (message: string) => void,
): Promise<SpoolStatus> {
  const entries = await disk.list(folder);
  if (!entries.some(({ name }) => name === ".lock")) {
    throw new NotFoundError(`There is no spool in "${folder}"`);
  }
  const { queues } = await readCatalog(disk, folder);
  const { positions, problems, writtenMs } = await readForwarded(disk, folder);
  const log = new EmbeddedLogReader(disk, folder, report);
  const made = await log.topics();
  const status: SpoolStatus = { usedBytes: 0, rememberedMs: writtenMs, partitions: [] };
  for (const [index, target] of queues.entries()) {
    const name = queueName(index);
    if (!made.has(name)) continue;
    const queue = await log.partition(name, 0);
    try {
      const { startOffset, endOffset } = queue;
      const remembered = positions[name] ?? startOffset;
      const position = remembered < startOffset ? startOffset : remembered;
      status.usedBytes += queue.sizeBytes;
      status.partitions.push({
        ...target,
        position,
        waiting: position < endOffset ? endOffset - position : 0n,
        oldestMs: position < endOffset ? firstTimestampMs(await queue.fetch(position, 1)) : null,
        problem: problems[name] ?? null,
      });
    } finally {
      queue.close();
    }
  }
  return status;
}

function firstTimestampMs(batches: Uint8Array): number | null {
  for (const { header } of readBatches(batches)) return header.baseTimestampMs;
  return null;
}
