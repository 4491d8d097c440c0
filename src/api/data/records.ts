/** Records on their way between a connector and the topics. Kafka: `ConnectRecord` and its two kinds. */

import { Headers } from "./headers.ts";
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

  /** A record with these fields; those left out are null. */
  constructor(fields: RecordFields) {
    this.topic = fields.topic;
    this.kafkaPartition = fields.kafkaPartition ?? null;
    this.keySchema = fields.keySchema ?? null;
    this.key = fields.key ?? null;
    this.valueSchema = fields.valueSchema ?? null;
    this.value = fields.value ?? null;
    this.timestamp = fields.timestamp ?? null;
    this.#headers = fields.headers ?? null;
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

  /** All fields, with these changes, for a copy. Spreading both would cost more than all the rest. */
  protected changed(changes: Partial<RecordFields>): RecordFields {
    return {
      topic: "topic" in changes ? changes.topic! : this.topic,
      kafkaPartition: "kafkaPartition" in changes ? changes.kafkaPartition : this.kafkaPartition,
      keySchema: "keySchema" in changes ? changes.keySchema : this.keySchema,
      key: "key" in changes ? changes.key : this.key,
      valueSchema: "valueSchema" in changes ? changes.valueSchema : this.valueSchema,
      value: "value" in changes ? changes.value : this.value,
      timestamp: "timestamp" in changes ? changes.timestamp : this.timestamp,
      headers: "headers" in changes
        ? changes.headers
        : this.hasHeaders
        ? this.headers.duplicate()
        : null,
    };
  }
}

/** A record from a source task. */
export class SourceRecord extends ConnectRecord<SourceRecord> {
  /** Which part of the source it comes from. */
  readonly sourcePartition: Record<string, unknown> | null;
  /** Where in that part reading goes on after it. */
  readonly sourceOffset: Record<string, unknown> | null;

  /** A record with these fields; those left out are null. */
  constructor(
    fields: RecordFields & {
      sourcePartition?: Record<string, unknown> | null;
      sourceOffset?: Record<string, unknown> | null;
    },
  ) {
    super(fields);
    this.sourcePartition = fields.sourcePartition ?? null;
    this.sourceOffset = fields.sourceOffset ?? null;
  }

  /** The same record but for the fields given. */
  newRecord(changes: Partial<RecordFields>): SourceRecord {
    const { sourcePartition, sourceOffset } = this;
    return new SourceRecord({ ...this.changed(changes), sourcePartition, sourceOffset });
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

  /** A record with these fields. */
  constructor(
    fields: RecordFields & {
      kafkaOffset: bigint;
      timestampType?: TimestampType;
      originalTopic?: string;
      originalKafkaPartition?: number | null;
    },
  ) {
    super(fields);
    this.kafkaOffset = fields.kafkaOffset;
    this.timestampType = fields.timestampType ?? "NoTimestampType";
    this.originalTopic = fields.originalTopic ?? fields.topic;
    this.originalKafkaPartition = fields.originalKafkaPartition ?? this.kafkaPartition;
  }

  /** The same record but for the fields given. */
  newRecord(changes: Partial<RecordFields>): SinkRecord {
    const { kafkaOffset, timestampType, originalTopic, originalKafkaPartition } = this;
    const fields = this.changed(changes);
    return new SinkRecord(
      { ...fields, kafkaOffset, timestampType, originalTopic, originalKafkaPartition },
    );
  }
}
