/**
 * One partition of the embedded log, as its owner has it.
 *
 * **Writing.** Appended batches wait in a queue. One writer takes all that wait, gives them their
 * offsets, writes them at the end of the last segment, and calls fdatasync once for all of them (group
 * commit); then, and not before, each append is answered and readers see the records. While one group
 * is synced the next one gathers, so the wait is never longer than one sync, and there is no timer.
 *
 * **Faults.** When the disk refuses a write or a sync, nothing is known of what it kept: the kernel
 * may have dropped pages and may call the next sync a success. So the file is opened anew, cut back to
 * what was durable before, and the group, which is still in memory, is written again, until it
 * succeeds. Appends simply take that long; their callers hold no more than their credits, and so
 * producers pause. The first refusal and the recovery are told to the user.
 *
 * **Segments.** A new one is made when the group would bring the last one over `segment.bytes`, when
 * its first batch is older than `segment.ms`, or when its relative offsets would not fit 31 bits.
 *
 * @module
 */

import {
  type Clock,
  ConnectError,
  type Disk,
  type DiskFile,
  type Logger,
  reasonOf,
  RetriableError,
} from "../base/mod.ts";
import { type BatchHeader, readBatchHeader, setBaseOffset } from "../batch/mod.ts";
import { listSegments, PartitionReader } from "./partition_reader.ts";
import { groupBytesMax, recoverSegment } from "./recovery.ts";
import { Segment, segmentPath } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { TopicConfig } from "./topic_config.ts";

/** How long after a refusal of the disk the write is tried again, in milliseconds. */
const writeRetryMs = 500;
/** Batches from this size on are written as they are, in bytes: copying them together would cost more. */
const writeAloneBytes = 64 << 10;

/** What a partition is opened with. */
export interface PartitionLogOptions {
  /** The disk. */
  disk: Disk;
  /** The partition's folder, which is there. */
  folder: string;
  /** What messages call it: `topic-0`. */
  name: string;
  /** The settings of its topic. */
  config: TopicConfig;
  /** Time. */
  clock: Clock;
  /** Where recovery and faults are reported. */
  log: Logger;
}

interface Pending {
  batch: Uint8Array<ArrayBuffer>;
  header: BatchHeader;
  baseOffset: bigint;
  resolve(baseOffset: bigint): void;
  reject(error: unknown): void;
}

/** A partition that is written here. */
export class PartitionLog {
  readonly #options: PartitionLogOptions;
  readonly #reader: PartitionReader;
  readonly #queue: Pending[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #closing = new AbortController();
  #file: DiskFile | null = null;
  #firstTimestampMs: number | null;
  #work: Promise<void> | null = null;

  private constructor(
    options: PartitionLogOptions,
    reader: PartitionReader,
    firstTimestampMs: number | null,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#firstTimestampMs = firstTimestampMs;
  }

  /** Opens a partition, making its first segment if it has none, and recovers its last one. */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    const { disk, folder, name, log } = options;
    const bases = await listSegments(disk, folder);
    const last = bases.at(-1) ?? 0n;
    if (bases.length === 0) {
      await makeSegment(disk, folder, 0n);
      bases.push(0n);
    }
    const recovered = await recoverSegment(disk, folder, last, log);
    const segments: Segment[] = [];
    for (const base of bases.slice(0, -1)) {
      const file = await disk.open(segmentPath(folder, base, "log"), "read");
      segments.push(new Segment(disk, folder, base, await file.size(), null));
      file.close();
    }
    segments.push(new Segment(disk, folder, last, recovered.sizeBytes, recovered.index));
    const reader = new PartitionReader(disk, folder, name, segments, recovered.endOffset);
    return new PartitionLog(options, reader, recovered.firstTimestampMs);
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

