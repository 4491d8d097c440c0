/**
 * What an author of a sink extends: a task that writes records to the outside.
 *
 * @module
 */

import type { Props } from "./connector.ts";
import type { SinkRecord } from "./data/mod.ts";

/** A partition of a topic. */
export interface TopicPartition {
  /** The topic's name. */
  topic: string;
  /** The partition's number, from 0. */
  partition: number;
}

/** The offset of the next record that a sink has not taken care of yet. Kafka: `OffsetAndMetadata`. */
export interface PartitionOffset extends TopicPartition {
  /** One more than the offset of the last record taken care of. */
  offset: bigint;
}

/** Reports records that a sink could not write (KIP-610). Kafka: `ErrantRecordReporter`. */
export interface ErrantRecordReporter {
  /**
   * Hands a record over to error handling (`errors.tolerance`, log, dead letter queue). Resolves when
   * it is taken care of; offsets past it are not committed before.
   */
  report(record: SinkRecord, error: unknown): Promise<void>;
}

/** What a sink task may ask of the worker. Kafka: `SinkTaskContext`. */
export interface SinkTaskContext {
  /** The task's configuration, raw. */
  readonly configs: Props;
  /** Moves the positions of assigned partitions; takes effect before the next `put`. */
  offset(offsets: readonly PartitionOffset[]): void;
  /** How soon a `put` that threw a RetriableError is called again, in milliseconds. */
  timeout(timeoutMs: number): void;
  /** The partitions assigned now. */
  assignment(): TopicPartition[];
  /** Stops delivery from these partitions. */
  pause(partitions: readonly TopicPartition[]): void;
  /** Delivers from these partitions again. */
  resume(partitions: readonly TopicPartition[]): void;
  /** Asks for offsets to be committed soon. */
  requestCommit(): void;
  /** Where errant records go, or null when the worker has no error handling for them. */
  readonly errantRecordReporter: ErrantRecordReporter | null;
}

/**
 * Writes records to the outside. Lifecycle: made, `initialize`, `start`, `open` for the partitions
 * assigned, then `put` again and again with `preCommit` in between; at a change of assignment
 * `preCommit` and `close` for what goes, `open` for what comes; at the end `preCommit`, `close`,
 * `stop`. One call at a time.
 *
 * Any call may throw: the task is then FAILED. A {@linkcode RetriableError} out of `put` makes the
 * worker call `put` with the same records again.
 */
export abstract class SinkTask {
  #context: SinkTaskContext | null = null;

  /** The worker's side, there from `initialize` on. */
  protected get context(): SinkTaskContext {
    if (this.#context === null) throw new Error("the task is not initialized yet");
    return this.#context;
  }

  /** Called first, once. */
  initialize(context: SinkTaskContext): void {
    this.#context = context;
  }

  /** Starts with one of the configurations that the connector's `taskConfigs` gave. */
  abstract start(props: Props): void | Promise<void>;

  /** These partitions are now this task's. */
  open(_partitions: readonly TopicPartition[]): void | Promise<void> {}

  /** Takes records, in order per partition; may keep them until `flush`. An empty list comes too. */
  abstract put(records: readonly SinkRecord[]): void | Promise<void>;

  /** Makes all that was put durable. */
  flush(_offsets: readonly PartitionOffset[]): void | Promise<void> {}

  /**
   * The offsets that may be committed now, given those that have been put. Unless overridden it
   * flushes and answers what it was given; an empty list commits nothing.
   */
  async preCommit(
    offsets: readonly PartitionOffset[],
  ): Promise<readonly PartitionOffset[]> {
    await this.flush(offsets);
    return offsets;
  }

  /** These partitions go to another task; their offsets have been committed. */
  close(_partitions: readonly TopicPartition[]): void | Promise<void> {}

  /** Lets go of everything. */
  abstract stop(): void | Promise<void>;
}
