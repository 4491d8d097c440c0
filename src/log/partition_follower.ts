/**
 * A partition read beside its owner, another process, which may append, roll, remove and compact
 * segments meanwhile. Nothing is locked, and nothing is changed: when a read does not find what it
 * expects, it looks at the folder again.
 */

import { type Disk, NotFoundError } from "../base/mod.ts";
import { PartitionReader } from "./partition_reader.ts";
import { scanSegment } from "./scan.ts";
import { listSegments, Segment, segmentPath } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";

/** How often the folder is listed again because what it listed was gone before it could be opened. */
const listingsMax = 10;

/** A partition as one sees it who does not own it. */
export class PartitionFollower {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #name: string;
  readonly #reader: PartitionReader;

  private constructor(disk: Disk, folder: string, name: string, report: (message: string) => void) {
    this.#disk = disk;
    this.#folder = folder;
    this.#name = name;
    const renew = () => this.#look([]);
    this.#reader = new PartitionReader({ name, report, renew }, [], 0n);
  }

  /** Opens a partition; `name` is what messages call it, and damage is told to `report`. @throws {NotFoundError} */
  static async open(
    disk: Disk,
    folder: string,
    name: string,
    report: (message: string) => void,
  ): Promise<PartitionFollower> {
    const follower = new PartitionFollower(disk, folder, name, report);
    await follower.refresh();
    return follower;
  }

  /** The first offset still kept. */
  get startOffset(): bigint {
    return this.#reader.startOffset;
  }

  /** The offset after the last record that was there when it looked. */
  get endOffset(): bigint {
    return this.#reader.endOffset;
  }

  /** How many bytes its segments take. */
  get sizeBytes(): number {
    return this.#reader.sizeBytes;
  }

  /** Looks again at what is there. @throws {NotFoundError} */
  refresh(): Promise<void> {
    return this.#look(this.#reader.segments);
  }

  /** The batches from an offset on; see {@linkcode PartitionReader.fetch}. */
  fetch(offset: bigint, bytesMax: number): Promise<Uint8Array<ArrayBuffer>> {
    return this.#reader.fetch(offset, bytesMax);
  }

  /** Lets go of files. */
  close(): void {
    this.#reader.close();
  }

  /** Lists the segments; of those in `known` only the last is looked at again. */
  async #look(known: readonly Segment[]): Promise<void> {
    for (let listing = 1;; listing++) {
      const bases = await listSegments(this.#disk, this.#folder);
      if (bases.length === 0) throw new NotFoundError(`There is no partition ${this.#name}`);
      try {
        return await this.#take(bases, known);
      } catch (error) {
        const isGone = error instanceof Error && error.name === "NotFound";
        if (!isGone || listing === listingsMax) throw error;
      }
    }
  }

  async #take(bases: readonly bigint[], known: readonly Segment[]): Promise<void> {
    const closed = known.slice(0, -1);
    const segments: Segment[] = [];
    for (const base of bases.slice(0, -1)) {
      const same = closed.find(({ baseOffset }) => baseOffset === base);
      segments.push(same ?? await this.#open(base));
    }
    const last = bases.at(-1)!;
    const active = known.at(-1)?.baseOffset === last ? known.at(-1)! : null;
    const end = await this.#follow(active ?? this.#empty(last), active);
    segments.push(end.segment);
    for (const old of this.#reader.segments) if (!segments.includes(old)) old.release();
    this.#reader.segments = segments;
    this.#reader.endOffset = end.offset;
  }

  /** A closed segment. */
  async #open(baseOffset: bigint): Promise<Segment> {
    const [disk, folder] = [this.#disk, this.#folder];
    const file = await disk.open(segmentPath(folder, baseOffset, "log"), "read");
    try {
      return new Segment({ disk, folder, baseOffset, sizeBytes: await file.size(), index: null });
    } finally {
      file.close();
    }
  }

  #empty(baseOffset: bigint): Segment {
    const index = new SegmentIndex(baseOffset);
    return new Segment({ disk: this.#disk, folder: this.#folder, baseOffset, sizeBytes: 0, index });
  }

  /** Reads on in the last segment. What is no sound batch yet is not there yet: it may be being written. */
  async #follow(
    segment: Segment,
    known: Segment | null,
  ): Promise<{ segment: Segment; offset: bigint }> {
    const file = await this.#disk.open(segment.path, "read");
    try {
      const size = await file.size();
      // The owner has cut it back after a fault.
      if (size < segment.sizeBytes) {
        return await this.#follow(this.#empty(segment.baseOffset), null);
      }
      const index = await segment.index();
      let offset = known === null ? segment.baseOffset : this.#reader.endOffset;
      for await (const pieces of scanSegment(file, size, offset, segment.sizeBytes)) {
        for (const piece of pieces) {
          if (piece.type === "damage" || piece.repaired !== null) return { segment, offset };
          index.add(piece.header, piece.position);
          segment.sizeBytes = piece.position + piece.bytes.length;
          offset = piece.header.baseOffset + BigInt(piece.header.lastOffsetDelta) + 1n;
        }
      }
      return { segment, offset };
    } finally {
      file.close();
    }
  }
}
