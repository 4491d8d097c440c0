/**
 * Compaction of a partition whose topic has `cleanup.policy=compact`. Kafka: `Cleaner`.
 *
 * What is kept: of each key the last record, all records of the last segment, which is being written,
 * and records without a key. A record without a value removes its key; it stays for
 * `delete.retention.ms` after the compaction that has first seen it, so that readers learn of it, and
 * then goes itself. Every record keeps its offset.
 *
 * A pass reads the records that came since the last one, as many as {@linkcode keysMax} keys allow, and
 * notes the last offset of each key (key_offsets.ts). Then it writes all closed segments up to there
 * anew, without the records that have a later one of their key; segments that fit into one are merged.
 * A batch that loses records keeps its first and last offset; batches that lose all are replaced by
 * one empty batch, so that offsets continue from batch to batch, which recovery rests on (scan.ts).
 *
 * **Safety.** The segment that takes the place of some is written beside them, `BASE.log.cleaned`, and
 * synced. It is renamed over the first of them, the folder is synced, and then the others are removed.
 * At any moment each record is in the last segment whose base offset is not beyond its own, so that
 * readers need no lock. A crash leaves a file that is removed at the next opening, or segments whose
 * records the one before holds, which are told by that and removed too (recovery.ts).
 *
 * @module
 */

import {
  type Clock,
  CorruptError,
  type Disk,
  type DiskFile,
  type Logger,
  reasonOf,
} from "../base/mod.ts";
import { type BatchFilter, filterBatch, type FilteredRecord, readRecords } from "../batch/mod.ts";
import { CleanedSegment } from "./cleaned_segment.ts";
import { KeyOffsets } from "./key_offsets.ts";
import type { PartitionReader } from "./partition_reader.ts";
import { type Piece, scanSegment, whatIsLost } from "./scan.ts";
import type { Segment } from "./segment.ts";
import type { TopicConfig } from "./topic_config.ts";

/** A pass takes note of at most so many keys, in 24 MiB; what comes behind waits for the next pass. */
const keysMax = 600_000;
/** Relative offsets in a segment have 31 bits. */
const segmentOffsetsMax = 0x7fffffffn;

/** What is compacted. */
export interface CompactionOptions {
  /** The disk. */
  disk: Disk;
  /** The partition's folder. */
  folder: string;
  /** What messages call it. */
  name: string;
  /** The settings of its topic. */
  config: TopicConfig;
  /** Its segments. */
  reader: PartitionReader;
  /** The offset up to which earlier passes came. */
  cleanOffset: bigint;
  /** How many keys a pass takes; {@linkcode keysMax} unless told. */
  keysMax?: number;
  /** Time. */
  clock: Clock;
  /** Where passes and damage are reported. */
  log: Logger;
}

/** Compacts one partition. One pass at a time. */
export class Compactor {
  readonly #options: CompactionOptions;
  #cleanOffset: bigint;
  /** Segments that are merged into another, but not removed yet. */
  readonly #replaced: Segment[] = [];
  /** Whether all that was renamed so far lasts. */
  #isSynced = true;

  /** A compactor; nothing is done yet. */
  constructor(options: CompactionOptions) {
    this.#options = options;
    const { cleanOffset, reader } = options;
    // What is beyond the end was noted of another log.
    this.#cleanOffset = cleanOffset <= reader.endOffset ? cleanOffset : 0n;
  }

  /** The offset up to which the last pass came. */
  get cleanOffset(): bigint {
    return this.#cleanOffset;
  }

