/**
 * Reads a broker's answers. What comes over a socket in plain text is read into one buffer, and put
 * together in the one where the answer is wanted: with a new piece of memory for each read, as sockets
 * have it, a consumer at full speed took 70 MB more and twice the time.
 *
 *     answer := size:int32 correlationId:int32 body
 *
 * @module
 */

const sizeBytes = 4;
const headBytes = 8;
/** Larger ones are not Kafka's. */
const answerBytesMax = 1 << 30;

/** Puts answers together. */
export class Answers {
  readonly #deliver: (answer: Uint8Array<ArrayBuffer>) => void;
  readonly #lent = new Map<number, ArrayBuffer>();
  readonly #head = new DataView(new ArrayBuffer(headBytes));
  #answer: Uint8Array<ArrayBuffer> | null = null;
  /** How much of the head, or of the answer, is here. */
  #length = 0;

  /** `deliver` is called with each whole answer. */
  constructor(deliver: (answer: Uint8Array<ArrayBuffer>) => void) {
    this.#deliver = deliver;
  }

  /** The answer with this id is put into this buffer, if it fits. */
  lend(correlationId: number, buffer: ArrayBuffer): void {
    this.#lent.set(correlationId, buffer);
  }

  /** Takes the next bytes. They are not kept. @throws {RangeError} for what cannot be an answer */
  receive(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length;) {
      const into = this.#answer ?? new Uint8Array(this.#head.buffer, 0, this.#headBytes);
      const piece = bytes.subarray(start, start + into.length - this.#length);
      into.set(piece, this.#length);
      this.#length += piece.length;
      start += piece.length;
      if (this.#answer === null && this.#length >= sizeBytes) this.#begin();
      if (this.#answer !== null && this.#length === this.#answer.length) this.#end(this.#answer);
    }
  }

  /** Answers to logins may be shorter than a head. */
  get #headBytes(): number {
    if (this.#length < sizeBytes) return sizeBytes;
    return Math.min(headBytes, sizeBytes + this.#head.getInt32(0));
  }

  #begin(): void {
    const size = this.#head.getInt32(0);
    if (size < 0 || size > answerBytesMax) {
      throw new RangeError(`an answer of ${size} bytes is not one of Kafka's`);
    }
    if (this.#length < this.#headBytes) return;
    const id = this.#length === headBytes ? this.#head.getInt32(sizeBytes) : -1;
    const length = sizeBytes + size;
    const lent = this.#lent.get(id);
    this.#lent.delete(id);
    const fits = lent !== undefined && lent.byteLength >= length;
    this.#answer = new Uint8Array(fits ? lent : new ArrayBuffer(length), 0, length);
    this.#answer.set(new Uint8Array(this.#head.buffer, 0, this.#length));
  }

  #end(answer: Uint8Array<ArrayBuffer>): void {
    this.#answer = null;
    this.#length = 0;
    this.#deliver(answer);
  }
}

/** What puts the answers of a socket together. */
export const answersOf = new WeakMap<object, Answers>();

/** The answer with this id may be put into this buffer, if it comes over a socket in plain text. */
export function lendBuffer(socket: object, correlationId: number, buffer: ArrayBuffer): void {
  answersOf.get(socket)?.lend(correlationId, buffer);
}
