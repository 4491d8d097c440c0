/**
 * What an author of a source extends: a task that reads records from outside.
 *
 * @module
 */

import type { Props } from "./connector.ts";
import type { SourceRecord } from "./data/mod.ts";

/**
 * A source partition ("which file") or a source offset ("how far"): names with strings, numbers,
 * bigints, booleans or null, as JSON keeps them.
 */
export type OffsetMap = Record<string, unknown>;

/** Reads the offsets that the task's connector has committed. Kafka: `OffsetStorageReader`. */
export interface OffsetStorageReader {
  /** The offset of one source partition, or null when there is none. */
  offset(partition: OffsetMap): Promise<OffsetMap | null>;
  /** The offsets of several source partitions, in their order. */
  offsets(partitions: readonly OffsetMap[]): Promise<(OffsetMap | null)[]>;
}

/** What a source task may ask of the worker. Kafka: `SourceTaskContext`. */
export interface SourceTaskContext {
  /** The task's configuration, raw. */
  readonly configs: Props;
  /** The offsets committed so far. */
  readonly offsetStorageReader: OffsetStorageReader;
}

/** Where a record has been stored. Kafka: `RecordMetadata`. */
export interface RecordMetadata {
  /** The topic it went to, after transforms. */
  topic: string;
  /** The partition it went to. */
  partition: number;
  /** Its offset there. */
  offset: bigint;
}

/**
 * Reads records from outside. Lifecycle: made, `initialize`, `start`, then `poll` again and again,
 * `stop`. Nothing is called while a promise of an earlier call is pending, but `stop`, `commit` and
 * `commitRecord`, which may come while a `poll` waits. A `poll` that waits must end soon after `stop`.
 *
 * Any call may throw: the task is then FAILED. A {@linkcode RetriableError} out of `poll` makes the
 * worker call `poll` again.
 */
export abstract class SourceTask {
  #context: SourceTaskContext | null = null;

  /** The worker's side, there from `initialize` on. */
  protected get context(): SourceTaskContext {
    if (this.#context === null) throw new Error("the task is not initialized yet");
    return this.#context;
  }

  /** Called first, once. */
  initialize(context: SourceTaskContext): void {
    this.#context = context;
  }

  /** Starts with one of the configurations that the connector's `taskConfigs` gave. */
  abstract start(props: Props): void | Promise<void>;

  /**
   * The next records, in order; null when there are none for now. It may wait for records, for a
   * second or so at most, and must not answer null in a tight loop without waiting.
   */
  abstract poll(): SourceRecord[] | null | Promise<SourceRecord[] | null>;

  /** Offsets up to some earlier `poll` have been committed. */
  commit(): void | Promise<void> {}

  /**
   * A record is durable (`metadata`), or was dropped by a transform or by error tolerance (null).
   * Records of a partition come in their order. Tasks that do not override it pay nothing for it.
   */
  commitRecord(_record: SourceRecord, _metadata: RecordMetadata | null): void | Promise<void> {}

  /** Ends a waiting `poll` and lets go of everything. */
  abstract stop(): void | Promise<void>;
}
