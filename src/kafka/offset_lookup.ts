/**
 * Offsets that brokers keep: where partitions begin and end, and what groups have committed; and groups
 * themselves, as far as they are deleted. Each call
 * makes one try; {@linkcode KafkaClient.retrying} makes more.
 *
 * @module
 */

import { NotFoundError, OffsetOutOfRangeError } from "../base/mod.ts";
import type { KafkaClient } from "./client.ts";
import { errorCode, isRetriable, KafkaError } from "./errors.ts";
import type { IsolationLevel } from "./protocol/fetch.ts";
import { deleteGroupRequest } from "./protocol/group.ts";
import {
  type CommittedOffset,
  listOffsetsRequest,
  type Membership,
  offsetCommitRequest,
  offsetDeleteRequest,
  offsetFetchRequest,
} from "./protocol/offsets.ts";
import { byTopic, type PartitionName, partitionText } from "./protocol/partitions.ts";
import type { ConsumerSettings } from "./settings.ts";

/** What of a partition is asked for. */
export interface OffsetQuestion {
  /** Its first offset kept, or its end. */
  which: "earliest" | "latest";
  /** Whether the end is that of what has been committed. */
  isolationLevel: IsolationLevel;
}

/** Where partitions begin or end. @throws {KafkaError} @throws {ConnectionError} */
export async function listOffsets(
  client: KafkaClient,
  partitions: readonly PartitionName[],
  { which, isolationLevel }: OffsetQuestion,
): Promise<CommittedOffset[]> {
  const led = new Map<number, PartitionName[]>();
  for (const partition of partitions) {
    const leader = await leaderOf(client, partition);
    led.set(leader, [...led.get(leader) ?? [], partition]);
  }
  const answers = await Promise.all(
    [...led].map(async ([leader, own]) => {
      try {
        return await client.send(leader, listOffsetsRequest(own, which, isolationLevel));
      } catch (error) {
        if (isRetriable(error)) { for (const [topic] of byTopic(own)) client.forgetTopic(topic); }
        throw error;
      }
    }),
  );
  return answers.flat().map(({ topic, partition, error, offset }) => {
    if (error !== 0) {
      client.forgetTopic(topic);
      throw new KafkaError(`Cannot find the ${which} offset of ${topic}-${partition}`, error);
    }
    return { topic, partition, offset };
  });
}

/** A partition that is not there may be made: its topic may be made again. */
async function leaderOf(client: KafkaClient, name: PartitionName): Promise<number> {
  try {
    return await client.leader(name.topic, name.partition);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new KafkaError(`Cannot use ${partitionText(name)}`, 3);
  }
}

/**
 * What a group has committed, of some partitions or of all (null); those without an offset are left out.
 * @throws {KafkaError}
 * @throws {ConnectionError}
 */
export async function fetchGroupOffsets(
  client: KafkaClient,
  groupId: string,
  partitions: readonly PartitionName[] | null,
): Promise<CommittedOffset[]> {
  const what = `Cannot read the offsets of group ${groupId}`;
  const answer = await askCoordinator(client, groupId, offsetFetchRequest(groupId, partitions));
  checkCoordinator(client, groupId, what, answer.error);
  for (const { topic, partition, error } of answer.offsets) {
    checkCoordinator(client, groupId, `${what} in ${topic}-${partition}`, error);
  }
  return answer.offsets.filter(({ offset }) => offset >= 0n)
    .map(({ topic, partition, offset }) => ({ topic, partition, offset }));
}

/**
 * Where a consumer of a group begins to read: at what the group has committed, or else where
 * `auto.offset.reset` says.
 * @throws {OffsetOutOfRangeError} where it says nothing
 * @throws {KafkaError}
 * @throws {ConnectionError}
 */
export async function beginnings(
  client: KafkaClient,
  groupId: string,
  partitions: readonly PartitionName[],
  { autoOffsetReset: which, isolationLevel }: ConsumerSettings,
): Promise<CommittedOffset[]> {
  if (partitions.length === 0) return [];
  const committed = await fetchGroupOffsets(client, groupId, partitions);
  const known = new Set(committed.map(partitionText));
  const unknown = partitions.filter((partition) => !known.has(partitionText(partition)));
  if (unknown.length === 0) return committed;
  if (which === "none") {
    // Kafka: NoOffsetForPartitionException, in its words.
    throw new OffsetOutOfRangeError(
      `Undefined offset with no reset policy for partitions: [${
        unknown.map(partitionText).join(", ")
      }]`,
    );
  }
  return [...committed, ...await listOffsets(client, unknown, { which, isolationLevel })];
}

/**
 * Stores offsets of a group, durably.
 * @throws {NotFoundError} where a partition is not there
 * @throws {KafkaError}
 * @throws {ConnectionError}
 */
export async function commitGroupOffsets(
  client: KafkaClient,
  membership: Membership,
  offsets: readonly CommittedOffset[],
): Promise<void> {
  const { groupId } = membership;
  const answers = await askCoordinator(client, groupId, offsetCommitRequest(membership, offsets));
  const errors = new Map(answers.map((answer) => [partitionText(answer), answer.error]));
  for (const position of offsets) {
    const name = partitionText(position);
    const what = `Cannot commit offset ${position.offset} of ${name} for group ${groupId}`;
    // -1, UNKNOWN_SERVER_ERROR, where the broker does not say.
    const error = errors.get(name) ?? -1;
    // Kafka: `ConsumerCoordinator` tries again. The topic may be made anew meanwhile, and begins at 0.
    if (errorCode(error).name === "UNKNOWN_TOPIC_OR_PARTITION") {
      throw new NotFoundError(`${what}: there is no such partition`);
    }
    checkCoordinator(client, groupId, what, error);
  }
}

/**
 * Makes a group forget its offsets in some partitions, durably.
 * @throws {NotFoundError} where a partition is not there
 * @throws {KafkaError}
 * @throws {ConnectionError}
 */
export async function deleteGroupOffsets(
  client: KafkaClient,
  groupId: string,
  partitions: readonly PartitionName[],
): Promise<void> {
  const what = `Cannot delete the offsets of group ${groupId}`;
  const answer = await askCoordinator(client, groupId, offsetDeleteRequest(groupId, partitions));
  checkCoordinator(client, groupId, what, answer.error);
  for (const { error, ...name } of answer.partitions) {
    const where = `${what} in ${partitionText(name)}`;
    if (errorCode(error).name === "UNKNOWN_TOPIC_OR_PARTITION") {
      throw new NotFoundError(`${where}: there is no such partition`);
    }
    checkCoordinator(client, groupId, where, error);
  }
}

/** Deletes a group and its offsets, durably. @throws {KafkaError} @throws {ConnectionError} */
export async function deleteGroup(client: KafkaClient, groupId: string): Promise<void> {
  const error = await askCoordinator(client, groupId, deleteGroupRequest(groupId));
  checkCoordinator(client, groupId, `Cannot delete group ${groupId}`, error);
}

async function askCoordinator<T>(
  client: KafkaClient,
  groupId: string,
  request: Parameters<typeof client.send<T>>[1],
): Promise<T> {
  const coordinator = await client.coordinator(groupId);
  try {
    return await client.send(coordinator, request);
  } catch (error) {
    if (isRetriable(error)) client.forgetCoordinator(groupId);
    throw error;
  }
}

function checkCoordinator(
  client: KafkaClient,
  groupId: string,
  what: string,
  error: number,
): void {
  if (error === 0) return;
  if (errorCode(error).retriable) client.forgetCoordinator(groupId);
  throw new KafkaError(what, error);
}
