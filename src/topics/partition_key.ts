/** Partitions as keys of maps. */

import type { TopicPartition } from "./topics.ts";

/** The key of a partition. */
export function keyOf({ topic, partition }: TopicPartition): string {
  return `${partition} ${topic}`;
}
