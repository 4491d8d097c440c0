/**
 * The offsets of consumer groups as records of a topic, in Kafka's own format, so that its tools read
 * them. All integers are big endian; a string is its length as int16 and its UTF-8 bytes.
 *
 *     key   := version:int16=1 group:string topic:string partition:int32
 *     value := version:int16=3 offset:int64 leaderEpoch:int32 metadata:string commitTimestamp:int64
 *
 * Kafka: `OffsetCommitKey.json`, `OffsetCommitValue.json`. A record without a value removes an offset.
 *
 * @module
 */

import { CorruptError } from "../base/mod.ts";
import type { TopicPartition } from "./topics.ts";

/** The topic that holds them. */
export const groupOffsetsTopic = "__consumer_offsets";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The key of a group's offset in a partition. */
export function encodeOffsetKey(groupId: string, position: TopicPartition): Uint8Array {
  const [group, topic] = [encoder.encode(groupId), encoder.encode(position.topic)];
  const bytes = new Uint8Array(2 + 2 + group.length + 2 + topic.length + 4);
  const view = new DataView(bytes.buffer);
  view.setInt16(0, 1);
  view.setInt16(2, group.length);
  bytes.set(group, 4);
  view.setInt16(4 + group.length, topic.length);
  bytes.set(topic, 6 + group.length);
  view.setInt32(bytes.length - 4, position.partition);
  return bytes;
}

/** The value of an offset committed at `timestampMs`. */
export function encodeOffsetValue(offset: bigint, timestampMs: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 + 8 + 4 + 2 + 8));
  view.setInt16(0, 3);
  view.setBigInt64(2, offset);
  view.setInt32(10, -1);
  view.setInt16(14, 0);
  view.setBigInt64(16, BigInt(timestampMs));
  return new Uint8Array(view.buffer);
}

/**
 * The group and the position that a record tells; null for a record of another kind. An offset of
 * null says that it was removed.
 * @throws {CorruptError} for bytes that end too early
 */
export function decodeOffset(
  key: Uint8Array,
  value: Uint8Array | null,
): { groupId: string; topic: string; partition: number; offset: bigint | null } | null {
  try {
    const view = new DataView(key.buffer, key.byteOffset, key.length);
    if (view.getInt16(0) > 1) return null;
    const groupLength = view.getInt16(2);
    const topicLength = view.getInt16(4 + groupLength);
    const groupId = decoder.decode(key.subarray(4, 4 + groupLength));
    const topic = decoder.decode(key.subarray(6 + groupLength, 6 + groupLength + topicLength));
    const partition = view.getInt32(6 + groupLength + topicLength);
    if (value === null) return { groupId, topic, partition, offset: null };
    const offset = new DataView(value.buffer, value.byteOffset, value.length).getBigInt64(2);
    return { groupId, topic, partition, offset };
  } catch (cause) {
    throw new CorruptError(`A record of ${groupOffsetsTopic} cannot be read`, { cause });
  }
}
