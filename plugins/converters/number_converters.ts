/**
 * ShortConverter, IntegerConverter, LongConverter, FloatConverter and DoubleConverter: one number each, as
 * the serializers of Kafka's clients write it.
 *
 * ```
 * short = int16    integer = int32    long = int64    float, double = IEEE 754; all big-endian
 * ```
 *
 * @module
 */

import {
  ClassCastError,
  ConfigDef,
  type Converter,
  converter,
  converterKeys,
  converterType,
  DataError,
  type HeaderConverter,
  headerConverter,
  javaClassOf,
  type Plugin,
  type Props,
  type Schema,
  type SchemaAndValue,
  Schemas,
  SerializationError,
  type Serialized,
} from "connect";

const CONFIG = ConfigDef.of(converterKeys);

/** What one of these converters reads and writes. */
interface NumberFormat<N extends number | bigint = number | bigint> {
  /** What Kafka calls the type: `Short`. */
  typeName: string;
  /** Its schema, in which null is a value. */
  schema: Schema;
  /** How many bytes it takes. */
  sizeBytes: number;
  /** What Kafka's messages call the class that reads it. */
  deserializer: string;
  /** The number that one without a schema stands for; null for one that is out of range. */
  from(value: number): N | null;
  /** Reads it. */
  read(view: DataView): N;
  /** Writes it. */
  write(view: DataView, value: N): void;
}

/** Where numbers are written and read: to make a view for each takes longer than to copy them. */
const scratch = new Uint8Array(8);
const view = new DataView(scratch.buffer);

const chunkBytes = 4096;
let chunk = new Uint8Array(chunkBytes);
let used = 0;

/** The bytes in scratch, one number's behind another's: an array with a buffer of its own takes ten times as long. */
function written(sizeBytes: number): Uint8Array {
  if (used + sizeBytes > chunkBytes) {
    chunk = new Uint8Array(chunkBytes);
    used = 0;
  }
  const bytes = chunk.subarray(used, used += sizeBytes);
  for (let i = 0; i < sizeBytes; i++) bytes[i] = scratch[i];
  return bytes;
}

class NumberConverter implements Converter, HeaderConverter {
  readonly #format: NumberFormat;
  readonly #javaClass: string;

  constructor(format: NumberFormat) {
    this.#format = format;
    this.#javaClass = `java.lang.${format.typeName}`;
  }

  configure(props: Props, isKey?: boolean): void {
    CONFIG.parse({ ...props, "converter.type": converterType(isKey) });
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    if (value === null || value === undefined) return null;
    const { sizeBytes, write } = this.#format;
    write(view, this.#numberOf(schema, value));
    return written(sizeBytes);
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    const { schema, sizeBytes, typeName, deserializer, read } = this.#format;
    if (value === null) return { schema, value };
    if (value.length !== sizeBytes) {
      const cause = new SerializationError(
        `Size of data received by ${deserializer} is not ${sizeBytes}`,
      );
      throw new DataError(`Failed to deserialize ${typeName.toLowerCase()}: `, { cause });
    }
    for (let i = 0; i < sizeBytes; i++) scratch[i] = value[i];
    return { schema, value: read(view) };
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }

  /**
   * Kafka: the class of the value decides, which its schema tells here. A number without a schema could be
   * of any class, and is taken for one of this type.
   */
  #numberOf(schema: Schema | null, value: unknown): number | bigint {
    const javaClass = javaClassOf(value, schema);
    const isOne = javaClass === this.#javaClass;
    if (typeof value === "bigint" && isOne) return value;
    if (typeof value === "number" && (isOne || schema === null)) {
      const number = this.#format.from(value);
      if (number !== null) return number;
    }
    const type = this.#format.typeName.toLowerCase();
    const isNumber = typeof value === "number" || typeof value === "bigint";
    const cause = new ClassCastError(javaClass, isNumber ? this.#javaClass : "java.lang.Number");
    throw new DataError(`Failed to serialize to ${type} (was class ${javaClass}): `, { cause });
  }
}

function declare<N extends number | bigint>(format: NumberFormat<N>): Plugin[] {
  const name = `${format.typeName}Converter`;
  const declaration = {
    name,
    aliases: [`org.apache.kafka.connect.converters.${name}`],
    version: "4.2.0",
    config: CONFIG,
    create: class extends NumberConverter {
      constructor() {
        super(format);
      }
    },
  };
  return [converter(declaration), headerConverter(declaration)];
}

export default [
  ...declare({
    typeName: "Short",
    schema: Schemas.optionalInt16,
    sizeBytes: 2,
    deserializer: "ShortDeserializer",
    from: (value) => (value << 16 >> 16) === value ? value : null,
    read: (view) => view.getInt16(0),
    write: (view, value) => view.setInt16(0, value),
  }),
  ...declare({
    typeName: "Integer",
    schema: Schemas.optionalInt32,
    sizeBytes: 4,
    deserializer: "IntegerDeserializer",
    from: (value) => (value | 0) === value ? value : null,
    read: (view) => view.getInt32(0),
    write: (view, value) => view.setInt32(0, value),
  }),
  ...declare({
    typeName: "Long",
    schema: Schemas.optionalInt64,
    sizeBytes: 8,
    deserializer: "LongDeserializer",
    from: (value) => Number.isSafeInteger(value) ? BigInt(value) : null,
    read: (view) => view.getBigInt64(0),
    write: (view, value) => view.setBigInt64(0, value),
  }),
  ...declare({
    typeName: "Float",
    schema: Schemas.optionalFloat32,
    sizeBytes: 4,
    deserializer: "Deserializer",
    from: (value) => value,
    read: (view) => view.getFloat32(0),
    write: (view, value) => view.setFloat32(0, value),
  }),
  ...declare({
    typeName: "Double",
    schema: Schemas.optionalFloat64,
    sizeBytes: 8,
    deserializer: "Deserializer",
    from: (value) => value,
    read: (view) => view.getFloat64(0),
    write: (view, value) => view.setFloat64(0, value),
  }),
];
