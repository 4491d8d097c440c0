/**
 * The offsets of a sink as users see them: those of its consumer group, as maps. Kafka: `SinkUtils`, in its
 * words.
 *
 *     {"kafka_topic": "lines", "kafka_partition": 0}    {"kafka_offset": 1000}    or null: none
 *
 * @module
 */

import {
  BigDecimal,
  doubleText,
  isJsonObject,
  type Json,
  parseJavaInteger,
  textOf,
} from "../api/mod.ts";
import { BadRequestError } from "../base/mod.ts";
import type { PartitionOffset, TopicPartition } from "../topics/mod.ts";
import type { ConnectorOffset } from "./herder.ts";

/** An offset that a group is to have; null: none. */
export type GroupOffset = TopicPartition & { offset: bigint | null };

/** What users see of a group's offsets, by topic and partition. */
export function connectorOffsetsOf(offsets: readonly PartitionOffset[]): ConnectorOffset[] {
  return offsets.toSorted((a, b) => {
    if (a.topic === b.topic) return a.partition - b.partition;
    return a.topic < b.topic ? -1 : 1;
  }).map(({ topic, partition, offset }) => ({
    partition: { kafka_partition: partition, kafka_topic: topic },
    offset: { kafka_offset: numberOf(offset) },
  }));
}

/** What users want of a group's offsets; of a partition that is named again, what is said last. @throws {BadRequestError} */
export function groupOffsetsOf(offsets: readonly ConnectorOffset[]): GroupOffset[] {
  const found = offsets.map((one) => groupOffsetOf(one));
  return [...new Map(found.map((one) => [`${one.partition} ${one.topic}`, one])).values()];
}

function groupOffsetOf({ partition: place, offset }: ConnectorOffset): GroupOffset {
  if (place === null) {
    throw new BadRequestError(
      "The partition for a sink connector offset cannot be null or missing",
    );
  }
  if (!Object.hasOwn(place, "kafka_topic") || !Object.hasOwn(place, "kafka_partition")) {
    throw new BadRequestError(
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and " +
        "'kafka_partition'",
    );
  }
  if (place.kafka_topic === null) {
    throw new BadRequestError("Kafka topic names must be valid strings and may not be null");
  }
  if (place.kafka_partition === null) {
    throw new BadRequestError("Kafka partitions must be valid numbers and may not be null");
  }
  const topic = javaText(place.kafka_topic);
  const partition = parseJavaInteger(javaText(place.kafka_partition), 32);
  if (partition === null) {
    throw new BadRequestError(
      "Failed to parse the following Kafka partition value in the provided offsets: " +
        `'${
          javaText(place.kafka_partition)
        }'. Partition values for sink connectors need to be integers.`,
    );
  }
  if (offset === null) return { topic, partition: Number(partition), offset };
  if (!Object.hasOwn(offset, "kafka_offset")) {
    throw new BadRequestError(
      "The offset for a sink connector should either be null or contain the key 'kafka_offset'",
    );
  }
  const position = parseJavaInteger(javaText(offset.kafka_offset), 64);
  if (position === null) {
    throw new BadRequestError(
      "Failed to parse the following Kafka offset value in the provided offsets: " +
        `'${
          javaText(offset.kafka_offset)
        }'. Offset values for sink connectors need to be integers.`,
    );
  }
  return { topic, partition: Number(partition), offset: position };
}

/** A JSON value as Java's `String.valueOf` writes it. */
function javaText(value: unknown): string {
  return textOf(javaValueOf(value as Json), null);
}

function javaValueOf(json: Json): unknown {
  if (json instanceof BigDecimal) return doubleText(Number(json.toString()));
  if (Array.isArray(json)) return json.map(javaValueOf);
  if (!isJsonObject(json)) return json;
  return new Map(Object.entries(json).map(([name, item]) => [name, javaValueOf(item)]));
}

function numberOf(offset: bigint): number | bigint {
  return offset <= Number.MAX_SAFE_INTEGER ? Number(offset) : offset;
}
