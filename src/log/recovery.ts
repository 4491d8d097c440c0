/**
 * Makes the last segment of a partition sound again after whatever ended the last run.
 *
 * Only the last segment is ever written, and nothing is acknowledged before it is synced. So a crash
 * can leave at its end bytes that nobody was promised: a torn batch, which is cut off. Damage before
 * sound batches is no crash's work but the disk's, and is told apart: what is sound on both sides is
 * kept, and an empty batch takes the place and the offsets of what is lost. One exception: a block of
 * zeros in what may have been the last write is the page of an unfinished write that a power cut kept
 * from the disk; what follows it was never acknowledged either, will be written again, and would be
 * out of order if it were kept.
 *
 * A segment that needs more than its tail cut is written anew beside the old one, synced, and renamed
 * over it.
 *
 * @module
 */

import { crc32c, type Disk, type DiskFile, type Logger } from "../base/mod.ts";
import { headerBytes, logOverheadBytes } from "../batch/mod.ts";
import { type Piece, scanSegment } from "./scan.ts";
import { segmentPath } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";

/** One write takes at most this many bytes, so older damage than this was acknowledged. */
export const groupBytesMax = 8 << 20;

/** A segment that is sound. */
export interface RecoveredSegment {
  /** Its size in bytes. */
  sizeBytes: number;
  /** The offset after its last record. */
  endOffset: bigint;
  /** When its first batch was written, epoch ms, or null without any. */
  firstTimestampMs: number | null;
  /** Its indexes. */
  index: SegmentIndex;
}

/** Reads a segment and keeps all of it that is sound. Rejects only when the disk does. */
export async function recoverSegment(
  disk: Disk,
  folder: string,
  baseOffset: bigint,
  log: Logger,
): Promise<RecoveredSegment> {
  const path = segmentPath(folder, baseOffset, "log");
  for (;;) {
    const file = await disk.open(path, "write");
    try {
      const size = await file.size();
      const found = await survey(file, size, baseOffset);
      for (const message of found.findings) log.warn(`"${path}": ${message}`);
      if (!found.rewrite) {
        if (found.sound.sizeBytes < size) {
          await file.truncate(found.sound.sizeBytes);
          await file.datasync();
        }
        return found.sound;
      }
      await rewrite(disk, folder, baseOffset, file, found.sound.sizeBytes);
    } finally {
      file.close();
    }
  }
}

interface Survey {
  /** The segment once its tail is cut. */
  sound: RecoveredSegment;
  /** Whether it must be written anew first. */
  rewrite: boolean;
  findings: string[];
}

async function survey(file: DiskFile, size: number, baseOffset: bigint): Promise<Survey> {
  const index = new SegmentIndex(baseOffset);
  const found: Survey = {
    sound: { sizeBytes: 0, endOffset: baseOffset, firstTimestampMs: null, index },
    rewrite: false,
    findings: [],
  };
  const { sound, findings } = found;
  for await (const pieces of scanSegment(file, size, baseOffset)) {
    for (const piece of pieces) {
      if (piece.type === "batch") {
        const { header, position, repaired } = piece;
        index.add(header, position);
        sound.firstTimestampMs ??= header.maxTimestampMs;
        sound.endOffset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
        sound.sizeBytes = position + piece.bytes.length;
        if (repaired === null) continue;
        found.rewrite = true;
        findings.push(
          `the ${repaired} of the batch at offset ${header.baseOffset} was damaged and is put right`,
        );
      } else if (piece.nextOffset === null || neverAcknowledged(piece, size)) {
        findings.push(cutFinding(piece, size));
        return found;
      } else {
        found.rewrite = true;
        findings.push(
          `${piece.sizeBytes} bytes at byte ${piece.position} are damaged (${piece.reason}): ` +
            `offsets ${piece.firstOffset} to ${piece.nextOffset - 1n} are lost`,
        );
      }
    }
  }
  return found;
}

function neverAcknowledged(damage: Piece & { type: "damage" }, size: number): boolean {
  return damage.unwritten && size - damage.position <= groupBytesMax;
}

function cutFinding({ position, reason, firstOffset }: Piece & { type: "damage" }, size: number) {
  return `the last ${size - position} bytes, after offset ${
    firstOffset - 1n
  }, are no sound batch ` +
    `(${reason}) and are cut off`;
}

/** Writes the sound parts of the first `size` bytes, and empty batches for the rest, in place of the file. */
async function rewrite(
  disk: Disk,
  folder: string,
  baseOffset: bigint,
  file: DiskFile,
  size: number,
): Promise<void> {
  const path = segmentPath(folder, baseOffset, "log");
  const next = `${path}.recovered`;
  await disk.remove(next);
  const output = await disk.open(next, "write");
  try {
    let position = 0;
    for await (const pieces of scanSegment(file, size, baseOffset)) {
      for (const piece of pieces) {
        const bytes = piece.type === "batch"
          ? piece.bytes
          : emptyBatch(piece.firstOffset, piece.nextOffset! - 1n);
        await output.write(bytes, position);
        position += bytes.length;
      }
    }
    await output.datasync();
  } finally {
    output.close();
  }
  await disk.rename(next, path);
  await disk.syncDirectory(folder);
}

/** A batch without records that takes up the offsets `first` to `last`, as Kafka's compaction leaves them. */
export function emptyBatch(first: bigint, last: bigint): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(headerBytes));
  view.setBigInt64(0, first);
  view.setInt32(8, headerBytes - logOverheadBytes);
  view.setInt8(16, 2);
  view.setInt32(23, Number(last - first));
  view.setBigInt64(27, -1n);
  view.setBigInt64(35, -1n);
  view.setBigInt64(43, -1n);
  view.setInt16(51, -1);
  view.setInt32(53, -1);
  const bytes = new Uint8Array(view.buffer);
  view.setUint32(17, crc32c(bytes, 21));
  return bytes;
}
