/**
 * Topics, wherever they live.
 *
 * @module
 */

export * from "./embedded_topics.ts";
export { groupOffsetsTopic } from "./group_offsets.ts";
export { KafkaConsumer, type KafkaConsumerOptions } from "./kafka_consumer.ts";
export * from "./kafka_topics.ts";
export * from "./spool.ts";
export * from "./spool_status.ts";
export * from "./topics.ts";
