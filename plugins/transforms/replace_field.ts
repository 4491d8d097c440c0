/**
 * ReplaceField: leaves out fields, or all but some, and gives fields other names.
 *
 * @module
 */

import {
  check,
  ConfigDef,
  ConfigError,
  type ConnectRecord,
  type Field,
  keyAndValueTransformation,
  type Props,
  requireMap,
  requireStruct,
  type Schema,
  SchemaBuilder,
  Struct,
  type Transformation,
  validList,
} from "connect";

const CONFIG = ConfigDef.of({
  "exclude": {
    type: "LIST",
    default: [],
    validator: validList(),
    importance: "MEDIUM",
    doc: "The names of the fields to leave out, even if they stand in include.",
  },
  "include": {
    type: "LIST",
    default: [],
    validator: validList(),
    importance: "MEDIUM",
    doc: "The names of the fields to keep; all when it is empty.",
  },
  "renames": {
    type: "LIST",
    default: [],
    validator: check(
      "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>",
      (_, value) => void newNames(value as readonly string[]),
    ),
    importance: "MEDIUM",
    doc: "New names of fields: pairs of the old and the new one, such as foo:bar,abc:xyz.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

const purpose = "field replacement";

class ReplaceField implements Transformation {
  readonly #isKey: boolean;
  #exclude: ReadonlySet<unknown> = new Set();
  #include: ReadonlySet<unknown> = new Set();
  #newNames: ReadonlyMap<unknown, string> = new Map();
  #replaceNull = true;
  /** The last schema, those of its fields that stay, and the new schema they make. */
  #schema: Schema | null = null;
  #kept: readonly Field[] = [];
  #replaced: Schema | null = null;

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#exclude = new Set(config.exclude);
    this.#include = new Set(config.include);
    this.#newNames = newNames(config.renames);
    this.#replaceNull = config["replace.null.with.default"];
    this.#replaced = null;
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (value === null) return record;
    if (schema === null) {
      return this.#changed(record, null, this.#replaceInMap(requireMap(value, purpose)));
    }
    const replaced = this.#replaceInStruct(requireStruct(value, purpose, schema));
    return this.#changed(record, replaced.schema, replaced);
  }

  #replaceInMap(value: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const replaced = new Map<unknown, unknown>();
    for (const [name, item] of value) {
      if (this.#keeps(name)) replaced.set(this.#newNames.get(name) ?? name, item);
    }
    return replaced;
  }

  #replaceInStruct(value: Struct): Struct {
    if (value.schema !== this.#schema || this.#replaced === null) {
      this.#kept = value.schema.fields.filter(({ name }) => this.#keeps(name));
      this.#replaced = this.#replace(value.schema);
      this.#schema = value.schema;
    }
    const replaced = new Struct(this.#replaced);
    const fields = this.#replaced.fields;
    for (let i = 0; i < fields.length; i++) {
      const field = this.#kept[i];
      const item = this.#replaceNull ? value.get(field) : value.getWithoutDefault(field);
      replaced.put(fields[i], item);
    }
    return replaced;
  }

  /**
   * Kafka: ReplaceField looks up the value of a field by the old name of whatever may bear its new one, even
   * where that is another field, or none; here each field keeps its own value.
   */
  #replace(schema: Schema): Schema {
    const builder = SchemaBuilder.like(schema);
    for (const field of this.#kept) {
      builder.field(this.#newNames.get(field.name) ?? field.name, field.schema);
    }
    return builder.build();
  }

  #keeps(name: unknown): boolean {
    return !this.#exclude.has(name) && (this.#include.size === 0 || this.#include.has(name));
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

/** The new names by the old ones. @throws {ConfigError} for what is no pair */
function newNames(pairs: readonly string[]): Map<string, string> {
  return new Map(pairs.map((pair) => {
    // As in Java, colons at the end count for nothing.
    const parts = pair.replace(/:+$/, "").split(":");
    if (parts.length === 2) return [parts[0], parts[1]];
    throw new ConfigError(
      `Invalid value [${pairs.join(", ")}] for configuration renames: ` +
        `Invalid rename mapping: ${pair}`,
    );
  }));
}

export default keyAndValueTransformation({
  name: "ReplaceField",
  aliases: ["org.apache.kafka.connect.transforms.ReplaceField"],
  version: "4.2.0",
  config: CONFIG,
  create: ReplaceField,
});
