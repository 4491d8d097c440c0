/**
 * Blocks of LZ4.
 *
 *     block    = { sequence } last
 *     sequence = token [ more ] literals offset [ more ]
 *     last     = token [ more ] literals
 *     token    = length of the literals (4 bits), length of the match less 4 (4 bits)
 *     more     = { 255 } byte            when the 4 bits are 15: all are added to them
 *     offset   = uint16 LE               how far back the match is, 1 or more
 *
 * A match ends at least 5 bytes before the end of the block, and begins at least 12 bytes before it.
 *
 * @module
 */

import { CorruptError } from "../base/mod.ts";

const matchMin = 4;
const lastLiterals = 5;
const lastMatchStart = 12;
const hashBits = 13;
/** After so many misses (2^6) in a row the search takes larger steps. */
const skipShift = 6;

/** Where four bytes with a hash were last seen in the block. It is made when first needed, and used again. */
let seen: Uint16Array | null = null;

/** A block takes at most so many bytes. */
export function lz4BlockBound(sizeBytes: number): number {
  return sizeBytes + Math.floor(sizeBytes / 255) + 16;
}

/**
 * Compresses a block of at most 64 KiB: only that far back can a match be.
 * @returns where the block ends in `to`, which has room for {@linkcode lz4BlockBound}
 */
export function compressLz4Block(from: Uint8Array, to: Uint8Array, toStart: number): number {
  const view = new DataView(from.buffer, from.byteOffset, from.length);
  const matchEnd = from.length - lastLiterals;
  const startMax = from.length - lastMatchStart;
  seen ??= new Uint16Array(1 << hashBits);
  seen.fill(0);
  let end = toStart;
  let literals = 0;
  let misses = 1 << skipShift;
  for (let at = 1; at <= startMax;) {
    const word = view.getInt32(at, true);
    const hash = Math.imul(word, 0x9e3779b1) >>> (32 - hashBits);
    let match = seen[hash];
    seen[hash] = at;
    if (match >= at || view.getInt32(match, true) !== word) {
      at += misses++ >> skipShift;
      continue;
    }
    misses = 1 << skipShift;
    while (at > literals && match > 0 && from[at - 1] === from[match - 1]) {
      at--;
      match--;
    }
    const start = at;
    at += matchMin;
    for (let same = match + matchMin; at < matchEnd && from[at] === from[same]; same++) at++;
    end = writeLiterals(from, literals, start, to, end, at - start - matchMin);
    to[end++] = start - match;
    to[end++] = (start - match) >> 8;
    if (at - start - matchMin >= 15) end = writeMore(to, end, at - start - matchMin - 15);
    literals = at;
  }
  return writeLiterals(from, literals, from.length, to, end, 0);
}

function writeLiterals(
  from: Uint8Array,
  start: number,
  end: number,
  to: Uint8Array,
  position: number,
  matchLength: number,
): number {
  const length = end - start;
  to[position++] = Math.min(length, 15) << 4 | Math.min(matchLength, 15);
  if (length >= 15) position = writeMore(to, position, length - 15);
  // Short ones, which most are, are copied faster one by one.
  if (length > 32) to.set(from.subarray(start, end), position);
  else for (let i = 0; i < length; i++) to[position + i] = from[start + i];
  return position + length;
}

function writeMore(to: Uint8Array, position: number, length: number): number {
  for (; length >= 255; length -= 255) to[position++] = 255;
  to[position++] = length;
  return position;
}

/**
 * Decompresses a block into `to`.
 * @param matchStart how far back a match may reach: to where the block begins, or one before it
 * @returns where it ends in `to`
 * @throws {CorruptError} for what is no block, and for one that does not fit
 */
export function decompressLz4Block(
  from: Uint8Array,
  to: Uint8Array,
  toStart: number,
  matchStart: number,
): number {
  let at = 0;
  let end = toStart;
  const more = () => {
    let length = 0;
    for (let byte = 255; byte === 255; length += byte) {
      byte = from[at++] ?? fail("a length is cut off");
    }
    return length;
  };
  for (;;) {
    const token = from[at++] ?? fail("it ends within a sequence");
    let length = token >> 4;
    if (length === 15) length += more();
    if (length > from.length - at) fail("literals are cut off");
    if (length > to.length - end) fail("it is larger than it may be");
    if (length > 32) to.set(from.subarray(at, at + length), end);
    else for (let i = 0; i < length; i++) to[end + i] = from[at + i];
    at += length;
    end += length;
    if (at === from.length) return end;
    if (at + 2 > from.length) fail("an offset is cut off");
    const offset = from[at] | from[at + 1] << 8;
    at += 2;
    length = (token & 15) + matchMin;
    if (length === 15 + matchMin) length += more();
    if (offset === 0 || offset > end - matchStart) fail(`a match is ${offset} bytes back`);
    if (length > to.length - end) fail("it is larger than it may be");
    if (length > 32 && offset >= length) to.copyWithin(end, end - offset, end - offset + length);
    else for (let i = 0; i < length; i++) to[end + i] = to[end + i - offset];
    end += length;
  }
}

function fail(reason: string): never {
  throw new CorruptError(`an LZ4 block is damaged: ${reason}`);
}
