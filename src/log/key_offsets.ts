/**
 * The last offset of every key, in bounded memory. Kafka: `SkimpyOffsetMap`: keys are known by their
 * MD5 alone, 24 bytes each, however long they are.
 */

import { nodeModule } from "../base/mod.ts";

const hashWords = 4;
const firstSlots = 1 << 10;

/** A map from keys to offsets. */
export class KeyOffsets {
  readonly #base: bigint;
  readonly #keysMax: number;
  #slots = firstSlots;
  /** Four words a slot; which of them are taken `#offsets` tells. */
  #hashes = new Uint32Array(firstSlots * hashWords);
  /** Offsets from the base on, plus one: zero is a free slot. */
  #offsets = new Float64Array(firstSlots);
  #size = 0;

  /** A map without keys; `baseOffset` is below all its offsets, and it takes at most `keysMax` keys. */
  constructor(baseOffset: bigint, keysMax: number) {
    this.#base = baseOffset;
    this.#keysMax = keysMax;
  }

  /** How many keys it holds. */
  get size(): number {
    return this.#size;
  }

  /** Notes a key's offset. @returns false when the key is new and there is no room for it */
  put(key: Uint8Array, offset: bigint): boolean {
    const words = hashOf(key);
    let slot = this.#slotOf(words);
    if (this.#offsets[slot] === 0) {
      if (this.#size === this.#keysMax) return false;
      // At most three quarters are taken, so that a search ends soon.
      if (this.#size * 4 >= this.#slots * 3) {
        this.#grow();
        slot = this.#slotOf(words);
      }
      this.#hashes.set(words, slot * hashWords);
      this.#size++;
    }
    this.#offsets[slot] = Number(offset - this.#base) + 1;
    return true;
  }

  /** The last offset of a key, or null when there is none. */
  get(key: Uint8Array): bigint | null {
    const offset = this.#offsets[this.#slotOf(hashOf(key))];
    return offset === 0 ? null : this.#base + BigInt(offset - 1);
  }

  /** The slot that has these words, or the free one where they would go. */
  #slotOf(words: Uint32Array): number {
    for (let slot = words[0] % this.#slots;; slot = (slot + 1) % this.#slots) {
      if (this.#offsets[slot] === 0 || this.#has(slot, words)) return slot;
    }
  }

  #has(slot: number, words: Uint32Array): boolean {
    for (let i = 0; i < hashWords; i++) {
      if (this.#hashes[slot * hashWords + i] !== words[i]) return false;
    }
    return true;
  }

  #grow(): void {
    const [slots, hashes, offsets] = [this.#slots, this.#hashes, this.#offsets];
    this.#slots = slots * 2;
    this.#hashes = new Uint32Array(this.#slots * hashWords);
    this.#offsets = new Float64Array(this.#slots);
    for (let old = 0; old < slots; old++) {
      if (offsets[old] === 0) continue;
      const words = hashes.subarray(old * hashWords, (old + 1) * hashWords);
      const slot = this.#slotOf(words);
      this.#hashes.set(words, slot * hashWords);
      this.#offsets[slot] = offsets[old];
    }
  }
}

function hashOf(key: Uint8Array): Uint32Array {
  const bytes = nodeModule("node:crypto").hash("md5", key, "buffer");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: hashWords }, (_, i) => view.getUint32(i * 4));
}
