/** The batches of a source task that are on their way, and what will not be stored any more. */

/** A batch on its way. */
export interface SentBatch<R> {
  /** Where its records go. */
  topic: string;
  /** Where its records go. */
  partition: number;
  /** The number of its first record. */
  first: number;
  /** Its records, when someone wants to hear of them. */
  records: R[] | null;
  /** How many bytes it takes. */
  bytes: number;
}

/** The batches on their way, by their numbers. */
export class SentBatches<R> {
  readonly #sent = new Map<number, SentBatch<R>>();
  readonly #nextNumber: () => number;
  #bytes = 0;
  #unstored = Infinity;

  /** `nextNumber` gives each batch a number that no other of the task has. */
  constructor(nextNumber: () => number) {
    this.#nextNumber = nextNumber;
  }

  /** How many there are. */
  get size(): number {
    return this.#sent.size;
  }

  /** How many bytes they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether records are given up: in another order than it was given nothing is stored, so no more is sent. */
  get isCutOff(): boolean {
    return this.#unstored < Infinity;
  }

  /** The number of the first record that is not known to be durable; Infinity when all are. */
  get lowWater(): number {
    let low = this.#unstored;
    for (const { first } of this.#sent.values()) low = Math.min(low, first);
    return low;
  }

  /** One more. @returns its number */
  add(batch: SentBatch<R>): number {
    const number = this.#nextNumber();
    this.#sent.set(number, batch);
    this.#bytes += batch.bytes;
    return number;
  }

  /** One is not on its way any more. @returns it, or null when it was not */
  take(number: number): SentBatch<R> | null {
    const batch = this.#sent.get(number);
    if (batch === undefined) return null;
    this.#sent.delete(number);
    this.#bytes -= batch.bytes;
    return batch;
  }

  /** Gives up the records from this one on. */
  cutOff(first: number): void {
    this.#unstored = Math.min(this.#unstored, first);
  }
}
