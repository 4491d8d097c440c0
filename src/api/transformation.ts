/**
 * Transformations, predicates and converters: what stands between a connector and the topics.
 *
 * @module
 */

import type { Props } from "./connector.ts";
import type { ConnectRecord, Headers, Schema, SchemaAndValue } from "./data/mod.ts";

/** Changes or drops one record at a time. Kafka: `Transformation`. */
export interface Transformation {
  /** Called first, once, with the keys after `transforms.<alias>.`. @throws {ConfigError} */
  configure(props: Props): void;
  /** The record to pass on, or null to drop it. Records are not changed in place. */
  apply<R extends ConnectRecord<R>>(record: R): R | null;
  /** Lets go of everything. */
  close?(): void;
}

/** Decides whether a transformation applies to a record (KIP-585). Kafka: `Predicate`. */
export interface Predicate {
  /** Called first, once, with the keys after `predicates.<alias>.`. @throws {ConfigError} */
  configure(props: Props): void;
  /** Whether the condition holds. */
  test<R extends ConnectRecord<R>>(record: R): boolean;
  /** Lets go of everything. */
  close?(): void;
}

/**
 * Serialized data: bytes, or text that stands for its UTF-8 bytes (which are then written where they
 * belong without a copy in between), or null.
 */
export type Serialized = Uint8Array | string | null;

/** Turns data into bytes and back. Kafka: `Converter`. */
export interface Converter {
  /** Called first, once, with the keys after `key.converter.` or `value.converter.`. @throws {ConfigError} */
  configure(props: Props, isKey: boolean): void;
  /** Serializes a key or value. @throws {DataError} for data that does not fit */
  fromConnectData(
    topic: string,
    schema: Schema | null,
    value: unknown,
    headers?: Headers,
  ): Serialized;
  /** Reads a key or value. The bytes must not be kept. @throws {DataError} for bytes that do not fit */
  toConnectData(topic: string, value: Uint8Array | null, headers?: Headers): SchemaAndValue;
  /** Lets go of everything. */
  close?(): void;
}

/** Turns the values of headers into bytes and back. Kafka: `HeaderConverter`. */
export interface HeaderConverter {
  /** Called first, once, with the keys after `header.converter.`. @throws {ConfigError} */
  configure(props: Props): void;
  /** Serializes a header's value. @throws {DataError} */
  fromConnectHeader(
    topic: string,
    headerKey: string,
    schema: Schema | null,
    value: unknown,
  ): Serialized;
  /** Reads a header's value. The bytes must not be kept. @throws {DataError} */
  toConnectHeader(topic: string, headerKey: string, value: Uint8Array | null): SchemaAndValue;
  /** Lets go of everything. */
  close?(): void;
}
