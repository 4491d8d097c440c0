/**
 * What is damaged in a segment that is being read.
 *
 * A closed segment is not read when the log is opened, so that damage which the disk has done to it
 * shows only when a reader comes by. Reading does not stop there, nor does it change the segment: what
 * cannot be read is reported, once, with the offsets that are lost, and readers are handed an empty
 * batch in its place. A batch that only a field outside its checksum is wrong of is put right on its
 * way out. Nothing is written, since the damage may lie in the reading.
 */

import type { DiskFile } from "../base/mod.ts";
import { logOverheadBytes, setBaseOffset } from "../batch/mod.ts";
import { emptyBatch, scanSegment, whatIsLost } from "./scan.ts";
import type { SegmentIndex } from "./segment_index.ts";

/** A stretch of a segment that cannot be read as it lies there. */
export interface Flaw {
  /** Where it begins, in bytes. */
  position: number;
  /** Where it ends, in bytes. */
  end: number;
  /** The first offset it holds. */
  firstOffset: bigint;
  /** The offset after its last. */
  nextOffset: bigint;
  /** What is wrong. */
  reason: string;
  /** Whether it is one batch that can be put right. */
  isRepairable: boolean;
}

/** Reads a whole segment. @returns what is damaged in it; the index is filled with the rest */
export async function flawsIn(
  file: DiskFile,
  segment: { sizeBytes: number; baseOffset: bigint; endOffset: bigint; index: SegmentIndex },
): Promise<Flaw[]> {
  const { sizeBytes, baseOffset, endOffset, index } = segment;
  const flaws: Flaw[] = [];
  let next = baseOffset;
  for await (const pieces of scanSegment(file, sizeBytes, baseOffset)) {
    for (const piece of pieces) {
      const { position } = piece;
      const firstOffset = next;
      if (piece.type === "batch") {
        const { header, bytes, repaired } = piece;
        index.add(header, position);
        next = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
        if (repaired === null) continue;
        const reason = `the ${repaired} of the batch at offset ${firstOffset} is damaged`;
        const end = position + bytes.length;
        flaws.push({ position, end, firstOffset, nextOffset: next, reason, isRepairable: true });
      } else {
        next = piece.nextOffset ?? (endOffset > firstOffset ? endOffset : firstOffset);
        const { reason } = piece;
        const end = position + piece.sizeBytes;
        flaws.push({ position, end, firstOffset, nextOffset: next, reason, isRepairable: false });
      }
    }
  }
  if (next < endOffset) {
    const reason = "it ends too early";
    const ends = { position: sizeBytes, end: sizeBytes };
    flaws.push({ ...ends, firstOffset: next, nextOffset: endOffset, reason, isRepairable: false });
  }
  return flaws;
}

/** An empty batch spans at most this many offsets. */
const spanMax = 0x7fffffffn;

/** What a reader that asks for `offset` gets in place of a flaw; `bytes` is what lies there. */
export function inPlaceOf(
  flaw: Flaw,
  offset: bigint,
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  if (!flaw.isRepairable) {
    const span = flaw.nextOffset - offset;
    return emptyBatch(offset, offset + (span < spanMax ? span : spanMax) - 1n);
  }
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(8, bytes.length - logOverheadBytes);
  setBaseOffset(bytes, flaw.firstOffset);
  return bytes;
}

/** How many flaws of a segment are told of one by one. */
const toldMax = 10;

/** What the user is told of a segment's flaws, a message each. */
export function describeFlaws(path: string, flaws: readonly Flaw[]): string[] {
  const messages = flaws.slice(0, toldMax).map((flaw) => {
    if (flaw.isRepairable) return `"${path}": ${flaw.reason}, and is put right for readers`;
    return `"${path}" is damaged at byte ${flaw.position} (${flaw.reason}): ` +
      `${whatIsLost(flaw.firstOffset, flaw.nextOffset)}, readers go on behind it`;
  });
  const rest = flaws.length - messages.length;
  return rest > 0 ? [...messages, `"${path}": damaged in ${rest} more places`] : messages;
}
