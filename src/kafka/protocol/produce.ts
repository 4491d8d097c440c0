/**
 * Produce (key 0, version 8) and InitProducerId (key 22, version 1).
 *
 *     Produce request  := transactionalId:string? acks:int16 timeoutMs:int32
 *                         array(topic:string array(partition:int32 records:bytes))
 *     Produce answer   := array(topic:string array(partition)) throttleMs:int32
 *     partition        := partition:int32 error:int16 baseOffset:int64 logAppendTimeMs:int64
 *                         logStartOffset:int64 array(index:int32 message:string?) message:string?
 *     InitProducerId request := transactionalId:string? transactionTimeoutMs:int32
 *     InitProducerId answer  := throttleMs:int32 error:int16 producerId:int64 producerEpoch:int16
 *
 * @module
 */

import type { ApiRequest } from "./request.ts";

/** A batch and where it goes. A request has one of each partition at most. */
export interface PartitionBatch {
  /** The topic. */
  topic: string;
  /** The partition. */
  partition: number;
  /** One sealed batch. */
  batch: Uint8Array;
}

/** What became of a batch. */
export interface ProduceAnswer {
  /** The topic. */
  topic: string;
  /** The partition. */
  partition: number;
  /** An error code, or 0. */
  error: number;
  /** The offset of the batch's first record, or -1. */
  baseOffset: bigint;
  /** The broker's own words about the error. */
  message: string | null;
}

/**
 * Stores batches, to be answered when `acks` replicas have them: -1 stands for all that are in sync, and at 0
 * there is no answer.
 */
export function produceRequest(
  batches: readonly PartitionBatch[],
  acks: number,
  timeoutMs: number,
): ApiRequest<ProduceAnswer[]> {
  return {
    apiKey: 0,
    apiName: "Produce",
    apiVersion: 8,
    unanswered: acks === 0
      ? batches.map(({ topic, partition }) => (
        { topic, partition, error: 0, baseOffset: -1n, message: null }
      ))
      : undefined,
    encode: (writer) =>
      writer.string(null).int16(acks).int32(timeoutMs)
        .array(batches, ({ topic, partition, batch }) =>
          writer.string(topic).int32(1).int32(partition).nullableBytes(batch)),
    decode: (reader) => {
      const topics = reader.array(() => {
        const topic = reader.string();
        return reader.array((): ProduceAnswer => {
          const [partition, error, baseOffset] = [reader.int32(), reader.int16(), reader.int64()];
          reader.int64();
          reader.int64();
          const details = reader.array(() => {
            reader.int32();
            return reader.nullableString();
          });
          // What is said of a record is said of the whole batch too, in more words.
          const summary = reader.nullableString();
          const message = details[0] ?? summary;
          return { topic, partition, error, baseOffset, message };
        });
      });
      reader.throttle();
      return topics.flat();
    },
  };
}

/** What an idempotent producer is known by (KIP-98). */
export interface ProducerIdentity {
  /** Given by the broker. */
  producerId: bigint;
  /** Counts up when sequences begin anew. */
  producerEpoch: number;
}

/** Asks for an identity. */
export function initProducerIdRequest(): ApiRequest<{ error: number } & ProducerIdentity> {
  return {
    apiKey: 22,
    apiName: "InitProducerId",
    apiVersion: 1,
    encode: (writer) => writer.string(null).int32(0x7fffffff),
    decode: (reader) => {
      reader.throttle();
      return { error: reader.int16(), producerId: reader.int64(), producerEpoch: reader.int16() };
    },
  };
}
