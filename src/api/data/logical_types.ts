/**
 * The logical types: what a schema's name makes of its type. Kafka: `Decimal`, `Date`, `Time` and
 * `Timestamp` of `org.apache.kafka.connect.data`.
 *
 * @module
 */

import { DataError } from "../../base/mod.ts";
import { parseJavaInteger } from "../java/mod.ts";
import { BigDecimal } from "./big_decimal.ts";
import { DATE_NAME, DECIMAL_NAME, TIME_NAME, TIMESTAMP_NAME } from "./logical_names.ts";
import type { Schema } from "./schema.ts";
import { SchemaBuilder } from "./schema_builder.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** The furthest moment from 1970 that a Date holds, in milliseconds. */
const dateMsMax = 8.64e15;

/** A logical type of Dates over integers. */
export interface TemporalType<Raw> {
  /** The name that makes a schema one of this type. */
  readonly logicalName: string;
  /** The required schema, without a default. */
  readonly schema: Schema;
  /** Builds another schema of this type. */
  builder(): SchemaBuilder;
  /** The Date that an integer stands for. @throws {DataError} for a schema of another name, or an integer out of range */
  toLogical(schema: Schema, value: Raw): Date;
  /** The integer that stands for a Date. @throws {DataError} for a schema of another name, or a Date this type has no integer for */
  fromLogical(schema: Schema, value: Date): Raw;
}

/** Decimal numbers: bytes of the unscaled value, with the scale in the schema's parameters. */
export const Decimal: {
  /** The name that makes a schema one of decimals. */
  readonly logicalName: string;
  /** The parameter that holds the scale. */
  readonly scaleField: string;
  /** Builds a schema of decimals of that scale. */
  builder(scale: number): SchemaBuilder;
  /** The required schema of decimals of that scale. */
  schema(scale: number): Schema;
  /** The number that bytes stand for. @throws {DataError} for a schema without a scale, or no bytes */
  toLogical(schema: Schema, value: Uint8Array): BigDecimal;
  /** The bytes that stand for a number. @throws {DataError} for a number of another scale than the schema's */
  fromLogical(schema: Schema, value: BigDecimal): Uint8Array<ArrayBuffer>;
} = {
  logicalName: DECIMAL_NAME,
  scaleField: "scale",

  builder(scale) {
    return SchemaBuilder.bytes().name(DECIMAL_NAME).parameter("scale", String(scale)).version(1);
  },

  schema(scale) {
    return Decimal.builder(scale).build();
  },

  toLogical(schema, value) {
    return BigDecimal.fromBytes(value, scaleOf(schema));
  },

  fromLogical(schema, value) {
    const scale = scaleOf(schema);
    if (value.scale !== scale) {
      throw new DataError(
        "Decimal value has mismatching scale for given Decimal schema. " +
          `Schema has scale ${scale}, value has scale ${value.scale}.`,
      );
    }
    return value.toBytes();
  },
};

function scaleOf(schema: Schema): number {
  const scale = schema.parameters?.get("scale");
  if (scale === undefined) {
    throw new DataError("Invalid Decimal schema: scale parameter not found.");
  }
  const number = parseJavaInteger(scale, 32);
  if (number === null) throw new DataError("Invalid scale parameter found in Decimal schema: ");
  return Number(number);
}

/**
 * Days, as the number of days since 1970. Kafka: `Date`, a name that JavaScript has given to moments.
 */
export const ConnectDate: TemporalType<number> = {
  logicalName: DATE_NAME,
  builder: () => SchemaBuilder.int32().name(DATE_NAME).version(1),
  schema: SchemaBuilder.int32().name(DATE_NAME).version(1).build(),

  toLogical(schema, value) {
    ensureNamed(schema, DATE_NAME, "Date");
    return dateAt(value * dayMs, "Date", value);
  },

  fromLogical(schema, value) {
    ensureNamed(schema, DATE_NAME, "Date");
    const timeMs = timeOf(value);
    if (timeMs % dayMs !== 0) {
      throw new DataError(
        "Kafka Connect Date type should not have any time fields set to non-zero values.",
      );
    }
    return timeMs / dayMs;
  },
};

/** Times of day, as milliseconds since midnight. */
export const Time: TemporalType<number> = {
  logicalName: TIME_NAME,
  builder: () => SchemaBuilder.int32().name(TIME_NAME).version(1),
  schema: SchemaBuilder.int32().name(TIME_NAME).version(1).build(),

  toLogical(schema, value) {
    // Kafka: Time.toLogical speaks of Date here.
    ensureNamed(schema, TIME_NAME, "Date");
    if (value < 0 || value > dayMs) {
      throw new DataError(
        "Time values must use number of milliseconds greater than 0 and less than 86400000",
      );
    }
    return new Date(value);
  },

  fromLogical(schema, value) {
    ensureNamed(schema, TIME_NAME, "Time");
    const timeMs = timeOf(value);
    if (timeMs < 0 || timeMs > dayMs) {
      throw new DataError(
        "Kafka Connect Time type should not have any date fields set to non-zero values.",
      );
    }
    return timeMs;
  },
};

/** Moments, as milliseconds since 1970. */
export const Timestamp: TemporalType<bigint> = {
  logicalName: TIMESTAMP_NAME,
  builder: () => SchemaBuilder.int64().name(TIMESTAMP_NAME).version(1),
  schema: SchemaBuilder.int64().name(TIMESTAMP_NAME).version(1).build(),

  toLogical(schema, value) {
    ensureNamed(schema, TIMESTAMP_NAME, "Timestamp");
    return dateAt(Number(value), "Timestamp", value);
  },

  fromLogical(schema, value) {
    ensureNamed(schema, TIMESTAMP_NAME, "Timestamp");
    return BigInt(timeOf(value));
  },
};

function ensureNamed(schema: Schema, name: string, shown: string): void {
  if (schema.name === name) return;
  throw new DataError(
    `Requested conversion of ${shown} object but the schema does not match.`,
  );
}

/** Kafka: java.util.Date holds every 64-bit integer; a Date of ECMAScript ends 275,760 years from 1970. */
function dateAt(timeMs: number, type: string, value: number | bigint): Date {
  if (Math.abs(timeMs) <= dateMsMax) return new Date(timeMs);
  throw new DataError(`Cannot read ${type} ${value}: it is too far from 1970 for a Date`);
}

function timeOf(value: Date): number {
  const timeMs = value.getTime();
  if (Number.isNaN(timeMs)) throw new DataError("Cannot convert a Date: it is not a valid one");
  return timeMs;
}
