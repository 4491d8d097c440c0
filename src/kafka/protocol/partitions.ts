/** Partitions in requests, where they stand under the name of their topic. */

/** A partition of a topic. */
export interface PartitionName {
  /** The topic's name. */
  topic: string;
  /** The partition's number. */
  partition: number;
}

/** Groups what belongs to partitions by topic, in the order in which topics first occur. */
export function byTopic<T extends PartitionName>(items: readonly T[]): [string, T[]][] {
  return [...Map.groupBy(items, ({ topic }) => topic)];
}

/** The name of a partition in messages, and its key in maps: no topic's name ends so otherwise. */
export function partitionText({ topic, partition }: PartitionName): string {
  return `${topic}-${partition}`;
}
