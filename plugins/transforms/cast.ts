/**
 * Cast: gives fields, or the whole key or value, another type.
 *
 * @module
 */

import {
  BigDecimal,
  check,
  ConfigDef,
  ConfigError,
  ConnectDate,
  type ConnectRecord,
  copyOf,
  DataError,
  inHashOrder,
  invalid,
  javaClassOf,
  keyAndValueTransformation,
  NumberFormatError,
  parseJavaDouble,
  parseJavaFloat,
  parseJavaInteger,
  type Props,
  requireMap,
  requireStruct,
  type Schema,
  SchemaBuilder,
  type SchemaType,
  Struct,
  textOf,
  Time,
  Timestamp,
  type Transformation,
  trimJava,
  valueText,
} from "connect";

const CONFIG = ConfigDef.of({
  "spec": {
    type: "LIST",
    validator: check(
      "list of colon-delimited pairs, e.g. <code>foo:bar,abc:xyz</code>",
      (_name, value) => {
        if (value === null || (value as readonly string[]).length === 0) {
          throw new ConfigError("Must specify at least one field to cast.");
        }
        parseCasts(value as readonly string[]);
      },
    ),
    importance: "HIGH",
    doc:
      "Fields with the types they get: id:string,count:int32; or one type alone, for the whole key " +
      "or value. Types are int8, int16, int32, int64, float32, float64, boolean and string; bytes " +
      "become a string alone, in base64.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "MEDIUM",
    doc: "Whether a field without a value gets the default of its schema.",
  },
});

const purpose = "cast types";

const targets = [
  "int8",
  "int16",
  "int32",
  "int64",
  "float32",
  "float64",
  "boolean",
  "string",
] as const;
const sources: readonly SchemaType[] = [...targets, "bytes"];
const types: readonly SchemaType[] = [...sources, "array", "map", "struct"];

/** What values can become. */
type Target = typeof targets[number];

/** What the configuration asks for: types by the names of fields, or one for all. */
interface Casts {
  byField: ReadonlyMap<string, Target>;
  whole: Target | null;
}

class Cast implements Transformation {
  readonly #isKey: boolean;
  #casts: Casts = { byField: new Map(), whole: null };
  #replaceNull = true;
  /** The last schema cast, what became of it, and of each of its fields. */
  #schema: Schema | null = null;
  #cast: Schema | null = null;
  #targets: readonly (Target | undefined)[] = [];

  constructor(isKey: boolean) {
    this.#isKey = isKey;
  }

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#casts = parseCasts(config.spec);
    this.#replaceNull = config["replace.null.with.default"];
  }

  apply<R extends ConnectRecord<R>>(record: R): R {
    const schema = this.#isKey ? record.keySchema : record.valueSchema;
    const value = this.#isKey ? record.key : record.value;
    if (value === null) return record;
    if (schema === null) return this.#changed(record, null, this.#castBare(value));
    const cast = this.#castSchema(schema);
    const { whole } = this.#casts;
    if (whole !== null) return this.#changed(record, cast, castValue(schema, value, whole));
    return this.#changed(record, cast, this.#castStruct(value, schema, cast));
  }

  #castBare(value: unknown): unknown {
    const { whole, byField } = this.#casts;
    if (whole !== null) return castValue(null, value, whole);
    const map = requireMap(value, purpose);
    const cast = copyOf(map);
    for (const [name, target] of byField) {
      cast.set(name, castValue(null, map.get(name), target));
    }
    return cast;
  }

  #castStruct(value: unknown, schema: Schema, castSchema: Schema): Struct {
    const struct = requireStruct(value, purpose, schema);
    const cast = new Struct(castSchema);
    const fields = castSchema.fields;
    for (const field of schema.fields) {
      const item = this.#replaceNull ? struct.get(field) : struct.getWithoutDefault(field);
      const target = this.#targets[field.position];
      cast.put(
        fields[field.position],
        target === undefined ? item : castValue(field.schema, item, target),
      );
    }
    return cast;
  }

  #castSchema(schema: Schema): Schema {
    if (schema === this.#schema && this.#cast !== null) return this.#cast;
    const { whole } = this.#casts;
    const builder = SchemaBuilder.like(schema, whole ?? "struct");
    if (whole === null) this.#addFields(schema, builder);
    if (schema.optional) builder.optional();
    if (schema.defaultValue !== undefined) {
      // Kafka: with a default of its own a struct is refused, whatever of it is cast.
      if (whole === null) throw unsupported(schema.type);
      builder.defaultValue(castValue(schema, schema.defaultValue, whole));
    }
    this.#cast = builder.build();
    this.#targets = whole === null
      ? schema.fields.map(({ name }) => this.#casts.byField.get(name))
      : [];
    this.#schema = schema;
    return this.#cast;
  }

  #addFields(schema: Schema, builder: SchemaBuilder): void {
    for (const { name, schema: before } of schema.fields) {
      const target = this.#casts.byField.get(name);
      if (target === undefined) {
        builder.field(name, before);
        continue;
      }
      // Kafka: of a field that is cast nothing remains but whether it is optional, and its default.
      const after = SchemaBuilder.type(target);
      if (before.optional) after.optional();
      if (before.defaultValue !== undefined) {
        after.defaultValue(castValue(before, before.defaultValue, target));
      }
      builder.field(name, after.build());
    }
  }

  #changed<R extends ConnectRecord<R>>(record: R, schema: Schema | null, value: unknown): R {
    return record.newRecord(
      this.#isKey ? { keySchema: schema, key: value } : { valueSchema: schema, value },
    );
  }
}

