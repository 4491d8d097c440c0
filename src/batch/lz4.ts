/**
 * Frames of LZ4, as Kafka has them in record batches. Kafka: KIP-57, `Lz4BlockInputStream`.
 *
 *     frame  = magic flags sizes [ content size: uint64 LE ] header checksum { block } 00 00 00 00
 *              [ xxHash of the content: uint32 LE ]
 *     magic  = 04 22 4d 18
 *     flags  = version 01 (2 bits), blocks are independent, blocks have checksums, content size is there,
 *              content checksum is there, reserved, dictionary id is there
 *     sizes  = reserved, 4 to 7 (3 bits): 64 KiB, 256 KiB, 1 MiB or 4 MiB a block, reserved (4 bits)
 *     header checksum = second byte of the xxHash of flags, sizes and content size
 *     block  = uint32 LE (high bit: not compressed; then the length) bytes [ their xxHash: uint32 LE ]
 *
 * @module
 */

import { CorruptError } from "../base/mod.ts";
import { compressLz4Block, decompressLz4Block, lz4BlockBound } from "./lz4_block.ts";
import { xxhash32 } from "./xxhash32.ts";

const magic = 0x184d2204;
const blockBytes = 64 << 10;
const notCompressed = 0x80000000;
/** One byte of a block cannot stand for more. */
const expansionMax = 255;

const flag = { independent: 0x20, blockSums: 0x10, contentSize: 8, contentSum: 4, dictionary: 1 };

/** Makes a frame of independent blocks, as Kafka's producer does and its consumer wants. */
export function compressLz4(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const blockCount = Math.ceil(bytes.length / blockBytes);
  const frame = new Uint8Array(7 + blockCount * (4 + lz4BlockBound(blockBytes)) + 4);
  const view = new DataView(frame.buffer);
  view.setUint32(0, magic, true);
  frame[4] = 0x40 | flag.independent;
  frame[5] = 4 << 4;
  frame[6] = xxhash32(frame.subarray(4, 6)) >> 8;
  let end = 7;
  for (let start = 0; start < bytes.length; start += blockBytes) {
    const block = bytes.subarray(start, start + blockBytes);
    const blockEnd = compressLz4Block(block, frame, end + 4);
    const length = blockEnd - end - 4;
    if (length < block.length) {
      view.setUint32(end, length, true);
      end = blockEnd;
    } else {
      view.setUint32(end, block.length + notCompressed, true);
      frame.set(block, end + 4);
      end += 4 + block.length;
    }
  }
  return frame.slice(0, end + 4).fill(0, end);
}

interface Block {
  bytes: Uint8Array;
  isCompressed: boolean;
}

interface Frame {
  blocks: Block[];
  blockBytesMax: number;
  isIndependent: boolean;
  contentSum: number | null;
}

/** Reads a frame. @throws {CorruptError} for what is none, and for more than `sizeMax` bytes */
export function decompressLz4(bytes: Uint8Array, sizeMax: number): Uint8Array {
  const { blocks, blockBytesMax, isIndependent, contentSum } = readFrame(bytes);
  const bound = blocks.reduce((sum, block) => sum + boundOf(block, blockBytesMax), 0);
  const content = new Uint8Array(Math.min(bound, sizeMax));
  let end = 0;
  for (const { bytes, isCompressed } of blocks) {
    const start = end;
    // No block may have more than the frame says, nor all of them more than there is room for.
    const to = content.subarray(0, start + blockBytesMax);
    if (isCompressed) {
      end = decompressLz4Block(bytes, to, start, isIndependent ? start : 0);
    } else {
      end += bytes.length;
      if (end > to.length) throw new CorruptError("an LZ4 frame is larger than it may be");
      to.set(bytes, start);
    }
  }
  const read = content.subarray(0, end);
  if (contentSum !== null) checkSum(read, contentSum, "content");
  return read;
}

function boundOf({ bytes, isCompressed }: Block, blockBytesMax: number): number {
  return isCompressed ? Math.min(blockBytesMax, bytes.length * expansionMax) : bytes.length;
}

function readFrame(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = 4;
  const take = (length: number) => {
    position += length;
    if (position > bytes.length) throw new CorruptError("an LZ4 frame is cut off");
    return position - length;
  };
  const uint32 = () => view.getUint32(take(4), true);
  if (bytes.length < 7 || view.getUint32(0, true) !== magic) {
    throw new CorruptError("there is no LZ4 frame");
  }
  const flags = bytes[take(1)];
  const size = bytes[take(1)] >> 4;
  if (flags >> 6 !== 1 || (flags & flag.dictionary) !== 0 || size < 4 || size > 7) {
    throw new CorruptError(`an LZ4 frame has unknown flags ${flags}, ${size}`);
  }
  if ((flags & flag.contentSize) !== 0) take(8);
  const headerEnd = take(1);
  if (bytes[headerEnd] !== (xxhash32(bytes.subarray(4, headerEnd)) >> 8 & 0xff)) {
    throw new CorruptError("the header of an LZ4 frame does not match its checksum");
  }
  const blocks: Block[] = [];
  for (let length = uint32(); length !== 0; length = uint32()) {
    const isCompressed = length < notCompressed;
    const start = take(isCompressed ? length : length - notCompressed);
    const block = bytes.subarray(start, position);
    if ((flags & flag.blockSums) !== 0) checkSum(block, uint32(), "block");
    blocks.push({ bytes: block, isCompressed });
  }
  return {
    blocks,
    blockBytesMax: 1 << (8 + 2 * size),
    isIndependent: (flags & flag.independent) !== 0,
    contentSum: (flags & flag.contentSum) !== 0 ? uint32() : null,
  };
}

function checkSum(bytes: Uint8Array, expected: number, what: string): void {
  if (xxhash32(bytes) === expected) return;
  throw new CorruptError(`the ${what} of an LZ4 frame does not match its checksum`);
}
