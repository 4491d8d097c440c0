/** A partition for tests: what is appended, and what it holds. */

import {
  BatchBuilder,
  checkProducedBatch,
  type CompressionName,
  readBatches,
  readRecords,
} from "../../../src/batch/mod.ts";
import { EmbeddedLog, type PartitionFollower, type PartitionLog } from "../../../src/log/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog, MemoryDisk } from "../../faults/memory_disk.ts";

/** A record as tests speak of it. */
export interface TestRecord {
  key: string | null;
  value: string | null;
  timestampMs?: number;
}

/** A record that was read. */
export interface ReadRecord extends Required<TestRecord> {
  offset: number;
}

const decoder = new TextDecoder();

/** A sealed batch of records; their time is `nowMs` where they have none. */
export function batchOf(
  records: readonly TestRecord[],
  nowMs: number,
  compression: CompressionName = "none",
): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1 << 24, compression });
  for (const { key, value, timestampMs = nowMs } of records) {
    builder.append(key, value, [], timestampMs);
  }
  return builder.seal();
}

/** All that a partition holds from its start offset, or `from`, on; the batches' offsets must continue. */
export async function readAll(
  partition: PartitionLog | PartitionFollower,
  from = partition.startOffset,
): Promise<ReadRecord[]> {
  const found: ReadRecord[] = [];
  let offset = from;
  while (offset < partition.endOffset) {
    const batches = await partition.fetch(offset, 1 << 16);
    let next = -1n;
    for (const { header } of readBatches(batches)) {
      if (next >= 0n && header.baseOffset !== next) throw new Error(`a gap before ${next}`);
      next = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
    }
    if (next <= offset) throw new Error(`a fetch at ${offset} does not lead on`);
    for (const record of readRecords(batches)) {
      if (record.offset < offset) continue;
      found.push({
        offset: Number(record.offset),
        key: record.key && decoder.decode(record.key),
        value: record.value && decoder.decode(record.value),
        timestampMs: record.timestampMs,
      });
    }
    offset = next;
  }
  return found;
}

/** A log with the topic `t`, on a disk in memory, with a clock that is held. */
export class TestLog {
  readonly disk: MemoryDisk;
  readonly clock: HeldClock;
  readonly log = keptLog();
  #owner: EmbeddedLog | null = null;

  private constructor(disk: MemoryDisk, clock: HeldClock) {
    this.disk = disk;
    this.clock = clock;
  }

  /** Makes `t` with one partition and these settings. */
  static async create(configs: Record<string, string>): Promise<TestLog> {
    const test = new TestLog(new MemoryDisk(), new HeldClock());
    await test.open();
    await test.owner.createTopic("t", 1, configs);
    return test;
  }

  /** Opens it, again. */
  async open(): Promise<void> {
    const { disk, clock, log } = this;
    this.#owner = await EmbeddedLog.open({ disk, folder: "log", clock, log });
  }

  /** Closes it and opens it again. */
  async reopen(): Promise<void> {
    await this.owner.close();
    await this.open();
  }

  get owner(): EmbeddedLog {
    return this.#owner!;
  }

  get partition(): PartitionLog {
    return this.owner.partition("t", 0);
  }

  /** Appends records as one batch. */
  append(records: readonly TestRecord[], compression: CompressionName = "none"): Promise<bigint> {
    const batch = batchOf(records, this.clock.now(), compression);
    return this.partition.append(batch, checkProducedBatch(batch));
  }

  /** Removes and compacts, as the periodic job does. */
  maintain(): Promise<void> {
    return this.owner.maintain(new AbortController().signal);
  }

  /** The names of the partition's files that end so. */
  async files(ending: string): Promise<string[]> {
    const names = (await this.disk.list("log/t-0")).map(({ name }) => name);
    return names.filter((name) => name.endsWith(ending));
  }

  /** What was told at these levels. */
  told(...levels: string[]): string[] {
    return this.log.lines.filter((line) => levels.some((level) => line.startsWith(level)));
  }
}
