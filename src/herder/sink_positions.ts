/** How far a sink task was handed its partitions, and how far of that is committed. */

import type { Logger } from "../base/mod.ts";
import type { PartitionOffset, TopicPartition } from "../topics/mod.ts";

interface Progress {
  /** The offset after the last record handed over. */
  handed: PartitionOffset;
  /** What was committed last, or where it began. */
  committed: PartitionOffset;
}

/** The partitions that are assigned to a sink task. */
export class SinkPositions {
  readonly #name: string;
  readonly #log: Pick<Logger, "warn">;
  readonly #assigned = new Map<string, Progress>();

  /** None are assigned. `log` hears of offsets that the task `name` has no right to. */
  constructor(name: string, log: Pick<Logger, "warn">) {
    this.#name = name;
    this.#log = log;
  }

  /** How many partitions are assigned. */
  get size(): number {
    return this.#assigned.size;
  }

  /** How far each was handed over. */
  get handed(): PartitionOffset[] {
    return [...this.#assigned.values()].map(({ handed }) => handed);
  }

  /** How far each is committed. */
  get committed(): PartitionOffset[] {
    return [...this.#assigned.values()].map(({ committed }) => committed);
  }

  /** How many records were handed over and are not committed. */
  get activeRecords(): number {
    const records = [...this.#assigned.values()].reduce(
      (sum, { handed, committed }) => sum + Number(handed.offset - committed.offset),
      0,
    );
    return Math.max(records, 0);
  }

  /** Partitions are assigned, and begin where they are committed. */
  assign(positions: readonly PartitionOffset[]): void {
    for (const position of positions) {
      this.#assigned.set(keyOf(position), { handed: position, committed: position });
    }
  }

  /** Partitions are assigned no more. */
  forget(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#assigned.delete(keyOf(partition));
  }

  /** What comes next of a partition begins at this offset. @returns whether the partition is assigned */
  hand({ topic, partition, offset }: PartitionOffset): boolean {
    const progress = this.#assigned.get(keyOf({ topic, partition }));
    if (progress !== undefined) progress.handed = { topic, partition, offset };
    return progress !== undefined;
  }

  /** What is to be committed of what the task offers: what is new, and the task's to give. */
  toCommit(offered: readonly PartitionOffset[]): PartitionOffset[] {
    const own = offered.filter((position) => this.#mayCommit(position));
    // Kafka: `WorkerSinkTask.commitOffsets`. A topic that is made anew must not get an offset of the old one.
    return own.filter((position) =>
      position.offset !== this.#assigned.get(keyOf(position))!.committed.offset
    );
  }

  /** Offsets are committed; of what is assigned no more by now that is no matter. */
  wereCommitted(positions: readonly PartitionOffset[]): void {
    for (const position of positions) {
      const progress = this.#assigned.get(keyOf(position));
      if (progress !== undefined) progress.committed = position;
    }
  }

  /** Kafka: `WorkerSinkTask.commitOffsets`. */
  #mayCommit(position: PartitionOffset): boolean {
    const handed = this.#assigned.get(keyOf(position))?.handed;
    if (handed !== undefined && position.offset <= handed.offset) return true;
    const { topic, partition, offset } = position;
    this.#log.warn(
      `${this.#name}: Ignoring invalid task provided offset ${topic}-${partition}/${offset} -- ${
        handed === undefined
          ? "partition not assigned"
          : `not yet consumed, currentOffset=${handed.offset}`
      }`,
    );
    return false;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`;
}