  /**
   * Appends a sealed batch that has been checked; its base offset is written into it.
   * @returns the base offset, once the batch is durable
   * @throws {RetriableError} when the log is closed first
   */
  append(batch: Uint8Array<ArrayBuffer>, header: BatchHeader): Promise<bigint> {
    return new Promise((resolve, reject) => {
      if (this.#closing.signal.aborted) return reject(closed(this.#options.name));
      this.#queue.push({ batch, header, baseOffset: -1n, resolve, reject });
      this.#work ??= this.#write();
    });
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
    this.#waiters.add(wake);
    return () => void this.#waiters.delete(wake);
  }

  /**
   * Removes the oldest segments as `retention.ms` and `retention.bytes` say.
   * @returns how many it removed
   */
  async applyRetention(): Promise<number> {
    const { config, clock, log, name } = this.#options;
    if (!config.delete) return 0;
    await this.#work;
    const { segments } = this.#reader;
    let total = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let removed = 0;
    while (segments.length > 1) {
      const [oldest] = segments;
      const { maxTimestampMs } = await oldest.index();
      const expired = config.retentionMs >= 0 &&
        clock.now() - maxTimestampMs > config.retentionMs;
      const excess = config.retentionBytes >= 0 &&
        total - oldest.sizeBytes >= config.retentionBytes;
      if (!expired && !excess) break;
      segments.shift();
      await oldest.remove();
      total -= oldest.sizeBytes;
      removed++;
      log.info(
        `${name}: removed the segment at offset ${oldest.baseOffset} (${oldest.sizeBytes} bytes), ` +
          (expired ? "older than retention.ms" : "beyond retention.bytes"),
      );
    }
    return removed;
  }

  /** Writes what waits, once, and lets go of files. What the disk refuses now is not acknowledged. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#work;
    await this.#reader.segments.at(-1)!.writeIndex().catch((error) =>
      this.#options.log.warn(reasonOf(error))
    );
    this.#file?.close();
    this.#file = null;
    this.#reader.close();
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  async #write(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const group = this.#nextGroup();
        if (await this.#writeUntilDurable(group)) {
          for (const { resolve, baseOffset } of group) resolve(baseOffset);
        } else {
          this.#reject([...group, ...this.#queue.splice(0)]);
        }
      }
    } finally {
      // Here and not a turn later: whoever appends next must find that nobody writes any more.
      this.#work = null;
    }
  }

  /** Tries until the disk takes it. @returns false when the log is closed first */
  async #writeUntilDurable(group: readonly Pending[]): Promise<boolean> {
    const { log, name, clock } = this.#options;
    for (let refused = false;; refused = true) {
      try {
        await this.#writeGroup(group);
        if (refused) log.info(`Writing to ${name} succeeds again`);
        return true;
      } catch (error) {
        this.#file?.close();
        this.#file = null;
        if (!refused) {
          log.error(
            `Cannot write to ${name}; producers wait until it succeeds: ${reasonOf(error)}`,
          );
        }
        if (this.#closing.signal.aborted) return false;
        await clock.sleep(writeRetryMs, this.#closing.signal);
      }
    }
  }

  /** What is written next in one go: at least one batch. */
  #nextGroup(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const { batch } of this.#queue) {
      bytes += batch.length;
      if (count > 0 && bytes > groupBytesMax) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  /** Writes batches and makes them durable. A second call with the same ones begins from the first. */
  async #writeGroup(group: readonly Pending[]): Promise<void> {
    const { config } = this.#options;
    for (let done = 0; done < group.length;) {
      const { batch } = group[done];
      if (group[done].baseOffset >= 0n && group[done].baseOffset < this.endOffset) {
        done++;
        continue;
      }
      if (this.#isFull(batch.length)) await this.#roll();
      let bytes = this.#active.sizeBytes;
      let end = done;
      while (
        end < group.length &&
        (end === done || bytes + group[end].batch.length <= config.segmentBytesMax)
      ) {
        bytes += group[end++].batch.length;
      }
      await this.#writeSegment(group.slice(done, end));
      done = end;
    }
  }

  get #active(): Segment {
    return this.#reader.segments.at(-1)!;
  }

  #isFull(bytes: number): boolean {
    const { config, clock } = this.#options;
    const segment = this.#active;
    if (segment.sizeBytes === 0) return false;
    return segment.sizeBytes + bytes > config.segmentBytesMax ||
      this.endOffset - segment.baseOffset > 0x3fffffffn ||
      this.#firstTimestampMs !== null &&
        clock.now() - this.#firstTimestampMs > config.segmentAgeMsMax;
  }

  async #writeSegment(group: readonly Pending[]): Promise<void> {
    const segment = this.#active;
    const file = await this.#openActive();
    const start = segment.sizeBytes;
    let offset = this.endOffset;
    for (const pending of group) {
      pending.baseOffset = offset;
      setBaseOffset(pending.batch, offset);
      offset += BigInt(pending.header.lastOffsetDelta) + 1n;
    }
    let position = start;
    for (const bytes of writes(group)) {
      await file.write(bytes, position);
      position += bytes.length;
    }
    await file.datasync();
    const index = await segment.index();
    position = start;
    for (const { batch } of group) {
      const header = readBatchHeader(batch)!;
      this.#firstTimestampMs ??= header.maxTimestampMs;
      index.add(header, position);
      position += batch.length;
    }
    segment.sizeBytes = position;
    this.#reader.endOffset = offset;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  /** The last segment's file; opened anew, it is first cut back to what is known to be durable. */
  async #openActive(): Promise<DiskFile> {
    if (this.#file !== null) return this.#file;
    const { disk, folder } = this.#options;
    const { baseOffset, sizeBytes } = this.#active;
    const file = await disk.open(segmentPath(folder, baseOffset, "log"), "write");
    try {
      if (await file.size() !== sizeBytes) {
        await file.truncate(sizeBytes);
        await file.datasync();
      }
    } catch (error) {
      file.close();
      throw error;
    }
    return this.#file = file;
  }

  async #roll(): Promise<void> {
    const { disk, folder } = this.#options;
    // What an earlier fault may have left behind the durable end must not stay in a closed segment.
    await this.#openActive();
    await this.#active.writeIndex();
    await makeSegment(disk, folder, this.endOffset);
    this.#file?.close();
    this.#file = null;
    this.#active.release();
    const index = new SegmentIndex(this.endOffset);
    this.#reader.segments.push(new Segment(disk, folder, this.endOffset, 0, index));
    this.#firstTimestampMs = null;
  }

  #reject(pending: readonly Pending[]): void {
    for (const { reject } of pending) reject(closed(this.#options.name));
  }
}

/** Makes the three files of a segment, durably. Files that are there already are emptied. */
async function makeSegment(disk: Disk, folder: string, baseOffset: bigint): Promise<void> {
  try {
    for (const ending of ["index", "timeindex", "log"] as const) {
      const file = await disk.open(segmentPath(folder, baseOffset, ending), "write");
      try {
        await file.truncate(0);
      } finally {
        file.close();
      }
    }
    await disk.syncDirectory(folder);
  } catch (cause) {
    throw new ConnectError(`Cannot make a segment in "${folder}": ${reasonOf(cause)}`, { cause });
  }
}

/** What is written at once: a large batch as it is, small ones together. */
function* writes(group: readonly Pending[]): Generator<Uint8Array> {
  let small: Uint8Array[] = [];
  for (const { batch } of group) {
    if (batch.length < writeAloneBytes) {
      small.push(batch);
      continue;
    }
    if (small.length > 0) yield concat(small);
    small = [];
    yield batch;
  }
  if (small.length > 0) yield concat(small);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

function closed(name: string): RetriableError {
  return new RetriableError(`The log of ${name} is closed`);
}
