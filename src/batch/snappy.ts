/**
 * Snappy as Kafka has it in record batches: blocks in the stream format of snappy-java. What librdkafka
 * writes is one block without a stream around it.
 *
 *     stream = 82 "SNAPPY" 00 version: int32 least version that reads it: int32 { length: int32 block }
 *     block  = length of the content: varint, Snappy's elements
 *
 * @module
 */

import { snappyCompressor, snappyUncompress, snappyUncompressor } from "hysnappy";
import { CorruptError } from "../base/mod.ts";

const magic = new Uint8Array([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0]);
const headerBytes = magic.length + 8;
const version = 1;
/** What snappy-java puts into a block. */
const blockBytes = 32 << 10;
/** The memory of a codec never shrinks: a larger block gets one of its own. */
const keptBytesMax = 1 << 20;

/** Both are made when first needed, and used again: each has a WebAssembly memory. */
let compress: ReturnType<typeof snappyCompressor> | null = null;
let uncompress: ReturnType<typeof snappyUncompressor> | null = null;

/** Makes a stream. */
export function compressSnappy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  compress ??= snappyCompressor();
  const blocks: Uint8Array[] = [];
  for (let start = 0; start < bytes.length; start += blockBytes) {
    blocks.push(compress(bytes.subarray(start, start + blockBytes)));
  }
  const sizeBytes = blocks.reduce((sum, block) => sum + 4 + block.length, headerBytes);
  const stream = new Uint8Array(sizeBytes);
  const view = new DataView(stream.buffer);
  stream.set(magic);
  view.setInt32(magic.length, version);
  view.setInt32(magic.length + 4, version);
  let end = headerBytes;
  for (const block of blocks) {
    view.setInt32(end, block.length);
    stream.set(block, end + 4);
    end += 4 + block.length;
  }
  return stream;
}

/** Reads a stream, or a single block. @throws {CorruptError} for what is none, and for more than `sizeMax` bytes */
export function decompressSnappy(bytes: Uint8Array, sizeMax: number): Uint8Array {
  const blocks = isStream(bytes) ? blocksOf(bytes) : [bytes];
  const lengths = blocks.map(contentLength);
  const sizeBytes = lengths.reduce((sum, length) => sum + length, 0);
  if (sizeBytes > sizeMax) throw new CorruptError(`they claim to be ${sizeBytes} bytes`);
  if (blocks.length === 1) return decompressBlock(blocks[0], sizeBytes);
  const content = new Uint8Array(sizeBytes);
  let end = 0;
  blocks.forEach((block, i) => {
    content.set(decompressBlock(block, lengths[i]), end);
    end += lengths[i];
  });
  return content;
}

function isStream(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

function blocksOf(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const blocks: Uint8Array[] = [];
  for (let start = headerBytes; start !== bytes.length;) {
    const length = start + 4 <= bytes.length ? view.getInt32(start) : -1;
    const end = start + 4 + length;
    if (length < 0 || end > bytes.length) throw new CorruptError("a Snappy stream is cut off");
    blocks.push(bytes.subarray(start + 4, end));
    start = end;
  }
  return blocks;
}

/** The length of the content, as a block says. */
function contentLength(block: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5 && i < block.length; i++) {
    length += (block[i] & 127) * 2 ** (7 * i);
    if (block[i] < 128) return length;
  }
  throw new CorruptError("a Snappy block has no length");
}

function decompressBlock(block: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes + block.length > keptBytesMax) return snappyUncompress(block, sizeBytes);
  uncompress ??= snappyUncompressor();
  return uncompress(block, sizeBytes);
}
