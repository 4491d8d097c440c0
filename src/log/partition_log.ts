/**
 * One partition of the embedded log, as its owner has it: the writer, the reader, and what keeps its
 * size in bounds, retention and compaction. Those two never run at once, and work on closed segments,
 * so that neither a writer that waits for a full disk nor readers keep them from making room.
 */

import { loggers, named } from "../base/mod.ts";
import type { BatchHeader } from "../batch/mod.ts";
import { Compactor } from "./compaction.ts";
import { PartitionReader } from "./partition_reader.ts";
import { type PartitionLogOptions, PartitionWriter } from "./partition_writer.ts";
import { recoverPartition } from "./recovery.ts";
import type { Segment } from "./segment.ts";
import type { TopicConfig } from "./topic_config.ts";

/** A partition that is written here. */
export class PartitionLog {
  readonly #options: PartitionLogOptions;
  readonly #reader: PartitionReader;
  readonly #writer: PartitionWriter;
  readonly #compactor: Compactor;

  private constructor(
    options: PartitionLogOptions,
    reader: PartitionReader,
    firstTimestampMs: number | null,
    cleanOffset: bigint,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#writer = new PartitionWriter(options, reader, firstTimestampMs);
    const log = named(options.log, { name: loggers.cleaner });
    this.#compactor = new Compactor({ ...options, log, reader, cleanOffset });
  }

  /** Opens a partition and recovers it; compaction goes on from `cleanOffset`. */
  static async open(options: PartitionLogOptions, cleanOffset: bigint): Promise<PartitionLog> {
    const { disk, folder, name, config, log } = options;
    const { segments, endOffset, firstTimestampMs } = await recoverPartition(
      disk,
      folder,
      config.compact,
      log,
    );
    const report = (message: string) => log.error(message);
    const reader = new PartitionReader({ name, report, renew: null }, segments, endOffset);
    return new PartitionLog(options, reader, firstTimestampMs, cleanOffset);
  }

  /** The settings of its topic. */
  get config(): TopicConfig {
    return this.#options.config;
  }

  /** The first offset still kept. */
  get startOffset(): bigint {
    return this.#reader.startOffset;
  }

  /** The offset after the last durable record. */
  get endOffset(): bigint {
    return this.#reader.endOffset;
  }

  /** How many bytes its segments take, as far as they are durable. */
  get sizeBytes(): number {
    return this.#reader.sizeBytes;
  }

  /** How many segments it has. */
  get segmentCount(): number {
    return this.#reader.segments.length;
  }

  /** The offset up to which it is compacted. */
  get cleanOffset(): bigint {
    return this.#compactor.cleanOffset;
  }

  /** Appends a sealed batch that has been checked; see {@linkcode PartitionWriter.append}. */
  append(batch: Uint8Array<ArrayBuffer>, header: BatchHeader): Promise<bigint> {
    return this.#writer.append(batch, header);
  }

  /** The batches from the one that holds `offset` on; see {@linkcode PartitionReader.fetch}. */
  fetch(
    offset: bigint,
    bytesMax: number,
    buffer?: ArrayBuffer,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.fetch(offset, bytesMax, buffer);
  }

  /** Calls `wake` once when the next records are durable. @returns a function that calls it off */
  onAppend(wake: () => void): () => void {
    return this.#writer.onAppend(wake);
  }

  /**
   * Removes the oldest segments as `retention.ms` and `retention.bytes` say.
   * @returns how many it removed
   */
  async applyRetention(): Promise<number> {
    const { config, log, name } = this.#options;
    if (!config.delete) return 0;
    const { segments } = this.#reader;
    for (let removed = 0;; removed++) {
      const [oldest] = segments;
      const reason = await this.#whyRemove(oldest);
      if (reason === null) return removed;
      // The last segment goes by its age too; another takes its place.
      if (segments.length === 1 && !await this.#writer.rollIfIdle()) return removed;
      await this.#removeOldest();
      log.info(
        `${name}: removed the segment at offset ${oldest.baseOffset} (${oldest.sizeBytes} bytes), ${reason}`,
      );
    }
  }

  /**
   * Removes the oldest segments whose records are all below `offset`. The last one goes only when
   * `withLast`, and when it is not being written: an empty one takes its place.
   * `freed` hears of the bytes that each gives back, also where the disk refuses the next one.
   */
  async removeBefore(
    offset: bigint,
    withLast: boolean,
    freed: (bytes: number) => void,
  ): Promise<void> {
    const { segments } = this.#reader;
    for (;;) {
      const [oldest, next] = segments;
      if (next === undefined) {
        const isDone = oldest.sizeBytes > 0 && this.endOffset <= offset;
        if (!withLast || !isDone || !await this.#writer.rollIfIdle()) return;
      } else {
        if (next.baseOffset > offset) return;
        await this.#removeOldest();
        freed(oldest.sizeBytes);
      }
    }
  }

  /**
   * Compacts it when its topic says so and enough has come.
   * @returns whether it did
   */
  compact(signal: AbortSignal): Promise<boolean> {
    return this.config.compact ? this.#compactor.run(signal) : Promise.resolve(false);
  }

  /** Writes the index files of closed segments that were found missing or damaged. */
  async storeIndexes(): Promise<void> {
    for (const segment of this.#reader.segments.slice(0, -1)) {
      if (segment.isIndexRemade) await segment.writeIndex();
    }
  }

  /** Writes what waits, once, and lets go of files. What the disk refuses now is not acknowledged. */
  async close(): Promise<void> {
    await this.#writer.close();
    this.#reader.close();
  }

  async #removeOldest(): Promise<void> {
    const { disk, folder } = this.#options;
    const { segments } = this.#reader;
    // Segments that went before must not come back after a crash without those that go now.
    await disk.syncDirectory(folder);
    const oldest = segments.shift()!;
    try {
      await oldest.remove();
    } catch (error) {
      segments.unshift(oldest);
      throw error;
    }
  }

  async #whyRemove(oldest: Segment): Promise<string | null> {
    const { config } = this.#options;
    const { segments } = this.#reader;
    if (segments.length === 1 && oldest.sizeBytes === 0) return null;
    if (await this.#isExpired()) return "older than retention.ms";
    const total = this.sizeBytes;
    const isExcess = config.retentionBytes >= 0 && segments.length > 1 &&
      total - oldest.sizeBytes >= config.retentionBytes;
    return isExcess ? "beyond retention.bytes" : null;
  }

  /** Whether all records of the oldest segment are older than `retention.ms`. */
  async #isExpired(): Promise<boolean> {
    const { config, clock } = this.#options;
    if (config.retentionMs < 0) return false;
    const now = clock.now();
    const isOld = (timestampMs: number) => now - timestampMs > config.retentionMs;
    // Index files are not synced: what would remove a segment, or keep it for ever, is looked up in it.
    const isDoubtful = (timestampMs: number) => isOld(timestampMs) || timestampMs > now;
    for (const segment of this.#reader.segments) {
      const timestampMs = await segment.maxTimestampMs(isDoubtful);
      // Records without a time are at least as old as those that came after them.
      if (timestampMs >= 0) return isOld(timestampMs);
    }
    return false;
  }
}
