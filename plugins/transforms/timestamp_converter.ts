/**
 * TimestampConverter: turns points in time from one form into another: text, Unix time, Date, Time, Timestamp.
 *
 * @module
 */

import {
  ConfigDef,
  ConfigError,
  ConnectDate,
  ConnectError,
  type ConnectRecord,
  copyOf,
  DataError,
  javaClassOf,
  JavaDateFormat,
  keyAndValueTransformation,
  oneOf,
  type Props,
  requireMap,
  requireStruct,
  Schema,
  Schemas,
  Struct,
  Time,
  Timestamp,
  type Transformation,
} from "connect";

const CONFIG = ConfigDef.of({
  "field": {
    type: "STRING",
    default: "",
    importance: "HIGH",
    doc: "The field that holds the point in time; empty when the whole key or value is one.",
  },
  "target.type": {
    type: "STRING",
    validator: oneOf("string", "unix", "Date", "Time", "Timestamp"),
    importance: "HIGH",
    doc: "What it becomes: string, unix, Date, Time or Timestamp.",
  },
  "format": {
    type: "STRING",
    default: "",
    importance: "MEDIUM",
    doc: "How text is written, or read, in UTC: a pattern of Java's SimpleDateFormat.",
  },
  "unix.precision": {
    type: "STRING",
    default: "milliseconds",
    validator: oneOf("nanoseconds", "microseconds", "milliseconds", "seconds"),
    importance: "LOW",
    doc: "What Unix time counts; what is finer than milliseconds gets lost.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

const purpose = "converting timestamp formats";
const dayMs = 86_400_000n;
const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/** A form that a point in time may have. */
type Form = "string" | "unix" | "Date" | "Time" | "Timestamp";

/** What each form looks like, required and optional. */
const schemas: Readonly<Record<Form, { required: Schema; optional: Schema }>> = {
  string: { required: Schemas.string, optional: Schemas.optionalString },
  unix: { required: Schemas.int64, optional: Schemas.optionalInt64 },
  Date: { required: ConnectDate.schema, optional: ConnectDate.builder().optional().build() },
  Time: { required: Time.schema, optional: Time.builder().optional().build() },
  Timestamp: { required: Timestamp.schema, optional: Timestamp.builder().optional().build() },
};

/** How many milliseconds a unit of Unix time is, or how many units a millisecond. */
const units: Readonly<Record<string, { ms: bigint; perMs: bigint }>> = {
  seconds: { ms: 1000n, perMs: 1n },
  milliseconds: { ms: 1n, perMs: 1n },
  microseconds: { ms: 1n, perMs: 1000n },
  nanoseconds: { ms: 1n, perMs: 1_000_000n },
};

class TimestampConverter implements Transformation {
  readonly #isKey: boolean;
  #field = "";
  #target: Form = "unix";
  #pattern = "";
  #format: JavaDateFormat | null = null;
  #unit = units.milliseconds;
  #replaceNull = true;
  /** The last schema, and what became of it: nearly always the same from record to record. */
  #schema: Schema | null = null;
  #updated: Schema | null = null;

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#field = config.field;
    this.#target = config["target.type"] as Form;
    this.#pattern = config.format;
    this.#unit = units[config["unix.precision"]];
    this.#replaceNull = config["replace.null.with.default"];
    this.#updated = null;
    this.#format = null;
    if (config.format.trim() !== "") this.#format = compiled(config.format);
    else if (this.#target === "string") {
      throw new ConfigError(
        "TimestampConverter requires format option to be specified when using string timestamps",
      );
    }
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (schema === null) return this.#changed(record, null, this.#convertSchemaless(value));
    if (this.#field === "") {
      const updated = targetSchema(this.#target, schema);
      return this.#changed(record, updated, this.#convert(value, formOf(schema)));
    }
    const struct = value === null ? null : requireStruct(value, purpose, schema);
    if (schema !== this.#schema || this.#updated === null) {
      this.#updated = this.#update(schema);
      this.#schema = schema;
    }
    const updated = this.#updated;
    return this.#changed(record, updated, struct && this.#convertField(struct, updated));
  }

  #convertSchemaless(value: unknown): unknown {
    if (value === null) return null;
    if (this.#field === "") return this.#convert(value, inferredForm(value));
    const converted = copyOf(requireMap(value, purpose));
    const item = converted.get(this.#field) ?? null;
    // Kafka: a field that is not there comes to be, without a value.
    converted.set(this.#field, item === null ? null : this.#convert(item, inferredForm(item)));
    return converted;
  }

  #update(schema: Schema): Schema {
    const fields = schema.fields.map((field) =>
      field.name === this.#field
        ? { name: field.name, schema: targetSchema(this.#target, field.schema) }
        : field
    );
    const { name, version, doc, parameters, optional, defaultValue } = schema;
    const options = { type: "struct", name, version, doc, parameters, optional, fields } as const;
    const updated = new Schema(options);
    if (defaultValue === undefined) return updated;
    const byDefault = this.#convertField(defaultValue as Struct, updated);
    return new Schema({ ...options, defaultValue: byDefault });
  }

  #convertField(value: Struct, updated: Schema): Struct {
    const converted = new Struct(updated);
    for (const field of value.schema.fields) {
      const item = this.#replaceNull ? value.get(field) : value.getWithoutDefault(field);
      const isTime = field.name === this.#field;
      converted.put(field.name, isTime ? this.#convert(item, formOf(field.schema)) : item);
    }
    return converted;
  }

  #convert(value: unknown, form: Form): unknown {
    return value === null ? null : this.#written(this.#read(value, form));
  }

  /** The milliseconds since 1970; more than a Date holds where Unix time says so. */
  #read(value: unknown, form: Form): bigint {
    if (form === "string") return BigInt(this.#parse(value));
    if (form === "unix") {
      const time = typeof value === "number" && isLong(value) ? BigInt(value) : value;
      if (typeof time !== "bigint") throw unexpected("Unix timestamp to be a Long", value);
      return clamped(time * this.#unit.ms) / this.#unit.perMs;
    }
    if (!(value instanceof Date)) throw unexpected(`${form} to be a java.util.Date`, value);
    return Timestamp.fromLogical(Timestamp.schema, value);
  }

  #parse(value: unknown): number {
    if (typeof value !== "string") throw unexpected("string timestamp to be a String", value);
    if (this.#format === null) {
      // Kafka: TimestampConverter ends in a NullPointerException.
      throw new DataError(`Could not parse timestamp: value (${value}): no format is configured`);
    }
    try {
      return this.#format.parse(value);
    } catch (cause) {
      throw new DataError(
        `Could not parse timestamp: value (${value}) does not match pattern (${this.#pattern})`,
        { cause },
      );
    }
  }

  #written(ms: bigint): unknown {
    switch (this.#target) {
      case "string":
        return this.#format!.format(dateOf(ms).getTime());
      case "unix":
        return clamped(ms * this.#unit.perMs) / this.#unit.ms;
      case "Date":
        return dateOf(ms - timeOfDay(ms));
      case "Time":
        return dateOf(timeOfDay(ms));
      case "Timestamp":
        return dateOf(ms);
    }
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

function compiled(pattern: string): JavaDateFormat {
  try {
    return JavaDateFormat.compile(pattern, Date.now());
  } catch (error) {
    // Kafka: TimestampConverter hands over its message where the name of a key should stand.
    throw new ConfigError(
      `Invalid value java.lang.IllegalArgumentException: ${
        (error as Error).message
      } for configuration ` +
        "TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: " +
        pattern,
    );
  }
}

function targetSchema(target: Form, { optional }: Schema): Schema {
  return optional ? schemas[target].optional : schemas[target].required;
}

function formOf(schema: Schema): Form {
  if (schema.name === Timestamp.logicalName) return "Timestamp";
  if (schema.name === ConnectDate.logicalName) return "Date";
  if (schema.name === Time.logicalName) return "Time";
  if (schema.type === "string") return "string";
  if (schema.type === "int64") return "unix";
  throw new ConnectError(`Schema ${schema} does not correspond to a known timestamp type format`);
}

function inferredForm(value: unknown): Form {
  if (value instanceof Date) return "Timestamp";
  if (typeof value === "string") return "string";
  if (typeof value === "bigint" || isLong(value)) return "unix";
  throw new DataError(
    `TimestampConverter does not support class ${javaClassOf(value)} objects as timestamps`,
  );
}

/** Whether a number without a schema is one that Java would have had to make a Long of. */
function isLong(value: unknown): boolean {
  return typeof value === "number" && javaClassOf(value) === "java.lang.Long";
}

function unexpected(wanted: string, value: unknown): DataError {
  return new DataError(`Expected ${wanted}, but found class ${javaClassOf(value)}`);
}

/** Kafka: `TimeUnit`, which stops at the ends of 64 bits. */
function clamped(value: bigint): bigint {
  if (value > int64Max) return int64Max;
  return value < int64Min ? int64Min : value;
}

/** The milliseconds since midnight. */
function timeOfDay(ms: bigint): bigint {
  const rest = ms % dayMs;
  return rest < 0n ? rest + dayMs : rest;
}

function dateOf(ms: bigint): Date {
  return Timestamp.toLogical(Timestamp.schema, ms);
}

export default keyAndValueTransformation({
  name: "TimestampConverter",
  aliases: ["org.apache.kafka.connect.transforms.TimestampConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: TimestampConverter,
});
