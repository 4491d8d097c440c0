/** Making topics of a Kafka cluster, and asking for the partitions of one that may have to be made. */

import { AlreadyExistsError, ConfigError, ConnectError } from "../base/mod.ts";
import {
  createTopicsRequest,
  errorCode,
  isRetriable,
  type KafkaClient,
  KafkaError,
} from "../kafka/mod.ts";
import type { NewTopic, ProducerOptions } from "./topics.ts";

/** Errors of Kafka that say that a name, a number or a setting will not do. */
const mistakes = new Set([
  "INVALID_TOPIC_EXCEPTION",
  "INVALID_PARTITIONS",
  "INVALID_REPLICATION_FACTOR",
  "INVALID_CONFIG",
  "INVALID_REQUEST",
  "POLICY_VIOLATION",
]);

/** Makes topics. @throws {AlreadyExistsError} @throws {ConfigError} for what will not do @throws {KafkaError} */
export async function makeTopics(
  client: KafkaClient,
  topics: readonly NewTopic[],
  timeoutMs: number,
): Promise<void> {
  const wanted = topics.map(({ name, partitions, replicationFactor, configs }) => ({
    name,
    partitions: partitions ?? 1,
    replicationFactor: replicationFactor ?? -1,
    configs: configs ?? {},
  }));
  const controller = await client.controller();
  const asked = client.send(controller, createTopicsRequest(wanted, timeoutMs));
  const outcomes = await asked.catch((error) => {
    client.forgetController();
    throw error;
  });
  for (const { name, error, message } of outcomes) {
    if (error === 0) continue;
    const failure = new KafkaError(`Cannot make topic "${name}"`, error, message);
    if (failure.retriable) client.forgetController();
    if (failure.code === "TOPIC_ALREADY_EXISTS") {
      throw new AlreadyExistsError(message ?? failure.message, { cause: failure });
    }
    if (mistakes.has(failure.code)) throw new ConfigError(failure.message, { cause: failure });
    throw failure;
  }
}

/**
 * How many partitions a topic has; it is made when it is absent, as `newTopic` says, or by a broker that is
 * set up to.
 * @throws {ConnectError} in Kafka's words when it is not there within `blockMsMax`
 */
export async function partitionCount(
  client: KafkaClient,
  topic: string,
  { maker, newTopic, blockMsMax, apiTimeoutMs }: {
    /** Who makes topics. */
    maker: KafkaClient;
    newTopic: ProducerOptions["newTopic"];
    /** Kafka Connect's producers wait without end unless told: the topic may yet be made. */
    blockMsMax: number;
    apiTimeoutMs: number;
  },
): Promise<number> {
  client.forgetTopic(topic);
  const counting = client.retrying(async () => {
    const wanted = newTopic(topic);
    if (wanted !== null && !await isThere(client, topic)) {
      await makeTopics(maker, [wanted], apiTimeoutMs).catch((cause) => {
        // Another task, or another worker, may have made it meanwhile.
        if (!(cause instanceof AlreadyExistsError)) throw cause;
      });
    }
    return (await client.topic(topic)).partitions.length;
  }, blockMsMax);
  return await counting.catch((cause) => {
    if (!isRetriable(cause) || client.closing.aborted) throw cause;
    const reason = `Topic ${topic} not present in metadata after ${blockMsMax} ms.`;
    throw new ConnectError(reason, { cause });
  });
}

async function isThere(client: KafkaClient, topic: string): Promise<boolean> {
  const [{ error }] = (await client.metadata([topic])).topics;
  return errorCode(error).name !== "UNKNOWN_TOPIC_OR_PARTITION";
}

/** Whether there is no such topic or partition. */
export function isUnknown(error: unknown): boolean {
  return error instanceof KafkaError && error.code === "UNKNOWN_TOPIC_OR_PARTITION";
}
