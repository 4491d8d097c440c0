/** The headers of a record. Kafka: `org.apache.kafka.connect.header.Headers` and `ConnectHeaders`. */

import type { Schema } from "./schema.ts";

/** One header. */
export interface Header {
  /** Its name. */
  readonly key: string;
  /** What its value looks like, or null. */
  readonly schema: Schema | null;
  /** Its value. */
  readonly value: unknown;
}

/** The headers of a record, in order; a name may stand more than once. */
export class Headers implements Iterable<Header> {
  readonly #headers: Header[];

  /** Headers with a copy of the list given. */
  constructor(headers: Iterable<Header> = []) {
    this.#headers = [...headers];
  }

  /** How many there are. */
  get size(): number {
    return this.#headers.length;
  }

  /** Adds one at the end. */
  add(key: string, value: unknown, schema: Schema | null = null): this {
    this.#headers.push({ key, schema, value });
    return this;
  }

  /** The last of that name, or null. */
  lastWithName(key: string): Header | null {
    return this.#headers.findLast((header) => header.key === key) ?? null;
  }

  /** Removes all of that name. */
  remove(key: string): this {
    for (let i = this.#headers.length - 1; i >= 0; i--) {
      if (this.#headers[i].key === key) this.#headers.splice(i, 1);
    }
    return this;
  }

  /** Another list of the same headers. */
  duplicate(): Headers {
    return new Headers(this.#headers);
  }

  /** Each header, in order. */
  [Symbol.iterator](): Iterator<Header> {
    return this.#headers[Symbol.iterator]();
  }
}
