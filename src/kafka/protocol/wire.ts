/**
 * The primitive types of Kafka's protocol. All integers are big endian.
 *
 *     string   := length:int16 utf8*          (a length of -1 stands for null)
 *     bytes    := length:int32 byte*          (a length of -1 stands for null)
 *     array T  := length:int32 T*             (a length of -1 stands for null)
 *     boolean  := int8, 0 or 1
 *
 * The versions of requests used here are the last ones before the "flexible" encodings of KIP-482.
 *
 * @module
 */

import { concat, CorruptError } from "../../base/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** How large the buffer of a request is at first, in bytes; it doubles as it must. */
const firstBytes = 256;
/** Bytes that are at least so many are not copied. */
const partBytesMin = 16 << 10;

/** Writes a request. */
export class Writer {
  readonly #parts: Uint8Array[] = [];
  #bytes = new Uint8Array(firstBytes);
  #view = new DataView(this.#bytes.buffer);
  #position = 0;

  /** What has been written, in parts: long runs of bytes are those that were given. */
  get parts(): Uint8Array[] {
    return [...this.#parts, this.#bytes.subarray(0, this.#position)];
  }

  /** What has been written. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return concat(this.parts);
  }

  /** Writes an 8-bit integer. */
  int8(value: number): this {
    this.#room(1);
    this.#view.setInt8(this.#position, value);
    this.#position += 1;
    return this;
  }

  /** Writes a 16-bit integer. */
  int16(value: number): this {
    this.#room(2);
    this.#view.setInt16(this.#position, value);
    this.#position += 2;
    return this;
  }

  /** Writes a 32-bit integer. */
  int32(value: number): this {
    this.#room(4);
    this.#view.setInt32(this.#position, value);
    this.#position += 4;
    return this;
  }

  /** Writes a 64-bit integer. */
  int64(value: bigint): this {
    this.#room(8);
    this.#view.setBigInt64(this.#position, value);
    this.#position += 8;
    return this;
  }

  /** Writes a truth value. */
  boolean(value: boolean): this {
    return this.int8(value ? 1 : 0);
  }

  /** Writes text or null. @throws {RangeError} for more than 32,767 bytes */
  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = encoder.encode(value);
    if (bytes.length > 0x7fff) throw new RangeError("text of more than 32767 bytes");
    return this.int16(bytes.length).#raw(bytes);
  }

  /** Writes bytes or null. Long ones must not change before the request is sent. */
  nullableBytes(value: Uint8Array | null): this {
    if (value === null) return this.int32(-1);
    this.int32(value.length);
    return value.length < partBytesMin ? this.#raw(value) : this.#part(value);
  }

  /** Writes a list, or null. */
  array<T>(items: readonly T[] | null, write: (item: T) => void): this {
    if (items === null) return this.int32(-1);
    this.int32(items.length);
    for (const item of items) write(item);
    return this;
  }

  #part(bytes: Uint8Array): this {
    this.#parts.push(this.#bytes.subarray(0, this.#position), bytes);
    this.#bytes = new Uint8Array(firstBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#position = 0;
    return this;
  }

  #raw(bytes: Uint8Array): this {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#position);
    this.#position += bytes.length;
    return this;
  }

  #room(count: number): void {
    const needed = this.#position + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#position));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads an answer, checking every bound. Each call throws a CorruptError when the bytes end too early. */
export class Reader {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #position = 0;
  #throttleMs = 0;

  /** Reads `bytes` from their begin. */
  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** How many bytes are left. */
  get left(): number {
    return this.#bytes.length - this.#position;
  }

  /** How long the broker asks to be left alone, in milliseconds, as {@linkcode throttle} has read it. */
  get throttleMs(): number {
    return this.#throttleMs;
  }

  /** Reads how long the broker asks to be left alone. Whoever owns the connection sees to it. */
  throttle(): void {
    this.#throttleMs = this.int32();
  }

  /** Reads an 8-bit integer. */
  int8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  /** Reads a 16-bit integer. */
  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }

  /** Reads a 32-bit integer. */
  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }

  /** Reads a 64-bit integer. */
  int64(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  /** Reads a truth value. */
  boolean(): boolean {
    return this.int8() !== 0;
  }

  /** Reads text or null. */
  nullableString(): string | null {
    const length = this.int16();
    return length < 0 ? null : decoder.decode(this.#raw(length));
  }

  /** Reads text. */
  string(): string {
    return this.nullableString() ?? this.#fail("null where text must be");
  }

  /** Reads bytes or null, as a view. */
  nullableBytes(): Uint8Array<ArrayBuffer> | null {
    const length = this.int32();
    return length < 0 ? null : this.#raw(length);
  }

  /** Reads a list; null counts as an empty one. */
  array<T>(read: () => T): T[] {
    const length = this.int32();
    // An item takes a byte at least: no list is made larger than the bytes can fill.
    if (length > this.left) this.#fail(`a list of ${length} items`);
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(read());
    return items;
  }

  #raw(length: number): Uint8Array<ArrayBuffer> {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #take(count: number): number {
    const start = this.#position;
    if (start + count > this.#bytes.length) this.#fail(`${count} bytes`);
    this.#position += count;
    return start;
  }

  #fail(what: string): never {
    throw new CorruptError(`an answer of Kafka ends too early: ${what} at byte ${this.#position}`);
  }
}
