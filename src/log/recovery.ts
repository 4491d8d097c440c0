/**
 * Makes a partition sound again after whatever ended the last run.
 *
 * **The last segment.** Only the last segment is ever written, and nothing is acknowledged before it is synced. So a crash
 * can leave at its end bytes that nobody was promised: a torn batch, which is cut off. Damage before
 * sound batches is no crash's work but the disk's, and is told apart: what is sound on both sides is
 * kept, and an empty batch takes the place and the offsets of what is lost. One exception: a block of
 * zeros in what may have been the last write is the page of an unfinished write that a power cut kept
 * from the disk; what follows it was never acknowledged either, will be written again, and would be
 * out of order if it were kept.
 *
 * A segment that needs more than its tail cut is written anew beside the old one, synced, and renamed
 * over it. What is sound is synced before anyone reads it: the last run may have been killed before.
 *
 * **The others** are closed, and only looked at when they are read (flaws.ts). Compaction may have been
 * cut short (compaction.ts): what it had not finished writing is removed, and so are segments whose
 * records the one before holds already.
 *
 * @module
 */

import { type Disk, type DiskFile, type Logger } from "../base/mod.ts";
import { emptyBatch, type Piece, scanSegment, whatIsLost } from "./scan.ts";
import { listSegments, makeSegment, Segment, segmentPath } from "./segment.ts";
import { SegmentIndex } from "./segment_index.ts";

/** One write takes at most this many bytes, so older damage than this was acknowledged. */
export const groupBytesMax = 8 << 20;

/** The last segment once it is sound. */
interface RecoveredSegment {
  /** Its size in bytes. */
  sizeBytes: number;
  /** The offset after its last record. */
  endOffset: bigint;
  /** When its first batch was written, epoch ms, or null without any. */
  firstTimestampMs: number | null;
  /** Its indexes. */
  index: SegmentIndex;
}

/** A partition that is sound. */
export interface RecoveredPartition {
  /** Its segments, oldest first; there is at least one. */
  segments: Segment[];
  /** The offset after its last record. */
  endOffset: bigint;
  /** When the first batch of the last segment was written, epoch ms, or null without any. */
  firstTimestampMs: number | null;
}

/** Recovers a partition, making its first segment if it has none. Rejects only when the disk does. */
export async function recoverPartition(
  disk: Disk,
  folder: string,
  isCompacted: boolean,
  log: Logger,
): Promise<RecoveredPartition> {
  const bases = await listSegments(disk, folder);
  await removeLeftovers(disk, folder, bases);
  if (bases.length === 0) {
    await makeSegment(disk, folder, 0n);
    bases.push(0n);
  }
  const segments: Segment[] = [];
  for (const baseOffset of bases.slice(0, -1)) {
    const file = await disk.open(segmentPath(folder, baseOffset, "log"), "read");
    const sizeBytes = await file.size().finally(() => file.close());
    segments.push(new Segment({ disk, folder, baseOffset, sizeBytes, index: null }));
  }
  if (isCompacted) await removeOverlaps(segments, log);
  const baseOffset = bases.at(-1)!;
  const { sizeBytes, index, ...end } = await recoverSegment(disk, folder, baseOffset, log);
  segments.push(new Segment({ disk, folder, baseOffset, sizeBytes, index }));
  await disk.syncDirectory(folder);
  return { segments, ...end };
}

/** Removes what was being written, and indexes without a segment. */
async function removeLeftovers(disk: Disk, folder: string, bases: bigint[]): Promise<void> {
  for (const { name } of await disk.list(folder)) {
    const digits = /^(\d{20})\.(index|timeindex)$/.exec(name)?.[1];
    const isOrphan = digits !== undefined && !bases.includes(BigInt(digits));
    if (isOrphan || /\.(recovered|cleaned)$/.test(name)) await disk.remove(`${folder}/${name}`);
  }
}

/** Removes closed segments whose records compaction has moved into the one before. */
async function removeOverlaps(segments: Segment[], log: Logger): Promise<void> {
  for (let i = 1; i < segments.length;) {
    const end = await segments[i - 1].endOffset();
    if (end === null || segments[i].baseOffset >= end) {
      segments[i - 1].release();
      i++;
      continue;
    }
    const [moved] = segments.splice(i, 1);
    log.info(`"${moved.path}": compaction has moved its records; it is removed`);
    await moved.remove();
  }
}

/** Reads a segment and keeps all of it that is sound. Rejects only when the disk does. */
async function recoverSegment(
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
        if (found.sound.sizeBytes < size) await file.truncate(found.sound.sizeBytes);
        await file.datasync();
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
        // An empty batch has no time.
        if (header.recordCount > 0) sound.firstTimestampMs ??= header.maxTimestampMs;
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
            whatIsLost(piece.firstOffset, piece.nextOffset),
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
        if (piece.type === "damage" && piece.nextOffset === piece.firstOffset) continue;
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