/** A value in another type. @throws {DataError} */
function castValue(schema: Schema | null, value: unknown, target: Target): unknown {
  if (value === null || value === undefined) return null;
  const type = schema?.type ?? typeOf(value);
  if (!sources.includes(type)) throw unsupported(type);
  const encoded = schema === null || target === "string"
    ? value
    : withoutLogicalType(schema, value);
  switch (target) {
    case "int8":
      return toInt32(encoded, schema, 8) << 24 >> 24;
    case "int16":
      return toInt32(encoded, schema, 16) << 16 >> 16;
    case "int32":
      return toInt32(encoded, schema, 32);
    case "int64":
      return toInt64(encoded, schema);
    case "float32":
      return toFloat(encoded, true);
    case "float64":
      return toFloat(encoded, false);
    case "boolean":
      return toBoolean(encoded, schema);
    case "string":
      return toText(encoded, schema);
  }
}

/** Dates as the integers under them. */
function withoutLogicalType(schema: Schema, value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  switch (schema.name) {
    case ConnectDate.logicalName:
      return ConnectDate.fromLogical(schema, value);
    case Time.logicalName:
      return Time.fromLogical(schema, value);
    case Timestamp.logicalName:
      return Timestamp.fromLogical(schema, value);
    default:
      return value;
  }
}

function toInt32(value: unknown, schema: Schema | null, bits: number): number {
  switch (typeof value) {
    case "number":
      return isFloat(value, schema) ? saturated(value) : value | 0;
    case "bigint":
      return Number(BigInt.asIntN(32, value));
    case "boolean":
      return value ? 1 : 0;
    case "string":
      return Number(parseJavaInteger(value, bits) ?? noInteger(value, bits));
  }
  if (value instanceof BigDecimal) return Number(BigInt.asIntN(32, value.toInt64()));
  return unexpected(value);
}

function toInt64(value: unknown, schema: Schema | null): bigint {
  switch (typeof value) {
    case "number":
      return isFloat(value, schema) ? saturatedInt64(value) : BigInt(value);
    case "bigint":
      return value;
    case "boolean":
      return value ? 1n : 0n;
    case "string":
      return parseJavaInteger(value, 64) ?? noInteger(value, 64);
  }
  return value instanceof BigDecimal ? value.toInt64() : unexpected(value);
}

function toFloat(value: unknown, isSingle: boolean): number {
  const parse = isSingle ? parseJavaFloat : parseJavaDouble;
  switch (typeof value) {
    case "number":
      return isSingle ? Math.fround(value) : value;
    case "bigint":
      // The text rounds once, where a double on the way to a float would be a second time.
      return parse(String(value))!;
    case "boolean":
      return value ? 1 : 0;
    case "string":
      return parse(value) ?? noFloat(value);
  }
  return value instanceof BigDecimal ? parse(String(value))! : unexpected(value);
}

function toBoolean(value: unknown, schema: Schema | null): boolean {
  if (typeof value === "boolean") return value;
  // Kafka: of a number what stands before the point decides: 0.5 is false.
  return typeof value === "string" ? /^true$/i.test(value) : toInt64(value, schema) !== 0n;
}

function toText(value: unknown, schema: Schema | null): string {
  return value instanceof Date || value instanceof Uint8Array
    ? valueText(value, schema)
    : textOf(value, schema);
}

