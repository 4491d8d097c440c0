/**
 * Fetch (key 1, version 11), without fetch sessions (KIP-227): each request names all that it wants.
 *
 *     request   := replicaId:int32=-1 waitMsMax:int32 bytesMin:int32 bytesMax:int32 isolation:int8
 *                  sessionId:int32=0 sessionEpoch:int32=-1 array(topic:string array(wanted))
 *                  forgotten:array()=0 rackId:string
 *     wanted    := partition:int32 leaderEpoch:int32 offset:int64 logStartOffset:int64=-1 bytesMax:int32
 *     answer    := throttleMs:int32 error:int16 sessionId:int32 array(topic:string array(fetched))
 *     fetched   := partition:int32 error:int16 highWatermark:int64 lastStableOffset:int64
 *                  logStartOffset:int64 aborted:array(producerId:int64 firstOffset:int64)
 *                  preferredReplica:int32 records:bytes?
 *     isolation := 0 read uncommitted | 1 read committed
 *
 * @module
 */

import { byTopic, type PartitionName } from "./partitions.ts";
import type { ApiRequest } from "./request.ts";

/** Whether records of transactions are read before they are committed. */
export type IsolationLevel = "read_uncommitted" | "read_committed";

/** The number that stands for an isolation level. */
export function isolationCode(level: IsolationLevel): number {
  return level === "read_committed" ? 1 : 0;
}

/** Where to fetch from in a partition. */
export interface FetchPosition extends PartitionName {
  /** The first offset wanted. */
  offset: bigint;
  /** The epoch of the leader that is asked, or -1. */
  leaderEpoch: number;
}

/** What is asked for along with positions. */
export interface FetchLimits {
  /** How long the broker waits for the first bytes. */
  fetchWaitMsMax: number;
  /** How many bytes it waits for. */
  fetchBytesMin: number;
  /** The most the answer holds; one batch comes even when it is larger. */
  fetchBytesMax: number;
  /** The most it holds of a partition. */
  partitionFetchBytesMax: number;
  /** What is done with open transactions. */
  isolationLevel: IsolationLevel;
  /** Where the client stands, or empty. */
  clientRack: string;
}

/** A transaction that was not committed: what its producer wrote from an offset on is not for readers. */
export interface AbortedTransaction {
  /** The producer. */
  producerId: bigint;
  /** The transaction's first offset in the partition. */
  firstOffset: bigint;
}

/** What was found in a partition. */
export interface FetchedPartition extends PartitionName {
  /** An error code, or 0. */
  error: number;
  /** The offset after the last record that all replicas have. */
  highWatermark: bigint;
  /** The offset of the first record of a transaction that is open, or else the same; told to who reads committed ones. */
  lastStableOffset: bigint;
  /** The first offset still kept. */
  logStartOffset: bigint;
  /** Transactions among the records that were aborted. */
  aborted: AbortedTransaction[];
  /** The broker to fetch from instead, or -1. */
  preferredReplica: number;
  /** Record batches, the last one maybe torn: a view into the answer. */
  records: Uint8Array<ArrayBuffer>;
}

/** What a broker answers. */
export interface FetchAnswer {
  /** An error code, or 0. */
  error: number;
  /** Each partition. */
  partitions: FetchedPartition[];
}

/** Fetches from positions, which all have the same leader; into `answerBuffer`, if there is one. */
export function fetchRequest(
  positions: readonly FetchPosition[],
  limits: FetchLimits,
  answerBuffer?: ArrayBuffer,
): ApiRequest<FetchAnswer> {
  return {
    answerBuffer,
    apiKey: 1,
    apiName: "Fetch",
    apiVersion: 11,
    waitMsMax: limits.fetchWaitMsMax,
    encode: (writer) =>
      writer.int32(-1).int32(limits.fetchWaitMsMax).int32(limits.fetchBytesMin)
        .int32(limits.fetchBytesMax).int8(isolationCode(limits.isolationLevel)).int32(0).int32(-1)
        .array(byTopic(positions), ([topic, wanted]) =>
          writer.string(topic).array(wanted, ({ partition, leaderEpoch, offset }) =>
            writer.int32(partition).int32(leaderEpoch).int64(offset).int64(-1n)
              .int32(limits.partitionFetchBytesMax)))
        .array([], () => {}).string(limits.clientRack),
    decode: (reader) => {
      reader.throttle();
      const error = reader.int16();
      reader.int32();
      const topics = reader.array(() => {
        const topic = reader.string();
        return reader.array((): FetchedPartition => {
          const [partition, error] = [reader.int32(), reader.int16()];
          const highWatermark = reader.int64();
          const lastStableOffset = reader.int64();
          return {
            topic,
            partition,
            error,
            highWatermark,
            lastStableOffset,
            logStartOffset: reader.int64(),
            aborted: reader.array(() => (
              { producerId: reader.int64(), firstOffset: reader.int64() }
            )),
            preferredReplica: reader.int32(),
            records: reader.nullableBytes() ?? new Uint8Array(0),
          };
        });
      });
      return { error, partitions: topics.flat() };
    },
  };
}
