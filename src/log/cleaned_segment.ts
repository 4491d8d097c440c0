/** The segment that compaction writes: batches in order, and empty ones for the offsets between them. */

import type { Disk, DiskFile } from "../base/mod.ts";
import { readBatchHeader } from "../batch/mod.ts";
import { emptyBatch } from "./scan.ts";
import { Segment } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";

/** How much is gathered for one write, in bytes. */
const writeBytes = 1 << 20;

/** A segment on its way to the disk. */
export class CleanedSegment {
  /** Its path until it takes the place of another. */
  readonly path: string;
  /** The offset that it begins with. */
  readonly baseOffset: bigint;
  readonly #file: DiskFile;
  readonly #index: SegmentIndex;
  readonly #buffer = new Uint8Array(writeBytes);
  #buffered = 0;
  #written = 0;
  #nextOffset: bigint;

  private constructor(path: string, file: DiskFile, baseOffset: bigint) {
    this.path = path;
    this.#file = file;
    this.baseOffset = baseOffset;
    this.#index = new SegmentIndex(baseOffset);
    this.#nextOffset = baseOffset;
  }

  /** Begins a segment in a file of its own. */
  static async create(disk: Disk, path: string, baseOffset: bigint): Promise<CleanedSegment> {
    await disk.remove(path);
    return new CleanedSegment(path, await disk.open(path, "write"), baseOffset);
  }

  /** Its size so far, in bytes. */
  get sizeBytes(): number {
    return this.#written + this.#buffered;
  }

  /** Appends a batch. */
  async append(batch: Uint8Array): Promise<void> {
    const header = readBatchHeader(batch)!;
    await this.#fillUpTo(header.baseOffset);
    this.#index.add(header, this.sizeBytes);
    this.#nextOffset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
    await this.#write(batch);
  }

  /** Ends it before the offset where the next segment begins, and makes it durable. */
  async finish(endOffset: bigint): Promise<void> {
    await this.#fillUpTo(endOffset);
    await this.#flush();
    await this.#file.datasync();
  }

  /** It, as one that is read, once it is in its place. */
  segment(disk: Disk, folder: string): Segment {
    const [baseOffset, sizeBytes, index] = [this.baseOffset, this.sizeBytes, this.#index];
    return new Segment({ disk, folder, baseOffset, sizeBytes, index });
  }

  /** Lets go of its file. */
  close(): void {
    this.#file.close();
  }

  async #fillUpTo(offset: bigint): Promise<void> {
    if (this.#nextOffset < offset) await this.append(emptyBatch(this.#nextOffset, offset - 1n));
  }

  async #write(batch: Uint8Array): Promise<void> {
    if (this.#buffered + batch.length > writeBytes) await this.#flush();
    if (batch.length > writeBytes) {
      await this.#file.write(batch, this.#written);
      this.#written += batch.length;
    } else {
      this.#buffer.set(batch, this.#buffered);
      this.#buffered += batch.length;
    }
  }

  async #flush(): Promise<void> {
    await this.#file.write(this.#buffer.subarray(0, this.#buffered), this.#written);
    this.#written += this.#buffered;
    this.#buffered = 0;
  }
}
