/**
 * SimpleHeaderConverter: header values as text, and text as the value it looks like: true and false,
 * the smallest integer type that holds a number, a float; all else is text.
 *
 * @module
 */

import {
  ConfigDef,
  type HeaderConverter,
  headerConverter,
  type Schema,
  type SchemaAndValue,
  Schemas,
  type Serialized,
  textOf,
} from "connect";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

class SimpleHeaderConverter implements HeaderConverter {
  configure(): void {}

  fromConnectHeader(
    _topic: string,
    _key: string,
    schema: Schema | null,
    value: unknown,
  ): Serialized {
    return value === null || value === undefined ? null : textOf(value, schema);
  }

  toConnectHeader(_topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return value === null ? { schema: null, value: null } : valueOf(decoder.decode(value));
  }
}

function valueOf(text: string): SchemaAndValue {
  if (text === "true" || text === "false") {
    return { schema: Schemas.boolean, value: text === "true" };
  }
  if (/^[+-]?\d{1,19}$/.test(text)) {
    const value = BigInt(text.replace("+", ""));
    for (const [bits, schema] of integers) {
      if (BigInt.asIntN(bits, value) === value) {
        return { schema, value: bits === 64 ? value : Number(value) };
      }
    }
  }
  if (/^[+-]?\d+\.\d+$/.test(text) && Number.isFinite(Math.fround(Number(text)))) {
    return { schema: Schemas.float32, value: Math.fround(Number(text)) };
  }
  return { schema: Schemas.string, value: text };
}

const integers = [
  [8, Schemas.int8],
  [16, Schemas.int16],
  [32, Schemas.int32],
  [64, Schemas.int64],
] as const;

export default headerConverter({
  name: "SimpleHeaderConverter",
  aliases: ["org.apache.kafka.connect.storage.SimpleHeaderConverter"],
  version: "4.2.0",
  config: ConfigDef.of({}),
  create: SimpleHeaderConverter,
});