  /**
   * Makes a pass, if enough has come since the last one (`min.cleanable.dirty.ratio`).
   * @returns whether it did
   */
  async run(signal: AbortSignal): Promise<boolean> {
    await this.#removeReplaced();
    const { name, log } = this.#options;
    const segments = await this.#cleanable();
    const dirty = segments.filter((segment) => this.#endOf(segment) > this.#cleanOffset);
    const [bytes, dirtyBytes] = [sizeOf(segments), sizeOf(dirty)];
    if (dirtyBytes === 0 || dirtyBytes < bytes * this.#options.config.dirtyRatioMin) return false;
    const { keys, endOffset } = await this.#noteKeys(dirty, signal);
    const before = segments.filter(({ baseOffset }) => baseOffset < endOffset);
    let bytesAfter = 0;
    for (let done = 0; done < before.length;) {
      const cleaned = await this.#clean(before.slice(done), keys, endOffset, signal);
      done += cleaned.segmentCount;
      bytesAfter += cleaned.sizeBytes;
    }
    this.#cleanOffset = endOffset;
    log.info(
      `${name}: compacted up to offset ${endOffset}, ${sizeOf(before)} bytes to ${bytesAfter}`,
    );
    return true;
  }

  /** The closed segments, up to the first that is too young (`min.compaction.lag.ms`). */
  async #cleanable(): Promise<Segment[]> {
    const { reader, config, clock } = this.#options;
    const closed = reader.segments.slice(0, -1);
    if (config.compactionLagMsMin === 0) return closed;
    const isYoung = (timestampMs: number) => clock.now() - timestampMs < config.compactionLagMsMin;
    for (const [i, segment] of closed.entries()) {
      // The index file may tell less than the segment.
      if (isYoung(await segment.maxTimestampMs((time) => !isYoung(time)))) {
        return closed.slice(0, i);
      }
    }
    return closed;
  }

  /** The offset after a closed segment. */
  #endOf(segment: Segment): bigint {
    const { segments } = this.#options.reader;
    return segments[segments.indexOf(segment) + 1].baseOffset;
  }

