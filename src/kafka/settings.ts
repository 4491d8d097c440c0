/**
 * What producers and consumers can be told, and what they do unless told: Kafka's own defaults. Each
 * setting names the key of Kafka's clients that it stands for.
 *
 * @module
 */

import type { CompressionName } from "../batch/mod.ts";
import type { KafkaClientOptions } from "./client.ts";

/** How a cluster is reached: what {@linkcode KafkaClientOptions} has, without what a process lends it. */
export type ConnectionSettings = Omit<KafkaClientOptions, "clock" | "random" | "log">;

/** What a connection does that is told nothing but where to go and what to call itself. */
export const connectionDefaults = {
  connectTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  retryBackoffMs: 100,
  retryBackoffMaxMs: 1000,
  metadataMaxAgeMs: 300_000,
  tls: null,
  sasl: null,
} as const satisfies Partial<ConnectionSettings>;

/** How a producer works. */
export interface ProducerSettings {
  /** Who must have a batch before it counts as sent: all in-sync replicas, the leader, or no one (`acks`). */
  acks: -1 | 0 | 1;
  /**
   * How long a batch waits for more records, in milliseconds, when nothing else is on its way (`linger.ms`).
   */
  lingerMs: number;
  /** A batch of so many bytes waits no longer (`batch.size`). */
  batchBytes: number;
  /** How batches are compressed (`compression.type`). */
  compression: CompressionName;
  /** How hard the codec tries (`compression.gzip.level` and the like); null: as it does unless told. */
  compressionLevel: number | null;
  /** The largest request, and so the largest record, before it is compressed (`max.request.size`). */
  requestBytesMax: number;
  /** How long a record may be on its way, all told, in milliseconds (`delivery.timeout.ms`). */
  deliveryTimeoutMs: number;
  /** How often a batch is sent again (`retries`). */
  retriesMax: number;
  /** How many requests may wait for a broker's answer (`max.in.flight.requests.per.connection`). */
  requestsInFlightMax: number;
  /** Whether brokers drop what was sent twice (`enable.idempotence`). */
  isIdempotent: boolean;
  /** How long a caller waits for metadata or for room, in milliseconds (`max.block.ms`). */
  blockMsMax: number;
  /** How many bytes of records may wait to be sent (`buffer.memory`). */
  bufferBytesMax: number;
}

/**
 * A producer that is told nothing. Kafka: `ProducerConfig`, but for how batches are made: there they wait 5 ms,
 * hold 16 KiB, and may take 32 MiB together. Ours wait while others are on their way, and fill meanwhile.
 */
export const producerDefaults: ProducerSettings = {
  acks: -1,
  lingerMs: 0,
  batchBytes: 1_000_000,
  compression: "none",
  compressionLevel: null,
  requestBytesMax: 1_048_576,
  deliveryTimeoutMs: 120_000,
  retriesMax: 2_147_483_647,
  requestsInFlightMax: 5,
  isIdempotent: true,
  blockMsMax: 60_000,
  bufferBytesMax: 4 << 20,
};

/** How partitions are divided among a group's members, by the names that members agree on. */
export type AssignorName = "range" | "cooperative-sticky";

/** How a consumer works. */
export interface ConsumerSettings {
  /** A broker waits for so many bytes (`fetch.min.bytes`). */
  fetchBytesMin: number;
  /** The most one answer holds (`fetch.max.bytes`). */
  fetchBytesMax: number;
  /** How long a broker waits for them, in milliseconds (`fetch.max.wait.ms`). */
  fetchWaitMsMax: number;
  /** The most one answer holds of a partition (`max.partition.fetch.bytes`). */
  partitionFetchBytesMax: number;
  /** How many records are handed out at once (`max.poll.records`). */
  pollRecordsMax: number;
  /** A member that does not poll for so long loses its partitions, in milliseconds (`max.poll.interval.ms`). */
  pollIntervalMsMax: number;
  /** A member that the coordinator does not hear for so long is gone, in milliseconds (`session.timeout.ms`). */
  sessionTimeoutMs: number;
  /** How often it is heard, in milliseconds (`heartbeat.interval.ms`). */
  heartbeatIntervalMs: number;
  /** Where to begin without a committed offset (`auto.offset.reset`). */
  autoOffsetReset: "earliest" | "latest" | "none";
  /** Whether brokers may make topics that are named and not there (`allow.auto.create.topics`). */
  allowsTopicCreation: boolean;
  /** Whether records of transactions are read before they are committed (`isolation.level`). */
  isolationLevel: "read_uncommitted" | "read_committed";
  /** Where the consumer stands, so that it may read from a replica near it; empty: nowhere (`client.rack`). */
  clientRack: string;
  /** How partitions are divided, the best way first (`partition.assignment.strategy`). */
  assignors: readonly AssignorName[];
  /** The member's name for good, which lets it come back without a rebalance; null: none (`group.instance.id`). */
  groupInstanceId: string | null;
  /** How long calls without a time of their own may take, in milliseconds (`default.api.timeout.ms`). */
  apiTimeoutMs: number;
}

/** A consumer that is told nothing. Kafka: `ConsumerConfig`. */
export const consumerDefaults: ConsumerSettings = {
  fetchBytesMin: 1,
  fetchBytesMax: 52_428_800,
  fetchWaitMsMax: 500,
  partitionFetchBytesMax: 1_048_576,
  pollRecordsMax: 500,
  pollIntervalMsMax: 300_000,
  sessionTimeoutMs: 45_000,
  heartbeatIntervalMs: 3000,
  autoOffsetReset: "latest",
  allowsTopicCreation: true,
  isolationLevel: "read_uncommitted",
  clientRack: "",
  assignors: ["range", "cooperative-sticky"],
  groupInstanceId: null,
  apiTimeoutMs: 60_000,
};

/** How an admin client works. */
export interface AdminSettings {
  /** How long a call may take, with all its retries, in milliseconds (`default.api.timeout.ms`). */
  apiTimeoutMs: number;
}

/** An admin client that is told nothing. Kafka: `AdminClientConfig`. */
export const adminDefaults: AdminSettings = { apiTimeoutMs: 60_000 };
