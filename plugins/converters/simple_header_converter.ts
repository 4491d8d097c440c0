/**
 * SimpleHeaderConverter: header values as text, and text as the value it looks like: a boolean, the
 * smallest type that holds a number, a date or time, an array or map of these; all else is text.
 *
 * @module
 */

import {
  ConfigDef,
  decodeUtf8,
  type HeaderConverter,
  headerConverter,
  parseValue,
  type Schema,
  type SchemaAndValue,
  type Serialized,
  valueText,
} from "connect";

class SimpleHeaderConverter implements HeaderConverter {
  configure(): void {}

  fromConnectHeader(
    _topic: string,
    _key: string,
    schema: Schema | null,
    value: unknown,
  ): Serialized {
    return value === null || value === undefined ? null : valueText(value, schema);
  }

  toConnectHeader(_topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return value === null ? { schema: null, value: null } : parseValue(decodeUtf8(value));
  }
}

export default headerConverter({
  name: "SimpleHeaderConverter",
  aliases: ["org.apache.kafka.connect.storage.SimpleHeaderConverter"],
  version: "4.2.0",
  config: ConfigDef.of({}),
  create: SimpleHeaderConverter,
});
