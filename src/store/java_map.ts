/**
 * The one Java object that Kafka Connect's offsets file holds: a `HashMap` from byte arrays to byte
 * arrays, in Java's serialization (Java Object Serialization Specification, version 2, section 6.4).
 *
 *     stream   := AC ED 0005 object(HashMap)
 *     HashMap  := 73 classDesc fields 77 08 buckets:int size:int (entry){size} 78
 *     fields   := loadFactor:float threshold:int
 *     entry    := array array
 *     array    := 75 classDesc length:int bytes | 71 handle:int | 70 (null)
 *     classDesc:= 72 name:utf serialVersionUID:long flags:byte count:short (field){count} 78 70
 *               | 71 handle:int
 *     field    := type:byte name:utf
 *
 * Handles count from 7E0000 through class descriptions, objects and arrays as they come.
 *
 * @module
 */

import { CorruptError } from "../base/mod.ts";

/** An entry: key and value, either of which may be null. */
export type JavaMapEntry = [Uint8Array | null, Uint8Array | null];

const firstHandle = 0x7e0000;
const hashMapDesc = Uint8Array.fromHex(
  "7372" + "0011" + toHex("java.util.HashMap") + "0507dac1c31660d1" + "03" + "0002" +
    "46" + "000a" + toHex("loadFactor") + "49" + "0009" + toHex("threshold") + "7870",
);
const byteArrayDesc = Uint8Array.fromHex(
  "72" + "0002" + toHex("[B") + "acf317f8060854e0" + "02" + "0000" + "7870",
);

function toHex(text: string): string {
  return new TextEncoder().encode(text).toHex();
}

/** The bytes of the map, as Java 17 writes them. */
export function encodeJavaMap(entries: readonly JavaMapEntry[]): Uint8Array<ArrayBuffer> {
  let buckets = 16;
  while (entries.length > buckets * 0.75) buckets *= 2;
  let length = 4 + hashMapDesc.length + 8 + 2 + 8 + 1;
  let described = false;
  for (const item of entries.flat()) {
    if (item === null) length += 1;
    else {
      length += 1 + (described ? 5 : byteArrayDesc.length) + 4 + item.length;
      described = true;
    }
  }
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let position = 0;
  function put(part: Uint8Array): void {
    bytes.set(part, position);
    position += part.length;
  }
  function int(value: number): void {
    view.setInt32(position, value);
    position += 4;
  }
  int(0xaced0005 | 0);
  put(hashMapDesc);
  view.setFloat32(position, 0.75);
  position += 4;
  int(buckets * 0.75);
  put(Uint8Array.of(0x77, 8));
  int(buckets);
  int(entries.length);
  described = false;
  for (const item of entries.flat()) {
    if (item === null) put(Uint8Array.of(0x70));
    else {
      put(Uint8Array.of(0x75));
      put(described ? Uint8Array.of(0x71, 0x00, 0x7e, 0x00, 0x02) : byteArrayDesc);
      described = true;
      int(item.length);
      put(item);
    }
  }
  put(Uint8Array.of(0x78));
  return bytes;
}

/** The entries of the map that `bytes` holds. @throws {CorruptError} when they hold anything else */
export function decodeJavaMap(bytes: Uint8Array): JavaMapEntry[] {
  return new Reader(bytes).map();
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #handles: (string | Uint8Array)[] = [];
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  map(): JavaMapEntry[] {
    if (this.#int() !== (0xaced0005 | 0)) this.#fail("it is no Java serialization stream");
    this.#expect(0x73, "an object");
    const name = this.#classDesc();
    if (name !== "java.util.HashMap") this.#fail(`it holds a ${name}, not a java.util.HashMap`);
    this.#handles.push("map");
    this.#take(8);
    this.#expect(0x77, "the map's size");
    this.#expect(8, "the map's size");
    this.#take(4);
    const size = this.#int();
    if (size < 0) this.#fail(`the map's size is ${size}`);
    const entries: JavaMapEntry[] = [];
    for (let i = 0; i < size; i++) entries.push([this.#array(), this.#array()]);
    this.#expect(0x78, "the end of the map");
    return entries;
  }

  #array(): Uint8Array | null {
    const tag = this.#byte();
    if (tag === 0x70) return null;
    if (tag === 0x71) {
      const earlier = this.#handle();
      return typeof earlier === "string" ? this.#fail(`it refers to ${earlier} as bytes`) : earlier;
    }
    if (tag !== 0x75) this.#fail(`there is 0x${tag.toString(16)} where bytes are expected`);
    const name = this.#classDesc();
    if (name !== "[B") this.#fail(`an entry holds a ${name}, not bytes`);
    const handle = this.#handles.push("an array") - 1;
    const array = this.#take(this.#int()).slice();
    this.#handles[handle] = array;
    return array;
  }

  #classDesc(): string {
    const tag = this.#byte();
    if (tag === 0x71) {
      const name = this.#handle();
      return typeof name === "string" ? name : this.#fail("it refers to bytes as a class");
    }
    if (tag !== 0x72) this.#fail(`there is 0x${tag.toString(16)} where a class is expected`);
    const name = this.#utf();
    this.#take(8 + 1);
    this.#handles.push(name);
    const fields = this.#short();
    for (let i = 0; i < fields; i++) {
      const type = String.fromCharCode(this.#byte());
      if (!"BCDFIJSZ".includes(type)) this.#fail(`class ${name} has fields that are objects`);
      this.#utf();
    }
    this.#expect(0x78, "the end of a class");
    this.#expect(0x70, "no super class");
    return name;
  }

  #handle(): string | Uint8Array {
    return this.#handles[this.#int() - firstHandle] ?? this.#fail("it refers to what is not there");
  }

  #expect(tag: number, what: string): void {
    if (this.#byte() !== tag) this.#fail(`${what} is missing`);
  }

  #byte(): number {
    return this.#take(1)[0];
  }

  #short(): number {
    this.#take(2);
    return this.#view.getUint16(this.#position - 2);
  }

  #int(): number {
    this.#take(4);
    return this.#view.getInt32(this.#position - 4);
  }

  #utf(): string {
    return new TextDecoder().decode(this.#take(this.#short()));
  }

  #take(length: number): Uint8Array {
    if (length < 0 || this.#position + length > this.#bytes.length) this.#fail("it ends too early");
    this.#position += length;
    return this.#bytes.subarray(this.#position - length, this.#position);
  }

  #fail(reason: string): never {
    throw new CorruptError(`${reason} (at byte ${this.#position})`);
  }
}
