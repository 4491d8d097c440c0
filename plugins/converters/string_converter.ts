/**
 * StringConverter: keys, values and headers as text.
 *
 * @module
 */

import {
  ConfigDef,
  type Converter,
  converter,
  type HeaderConverter,
  headerConverter,
  type Props,
  type Schema,
  type SchemaAndValue,
  Schemas,
  type Serialized,
  textOf,
} from "connect";

const CONFIG = ConfigDef.of({
  "converter.type": {
    type: "STRING",
    default: null,
    importance: "LOW",
    doc: "What it converts: key, value or header. Set by the worker.",
  },
  "converter.encoding": {
    type: "STRING",
    default: "UTF-8",
    importance: "HIGH",
    doc: "The encoding of bytes that are read. Text is written as UTF-8.",
  },
});

class StringConverter implements Converter, HeaderConverter {
  #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  configure(props: Props): void {
    const encoding = CONFIG.parse(props)["converter.encoding"];
    this.#decoder = new TextDecoder(encoding, { ignoreBOM: true });
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    return typeof value === "string" || value === null ? value : textOf(value, schema);
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    const text = value === null ? null : this.#decoder.decode(value);
    return { schema: Schemas.optionalString, value: text };
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }
}

const declaration = {
  name: "StringConverter",
  aliases: ["org.apache.kafka.connect.storage.StringConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: StringConverter,
};

export default [converter(declaration), headerConverter(declaration)];
