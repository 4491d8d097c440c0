/** Records on their way between a connector and the topics. Kafka: `ConnectRecord` and its two kinds. */

import { Headers } from "./headers.ts";
import { textOf } from "./java_text.ts";
import type { Schema } from "./schema.ts";

/** What every record has. */
export interface RecordFields {
  /** The topic. */
  topic: string;
  /** The partition, or null to leave it to the partitioner. */
  kafkaPartition?: number | null;
  /** What the key looks like, or null. */
  keySchema?: Schema | null;
  /** The key. */
  key?: unknown;
  /** What the value looks like, or null. */
  valueSchema?: Schema | null;
  /** The value. */
  value?: unknown;
  /** Milliseconds since the epoch, or null. */
  timestamp?: number | null;
  /** The headers. */
  headers?: Headers | null;
}

/** A record. Transforms make a new one with {@linkcode newRecord} and leave the old as it was. */
export abstract class ConnectRecord<R extends ConnectRecord<R>> {
  /** The topic. */
  readonly topic: string;
  /** The partition, or null to leave it to the partitioner. */
  readonly kafkaPartition: number | null;
  /** What the key looks like, or null. */
  readonly keySchema: Schema | null;
  /** The key. */
  readonly key: unknown;
  /** What the value looks like, or null. */
  readonly valueSchema: Schema | null;
  /** The value. */
  readonly value: unknown;
  /** Milliseconds since the epoch, or null. */
  readonly timestamp: number | null;
  #headers: Headers | null;

  /** A record with these fields; those left out are null, or those of `other` if there is one. */
  constructor(fields: RecordFields, other: ConnectRecord<R> | null = null) {
    // Field by field: to spread both into a third object first would cost more than all the rest.
    if (other === null) {
      this.topic = fields.topic;
      this.kafkaPartition = fields.kafkaPartition ?? null;
      this.keySchema = fields.keySchema ?? null;
      this.key = fields.key ?? null;
      this.valueSchema = fields.valueSchema ?? null;
      this.value = fields.value ?? null;
      this.timestamp = fields.timestamp ?? null;
      this.#headers = fields.headers ?? null;
      return;
    }
    this.topic = "topic" in fields ? fields.topic : other.topic;
    this.kafkaPartition = "kafkaPartition" in fields
      ? fields.kafkaPartition ?? null
      : other.kafkaPartition;
    this.keySchema = "keySchema" in fields ? fields.keySchema ?? null : other.keySchema;
    this.key = "key" in fields ? fields.key ?? null : other.key;
    this.valueSchema = "valueSchema" in fields ? fields.valueSchema ?? null : other.valueSchema;
    this.value = "value" in fields ? fields.value ?? null : other.value;
    this.timestamp = "timestamp" in fields ? fields.timestamp ?? null : other.timestamp;
    this.#headers = "headers" in fields
      ? fields.headers ?? null
      : other.hasHeaders
      ? other.headers.duplicate()
      : null;
  }

  /** The headers. */
  get headers(): Headers {
    return this.#headers ??= new Headers();
  }

  /** Whether there are headers, without making a list for none. */
  get hasHeaders(): boolean {
    return this.#headers !== null && this.#headers.size > 0;
  }

  /** The same record but for the fields given. */
  abstract newRecord(changes: Partial<RecordFields>): R;

  /** All of it, as Java writes it. @throws {DataError} for data nested too deep */
  toString(): string {
    const { topic, kafkaPartition, keySchema, valueSchema, timestamp, headers } = this;
    const [key, value] = [textOf(this.key, keySchema), textOf(this.value, valueSchema)];
    return `ConnectRecord{topic='${topic}', kafkaPartition=${kafkaPartition}, key=${key}, ` +
      `keySchema=${keySchema}, value=${value}, valueSchema=${valueSchema}, ` +
      `timestamp=${timestamp}, headers=${headers}}`;
  }
}

/** A record from a source task. */
export class SourceRecord extends ConnectRecord<SourceRecord> {
  /** Which part of the source it comes from. */
  readonly sourcePartition: Record<string, unknown> | null;
  /** Where in that part reading goes on after it. */
  readonly sourceOffset: Record<string, unknown> | null;

  /** A record with these fields; those left out are null, or those of `other` if there is one. */
  constructor(
    fields: RecordFields & {
      sourcePartition?: Record<string, unknown> | null;
      sourceOffset?: Record<string, unknown> | null;
    },
    other: SourceRecord | null = null,
  ) {
    super(fields, other);
    const { sourcePartition, sourceOffset } = other ?? fields;
    this.sourcePartition = sourcePartition ?? null;
    this.sourceOffset = sourceOffset ?? null;
  }

  /** The same record but for the fields given. */
  newRecord(changes: Partial<RecordFields>): SourceRecord {
    return new SourceRecord(changes as RecordFields, this);
  }

  /** All of it, as Java writes it. @throws {DataError} for data nested too deep */
  override toString(): string {
    const [partition, offset] = [this.sourcePartition, this.sourceOffset].map((map) =>
      textOf(map === null ? null : new Map(Object.entries(map)), null)
    );
    return `SourceRecord{sourcePartition=${partition}, sourceOffset=${offset}} ` +
      super.toString();
  }
}

/** Who set a record's timestamp. */
export type TimestampType = "NoTimestampType" | "CreateTime" | "LogAppendTime";

/** A record for a sink task. */
export class SinkRecord extends ConnectRecord<SinkRecord> {
  /** Its offset in the partition it was read from. */
  readonly kafkaOffset: bigint;
  /** Who set its timestamp. */
  readonly timestampType: TimestampType;
  /** The topic it was read from, whatever transforms have made of {@linkcode topic}. */
  readonly originalTopic: string;
  /** The partition it was read from. */
  readonly originalKafkaPartition: number | null;

  /** A record with these fields; those left out are those of `other` if there is one. */
  constructor(
    fields: RecordFields & {
      kafkaOffset: bigint;
      timestampType?: TimestampType;
      originalTopic?: string;
      originalKafkaPartition?: number | null;
    },
    other: SinkRecord | null = null,
  ) {
    super(fields, other);
    const origin = other ?? fields;
    this.kafkaOffset = origin.kafkaOffset;
    this.timestampType = origin.timestampType ?? "NoTimestampType";
    this.originalTopic = origin.originalTopic ?? fields.topic;
    this.originalKafkaPartition = origin.originalKafkaPartition ?? this.kafkaPartition;
  }

  /** The same record but for the fields given. */
  newRecord(changes: Partial<RecordFields>): SinkRecord {
    return new SinkRecord(changes as RecordFields & { kafkaOffset: bigint }, this);
  }

  /** All of it, as Java writes it. @throws {DataError} for data nested too deep */
  override toString(): string {
    // Nothing changes a record's offset, so that the one it was read with is no other.
    return `SinkRecord{kafkaOffset=${this.kafkaOffset}, timestampType=${this.timestampType}, ` +
      `originalTopic=${this.originalTopic}, ` +
      `originalKafkaPartition=${this.originalKafkaPartition}, ` +
      `originalKafkaOffset=${this.kafkaOffset}} ${super.toString()}`;
  }
}
