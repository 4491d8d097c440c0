/**
 * InsertField: adds the record's topic, partition, offset or timestamp, or a fixed text, as fields.
 *
 * @module
 */

import {
  ConfigDef,
  ConfigError,
  type ConnectRecord,
  DataError,
  javaClassOf,
  type Props,
  type RecordFields,
  Schema,
  SinkRecord,
  Struct,
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

/** A field to add: its schema, and where its value comes from. */
interface Insertion {
  name: string;
  schema: Schema;
  /** The value beside a schema, and without one. */
  value(
    record: Pick<RecordFields, "topic" | "kafkaPartition" | "timestamp">,
  ): { typed: unknown; plain: unknown };
}

class InsertField implements Transformation {
  readonly #isKey: boolean;
  #insertions: Insertion[] = [];
  #replaceNull = true;
  #schema: Schema | null = null;
  #extended: Schema | null = null;

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#replaceNull = config["replace.null.with.default"];
    const same = (value: unknown) => ({ typed: value, plain: value });
    const text = config["static.value"];
    const insertions = [
      insertion(config["topic.field"], { type: "string" }, ({ topic }) => same(topic)),
      insertion(
        config["partition.field"],
        { type: "int32" },
        ({ kafkaPartition }) => same(kafkaPartition),
      ),
      insertion(config["offset.field"], { type: "int64" }, (record) => same(offsetOf(record))),
      insertion(
        config["timestamp.field"],
        { type: "int64", name: "org.apache.kafka.connect.data.Timestamp", version: 1 },
        ({ timestamp }) => ({
          typed: timestamp == null ? null : new Date(timestamp),
          plain: timestamp,
        }),
      ),
      insertion(config["static.field"], { type: "string" }, () => same(text)),
    ];
    this.#insertions = insertions.filter((entry) => entry !== null);
    const hasText = config["static.field"] !== null && text !== null;
    if (this.#insertions.length === 0) throw new ConfigError("No field insertion configured");
    if (config["static.field"] !== null && !hasText) {
      throw new ConfigError(
        `Invalid value null for configuration static.value: No value specified for static field: ${
          insertions[4]?.name
        }`,
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
        `Only Struct objects supported for [${purpose}], found: ${javaClassOf(value)}`,
      );
    }
    return this.#changed(record, ...this.#extendStruct(record, value));
  }

  #extendMap<R extends ConnectRecord<R>>(record: R, value: unknown): Map<unknown, unknown> {
    if (!(value instanceof Map)) {
      throw new DataError(
        `Only Map objects supported in absence of schema for [${purpose}], found: ${
          javaClassOf(value)
        }`,
      );
    }
    const extended = new Map(value);
    for (const insertion of this.#insertions) {
      extended.set(insertion.name, insertion.value(record).plain);
    }
    return extended;
  }

  #extendStruct<R extends ConnectRecord<R>>(record: R, value: Struct): [Schema, Struct] {
    if (value.schema !== this.#schema || this.#extended === null) {
      this.#schema = value.schema;
      this.#extended = this.#extend(value.schema);
    }
    const extended = new Struct(this.#extended);
    const { fields } = value.schema;
    for (const [index, { name }] of fields.entries()) {
      extended.put(
        this.#extended.fields[index],
        this.#replaceNull ? value.get(fields[index]) : value.getWithoutDefault(name),
      );
    }
    for (const insertion of this.#insertions) {
      extended.put(insertion.name, insertion.value(record).typed);
    }
    return [this.#extended, extended];
  }

  #extend({ name, version, doc, parameters, fields }: Schema): Schema {
    return new Schema({
      type: "struct",
      name,
      version,
      doc,
      parameters,
      fields: [...fields, ...this.#insertions],
    });
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

function insertion(
  spec: string | null,
  schema: { type: "string" | "int32" | "int64"; name?: string; version?: number },
  value: Insertion["value"],
): Insertion | null {
  if (spec === null) return null;
  const name = /[!?]$/.test(spec) ? spec.slice(0, -1) : spec;
  return { name, schema: new Schema({ ...schema, optional: !spec.endsWith("!") }), value };
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
