/**
 * StringConverter: keys, values and headers as text.
 *
 * @module
 */

import {
  ConfigDef,
  ConfigError,
  type Converter,
  converter,
  converterKeys,
  converterType,
  decodeUtf8,
  type HeaderConverter,
  headerConverter,
  type JavaCharset,
  javaCharset,
  type Props,
  type Schema,
  type SchemaAndValue,
  Schemas,
  type Serialized,
  textOf,
} from "connect";

const CONFIG = ConfigDef.of({
  ...converterKeys,
  "converter.encoding": {
    type: "STRING",
    default: "UTF-8",
    importance: "HIGH",
    width: "MEDIUM",
    displayName: "Encoding",
    doc: "The encoding of the bytes that are read and written.",
  },
});

class StringConverter implements Converter, HeaderConverter {
  /** Null for UTF-8, which the worker writes where it belongs without a copy. */
  #charset: JavaCharset | null = null;

  configure(props: Props, isKey?: boolean): void {
    const encoding =
      CONFIG.parse({ ...props, "converter.type": converterType(isKey) })["converter.encoding"];
    this.#charset = /^utf-?8$/i.test(encoding) ? null : charsetOf(encoding);
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    if (value === null || value === undefined) return null;
    const text = typeof value === "string" ? value : textOf(value, schema);
    return this.#charset === null ? text : this.#charset.encode(text);
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    return { schema: Schemas.optionalString, value: value === null ? null : this.#textOf(value) };
  }

  #textOf(bytes: Uint8Array): string {
    return this.#charset === null ? decodeUtf8(bytes) : this.#charset.decode(bytes);
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }
}

function charsetOf(name: string): JavaCharset {
  const charset = javaCharset(name);
  if (charset === null) throw new ConfigError(`Unsupported encoding ${name}`);
  return charset;
}

const declaration = {
  name: "StringConverter",
  aliases: ["org.apache.kafka.connect.storage.StringConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: StringConverter,
};

export default [converter(declaration), headerConverter(declaration)];
