/**
 * One segment of a partition: `BASE.log` with record batches one after another, and its two indexes.
 * BASE is the offset of its first record in twenty digits, as Kafka names them.
 */

import { ConnectError, type Disk, type DiskFile, reasonOf } from "../base/mod.ts";
import { scanSegment } from "./scan.ts";
import { SegmentIndex } from "./segment_index.ts";

/** The endings of the three files. */
export type SegmentFile = "log" | "index" | "timeindex";

/** The path of one file of a segment. */
export function segmentPath(folder: string, baseOffset: bigint, file: SegmentFile): string {
  return `${folder}/${String(baseOffset).padStart(20, "0")}.${file}`;
}

/** The base offset that the name of a `.log` file tells, or null for any other name. */
export function baseOffsetOf(name: string): bigint | null {
  const digits = /^(\d{20})\.log$/.exec(name)?.[1];
  return digits === undefined ? null : BigInt(digits);
}

/** What is known of a segment. Its file is opened when it is read. */
export class Segment {
  /** The offset of its first record. */
  readonly baseOffset: bigint;
  /** Its size in bytes, as far as it is durable. */
  sizeBytes: number;
  readonly #disk: Disk;
  readonly #folder: string;
  #index: SegmentIndex | null;
  #file: Promise<DiskFile> | null = null;

  /** `index` may be null for a segment that is not written any more: it is loaded when it is needed. */
  constructor(
    disk: Disk,
    folder: string,
    baseOffset: bigint,
    sizeBytes: number,
    index: SegmentIndex | null,
  ) {
    this.#disk = disk;
    this.#folder = folder;
    this.baseOffset = baseOffset;
    this.sizeBytes = sizeBytes;
    this.#index = index;
  }

  /** Its indexes, loaded or made again when they are missing or damaged. */
  async index(): Promise<SegmentIndex> {
    return this.#index ??= await this.#loadIndex() ?? await this.#makeIndex();
  }

  /** Reads bytes at a position, fewer at its end; into `buffer` when it is large enough. */
  async read(
    position: number,
    sizeBytes: number,
    buffer?: ArrayBuffer,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const length = Math.min(sizeBytes, this.sizeBytes - position);
    const bytes = buffer !== undefined && buffer.byteLength >= length
      ? new Uint8Array(buffer, 0, length)
      : new Uint8Array(length);
    const read = await (await this.#open()).read(bytes, position);
    if (read === bytes.length) return bytes;
    const path = segmentPath(this.#folder, this.baseOffset, "log");
    throw new ConnectError(
      `"${path}" ends at byte ${position + read}, before its ${this.sizeBytes}`,
    );
  }

  /** Writes both index files. They are not synced: whoever finds them damaged makes them again. */
  async writeIndex(): Promise<void> {
    const index = await this.index();
    await this.#writeFile("index", index.encodeOffsets());
    await this.#writeFile("timeindex", index.encodeTimes());
  }

  /** Lets go of its file, which is opened again when it is read again. */
  release(): void {
    this.#file?.then((file) => file.close(), () => {});
    this.#file = null;
  }

  /** Removes its files. The `.log` goes first: without it the others mean nothing. */
  async remove(): Promise<void> {
    this.release();
    for (const file of ["log", "index", "timeindex"] as const) {
      await this.#disk.remove(segmentPath(this.#folder, this.baseOffset, file));
    }
  }

  #open(): Promise<DiskFile> {
    if (this.#file === null) {
      this.#file = this.#disk.open(segmentPath(this.#folder, this.baseOffset, "log"), "read");
      this.#file.catch(() => this.#file = null);
    }
    return this.#file;
  }

  async #writeFile(ending: SegmentFile, bytes: Uint8Array): Promise<void> {
    const path = segmentPath(this.#folder, this.baseOffset, ending);
    const file = await this.#disk.open(path, "write");
    try {
      await file.truncate(0);
      await file.write(bytes, 0);
    } catch (cause) {
      throw new ConnectError(`Cannot write "${path}": ${reasonOf(cause)}`, { cause });
    } finally {
      file.close();
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

  async #makeIndex(): Promise<SegmentIndex> {
    const index = new SegmentIndex(this.baseOffset);
    for await (const pieces of scanSegment(await this.#open(), this.sizeBytes, this.baseOffset)) {
      for (const piece of pieces) {
        if (piece.type === "batch") index.add(piece.header, piece.position);
      }
    }
    return index;
  }
}
