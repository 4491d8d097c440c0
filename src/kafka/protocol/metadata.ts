/**
 * Metadata (key 3, version 7) and FindCoordinator (key 10, version 2).
 *
 *     Metadata request  := topics:array(string) allowAutoTopicCreation:boolean    (no array: all topics)
 *     Metadata answer   := throttleMs:int32 brokers:array(broker) clusterId:string? controllerId:int32
 *                          topics:array(topic)
 *     broker            := nodeId:int32 host:string port:int32 rack:string?
 *     topic             := error:int16 name:string isInternal:boolean partitions:array(partition)
 *     partition         := error:int16 partition:int32 leader:int32 leaderEpoch:int32
 *                          replicas:array(int32) isr:array(int32) offline:array(int32)
 *     FindCoordinator request := key:string keyType:int8
 *     FindCoordinator answer  := throttleMs:int32 error:int16 message:string? nodeId:int32 host:string port:int32
 *
 * @module
 */

import type { ApiRequest } from "./request.ts";

/** A broker of the cluster. */
export interface BrokerAddress {
  /** Its id. */
  nodeId: number;
  /** Where it listens. */
  host: string;
  /** Where it listens. */
  port: number;
}

/** A partition, as a broker knows it. */
export interface PartitionMetadata {
  /** An error code, or 0. */
  error: number;
  /** Its number. */
  partition: number;
  /** The broker that leads it, or -1. */
  leader: number;
  /** How often its leader has changed, as that broker counts. */
  leaderEpoch: number;
}

/** A topic, as a broker knows it. */
export interface TopicMetadata {
  /** An error code, or 0. */
  error: number;
  /** Its name. */
  name: string;
  /** Whether Kafka keeps it for itself. */
  isInternal: boolean;
  /** Its partitions, in any order. */
  partitions: PartitionMetadata[];
}

/** The cluster, as a broker knows it. */
export interface ClusterMetadata {
  /** The brokers. */
  brokers: BrokerAddress[];
  /** The cluster's id. */
  clusterId: string | null;
  /** The broker that takes changes to topics. */
  controllerId: number;
  /** The topics asked for. */
  topics: TopicMetadata[];
}

/** Asks for topics; null: all. None is made by asking. */
export function metadataRequest(
  topics: readonly string[] | null,
  makesTopics: boolean,
): ApiRequest<ClusterMetadata> {
  return {
    apiKey: 3,
    apiName: "Metadata",
    apiVersion: 7,
    encode: (writer) => writer.array(topics, (topic) => writer.string(topic)).boolean(makesTopics),
    decode: (reader) => {
      reader.throttle();
      const brokers = reader.array(() => {
        const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() };
        reader.nullableString();
        return broker;
      });
      const clusterId = reader.nullableString();
      const controllerId = reader.int32();
      const found = reader.array(() => {
        const [error, name] = [reader.int16(), reader.string()];
        const isInternal = reader.boolean();
        const partitions = reader.array(() => {
          const [error, partition, leader] = [reader.int16(), reader.int32(), reader.int32()];
          const leaderEpoch = reader.int32();
          for (let i = 0; i < 3; i++) reader.array(() => reader.int32());
          return { error, partition, leader, leaderEpoch };
        });
        return { error, name, isInternal, partitions };
      });
      return { brokers, clusterId, controllerId, topics: found };
    },
  };
}

/** Asks which broker takes care of a group. */
export function findCoordinatorRequest(
  groupId: string,
): ApiRequest<{ error: number; message: string | null; broker: BrokerAddress }> {
  return {
    apiKey: 10,
    apiName: "FindCoordinator",
    apiVersion: 2,
    encode: (writer) => writer.string(groupId).int8(0),
    decode: (reader) => {
      reader.throttle();
      const [error, message] = [reader.int16(), reader.nullableString()];
      return {
        error,
        message,
        broker: { nodeId: reader.int32(), host: reader.string(), port: reader.int32() },
      };
    },
  };
}
