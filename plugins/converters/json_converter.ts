/**
 * JsonConverter: data as JSON, with its schema in an envelope (`{"schema": ..., "payload": ...}`) or,
 * with `schemas.enable=false`, alone.
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
  decodeJson,
  type HeaderConverter,
  headerConverter,
  isJsonObject,
  type Json,
  type JsonOptions,
  memberOf,
  nestingMax,
  oneOfIgnoringCase,
  parseJson,
  parseWholeJson,
  type Props,
  type Schema,
  type SchemaAndValue,
  schemaFromJson,
  schemaToJson,
  SerializationError,
  type Serialized,
  valueFromJson,
  valueToJson,
} from "connect";

const CONFIG = ConfigDef.of({
  ...converterKeys,
  "schemas.enable": {
    type: "BOOLEAN",
    default: true,
    importance: "HIGH",
    group: "Schemas",
    order: 0,
    width: "MEDIUM",
    displayName: "Enable Schemas",
    doc: "Whether the schema goes with each key or value.",
  },
  "schemas.cache.size": {
    type: "INT",
    default: 1000,
    importance: "HIGH",
    group: "Schemas",
    order: 1,
    width: "MEDIUM",
    displayName: "Schema Cache Size",
    doc: "How many schemas that were read are remembered.",
  },
  "schema.content": {
    type: "STRING",
    default: null,
    importance: "HIGH",
    group: "Schemas",
    order: 2,
    width: "MEDIUM",
    displayName: "Schema Content",
    doc:
      "The schema of all that is read, as JSON, when schemas.enable is true: what is read is then " +
      "the payload alone.",
  },
  "decimal.format": {
    type: "STRING",
    default: "BASE64",
    importance: "LOW",
    group: "Serialization",
    order: 0,
    width: "MEDIUM",
    displayName: "Decimal Format",
    validator: oneOfIgnoringCase("NUMERIC", "BASE64"),
    doc: "How decimals are written. Both forms are read.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    group: "Serialization",
    order: 1,
    width: "MEDIUM",
    displayName: "Replace null with default",
    doc: "Whether null is written and read as the default of its schema, if it has one.",
  },
});

const envelopeStart = '{"schema":';
const envelopeMiddle = ',"payload":';

class JsonConverter implements Converter, HeaderConverter {
  #withSchemas = true;
  #options: JsonOptions = { replaceNullWithDefault: true, decimalsAsNumbers: false };
  /** The schema of all that is read, when the configuration says it. */
  #content: Schema | null = null;
  #cacheSizeMax = 0;
  /** What envelopes begin with, by the schema: nearly always the same from record to record. */
  readonly #beginnings = new WeakMap<Schema, string>();
  readonly #numberKinds = new WeakMap<Schema, NumberKind>();
  /** What the envelope before began with, and the schema in it. */
  #last: { schema: Schema | null; beginning: string } = { schema: null, beginning: "" };
  /** Schemas that were read, by their JSON text, the oldest first. */
  readonly #schemas = new Map<string, Schema>();

  configure(props: Props, isKey?: boolean): void {
    const config = CONFIG.parse({ ...props, "converter.type": converterType(isKey) });
    this.#withSchemas = config["schemas.enable"];
    this.#options = {
      replaceNullWithDefault: config["replace.null.with.default"],
      decimalsAsNumbers: config["decimal.format"].toUpperCase() === "NUMERIC",
    };
    this.#cacheSizeMax = config["schemas.cache.size"];
    const content = config["schema.content"] ?? "";
    this.#content = content === "" ? null : this.#contentOf(content);
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    if (schema === null && (value === null || value === undefined)) return null;
    if (!this.#withSchemas) return valueToJson(schema, value, this.#options);
    return `${this.#beginning(schema)}${valueToJson(schema, value, this.#options, 1)}}`;
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    if (value === null) return { schema: null, value: null };
    const text = textOf(value);
    if (this.#withSchemas && this.#content === null) return this.#opened(text);
    const schema = this.#withSchemas ? this.#content : null;
    const kind = schema === null ? "exact" : this.#numbersOf(schema);
    const json = parsedWhole(text, kind) ?? parsedExactly(text);
    return { schema, value: valueFromJson(schema, json ?? null, this.#options) };
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }

  #contentOf(text: string): Schema | null {
    let json: Json;
    try {
      json = parseJson(text) ?? null;
    } catch (cause) {
      throw new DataError(
        "Failed to parse schema in converter config due to serialization error: ",
        { cause },
      );
    }
    return schemaFromJson(json, this.#options);
  }

  #beginning(schema: Schema | null): string {
    if (schema === null) return `${envelopeStart}null${envelopeMiddle}`;
    let beginning = this.#beginnings.get(schema);
    if (beginning === undefined) {
      beginning = `${envelopeStart}${schemaToJson(schema, this.#options, 1)}${envelopeMiddle}`;
      this.#beginnings.set(schema, beginning);
    }
    return beginning;
  }

  /** What an envelope holds. Envelopes that begin with the same text share one schema, read once. */
  #opened(text: string): SchemaAndValue {
    let { schema: known, beginning } = this.#last;
    // Nearly always the envelope of the record before; to compare costs less than to look it up, and this way a
    // sixth of what String.startsWith takes.
    if (known === null || text.slice(0, beginning.length) !== beginning) {
      const schemaEnd = text.startsWith(envelopeStart) ? text.indexOf(envelopeMiddle) : -1;
      const schemaText = schemaEnd < 0 ? "" : text.slice(envelopeStart.length, schemaEnd);
      known = this.#schemas.get(schemaText) ?? null;
      beginning = envelopeStart + schemaText + envelopeMiddle;
      if (known !== null) this.#last = { schema: known, beginning };
    }
    if (known !== null && text.endsWith("}")) {
      const payloadText = text.slice(beginning.length, -1);
      const payload = parsedWhole(payloadText, this.#numbersOf(known));
      if (payload !== undefined) {
        return { schema: known, value: valueFromJson(known, payload, this.#options) };
      }
    }
    const json = parsedExactly(text);
    const [schemaJson, payload] = isJsonObject(json) && Object.keys(json).length === 2
      ? [memberOf(json, "schema"), memberOf(json, "payload")]
      : [];
    if (schemaJson === undefined || payload === undefined) {
      throw new DataError(
        'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain ' +
          "additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false " +
          "in your converter configuration.",
      );
    }
    let schema = schemaFromJson(schemaJson, this.#options);
    if (schema !== null) {
      const schemaText = beginning.slice(envelopeStart.length, -envelopeMiddle.length);
      const isWhole = parsedWhole(schemaText, "short") !== undefined;
      schema = this.#remembered(isWhole ? schemaText : keyOf(schema), schema);
    }
    return { schema, value: valueFromJson(schema, payload, this.#options) };
  }

  /** The schema that is remembered under a text, or this one, remembered from now on. */
  #remembered(text: string, schema: Schema): Schema {
    const known = this.#schemas.get(text);
    if (known !== undefined || this.#cacheSizeMax <= 0) return known ?? schema;
    if (this.#schemas.size >= this.#cacheSizeMax) {
      this.#schemas.delete(this.#schemas.keys().next().value!);
    }
    this.#schemas.set(text, schema);
    return schema;
  }

  #numbersOf(schema: Schema): NumberKind {
    let kind = this.#numberKinds.get(schema);
    if (kind === undefined) {
      const text = keyOf(schema);
      const isWritten = text.includes("org.apache.kafka.connect.data.");
      kind = isWritten ? "written" : integerType.test(text) ? "exact" : "short";
      this.#numberKinds.set(schema, kind);
    }
    return kind;
  }
}

const integerType = /"type":"int(8|16|32|64)"/;

/** A schema as JSON that is never refused: a decimal of any scale can be its default. */
function keyOf(schema: Schema): string {
  return schemaToJson(schema, { replaceNullWithDefault: true, decimalsAsNumbers: true });
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeJson(bytes);
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** Longer JSON may be beyond the limits of what is read. */
const charsMax = 50_000;
/** Shorter JSON cannot be nested too deep. */
const shallowCharsMax = 2 * nestingMax;

/** Integers that `JSON.parse` may round, also in strings, where they do no harm. */
const long = /(?:^|[[:,\s-])(?:\d{17}|9\d{15})/;
/** Numbers with an exponent: they may become such integers, or be too large. */
const scaled = /\d[eE][+-]?\d+\s*(?:[,\]}]|$)/;
/** Numbers with a point: `JSON.parse` does not tell how they are written. */
const pointed = /(?:^|[[:,\s-])\d+\./;
/** A number of more than 1000 digits is refused, and shorter text has none. */
const [digitsMax, manyDigits] = [1000, /\d{500}/];

/** What numbers are wanted: no long ones, also such as are exact, or also such as are what they are written like. */
type NumberKind = "short" | "exact" | "written";

/** Whether `JSON.parse` reads all that matters, which it does many times faster. */
function isSimple(text: string, kind: NumberKind): boolean {
  if (text.length > charsMax || scaled.test(text)) return false;
  if (text.length > digitsMax && manyDigits.test(text)) return false;
  if (kind !== "short" && long.test(text)) return false;
  if (kind === "written" && pointed.test(text)) return false;
  return text.length <= shallowCharsMax || (text.match(/[[{]/g)?.length ?? 0) < nestingMax;
}

/** The value of text that is one JSON value and nothing else, else undefined. */
function parsedWhole(text: string, kind: NumberKind): Json | undefined {
  try {
    return isSimple(text, kind) ? JSON.parse(text) : parseWholeJson(text);
  } catch {
    return undefined;
  }
}

/** The first value of JSON text; undefined when there is none. @throws {DataError} */
function parsedExactly(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(reason: unknown): DataError {
  const cause = new SerializationError(String(reason), { cause: reason });
  return new DataError(
    "Converting byte[] to Kafka Connect data failed due to serialization error: ",
    { cause },
  );
}

const declaration = {
  name: "JsonConverter",
  aliases: ["org.apache.kafka.connect.json.JsonConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: JsonConverter,
};

export default [converter(declaration), headerConverter(declaration)];
