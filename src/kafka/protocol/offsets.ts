/**
 * ListOffsets (key 2, version 5), OffsetCommit (key 8, version 7), OffsetFetch (key 9, version 5),
 * OffsetForLeaderEpoch (key 23, version 3) and OffsetDelete (key 47, version 0).
 *
 *     ListOffsets request  := replicaId:int32=-1 isolation:int8
 *                             array(topic:string array(partition:int32 leaderEpoch:int32=-1 time:int64))
 *     ListOffsets answer   := throttleMs:int32 array(topic:string array(listed))
 *     listed               := partition:int32 error:int16 timeMs:int64 offset:int64 leaderEpoch:int32
 *     time                 := -1 the end | -2 the first offset kept
 *     OffsetCommit request := groupId:string generation:int32 memberId:string instanceId:string?
 *                             array(topic:string array(committed))
 *     committed            := partition:int32 offset:int64 leaderEpoch:int32=-1 metadata:string?
 *     OffsetCommit answer  := throttleMs:int32 array(topic:string array(partition:int32 error:int16))
 *     OffsetFetch request  := groupId:string array(topic:string array(partition:int32))?  (null: all)
 *     OffsetFetch answer   := throttleMs:int32 array(topic:string array(found)) error:int16
 *     found                := partition:int32 offset:int64 leaderEpoch:int32 metadata:string? error:int16
 *     OffsetForLeaderEpoch request := replicaId:int32=-1 array(topic:string
 *                             array(partition:int32 currentLeaderEpoch:int32 epoch:int32))
 *     OffsetForLeaderEpoch answer  := throttleMs:int32 array(topic:string
 *                             array(error:int16 partition:int32 epoch:int32 endOffset:int64))
 *     OffsetDelete request := groupId:string array(topic:string array(partition:int32))
 *     OffsetDelete answer  := error:int16 throttleMs:int32
 *                             array(topic:string array(partition:int32 error:int16))
 *
 * @module
 */

import { isolationCode, type IsolationLevel } from "./fetch.ts";
import { byTopic, type PartitionName } from "./partitions.ts";
import type { ApiRequest } from "./request.ts";

/** An offset in a partition, as a broker answers it. */
export interface OffsetAnswer extends PartitionName {
  /** An error code, or 0. */
  error: number;
  /** The offset, or -1 for none. */
  offset: bigint;
}

/** An offset to be stored. */
export interface CommittedOffset extends PartitionName {
  /** The offset of the next record to read. */
  offset: bigint;
}

/** Who speaks to a coordinator, as it knows them. */
export interface Membership {
  /** The group. */
  groupId: string;
  /** The generation they have joined; -1 for none. */
  generation: number;
  /** Their id; empty for none. */
  memberId: string;
  /** Their name for good, or null. */
  groupInstanceId: string | null;
}

/** Asks the leader of partitions where they begin or end. */
export function listOffsetsRequest(
  partitions: readonly PartitionName[],
  which: "earliest" | "latest",
  isolationLevel: IsolationLevel,
): ApiRequest<OffsetAnswer[]> {
  return {
    apiKey: 2,
    apiName: "ListOffsets",
    apiVersion: 5,
    encode: (writer) =>
      writer.int32(-1).int8(isolationCode(isolationLevel))
        .array(byTopic(partitions), ([topic, asked]) =>
          writer.string(topic).array(asked, ({ partition }) =>
            writer.int32(partition).int32(-1).int64(which === "earliest" ? -2n : -1n))),
    decode: (reader) => {
      reader.throttle();
      const topics = reader.array(() => {
        const topic = reader.string();
        return reader.array((): OffsetAnswer => {
          const [partition, error] = [reader.int32(), reader.int16()];
          reader.int64();
          const offset = reader.int64();
          reader.int32();
          return { topic, partition, error, offset };
        });
      });
      return topics.flat();
    },
  };
}

