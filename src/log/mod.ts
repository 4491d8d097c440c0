/**
 * The embedded log: Kafka's on-disk format, with no broker.
 *
 * @module
 */

export * from "./embedded_log.ts";
export type { PartitionFollower } from "./partition_follower.ts";
export type { PartitionLog } from "./partition_log.ts";
