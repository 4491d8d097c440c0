/**
 * The writing side of a partition.
 *
 * Appended batches wait in a queue. One writer takes all that wait, gives them their offsets, writes
 * them at the end of the last segment, and calls fdatasync once for all of them (group commit); then,
 * and not before, each append is answered and readers see the records. While one group is synced the
 * next one gathers, so the wait is never longer than one sync, and there is no timer.
 *
 * **Faults.** When the disk refuses a write or a sync, nothing is known of what it kept: the kernel
 * may have dropped pages and may call the next sync a success. So the file is opened anew, cut back to
 * what was durable before, and the group, which is still in memory, is written again, until it
 * succeeds. Appends simply take that long; their callers hold no more than their credits, and so
 * producers pause. The first refusal and the recovery are told to the user.
 *
 * **Segments.** A new one is made when the batch would bring the last one over `segment.bytes`, when
 * it is later by `segment.ms` than the segment's first, or when its relative offsets would not fit 31
 * bits.
 *
 * @module
 */

import {
  type Clock,
  concat,
  ConnectError,
  type Disk,
  type DiskFile,
  type Logger,
  reasonOf,
  RetriableError,
} from "../base/mod.ts";
import { type BatchHeader, readBatchHeader, setBaseOffset } from "../batch/mod.ts";
import type { PartitionReader } from "./partition_reader.ts";
import { groupBytesMax } from "./recovery.ts";
import { makeSegment, Segment, segmentPath } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";
import type { TopicConfig } from "./topic_config.ts";

/** How long after a refusal of the disk the write is tried again, in milliseconds. */
const writeRetryMs = 500;
/** Batches from this size on are written as they are, in bytes: copying them together would cost more. */
const writeAloneBytes = 64 << 10;
/** Callers hold no more than their credits; batches beyond this many bytes come from none who has any. */
const queueBytesMax = 256 << 20;
/** Relative offsets in a segment's index have 31 bits. */
const segmentOffsetsMax = 0x7fffffffn;

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

/** Writes a partition; its reader is kept up to date with what is durable. */
export class PartitionWriter {
  readonly #options: PartitionLogOptions;
  readonly #reader: PartitionReader;
  readonly #queue: Pending[] = [];
  readonly #waiters = new Set<() => void>();
  readonly #closing = new AbortController();
  #queueBytes = 0;
  #file: DiskFile | null = null;
  #firstTimestampMs: number | null;
  /** Whether a new segment has been begun: its file may be there, so that nothing may go before it. */
  #isRolling = false;
  #work: Promise<void> | null = null;

  /** `firstTimestampMs` is the time of the first batch in the last segment, or null without any. */
  constructor(
    options: PartitionLogOptions,
    reader: PartitionReader,
    firstTimestampMs: number | null,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#firstTimestampMs = firstTimestampMs;
  }

  /**
   * Appends a sealed batch that has been checked; its base offset is written into it.
   * @returns the base offset, once the batch is durable
   * @throws {RetriableError} when the log is closed first
   * @throws {ConnectError} when more waits than any callers with credits can have
   */
  append(batch: Uint8Array<ArrayBuffer>, header: BatchHeader): Promise<bigint> {
    return new Promise((resolve, reject) => {
      const { name } = this.#options;
      if (this.#closing.signal.aborted) return reject(closed(name));
      if (this.#queueBytes + batch.length > queueBytesMax && this.#queueBytes > 0) {
        const reason = `${this.#queueBytes} bytes wait to be written, the most is ${queueBytesMax}`;
        return reject(new ConnectError(`Cannot append to ${name}: ${reason}`));
      }
      this.#queueBytes += batch.length;
      this.#queue.push({ batch, header, baseOffset: -1n, resolve, reject });
      this.#work ??= this.#write();
    });
  }

  /** Calls `wake` once when the next records are durable. @returns a function that calls it off */
  onAppend(wake: () => void): () => void {
    this.#waiters.add(wake);
    return () => void this.#waiters.delete(wake);
  }

  /** Closes the last segment and begins a new one, unless it is being written. @returns whether it did */
  async rollIfIdle(): Promise<boolean> {
    if (this.#work !== null || this.#closing.signal.aborted) return false;
    const rolled = this.#roll();
    this.#work = rolled.catch(() => {}).then(() => this.#write());
    await rolled;
    return true;
  }

  /** Writes what waits, once, and lets go of files. What the disk refuses now is not acknowledged. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#work;
    await this.#active.writeIndex().catch((error) => this.#options.log.warn(reasonOf(error)));
    this.#file?.close();
    this.#file = null;
    this.#wake();
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
      if (count > 0 && bytes + batch.length > groupBytesMax) break;
      bytes += batch.length;
      count++;
    }
    this.#queueBytes -= bytes;
    return this.#queue.splice(0, count);
  }

  /** Writes batches and makes them durable. A second call with the same ones goes on where it failed. */
  async #writeGroup(group: readonly Pending[]): Promise<void> {
    for (let done = 0; done < group.length;) {
      const { baseOffset } = group[done];
      if (baseOffset >= 0n && baseOffset < this.#reader.endOffset) {
        done++;
        continue;
      }
      const end = done + this.#roomFor(group.slice(done));
      if (end === done) await this.#roll();
      else await this.#writeSegment(group.slice(done, end));
      done = end;
    }
  }

  get #active(): Segment {
    return this.#reader.segments.at(-1)!;
  }