  /** Notes the last offset of each key, up to the offset where there is no room for another. */
  async #noteKeys(
    dirty: readonly Segment[],
    signal: AbortSignal,
  ): Promise<{ keys: KeyOffsets; endOffset: bigint }> {
    const keys = new KeyOffsets(dirty[0].baseOffset, this.#options.keysMax ?? keysMax);
    for (const segment of dirty) {
      for await (const pieces of piecesOf(segment, signal)) {
        for (const piece of pieces) {
          if (piece.type === "damage") continue;
          const full = noteBatch(piece.bytes, this.#cleanOffset, keys);
          if (full !== null) return { keys, endOffset: full };
        }
      }
    }
    return { keys, endOffset: this.#endOf(dirty.at(-1)!) };
  }

  /** Writes the first of these segments anew, together with as many as fit into one. */
  async #clean(
    segments: readonly Segment[],
    keys: KeyOffsets,
    endOffset: bigint,
    signal: AbortSignal,
  ): Promise<{ segmentCount: number; sizeBytes: number }> {
    const { disk } = this.#options;
    const path = `${segments[0].path}.cleaned`;
    const cleaned = await CleanedSegment.create(disk, path, segments[0].baseOffset);
    const group: Segment[] = [];
    let isChanged = false;
    try {
      for (const segment of segments) {
        if (group.length > 0 && !this.#fits(cleaned, segment)) break;
        group.push(segment);
        isChanged = await this.#copy(segment, cleaned, this.#filter(keys, endOffset), signal) ||
          isChanged;
      }
      await cleaned.finish(this.#endOf(group.at(-1)!));
      isChanged ||= group.length > 1 || cleaned.sizeBytes !== group[0].sizeBytes;
      if (isChanged) await this.#replace(group, cleaned);
    } finally {
      cleaned.close();
      // It is there still when it has not replaced anything.
      await disk.remove(path).catch(() => {});
    }
    return { segmentCount: group.length, sizeBytes: cleaned.sizeBytes };
  }

  #fits(cleaned: CleanedSegment, segment: Segment): boolean {
    return cleaned.sizeBytes + segment.sizeBytes <= this.#options.config.segmentBytesMax &&
      this.#endOf(segment) - cleaned.baseOffset <= segmentOffsetsMax;
  }

  #filter(keys: KeyOffsets, endOffset: bigint): BatchFilter {
    const { clock, config } = this.#options;
    return {
      retains({ offset, key, mayGo }: FilteredRecord): boolean {
        if (offset >= endOffset || key === null) return true;
        const last = keys.get(key);
        return (last === null || offset >= last) && !mayGo;
      },
      nowMs: clock.now(),
      deleteRetentionMs: config.deleteRetentionMs,
    };
  }

  /** Copies what stays of a segment. @returns whether that is anything but the whole */
  async #copy(
    segment: Segment,
    cleaned: CleanedSegment,
    filter: BatchFilter,
    signal: AbortSignal,
  ): Promise<boolean> {
    let isChanged = false;
    for await (const pieces of piecesOf(segment, signal)) {
      for (const piece of pieces) {
        if (isEmpty(piece)) continue;
        const kept = this.#keep(segment, piece, filter);
        isChanged ||= piece.type === "damage" || piece.repaired !== null || kept !== piece.bytes;
        if (kept !== null) await cleaned.append(kept);
      }
    }
    return isChanged;
  }

  /** What stays of a piece, or null. Damage is told: its offsets become part of an empty batch. */
  #keep(segment: Segment, piece: Piece, filter: BatchFilter): Uint8Array | null {
    const { log } = this.#options;
    if (piece.type === "damage") {
      log.error(
        `"${segment.path}" is damaged at byte ${piece.position} (${piece.reason}): ` +
          whatIsLost(piece.firstOffset, piece.nextOffset ?? this.#endOf(segment)),
      );
      return null;
    }
    const { baseOffset } = piece.header;
    if (piece.repaired !== null) {
      log.warn(
        `"${segment.path}": the ${piece.repaired} of the batch at offset ${baseOffset} was damaged and is put right`,
      );
    }
    try {
      return filterBatch(piece.bytes, piece.header, filter);
    } catch (error) {
      if (!(error instanceof CorruptError)) throw error;
      log.warn(
        `"${segment.path}": the batch at offset ${baseOffset} cannot be compacted and ` +
          `stays as it is: ${reasonOf(error)}`,
      );
      return piece.bytes;
    }
  }

  /** Puts a cleaned segment in the place of those it was made from. */
  async #replace(group: readonly Segment[], cleaned: CleanedSegment): Promise<void> {
    const { disk, folder, reader, log } = this.#options;
    const [first, ...others] = group;
    const segment = cleaned.segment(disk, folder);
    // Readers of the first one go on in its old file, which stays open until the list has the new one.
    await first.use(async () => {
      await first.removeIndex();
      await disk.rename(cleaned.path, first.path);
      reader.segments.splice(reader.segments.indexOf(first), group.length, segment);
    });
    first.release();
    this.#replaced.push(...others);
    this.#isSynced = false;
    await this.#removeReplaced();
    await segment.writeIndex().catch((error) => log.warn(reasonOf(error)));
    segment.release();
  }

  /** Makes sure that what was cleaned lasts, and then removes what it replaces. */
  async #removeReplaced(): Promise<void> {
    if (!this.#isSynced) await this.#options.disk.syncDirectory(this.#options.folder);
    this.#isSynced = true;
    for (let next = this.#replaced.at(0); next !== undefined; next = this.#replaced.at(0)) {
      await next.remove();
      this.#replaced.shift();
    }
  }
}

function isEmpty(piece: Piece): boolean {
  return piece.type === "batch" && piece.header.recordCount === 0;
}

function sizeOf(segments: readonly Segment[]): number {
  return segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/** The parts of a segment, its file held open meanwhile. */
async function* piecesOf(segment: Segment, signal: AbortSignal): AsyncGenerator<Piece[]> {
  const turn = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<DiskFile>();
  const using = segment.use((file) => {
    opened.resolve(file);
    return turn.promise;
  });
  using.catch(opened.reject);
  try {
    for await (
      const pieces of scanSegment(await opened.promise, segment.sizeBytes, segment.baseOffset)
    ) {
      signal.throwIfAborted();
      yield pieces;
    }
  } finally {
    turn.resolve();
  }
}

/** Notes the keys of a batch from an offset on. @returns the offset of one there is no room for, or null */
function noteBatch(bytes: Uint8Array, fromOffset: bigint, keys: KeyOffsets): bigint | null {
  try {
    for (const { offset, key } of readRecords(bytes)) {
      if (offset >= fromOffset && key !== null && !keys.put(key, offset)) return offset;
    }
  } catch (error) {
    // What cannot be read is kept as it is, so that its keys are of no account.
    if (!(error instanceof CorruptError)) throw error;
  }
  return null;
}
