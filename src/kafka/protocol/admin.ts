/**
 * CreateTopics (key 19, version 4) and DescribeConfigs (key 32, version 2).
 *
 *     CreateTopics request  := array(name:string partitions:int32 replicationFactor:int16
 *                              array(assignment) array(key:string value:string?))
 *                              timeoutMs:int32 validateOnly:boolean
 *     CreateTopics answer   := throttleMs:int32 array(name:string error:int16 message:string?)
 *     DescribeConfigs request := array(type:int8 name:string array(key:string)?) synonyms:boolean
 *     DescribeConfigs answer  := throttleMs:int32 array(error:int16 message:string? type:int8 name:string
 *                              array(config))
 *     config                := key:string value:string? readOnly:boolean source:int8 sensitive:boolean
 *                              array(key:string value:string? source:int8)
 *
 * @module
 */

import type { ApiRequest } from "./request.ts";

/** A topic to make; -1 leaves a number to the brokers. */
export interface TopicToCreate {
  /** Its name. */
  name: string;
  /** How many partitions. */
  partitions: number;
  /** How many brokers keep it. */
  replicationFactor: number;
  /** Settings that differ from the brokers'. */
  configs: Readonly<Record<string, string>>;
}

/** What became of one thing asked for. */
export interface Outcome {
  /** Its name. */
  name: string;
  /** An error code, or 0. */
  error: number;
  /** The broker's own words about the error. */
  message: string | null;
}

/** Makes topics. To be sent to the controller. */
export function createTopicsRequest(
  topics: readonly TopicToCreate[],
  timeoutMs: number,
): ApiRequest<Outcome[]> {
  return {
    apiKey: 19,
    apiName: "CreateTopics",
    apiVersion: 4,
    waitMsMax: timeoutMs,
    encode: (writer) =>
      writer.array(topics, ({ name, partitions, replicationFactor, configs }) => {
        writer.string(name).int32(partitions).int16(replicationFactor).int32(0)
          .array(Object.entries(configs), ([key, value]) => writer.string(key).string(value));
      }).int32(timeoutMs).boolean(false),
    decode: (reader) => {
      reader.throttle();
      return reader.array(() => (
        { name: reader.string(), error: reader.int16(), message: reader.nullableString() }
      ));
    },
  };
}

/** Where a setting comes from when it was made for the topic. Kafka: `ConfigSource.TOPIC_CONFIG`. */
const topicConfigSource = 1;
/** Kafka: `ConfigResource.Type.TOPIC`. */
const topicResource = 2;

/** Asks for the settings of topics that differ from the brokers'. */
export function describeTopicConfigsRequest(
  topics: readonly string[],
): ApiRequest<(Outcome & { configs: Record<string, string> })[]> {
  return {
    apiKey: 32,
    apiName: "DescribeConfigs",
    apiVersion: 2,
    encode: (writer) =>
      writer.array(
        topics,
        (topic) => writer.int8(topicResource).string(topic).array(null, () => {}),
      )
        .boolean(false),
    decode: (reader) => {
      reader.throttle();
      return reader.array(() => {
        const [error, message] = [reader.int16(), reader.nullableString()];
        reader.int8();
        const name = reader.string();
        const configs: [string, string][] = [];
        reader.array(() => {
          const [key, value] = [reader.string(), reader.nullableString()];
          reader.boolean();
          const source = reader.int8();
          reader.boolean();
          reader.array(() => [reader.string(), reader.nullableString(), reader.int8()]);
          if (source === topicConfigSource) configs.push([key, value ?? ""]);
        });
        return { name, error, message, configs: Object.fromEntries(configs) };
      });
    },
  };
}
