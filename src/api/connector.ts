/**
 * What an author of a connector extends: a connector divides the work, its tasks do it. Names and
 * order of calls are those of `org.apache.kafka.connect.connector` and `.source` / `.sink`.
 *
 * @module
 */

import type { OffsetMap, SourceTask } from "./source_task.ts";
import type { SinkTask, TopicPartition } from "./sink_task.ts";

/** A raw configuration: what the property file or the REST call said, before a ConfigDef read it. */
export type Props = Record<string, string>;

/** What a connector may ask of the worker. Kafka: `ConnectorContext`. */
export interface ConnectorContext {
  /** Asks for {@linkcode SourceConnector.taskConfigs} to be called again, because the work changed. */
  requestTaskReconfiguration(): void;
  /** Marks the connector as failed, for an error met outside its own calls. */
  raiseError(error: unknown): void;
}

/**
 * What both kinds of connector share. Lifecycle: made, `initialize`, `start`, any number of
 * `taskConfigs`, `stop`. One call at a time; a call may return a promise and is awaited.
 */
export abstract class Connector {
  #context: ConnectorContext | null = null;

  /** The worker's side, there from `initialize` on. */
  protected get context(): ConnectorContext {
    if (this.#context === null) throw new Error("the connector is not initialized yet");
    return this.#context;
  }

  /** Called first, once. */
  initialize(context: ConnectorContext): void {
    this.#context = context;
  }

  /** Starts with a validated configuration; may begin to watch what tasks are to read or write. */
  abstract start(props: Props): void | Promise<void>;

  /** The configurations of its tasks, at most `tasksMax` of them. Each goes to one task's `start`. */
  abstract taskConfigs(tasksMax: number): Props[] | Promise<Props[]>;

  /** Lets go of what `start` took. Called also after a `start` that failed. */
  stop(): void | Promise<void> {}
}

/** Whether a source gives a guarantee. Kafka: `ExactlyOnceSupport`. */
export type ExactlyOnceSupport = "SUPPORTED" | "UNSUPPORTED";

/** Divides the reading of an outside system among tasks. Kafka: `SourceConnector`. */
export abstract class SourceConnector extends Connector {
  /** Whether the connector can deliver exactly once with this configuration; null when it cannot say. */
  exactlyOnceSupport(_props: Props): ExactlyOnceSupport | null {
    return null;
  }

  /**
   * Checks offsets that a user wants to set (null: to remove) before they are stored (KIP-875).
   * @returns whether the connector has handled them; false leaves it to the worker
   * @throws {ConnectError} to refuse them
   */
  alterOffsets(
    _props: Props,
    _offsets: readonly { partition: OffsetMap | null; offset: OffsetMap | null }[],
  ): boolean | Promise<boolean> {
    return false;
  }
}

/** Divides the writing to an outside system among tasks. Kafka: `SinkConnector`. */
export abstract class SinkConnector extends Connector {
  /**
   * Checks consumer offsets that a user wants to set (null: to remove) before they are stored (KIP-875).
   * @returns whether the connector has handled them
   * @throws {ConnectError} to refuse them
   */
  alterOffsets(
    _props: Props,
    _offsets: readonly (TopicPartition & { offset: bigint | null })[],
  ): boolean | Promise<boolean> {
    return false;
  }
}

/** A source task or a sink task. */
export type Task = SourceTask | SinkTask;

/**
 * Divides `elements` into at most `groupCount` lists that differ by at most one in length, keeping
 * the order. Kafka: `ConnectorUtils.groupPartitions`.
 * @throws {RangeError} when `groupCount` is not positive
 */
export function groupPartitions<T>(elements: readonly T[], groupCount: number): T[][] {
  if (groupCount <= 0) throw new RangeError("Number of groups must be positive.");
  const perGroup = Math.floor(elements.length / groupCount);
  const leftOver = elements.length % groupCount;
  const groups: T[][] = [];
  let assigned = 0;
  for (let group = 0; group < groupCount; group++) {
    const groupLength = group < leftOver ? perGroup + 1 : perGroup;
    groups.push(elements.slice(assigned, assigned + groupLength));
    assigned += groupLength;
  }
  return groups;
}
