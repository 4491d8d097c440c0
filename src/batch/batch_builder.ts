/**
 * Builds one record batch. Text is encoded straight into the batch's own buffer: a value that is a
 * string never exists as bytes anywhere else. To encode takes as long for a page of ASCII as for a line, so
 * records wait until their texts fill a page; the page is then encoded behind the records that are written
 * already, and each text moved from there to its place.
 *
 *     records | room for what stands around texts | texts
 */

import { Buffer } from "node:buffer";
import { ConnectError, crc32c } from "../base/mod.ts";
import { compress, type CompressionName, compressionNames } from "./compression.ts";
import { headerBytes, logOverheadBytes } from "./record_batch.ts";

/** A key, value or header value: bytes, text that stands for its UTF-8 bytes, or null. */
export type Field = Uint8Array | string | null;

/** A header of a record. */
export interface RecordHeader {
  /** Its name. */
  key: string;
  /** Its value. */
  value: Uint8Array | null;
}

/** How a batch is built. */
export interface BatchBuilderOptions {
  /**
   * The batch is full when its next record might bring it over this many bytes, uncompressed. Text
   * counts three bytes a character for that.
   */
  sizeMax: number;
  /** Where to build it: a buffer of an earlier batch that is not needed any more. */
  buffer?: ArrayBuffer;
  /**
   * One record, and so the batch that holds it alone, may take this many bytes (`max.request.size`); null
   * or left out: 256 MiB.
   */
  requestBytesMax?: number | null;
  /** How the records are compressed; not at all unless told. */
  compression?: CompressionName;
  /** How hard gzip or zstd tries; null: as it does unless told. */
  compressionLevel?: number | null;
}

const encoder = new TextEncoder();
/** How long texts are that are encoded together, in characters. */
const pageChars = 16 << 10;
/** How large the buffer is that a batch begins with, in bytes; it doubles as records come. */
const firstBytes = 16 << 10;
/** The most bytes a record takes besides key, value and headers: six varints of 5 or 10 bytes, attributes. */
const recordOverheadMax = 5 + 1 + 10 + 5 + 5 + 5 + 5;

/** Builds one record batch. */
export class BatchBuilder {
  readonly #sizeMax: number;
  readonly #requestBytesMax: number;
  readonly #compression: CompressionName;
  readonly #compressionLevel: number | null;
  #bytes: Uint8Array<ArrayBuffer>;
  /** Up to where records may be written without a look at what there is room for. */
  #limit: number;
  #position = headerBytes;
  #count = 0;
  #baseTimestampMs = 0;
  #maxTimestampMs = 0;
  /** How many records wait to be written, and what they consist of. */
  #waiting = 0;
  readonly #keys: Field[] = [];
  readonly #values: Field[] = [];
  readonly #headers: (readonly RecordHeader[])[] = [];
  readonly #timestampDeltasMs: number[] = [];
  /** The texts of those that wait, one after another. */
  #page = "";
  /** How many bytes those that wait take at most besides. */
  #besides = 0;
  /** Where the next text stands that is encoded already; 0: it is not. */
  #encoded = 0;
  /** Whether all texts so far were: a batch that has others is written record by record. */
  #isAscii = true;

