/**
 * One segment of a partition: `BASE.log` with record batches one after another, and its two indexes.
 * BASE is the offset of its first record in twenty digits, as Kafka names them.
 */

import { ConnectError, CorruptError, type Disk, type DiskFile, reasonOf } from "../base/mod.ts";
import { headerBytes } from "../batch/mod.ts";
import { type Flaw, flawsIn } from "./flaws.ts";
import { scanSegment } from "./scan.ts";
import { SegmentIndex } from "./segment_index.ts";

/** The endings of the three files. */
export type SegmentFile = "log" | "index" | "timeindex";

/** The path of one file of a segment. */
export function segmentPath(folder: string, baseOffset: bigint, file: SegmentFile): string {
  return `${folder}/${String(baseOffset).padStart(20, "0")}.${file}`;
}

/** The base offset that the name of a `.log` file tells, or null for any other name. */
function baseOffsetOf(name: string): bigint | null {
  const digits = /^(\d{20})\.log$/.exec(name)?.[1];
  return digits === undefined ? null : BigInt(digits);
}

/** The base offsets of the segments in a folder, in order. */
export async function listSegments(disk: Disk, folder: string): Promise<bigint[]> {
  const entries = await disk.list(folder);
  return entries.map(({ name }) => baseOffsetOf(name)).filter((base) => base !== null);
}

/** Where a segment is, and how much of it. */
export interface SegmentOptions {
  /** The disk. */
  disk: Disk;
  /** The partition's folder. */
  folder: string;
  /** The offset of its first record. */
  baseOffset: bigint;
  /** Its size in bytes, as far as it is durable. */
  sizeBytes: number;
  /** Its indexes, made from its batches; null: they are loaded when they are needed. */
  index: SegmentIndex | null;
}

/** What is known of a segment. Its file is opened when it is read. */
export class Segment {
  /** The offset of its first record. */
  readonly baseOffset: bigint;
  /** Its size in bytes, as far as it is durable. */
  sizeBytes: number;
  /** What is damaged in it, in order, once a reader has come upon damage. */
  flaws: readonly Flaw[] = [];
  readonly #disk: Disk;
  readonly #folder: string;
  #index: SegmentIndex | null;
  /** Whether the index files hold what `#index` holds, so that it need not be kept. */
  #isIndexStored = false;
  /** The latest timestamp as its batches tell it, not the index file. */
  #knownTimestampMs: number | null = null;
  #file: Promise<DiskFile> | null = null;
  #userCount = 0;
  #isReleased = false;

  /** A segment; its file is there. */
  constructor({ disk, folder, baseOffset, sizeBytes, index }: SegmentOptions) {
    this.#disk = disk;
    this.#folder = folder;
    this.baseOffset = baseOffset;
    this.sizeBytes = sizeBytes;
    this.#index = index;
  }

