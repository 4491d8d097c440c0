/**
 * InsertField: adds the record's topic, partition, offset or timestamp, or a fixed text, as fields.
 *
 * @module
 */

import {
  ConfigDef,
  ConfigError,
  type ConnectRecord,
  copyOf,
  DataError,
  javaClassOf,
  type Props,
  type RecordFields,
  type Schema,
  SchemaBuilder,
  Schemas,
  SinkRecord,
  Struct,
  Timestamp,
  type Transformation,
  transformation,
} from "connect";

function fieldKey(doc: string) {
  return { type: "STRING", default: null, importance: "MEDIUM", doc } as const;
}

const suffix =
  " Add ! to the name to make the field required, ? to leave it optional (the default).";

const CONFIG = ConfigDef.of({
  "topic.field": fieldKey(`The field for the topic.${suffix}`),
  "partition.field": fieldKey(`The field for the partition.${suffix}`),
  "offset.field": fieldKey(`The field for the offset; for sink connectors only.${suffix}`),
  "timestamp.field": fieldKey(`The field for the timestamp.${suffix}`),
  "static.field": fieldKey(`The field for the text of static.value.${suffix}`),
  "static.value": fieldKey("The text of static.field."),
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

const purpose = "field insertion";

/** What a record says of itself. */
type Origin = Pick<RecordFields, "topic" | "kafkaPartition" | "timestamp">;

/** A field to add. */
interface Insertion {
  name: string;
  schema: Schema;
  /** The value without a schema, null for none. */
  valueOf(record: Origin): unknown;
  /** What the value becomes beside a schema. */
  typed?(value: unknown): unknown;
}

class InsertField implements Transformation {
  readonly #isKey: boolean;
  #insertions: readonly Insertion[] = [];
  #replaceNull = true;
  /** The last schema extended, and its extension: nearly always the same from record to record. */
  #schema: Schema | null = null;
  #extended: Schema | null = null;

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#replaceNull = config["replace.null.with.default"];
    const text = config["static.value"];
    const insertions = [
      insertion(config["topic.field"], Schemas.string, ({ topic }) => topic),
      insertion(config["partition.field"], Schemas.int32, ({ kafkaPartition }) => kafkaPartition),
      insertion(config["offset.field"], Schemas.int64, offsetOf),
      {
        ...insertion(config["timestamp.field"], Timestamp.schema, ({ timestamp }) => timestamp),
        typed: (value: unknown) => new Date(value as number),
      },
      insertion(config["static.field"], Schemas.string, () => text),
    ];
    this.#insertions = insertions.filter((entry): entry is Insertion => entry?.name !== undefined);
    if (this.#insertions.length === 0) throw new ConfigError("No field insertion configured");
    if (config["static.field"] !== null && text === null) {
      // Kafka: InsertField shows an address in memory where the name of the field stands here.
      throw new ConfigError(
        "Invalid value null for configuration static.value: " +
          `No value specified for static field: ${config["static.field"]}`,
      );
    }
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (value === null) return record;
    if (schema === null) return this.#changed(record, null, this.#extendMap(record, value));
    if (!(value instanceof Struct)) {
      throw new DataError(
        `Only Struct objects supported for [${purpose}], found: ${javaClassOf(value, schema)}`,
      );
    }
    const extended = this.#extendStruct(record, value);
    return this.#changed(record, extended.schema, extended);
  }

  #extendMap<R extends ConnectRecord<R>>(record: R, value: unknown): Map<unknown, unknown> {
    if (!(value instanceof Map)) {
      throw new DataError(
        `Only Map objects supported in absence of schema for [${purpose}], found: ${
          javaClassOf(value)
        }`,
      );
    }
    const extended = copyOf(value);
    for (const insertion of this.#insertions) {
      const inserted = insertion.valueOf(record) ?? null;
      if (inserted !== null) extended.set(insertion.name, inserted);
    }
    return extended;
  }

  #extendStruct<R extends ConnectRecord<R>>(record: R, value: Struct): Struct {
    if (value.schema !== this.#schema || this.#extended === null) {
      this.#schema = value.schema;
      this.#extended = this.#extend(value.schema);
    }
    const extended = new Struct(this.#extended);
    const fields = this.#extended.fields;
    for (const field of value.schema.fields) {
      const item = this.#replaceNull ? value.get(field) : value.getWithoutDefault(field);
      extended.put(fields[field.position], item);
    }
    let position = value.schema.fields.length;
    for (const { valueOf, typed } of this.#insertions) {
      const field = fields[position++];
      const inserted = valueOf(record) ?? null;
      // Kafka: a value that the record lacks is left out, even where the field is required.
      if (inserted === null) continue;
      extended.put(field, typed === undefined ? inserted : typed(inserted));
    }
    return extended;
  }

  #extend({ name, version, doc, parameters, fields }: Schema): Schema {
    const builder = SchemaBuilder.struct();
    if (name !== null) builder.name(name);
    if (version !== null) builder.version(version);
    if (doc !== null) builder.doc(doc);
    if (parameters !== null) builder.parameters(parameters);
    for (const field of [...fields, ...this.#insertions]) builder.field(field.name, field.schema);
    return builder.build();
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

/** The field that a key names: `name!` is required, `name?` and `name` are optional. */
function insertion(
  spec: string | null,
  { type, name, version }: Schema,
  valueOf: Insertion["valueOf"],
): Insertion | null {
  if (spec === null) return null;
  const builder = SchemaBuilder.type(type);
  if (name !== null) builder.name(name);
  if (version !== null) builder.version(version);
  if (!spec.endsWith("!")) builder.optional();
  return { name: spec.replace(/[!?]$/, ""), schema: builder.build(), valueOf };
}

function offsetOf(record: unknown): bigint {
  if (record instanceof SinkRecord) return record.kafkaOffset;
  throw new DataError(
    `Only SinkRecord supported for [${purpose}], found: org.apache.kafka.connect.source.SourceRecord`,
  );
}

function declare(name: string, create: new () => Transformation) {
  const aliases = [`org.apache.kafka.connect.transforms.${name}`];
  return transformation({ name, aliases, version: "4.2.0", config: CONFIG, create });
}

export default [
  declare(
    "InsertField$Key",
    class extends InsertField {
      constructor() {
        super(true);
      }
    },
  ),
  declare(
    "InsertField$Value",
    class extends InsertField {
      constructor() {
        super(false);
      }
    },
  ),
];
