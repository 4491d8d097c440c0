/**
 * What consumers tell the leader of their group and what it assigns to them: versions 0 to 3 of Kafka's
 * ConsumerProtocol. Java writes the newest version, and so do we; each version begins as the one before.
 *
 *     subscription := version:int16 topics:array(string) userData:bytes?
 *                     [1: owned] [2: generation:int32] [3: rackId:string?]
 *     assignment   := version:int16 owned userData:bytes?
 *     owned        := array(topic:string partitions:array(int32))
 *     userData     := generation:int32      (of cooperative-sticky; of range there is none)
 *
 * @module
 */

import { byTopic, type PartitionName } from "./partitions.ts";
import { Reader, Writer } from "./wire.ts";

/** The newest version that is known here. */
const version = 3;
/** The generation of those who have none. Kafka: `DEFAULT_GENERATION`. */
export const noGeneration = -1;

/** What a consumer tells the leader. */
export interface Subscription {
  /** The topics it reads. */
  topics: readonly string[];
  /** The partitions it has from the last rebalance; empty where it gives up all before it joins. */
  owned: readonly PartitionName[];
  /** The generation it has them from; -1 for none. */
  generation: number;
  /** Where it stands, or null. */
  rackId: string | null;
}

/** Writes what a consumer tells. */
export function encodeSubscription(
  { topics, owned, generation, rackId }: Subscription,
  userData: Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const writer = new Writer().int16(version);
  writer.array(topics, (topic) => writer.string(topic)).nullableBytes(userData);
  writePartitions(writer, owned);
  return writer.int32(generation).string(rackId).bytes;
}

/** Reads what a consumer tells, of any version. @throws {CorruptError} */
export function decodeSubscription(bytes: Uint8Array<ArrayBuffer>): Subscription {
  const reader = new Reader(bytes);
  const told = reader.int16();
  const topics = reader.array(() => reader.string());
  const userData = reader.nullableBytes();
  const owned = told >= 1 ? readPartitions(reader) : [];
  const generation = told >= 2
    ? reader.int32()
    : userData !== null && userData.length >= 4
    ? new Reader(userData).int32()
    : noGeneration;
  return { topics, owned, generation, rackId: told >= 3 ? reader.nullableString() : null };
}

/** Writes the user data of cooperative-sticky. */
export function encodeGeneration(generation: number): Uint8Array<ArrayBuffer> {
  return new Writer().int32(generation).bytes;
}

/** Writes what is assigned to a consumer. */
export function encodeAssignment(partitions: readonly PartitionName[]): Uint8Array<ArrayBuffer> {
  const writer = new Writer().int16(version);
  writePartitions(writer, partitions);
  return writer.nullableBytes(null).bytes;
}

/** Reads what is assigned; nothing where there are no bytes. @throws {CorruptError} */
export function decodeAssignment(bytes: Uint8Array<ArrayBuffer>): PartitionName[] {
  if (bytes.length === 0) return [];
  const reader = new Reader(bytes);
  reader.int16();
  return readPartitions(reader);
}

function writePartitions(writer: Writer, partitions: readonly PartitionName[]): void {
  writer.array(
    byTopic(partitions),
    ([topic, own]) => writer.string(topic).array(own, ({ partition }) => writer.int32(partition)),
  );
}

function readPartitions(reader: Reader): PartitionName[] {
  return reader.array(() => {
    const topic = reader.string();
    return reader.array(() => ({ topic, partition: reader.int32() }));
  }).flat();
}
