/** The headers of a record. Kafka: `org.apache.kafka.connect.header.Headers` and `ConnectHeaders`. */

import { valuesEqual } from "./equality.ts";
import { textOf } from "./java_text.ts";
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
  #headers: Header[];

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

  /** All of that name, in order. */
  allWithName(key: string): Header[] {
    return this.#headers.filter((header) => header.key === key);
  }

  /** Removes all of that name. */
  remove(key: string): this {
    this.#headers = this.#headers.filter((header) => header.key !== key);
    return this;
  }

  /** Removes all of that name but the last; without a name, all but the last of each. */
  retainLatest(key?: string): this {
    const last = new Map(this.#headers.map((header) => [header.key, header]));
    this.#headers = this.#headers.filter((header) =>
      (key !== undefined && header.key !== key) || last.get(header.key) === header
    );
    return this;
  }

  /** Removes all. */
  clear(): this {
    this.#headers = [];
    return this;
  }

  /** Puts what `change` makes of each in its place, or removes it for null. With a name, of those alone. */
  apply(change: (header: Header) => Header | null, key?: string): this {
    this.#headers = this.#headers
      .map((header) => key !== undefined && header.key !== key ? header : change(header))
      .filter((header) => header !== null);
    return this;
  }

  /** Another list of the same headers. */
  duplicate(): Headers {
    return new Headers(this.#headers);
  }

  /** Whether both hold equal headers in the same order. */
  equals(other: unknown): boolean {
    return other instanceof Headers && this.size === other.size &&
      this.#headers.every(({ key, schema, value }, i) => {
        const theirs = other.#headers[i];
        return key === theirs.key && valuesEqual(schema, theirs.schema) &&
          valuesEqual(value, theirs.value);
      });
  }

  /** Its headers, as Java writes them. */
  toString(): string {
    const headers = this.#headers.map(({ key, schema, value }) =>
      `ConnectHeader(key=${key}, value=${textOf(value, schema)}, schema=${schema})`
    );
    return `ConnectHeaders(headers=${headers.length === 0 ? "" : `[${headers.join(", ")}]`})`;
  }

  /** Each header, in order. */
  [Symbol.iterator](): Iterator<Header> {
    return this.#headers[Symbol.iterator]();
  }
}
