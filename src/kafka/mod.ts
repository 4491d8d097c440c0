/**
 * Kafka as a client sees it: brokers, requests, producers, consumers and groups.
 *
 * @module
 */

export * from "./client.ts";
export { ConsumerProtocol } from "./consumer_protocol.ts";
export * from "./errors.ts";
export { FetchedBatches } from "./fetched_batches.ts";
export { Fetcher } from "./fetcher.ts";
export {
  GroupMember,
  type GroupMemberOptions,
  type GroupProtocol,
  type Joined,
} from "./group_member.ts";
export {
  beginnings,
  commitGroupOffsets,
  deleteGroup,
  deleteGroupOffsets,
  fetchGroupOffsets,
  listOffsets,
} from "./offset_lookup.ts";
export { decodeAssignment } from "./protocol/consumer_group.ts";
export { fetchRequest } from "./protocol/fetch.ts";
export { partitionText } from "./protocol/partitions.ts";
export { SubscribedTopics, type TopicPattern } from "./subscribed_topics.ts";
export type { ConnectionOptions } from "./kafkajs.ts";
export { KafkaProducer } from "./producer.ts";
export * from "./protocol/admin.ts";
export type { TopicMetadata } from "./protocol/metadata.ts";
export * from "./settings.ts";
