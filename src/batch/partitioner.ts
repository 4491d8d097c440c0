/**
 * Which partition a record goes to, as the Java producer decides (KIP-480, `BuiltInPartitioner`).
 */

/** Java's murmur2 of `bytes` as `org.apache.kafka.common.utils.Utils` computes it: a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = bytes.length;
  let hash = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = bytes[i] | bytes[i + 1] << 8 | bytes[i + 2] << 16 | bytes[i + 3] << 24;
    k = Math.imul(k, m);
    k ^= k >>> 24;
    hash = Math.imul(hash, m) ^ Math.imul(k, m);
  }
  const rest = length - i;
  if (rest === 3) hash ^= bytes[i + 2] << 16;
  if (rest >= 2) hash ^= bytes[i + 1] << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[i], m);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, m);
  return hash ^ (hash >>> 15);
}

/** The partition of a record with a key. */
export function murmur2Partition(key: Uint8Array, partitionCount: number): number {
  return (murmur2(key) & 0x7fffffff) % partitionCount;
}

/** Keeps records without a key on one partition of a topic until that batch is full, then picks another. */
export class StickyPartitioner {
  readonly #random: () => number;
  readonly #current = new Map<string, number>();

  /** `random` gives numbers from 0 up to 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** The partition that the next record without a key goes to. */
  partition(topic: string, partitionCount: number): number {
    const current = this.#current.get(topic);
    if (current !== undefined && current < partitionCount) return current;
    const next = Math.floor(this.#random() * partitionCount);
    this.#current.set(topic, next);
    return next;
  }

  /** A batch of the topic is full: the next record goes elsewhere. */
  batchFull(topic: string): void {
    this.#current.delete(topic);
  }
}
