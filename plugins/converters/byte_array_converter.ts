/**
 * ByteArrayConverter: bytes as they are.
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
  type Serialized,
} from "connect";

const CONFIG = ConfigDef.of(converterKeys);

class ByteArrayConverter implements Converter, HeaderConverter {
  configure(props: Props, isKey?: boolean): void {
    CONFIG.parse({ ...props, "converter.type": converterType(isKey) });
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    if (schema !== null && schema.type !== "bytes") {
      throw new DataError(
        `Invalid schema type for ByteArrayConverter: ${schema.type.toUpperCase()}`,
      );
    }
    if (value === null || value === undefined) return null;
    if (value instanceof Uint8Array) return value;
    throw new DataError(
      `ByteArrayConverter is not compatible with objects of type class ${javaClassOf(value)}`,
    );
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    // The bytes are the worker's; the record keeps its own.
    return { schema: Schemas.optionalBytes, value: value === null ? null : value.slice() };
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }
}

const declaration = {
  name: "ByteArrayConverter",
  aliases: ["org.apache.kafka.connect.converters.ByteArrayConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: ByteArrayConverter,
};

export default [converter(declaration), headerConverter(declaration)];