  /** An empty batch. */
  constructor(options: BatchBuilderOptions) {
    this.#sizeMax = options.sizeMax;
    this.#requestBytesMax = options.requestBytesMax ?? 256 << 20;
    this.#compression = options.compression ?? "none";
    this.#compressionLevel = options.compressionLevel ?? null;
    this.#bytes = new Uint8Array(
      options.buffer ??
        new ArrayBuffer(Math.max(headerBytes, Math.min(options.sizeMax, firstBytes))),
    );
    this.#limit = Math.min(this.#sizeMax, this.#bytes.length);
  }

  /** About how many bytes it takes so far, uncompressed. */
  get sizeBytes(): number {
    return this.#position + this.#besides + this.#page.length;
  }

  /**
   * Appends a record. An empty batch takes any record, growing when it must.
   * @returns false when the record does not fit any more; the batch is then as it was
   * @throws {ConnectError} for a record larger than `requestBytesMax`
   */
  append(key: Field, value: Field, headers: readonly RecordHeader[], timestampMs: number): boolean {
    const room = recordOverheadMax + bytesMax(key) + bytesMax(value) + headersMax(headers);
    if (this.#position + this.#besides + this.#page.length * 3 + room > this.#limit) {
      this.#writeWaiting();
      const isFull = this.#position + room > this.#limit;
      if (isFull && !this.#makeRoom(room, key, value, headers)) return false;
    }
    if (this.#count + this.#waiting === 0) {
      this.#baseTimestampMs = this.#maxTimestampMs = timestampMs;
    } else if (timestampMs > this.#maxTimestampMs) this.#maxTimestampMs = timestampMs;
    const charsBefore = this.#page.length;
    if (typeof key === "string") this.#page += key;
    if (typeof value === "string") this.#page += value;
    for (const header of headers) this.#page += header.key;
    this.#besides += room - (this.#page.length - charsBefore) * 3;
    this.#keys[this.#waiting] = key;
    this.#values[this.#waiting] = value;
    this.#headers[this.#waiting] = headers;
    this.#timestampDeltasMs[this.#waiting++] = timestampMs - this.#baseTimestampMs;
    if (this.#page.length >= pageChars || !this.#isAscii) this.#writeWaiting();
    return true;
  }

  /**
   * Finishes the batch and hands out its buffer, which is of its own and may be transferred. The
   * builder is spent.
   */
  seal(): Uint8Array<ArrayBuffer> {
    this.#writeWaiting();
    let bytes = this.#bytes.subarray(0, this.#position);
    if (this.#compression !== "none") {
      const records = compress(
        this.#compression,
        bytes.subarray(headerBytes),
        this.#compressionLevel,
      );
      bytes = new Uint8Array(headerBytes + records.length);
      bytes.set(records, headerBytes);
    }
    const view = new DataView(bytes.buffer);
    view.setBigInt64(0, 0n);
    view.setInt32(8, bytes.length - logOverheadBytes);
    view.setInt32(12, -1);
    view.setInt8(16, 2);
    view.setInt16(21, compressionNames.indexOf(this.#compression));
    view.setInt32(23, this.#count - 1);
    view.setBigInt64(27, BigInt(this.#baseTimestampMs));
    view.setBigInt64(35, BigInt(this.#maxTimestampMs));
    view.setBigInt64(43, -1n);
    view.setInt16(51, -1);
    view.setInt32(53, -1);
    view.setInt32(57, this.#count);
    view.setUint32(17, crc32c(bytes, 21));
    return bytes;
  }

  /** Makes the buffer larger, for a batch of one record as large as that needs. @returns false when it is full */
  #makeRoom(room: number, key: Field, value: Field, headers: readonly RecordHeader[]): boolean {
    const needed = this.#position + room;
    if (needed > this.#sizeMax && this.#count > 0) return false;
    // Kafka: `KafkaProducer.ensureValidRecordSize`, in its words.
    const size = headerBytes + recordSizeMax(key, value, headers);
    if (size > this.#requestBytesMax) {
      const what = `The message is ${size} bytes when serialized which is larger than `;
      throw new ConnectError(
        `${what}${this.#requestBytesMax}, which is the value of the max.request.size configuration.`,
      );
    }
    const grown = new Uint8Array(
      Math.max(needed, Math.min(this.#bytes.length * 2, this.#sizeMax)),
    );
    grown.set(this.#bytes.subarray(0, this.#position));
    this.#bytes = grown;
    this.#limit = Math.min(this.#sizeMax, grown.length);
    return true;
  }

  /** Writes the records that wait, their texts encoded together if they are ASCII. */
  #writeWaiting(): void {
    if (this.#isAscii) {
      const start = this.#position + this.#besides;
      const { written } = encoder.encodeInto(this.#page, this.#bytes.subarray(start));
      this.#isAscii = written === this.#page.length;
      this.#encoded = this.#isAscii ? start : 0;
    }
    for (let i = 0; i < this.#waiting; i++) {
      this.#write(this.#keys[i], this.#values[i], this.#headers[i], this.#timestampDeltasMs[i]);
      // What is kept for long is moved to where it is freed late, and all of the text that it was cut from.
      this.#keys[i] = this.#values[i] = null;
    }
    this.#waiting = this.#besides = this.#encoded = 0;
    this.#page = "";
  }

  /**
   * Writes a record behind the others. Its length stands in front of it, but is known only once its
   * text is encoded: the record is written where a length of two bytes would put it, and moved by a
   * byte or more when the length turns out to take another number of bytes.
   */
  #write(
    key: Field,
    value: Field,
    headers: readonly RecordHeader[],
    timestampDeltaMs: number,
  ): void {
    const start = this.#position;
    this.#position = start + 2;
    this.#bytes[this.#position++] = 0;
    this.#varint(timestampDeltaMs);
    this.#varint(this.#count++);
    this.#field(key);
    this.#field(value);
    this.#varint(headers.length);
    for (const header of headers) {
      this.#field(header.key);
      this.#field(header.value);
    }
    const length = this.#position - start - 2;
    const lengthBytes = varintBytes(length);
    if (lengthBytes !== 2) {
      this.#bytes.copyWithin(start + lengthBytes, start + 2, this.#position);
      this.#position += lengthBytes - 2;
    }
    const end = this.#position;
    this.#position = start;
    this.#varint(length);
    this.#position = end;
  }

  #field(field: Field): void {
    if (field === null) {
      this.#bytes[this.#position++] = 1;
    } else if (typeof field === "string") {
      this.#text(field);
    } else {
      this.#varint(field.length);
      this.#bytes.set(field, this.#position);
      this.#position += field.length;
    }
  }

  /** As in a record: the length's own size is guessed from the text's, and mended when it is off. */
  #text(text: string): void {
    if (this.#encoded > 0) {
      this.#varint(text.length);
      this.#bytes.copyWithin(this.#position, this.#encoded, this.#encoded + text.length);
      this.#position += text.length;
      this.#encoded += text.length;
      return;
    }
    const guess = varintBytes(text.length);
    const start = this.#position + guess;
    const length = encoder.encodeInto(text, this.#bytes.subarray(start)).written;
    const lengthBytes = varintBytes(length);
    if (lengthBytes !== guess) {
      this.#bytes.copyWithin(this.#position + lengthBytes, start, start + length);
    }
    this.#varint(length);
    this.#position += length;
  }

  /** A zigzag varint of a safe integer; a varlong is the same bytes. */
  #varint(value: number): void {
    const bytes = this.#bytes;
    let position = this.#position;
    if (value >= -0x40000000 && value < 0x40000000) {
      let rest = (value << 1) ^ (value >> 31);
      while ((rest & ~127) !== 0) {
        bytes[position++] = (rest & 127) | 128;
        rest >>>= 7;
      }
      bytes[position++] = rest;
    } else {
      let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
      while (rest > 127n) {
        bytes[position++] = Number(rest & 127n) | 128;
        rest >>= 7n;
      }
      bytes[position++] = Number(rest);
    }
    this.#position = position;
  }
}

/** The bytes that a zigzag varint of a length takes. */
function varintBytes(length: number): number {
  return length < 64 ? 1 : length < 8192 ? 2 : length < 1048576 ? 3 : length < 134217728 ? 4 : 5;
}

function bytesMax(field: Field): number {
  return field === null ? 0 : typeof field === "string" ? field.length * 3 : field.length;
}

/** The bytes that a record takes at most. Kafka: `DefaultRecord.recordSizeUpperBound` */
function recordSizeMax(key: Field, value: Field, headers: readonly RecordHeader[]): number {
  let bytes = kafkaOverheadMax + fieldSize(key) + fieldSize(value) + varintBytes(headers.length);
  for (const header of headers) bytes += fieldSize(header.key) + fieldSize(header.value);
  return bytes;
}

/** What Kafka allows for besides: its `DefaultRecord.MAX_RECORD_OVERHEAD`. */
const kafkaOverheadMax = 21;

function fieldSize(field: Field): number {
  if (field === null) return 1;
  const length = typeof field === "string" ? Buffer.byteLength(field) : field.length;
  return varintBytes(length) + length;
}

function headersMax(headers: readonly RecordHeader[]): number {
  let bytes = 0;
  for (const { key, value } of headers) bytes += 10 + bytesMax(key) + bytesMax(value);
  return bytes;
}