  /** How many of these batches still go into the last segment; one at least into an empty one. */
  #roomFor(group: readonly Pending[]): number {
    if (this.#isRolling) return 0;
    const segment = this.#active;
    let bytes = segment.sizeBytes;
    let offset = this.#reader.endOffset;
    let count = 0;
    for (const { batch, header } of group) {
      if (bytes > 0 && this.#isFull(bytes + batch.length, offset, header)) break;
      bytes += batch.length;
      offset += BigInt(header.lastOffsetDelta) + 1n;
      count++;
    }
    return count;
  }

  /** Kafka: `LogSegment.shouldRoll`, which goes by the times of records too, not by the clock. */
  #isFull(
    bytes: number,
    offset: bigint,
    { maxTimestampMs, lastOffsetDelta }: BatchHeader,
  ): boolean {
    const { segmentBytesMax, segmentAgeMsMax } = this.#options.config;
    return bytes > segmentBytesMax ||
      offset + BigInt(lastOffsetDelta) - this.#active.baseOffset > segmentOffsetsMax ||
      this.#firstTimestampMs !== null &&
        maxTimestampMs - this.#firstTimestampMs > segmentAgeMsMax;
  }

  async #writeSegment(group: readonly Pending[]): Promise<void> {
    const segment = this.#active;
    const file = await this.#openActive();
    let offset = this.#reader.endOffset;
    for (const pending of group) {
      pending.baseOffset = offset;
      setBaseOffset(pending.batch, offset);
      offset += BigInt(pending.header.lastOffsetDelta) + 1n;
    }
    let position = segment.sizeBytes;
    for (const bytes of writes(group)) {
      await file.write(bytes, position);
      position += bytes.length;
    }
    await file.datasync();
    const index = await segment.index();
    position = segment.sizeBytes;
    for (const { batch } of group) {
      const header = readBatchHeader(batch)!;
      if (header.maxTimestampMs >= 0) this.#firstTimestampMs ??= header.maxTimestampMs;
      index.add(header, position);
      position += batch.length;
    }
    segment.sizeBytes = position;
    this.#reader.endOffset = offset;
    this.#wake();
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
    const closed = this.#active;
    const baseOffset = this.#reader.endOffset;
    this.#isRolling = true;
    await makeSegment(disk, folder, baseOffset);
    this.#isRolling = false;
    this.#file?.close();
    this.#file = null;
    const index = new SegmentIndex(baseOffset);
    this.#reader.segments.push(new Segment({ disk, folder, baseOffset, sizeBytes: 0, index }));
    this.#firstTimestampMs = null;
    // Index files that cannot be written now are written later, or made again.
    await closed.writeIndex().catch((error) => this.#options.log.warn(reasonOf(error)));
    closed.release();
  }

  #wake(): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const wake of waiters) wake();
  }

  #reject(pending: readonly Pending[]): void {
    this.#queueBytes = 0;
    for (const { reject } of pending) reject(closed(this.#options.name));
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
    if (small.length > 0) yield together(small);
    small = [];
    yield batch;
  }
  if (small.length > 0) yield together(small);
}

function together(batches: readonly Uint8Array[]): Uint8Array {
  return batches.length === 1 ? batches[0] : concat(batches);
}

function closed(name: string): RetriableError {
  return new RetriableError(`The log of ${name} is closed`);
}