/** Stores offsets of a group. */
export function offsetCommitRequest(
  { groupId, generation, memberId, groupInstanceId }: Membership,
  offsets: readonly CommittedOffset[],
): ApiRequest<(PartitionName & { error: number })[]> {
  return {
    apiKey: 8,
    apiName: "OffsetCommit",
    apiVersion: 7,
    encode: (writer) =>
      writer.string(groupId).int32(generation).string(memberId).string(groupInstanceId)
        .array(
          byTopic(offsets),
          ([topic, committed]) =>
            writer.string(topic).array(
              committed,
              ({ partition, offset }) => writer.int32(partition).int64(offset).int32(-1).string(""),
            ),
        ),
    decode: (reader) => {
      reader.throttle();
      const topics = reader.array(() => {
        const topic = reader.string();
        return reader.array(() => ({ topic, partition: reader.int32(), error: reader.int16() }));
      });
      return topics.flat();
    },
  };
}

/** Asks for a group's offsets; null: all that it has. */
export function offsetFetchRequest(
  groupId: string,
  partitions: readonly PartitionName[] | null,
): ApiRequest<{ error: number; offsets: OffsetAnswer[] }> {
  return {
    apiKey: 9,
    apiName: "OffsetFetch",
    apiVersion: 5,
    encode: (writer) =>
      writer.string(groupId).array(
        partitions === null ? null : byTopic(partitions),
        ([topic, asked]) =>
          writer.string(topic).array(asked, ({ partition }) => writer.int32(partition)),
      ),
    decode: (reader) => {
      reader.throttle();
      const topics = reader.array(() => {
        const topic = reader.string();
        return reader.array((): OffsetAnswer => {
          const [partition, offset] = [reader.int32(), reader.int64()];
          reader.int32();
          reader.nullableString();
          return { topic, partition, offset, error: reader.int16() };
        });
      });
      return { error: reader.int16(), offsets: topics.flat() };
    },
  };
}

/** A partition whose leader is asked what it has of an earlier epoch. */
export interface EpochQuestion extends PartitionName {
  /** The epoch of the leader that is asked. */
  leaderEpoch: number;
  /** The earlier one. */
  epoch: number;
}

/** Asks the leader of a partition where what it has of an epoch ends; -1: it does not know that epoch. */
export function epochEndRequest(
  { topic, partition, leaderEpoch, epoch }: EpochQuestion,
): ApiRequest<OffsetAnswer> {
  return {
    apiKey: 23,
    apiName: "OffsetForLeaderEpoch",
    apiVersion: 3,
    encode: (writer) =>
      writer.int32(-1).int32(1).string(topic).int32(1).int32(partition).int32(leaderEpoch)
        .int32(epoch),
    decode: (reader) => {
      reader.throttle();
      const [answer] = reader.array(() => {
        reader.string();
        return reader.array((): OffsetAnswer => {
          const error = reader.int16();
          reader.int32();
          reader.int32();
          return { topic, partition, error, offset: reader.int64() };
        });
      }).flat();
      // -1, UNKNOWN_SERVER_ERROR, where the broker does not say.
      return answer ?? { topic, partition, error: -1, offset: -1n };
    },
  };
}

/** Makes a group forget its offsets in some partitions. */
export function offsetDeleteRequest(
  groupId: string,
  partitions: readonly PartitionName[],
): ApiRequest<{ error: number; partitions: (PartitionName & { error: number })[] }> {
  return {
    apiKey: 47,
    apiName: "OffsetDelete",
    apiVersion: 0,
    encode: (writer) =>
      writer.string(groupId).array(
        byTopic(partitions),
        ([topic, gone]) =>
          writer.string(topic).array(gone, ({ partition }) => writer.int32(partition)),
      ),
    decode: (reader) => {
      const error = reader.int16();
      reader.throttle();
      const topics = reader.array(() => {
        const topic = reader.string();
        return reader.array(() => ({ topic, partition: reader.int32(), error: reader.int16() }));
      });
      return { error, partitions: topics.flat() };
    },
  };
}
