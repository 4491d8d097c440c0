/**
 * BooleanConverter: one byte, 1 for true and 0 for false.
 *
 * @module
 */

import {
  ConfigDef,
  type Converter,
  converter,
  converterKeys,
  converterType,
  DataError,
  type HeaderConverter,
  headerConverter,
  javaClassOf,
  type Props,
  type Schema,
  type SchemaAndValue,
  Schemas,
  SerializationError,
  type Serialized,
} from "connect";

const CONFIG = ConfigDef.of(converterKeys);

const trueBytes = Uint8Array.of(1);
const falseBytes = Uint8Array.of(0);

class BooleanConverter implements Converter, HeaderConverter {
  configure(props: Props, isKey?: boolean): void {
    CONFIG.parse({ ...props, "converter.type": converterType(isKey) });
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    if (schema !== null && schema.type !== "boolean") {
      throw new DataError(
        `Invalid schema type for BooleanConverter: ${schema.type.toUpperCase()}`,
      );
    }
    if (value === null || value === undefined) return null;
    if (typeof value === "boolean") return value ? trueBytes : falseBytes;
    throw new DataError(
      `BooleanConverter is not compatible with objects of type class ${javaClassOf(value)}`,
    );
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    return { schema: Schemas.optionalBoolean, value: value === null ? null : booleanOf(value) };
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }
}

function booleanOf(bytes: Uint8Array): boolean {
  if (bytes.length === 1 && bytes[0] <= 1) return bytes[0] === 1;
  const cause = new SerializationError(
    bytes.length === 1
      ? `Unexpected byte received by BooleanDeserializer: ${bytes[0] << 24 >> 24}`
      : "Size of data received by BooleanDeserializer is not 1",
  );
  throw new DataError("Failed to deserialize boolean: ", { cause });
}

const declaration = {
  name: "BooleanConverter",
  aliases: ["org.apache.kafka.connect.converters.BooleanConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: BooleanConverter,
};

export default [converter(declaration), headerConverter(declaration)];
