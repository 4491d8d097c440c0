/**
 * Kafka as a client sees it: brokers, requests, producers, consumers and groups.
 *
 * @module
 */

export * from "./client.ts";
export * from "./errors.ts";
export type { ConnectionOptions } from "./kafkajs.ts";
export { KafkaProducer } from "./producer.ts";
export * from "./protocol/admin.ts";
export * from "./settings.ts";