/** Whether a number is one of Java's Float or Double; without a schema, safe integers are integers. */
function isFloat(value: number, schema: Schema | null): boolean {
  return schema?.type === "float32" || schema?.type === "float64" || !Number.isSafeInteger(value);
}

/** A float as an int: what Java's `(int)` makes of it. */
function saturated(value: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(value))) | 0;
}

/** A float as a long: what Java's `(long)` makes of it. */
function saturatedInt64(value: number): bigint {
  if (Number.isNaN(value)) return 0n;
  if (value >= 2 ** 63) return 2n ** 63n - 1n;
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value));
}

function noInteger(value: string, bits: number): never {
  const isInteger = bits < 32 && parseJavaInteger(value, 32) !== null;
  throw outOfRange(
    value,
    isInteger ? `Value out of range. Value:"${value}" Radix:10` : `For input string: "${value}"`,
  );
}

function noFloat(value: string): never {
  const trimmed = trimJava(value);
  throw outOfRange(value, trimmed === "" ? "empty String" : `For input string: "${trimmed}"`);
}

function outOfRange(value: string, why: string): DataError {
  const cause = new NumberFormatError(why);
  return new DataError(`Value (${value}) was out of range for requested data type`, { cause });
}

function unexpected(value: unknown): never {
  throw new DataError(`Unexpected type in Cast transformation: class ${javaClassOf(value)}`);
}

/** The type of a value without a schema, as far as it tells what can be cast. @throws {DataError} for none of Connect's */
function typeOf(value: unknown): SchemaType {
  if (typeof value === "string") return "string";
  if (typeof value === "number" || typeof value === "bigint") return "int64";
  if (typeof value === "boolean") return "boolean";
  if (value instanceof Uint8Array) return "bytes";
  if (Array.isArray(value)) return "array";
  if (value instanceof Map) return "map";
  if (value instanceof Struct) return "struct";
  throw new DataError(
    `Cast transformation was passed a value of type class ${javaClassOf(value)} ` +
      "which is not supported by Connect's data API",
  );
}

const shown = (list: readonly string[]) => `[${list.join(", ").toUpperCase()}]`;

function unsupported(type: SchemaType): DataError {
  return new DataError(
    `Cast transformation does not support casting from ${type.toUpperCase()}; ` +
      `supported types are ${shown(sources)}`,
  );
}

function parseCasts(spec: readonly string[]): Casts {
  const byField = new Map<string, Target>();
  let whole: Target | null = null;
  for (const entry of spec) {
    // As Java splits text: nothing is left of empty parts at the end.
    const parts = entry.replace(/:+$/, "").split(":");
    if (parts.length > 2) {
      // Kafka: Cast speaks of the key of another transformation here.
      throw invalid("renames", spec, `Invalid rename mapping: ${entry}`);
    }
    if (parts.length === 1) whole = targetOf(parts[0]);
    else byField.set(trimJava(parts[0]), targetOf(parts[1]));
  }
  if (whole !== null && spec.length > 1) {
    throw new ConfigError(
      "Cast transformations that specify a type to cast the entire value to " +
        "may only specify a single cast in their spec",
    );
  }
  // Kafka: of several fields without a schema that cannot be cast, the first in this order is named.
  const names = inHashOrder(byField.keys());
  return { byField: new Map(names.map((name) => [name, byField.get(name)!])), whole };
}

function targetOf(text: string): Target {
  const shownName = trimJava(text);
  const name = shownName.toUpperCase();
  const type = types.find((type) => type.toUpperCase() === name);
  if (type === undefined) {
    // Kafka: ConfigException is given its parts in the wrong places.
    throw new ConfigError(
      "Invalid value java.lang.IllegalArgumentException: No enum constant " +
        `org.apache.kafka.connect.data.Schema.Type.${name} for configuration ` +
        `Invalid type found in casting spec: ${shownName}`,
    );
  }
  const target = targets.find((target) => target === type);
  if (target !== undefined) return target;
  throw new ConfigError(
    `Cast transformation does not support casting to ${type.toUpperCase()}; ` +
      `supported types are ${shown(targets)}`,
  );
}

export default keyAndValueTransformation({
  name: "Cast",
  aliases: ["org.apache.kafka.connect.transforms.Cast"],
  version: "4.2.0",
  config: CONFIG,
  create: Cast,
});