  /** The path of its `.log` file. */
  get path(): string {
    return segmentPath(this.#folder, this.baseOffset, "log");
  }

  /** Its indexes, loaded or made again when they are missing or damaged. */
  async index(): Promise<SegmentIndex> {
    if (this.#index === null) {
      const loaded = await this.#loadIndex();
      this.#index = loaded ?? await this.#makeIndex();
      this.#isIndexStored = loaded !== null;
    }
    return this.#index;
  }

  /**
   * The latest timestamp of its records, or -1 without any. `isDoubtful` says which answers of the
   * index file are not to be believed: it is not synced, and may tell less than the segment.
   */
  async maxTimestampMs(isDoubtful: (timestampMs: number) => boolean): Promise<number> {
    if (this.#knownTimestampMs !== null) return this.#knownTimestampMs;
    const { maxTimestampMs } = await this.index();
    if (!this.#isIndexStored || !isDoubtful(maxTimestampMs)) return maxTimestampMs;
    this.#index = await this.#makeIndex();
    this.#isIndexStored = false;
    return this.#knownTimestampMs = this.#index.maxTimestampMs;
  }

  /**
   * Reads bytes at a position, fewer at its end; into `buffer` when it is large enough.
   * @throws {CorruptError} when it ends too early
   */
  read(
    position: number,
    sizeBytes: number,
    buffer?: ArrayBuffer,
  ): Promise<Uint8Array<ArrayBuffer>> {
    return this.use(async (file) => {
      const length = Math.max(0, Math.min(sizeBytes, this.sizeBytes - position));
      const bytes = buffer !== undefined && buffer.byteLength >= length
        ? new Uint8Array(buffer, 0, length)
        : new Uint8Array(length);
      const read = await file.read(bytes, position);
      if (read === bytes.length) return bytes;
      throw new CorruptError(`it ends at byte ${position + read}, before its ${this.sizeBytes}`);
    });
  }

  /** Works with its open file, which stays open meanwhile, even when another takes its name. */
  async use<T>(work: (file: DiskFile) => Promise<T>): Promise<T> {
    this.#userCount++;
    try {
      return await work(await this.#open());
    } finally {
      if (--this.#userCount === 0 && this.#isReleased) this.#close();
    }
  }

  /** Finds what is damaged in it, up to the offset where the next segment begins. */
  async examine(endOffset: bigint): Promise<void> {
    const index = new SegmentIndex(this.baseOffset);
    this.flaws = await this.use((file) =>
      flawsIn(file, { sizeBytes: this.sizeBytes, baseOffset: this.baseOffset, endOffset, index })
    );
    if (this.isIndexRemade) return;
    this.#index = index;
    this.#isIndexStored = false;
  }

  /**
   * The offset after its last batch, as that tells it; null when its end is damaged, so that nobody
   * can tell.
   */
  async endOffset(): Promise<bigint | null> {
    const position = (await this.index()).lastPosition;
    const head = await this.read(position, headerBytes);
    if (head.length < headerBytes) return this.sizeBytes === 0 ? this.baseOffset : null;
    let offset = new DataView(head.buffer).getBigInt64(0);
    return await this.use(async (file) => {
      for await (const pieces of scanSegment(file, this.sizeBytes, offset, position)) {
        for (const piece of pieces) {
          if (piece.type === "damage") return null;
          offset = piece.header.baseOffset + BigInt(piece.header.lastOffsetDelta) + 1n;
        }
      }
      return offset;
    });
  }

  /** Whether its indexes were made anew, so that the files do not hold them. */
  get isIndexRemade(): boolean {
    return this.#index !== null && !this.#isIndexStored;
  }

  /**
   * Writes both index files, for a segment that does not grow any more. They are not synced: whoever
   * finds them damaged makes them again.
   */
  async writeIndex(): Promise<void> {
    const index = await this.index();
    this.#knownTimestampMs = index.maxTimestampMs;
    await this.#writeFile("index", index.encodeOffsets());
    await this.#writeFile("timeindex", index.encodeTimes());
    this.#isIndexStored = true;
  }

  /** Lets go of its file and of what can be loaded again. */
  release(): void {
    if (this.#isIndexStored) this.#index = null;
    this.#isReleased = true;
    if (this.#userCount === 0) this.#close();
  }

  /**
   * Removes its files. The `.log` goes first: without it the others mean nothing, and go when the
   * partition is opened the next time if they do not now.
   */
  async remove(): Promise<void> {
    this.release();
    await this.#disk.remove(this.path);
    await this.removeIndex().catch(() => {});
  }

  /** Removes its index files. */
  async removeIndex(): Promise<void> {
    for (const file of ["index", "timeindex"] as const) {
      await this.#disk.remove(segmentPath(this.#folder, this.baseOffset, file));
    }
  }

  #open(): Promise<DiskFile> {
    if (this.#file !== null) return this.#file;
    this.#isReleased = false;
    const opening = this.#disk.open(this.path, "read");
    this.#file = opening;
    opening.catch(() => this.#file = null);
    return opening;
  }

  #close(): void {
    this.#file?.then((file) => file.close(), () => {});
    this.#file = null;
  }

  async #writeFile(ending: SegmentFile, bytes: Uint8Array): Promise<void> {
    const path = segmentPath(this.#folder, this.baseOffset, ending);
    try {
      const file = await this.#disk.open(path, "write");
      try {
        await file.truncate(0);
        await file.write(bytes, 0);
      } finally {
        file.close();
      }
    } catch (cause) {
      throw new ConnectError(`Cannot write "${path}": ${reasonOf(cause)}`, { cause });
    }
  }

  async #loadIndex(): Promise<SegmentIndex | null> {
    const [offsets, times] = await Promise.all(
      (["index", "timeindex"] as const).map((ending) =>
        this.#disk.readFile(segmentPath(this.#folder, this.baseOffset, ending))
      ),
    );
    if (offsets === null || times === null) return null;
    return SegmentIndex.decode(this.baseOffset, this.sizeBytes, offsets, times);
  }

  /** Makes the indexes from the batches. */
  #makeIndex(): Promise<SegmentIndex> {
    return this.use(async (file) => {
      const index = new SegmentIndex(this.baseOffset);
      for await (const pieces of scanSegment(file, this.sizeBytes, this.baseOffset)) {
        for (const piece of pieces) {
          if (piece.type === "batch") index.add(piece.header, piece.position);
        }
      }
      return index;
    });
  }
}

/**
 * Makes the three files of a segment, durably. Files that are there already are emptied.
 * @throws {ConnectError} naming the folder
 */
export async function makeSegment(disk: Disk, folder: string, baseOffset: bigint): Promise<void> {
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
