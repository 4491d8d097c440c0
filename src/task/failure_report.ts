/**
 * What is told of a record that failed: a line in the log (Kafka: `LogReporter`), and headers of a dead
 * letter (Kafka: `DeadLetterQueueReporter`).
 *
 * @module
 */

import {
  type Schema,
  type SourceRecord,
  stringifyExact,
  textOf,
  type TimestampType,
} from "../api/mod.ts";
import { javaClassOfError, messageOf, reasonOf, type Secrets, traceOf } from "../base/mod.ts";
import type { RecordHeader, RecordView } from "../batch/mod.ts";
import type { Operation } from "./error_policy.ts";

/** The most characters that the log is told of a failure; a record may have any number. */
const logCharsMax = 64 * 1024;
const prefix = "__connect.errors.";
const encoder = new TextEncoder();

/** A failure of a task's operation. */
export interface Failure {
  /** The connector's name. */
  connector: string;
  /** The task's number. */
  task: number;
  /** What failed. */
  operation: Operation;
  /** Why. */
  error: unknown;
  /** What must not be told. */
  secrets: Secrets;
}

/** A consumed record, and where it was. */
export interface ConsumedRecord {
  /** The topic. */
  topic: string;
  /** The partition. */
  partition: number;
  /** The record. */
  view: Omit<RecordView, "timestampType"> & { timestampType: TimestampType };
}

/** What the log says of a failure; `record` is left out unless the connector wants it there. */
export function failureMessage(failure: Failure, record: string | null): string {
  const { connector, task, operation: { stage, className }, error } = failure;
  const what = `Error encountered in task ${connector}-${task}. Executing stage '${stage}'`;
  const line = `${what} with class '${className}'${record ?? ""}.`;
  return `${line.slice(0, logCharsMax)}\n${traceOf(error).trimEnd().slice(0, logCharsMax)}`;
}

/** A consumed record, as the log names it. */
export function consumedText({ topic, partition, view }: ConsumedRecord): string {
  const { offset, timestampMs, timestampType } = view;
  const time = timestampType === "NoTimestampType"
    ? ""
    : `, timestamp=${timestampMs}, timestampType=${timestampType}`;
  return `, where consumed record is ` +
    `{topic='${topic}', partition=${partition}, offset=${offset}${time}}`;
}

/** A source record, as the log names it. Kafka: `SourceRecord.toString`. */
export function sourceText(record: SourceRecord): string {
  const { sourcePartition, sourceOffset, topic, kafkaPartition, timestamp } = record;
  const { key, keySchema, value, valueSchema } = record;
  const mapText = (map: Record<string, unknown> | null) =>
    dataText(map === null ? null : new Map(Object.entries(map)), null);
  return `, where source record is = SourceRecord{sourcePartition=${mapText(sourcePartition)}, ` +
    `sourceOffset=${mapText(sourceOffset)}} ConnectRecord{topic='${topic}', ` +
    `kafkaPartition=${kafkaPartition}, key=${dataText(key, keySchema)}, keySchema=${keySchema}, ` +
    `value=${dataText(value, valueSchema)}, valueSchema=${valueSchema}, timestamp=${timestamp}, ` +
    `headers=${record.headers}}`;
}

/** Data as Java writes it, whatever it is: it may be the very thing that is wrong. */
export function dataText(data: unknown, schema: Schema | null): string {
  try {
    return textOf(data, schema);
  } catch (error) {
    return `(${reasonOf(error)})`;
  }
}

/** The headers that tell where a consumed record came from. */
export function consumedHeaders({ topic, partition, view }: ConsumedRecord): RecordHeader[] {
  return [
    header("topic", topic),
    header("partition", String(partition)),
    header("offset", String(view.offset)),
  ];
}

/** The headers that tell where a source record was going to, and where it came from. */
export function sourceHeaders({ sourcePartition, sourceOffset }: SourceRecord, topic: string) {
  return [
    header("topic", topic),
    header("source.partition", stringifyExact(sourcePartition)),
    header("source.offset", stringifyExact(sourceOffset)),
  ];
}

/** The headers that tell what failed, and why. */
export function failureHeaders(failure: Failure): RecordHeader[] {
  const { connector, task, operation, error, secrets } = failure;
  const message = messageOf(error);
  return [
    header("connector.name", connector),
    header("task.id", String(task)),
    header("stage", operation.stage),
    header("class.name", operation.className),
    header("exception.class.name", javaClassOfError(error)),
    header("exception.message", message === null ? null : secrets.mask(message)),
    header("exception.stacktrace", secrets.mask(traceOf(error))),
  ];
}

function header(name: string, text: string | null): RecordHeader {
  return { key: prefix + name, value: text === null ? null : encoder.encode(text) };
}
