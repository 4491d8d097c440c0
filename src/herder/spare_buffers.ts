/** Buffers of batches that were put, for fetches to come. */

/** A buffer that is larger than this many times what is fetched at once, for one batch's sake, is not kept. */
const factorMax = 4;

/** Spare buffers of a sink task. */
export class SpareBuffers {
  readonly #fetchBytesMax: number;
  readonly #bytesMax: number;
  readonly #buffers: ArrayBuffer[] = [];

  /** None yet; at most so many that what was put fills `bytesMax` with them. */
  constructor(fetchBytesMax: number, bytesMax: number) {
    this.#fetchBytesMax = fetchBytesMax;
    this.#bytesMax = bytesMax;
  }

  /** One of them, if there is any. */
  take(): ArrayBuffer | undefined {
    return this.#buffers.pop();
  }

  /** Takes back one that was not needed. */
  giveBack(buffer: ArrayBuffer): void {
    this.#buffers.push(buffer);
  }

  /** Keeps a buffer for a later fetch, unless it is a small one, or held a batch far larger than most. */
  keep(buffer: ArrayBuffer): void {
    const { byteLength, resizable } = buffer;
    if (resizable || this.#buffers.length * byteLength >= this.#bytesMax) return;
    if (byteLength < this.#fetchBytesMax || byteLength > factorMax * this.#fetchBytesMax) return;
    this.#buffers.push(buffer);
  }
}
