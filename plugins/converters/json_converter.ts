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
  DataError,
  doubleText,
  floatText,
  type HeaderConverter,
  headerConverter,
  javaClassOf,
  type Props,
  Schema,
  type SchemaAndValue,
  type SchemaType,
  type Serialized,
  Struct,
} from "connect";

const CONFIG = ConfigDef.of({
  "converter.type": {
    type: "STRING",
    default: null,
    importance: "LOW",
    doc: "What it converts: key, value or header. Set by the worker.",
  },
  "schemas.enable": {
    type: "BOOLEAN",
    default: true,
    importance: "HIGH",
    doc: "Whether the schema goes with each key or value.",
  },
  "schemas.cache.size": {
    type: "INT",
    default: 1000,
    importance: "HIGH",
    doc: "How many schemas that were read are remembered.",
  },
  "replace.null.with.default": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    doc: "Whether null is written as the default of its schema, if it has one.",
  },
});

/** What JSON calls the types that it names differently. */
const typeNames: Partial<Record<SchemaType, string>> = { float32: "float", float64: "double" };
const types: Readonly<Record<string, SchemaType>> = {
  boolean: "boolean",
  int8: "int8",
  int16: "int16",
  int32: "int32",
  int64: "int64",
  float: "float32",
  double: "float64",
  bytes: "bytes",
  string: "string",
  array: "array",
  map: "map",
  struct: "struct",
};

type Json = null | boolean | number | bigint | string | Json[] | { [name: string]: Json };
type JsonObject = { [name: string]: Json };

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

class JsonConverter implements Converter, HeaderConverter {
  #withSchemas = true;
  #replaceNull = true;
  #cacheSizeMax = 0;
  readonly #schemaTexts = new WeakMap<Schema, string>();
  readonly #schemas = new Map<string, Schema>();

  configure(props: Props): void {
    const config = CONFIG.parse(props);
    this.#withSchemas = config["schemas.enable"];
    this.#replaceNull = config["replace.null.with.default"];
    this.#cacheSizeMax = config["schemas.cache.size"];
  }

  fromConnectData(_topic: string, schema: Schema | null, value: unknown): Serialized {
    if (schema === null && value === null) return null;
    const payload = this.#payload(schema, value);
    if (!this.#withSchemas) return payload;
    return `{"schema":${schema === null ? "null" : this.#schemaText(schema)},"payload":${payload}}`;
  }

  toConnectData(_topic: string, value: Uint8Array | null): SchemaAndValue {
    if (value === null) return { schema: null, value: null };
    let json: Json;
    try {
      json = value.length === 0 ? null : parse(decoder.decode(value));
    } catch (cause) {
      throw new DataError(
        "Converting byte[] to Kafka Connect data failed due to serialization error: ",
        { cause },
      );
    }
    if (!this.#withSchemas) return { schema: null, value: plain(json) };
    if (
      !isObject(json) || Object.keys(json).length !== 2 || json.schema === undefined ||
      json.payload === undefined
    ) {
      throw new DataError(
        'JsonConverter with schemas.enable requires "schema" and "payload" fields and may not contain ' +
          "additional fields. If you are trying to deserialize plain JSON data, set schemas.enable=false " +
          "in your converter configuration.",
      );
    }
    if (json.schema === null) return { schema: null, value: plain(json.payload) };
    const schema = this.#schemaOf(json.schema);
    return { schema, value: this.#typed(schema, json.payload) };
  }

  fromConnectHeader(topic: string, _key: string, schema: Schema | null, value: unknown) {
    return this.fromConnectData(topic, schema, value);
  }

  toConnectHeader(topic: string, _key: string, value: Uint8Array | null): SchemaAndValue {
    return this.toConnectData(topic, value);
  }

  #payload(schema: Schema | null, value: unknown): string {
    if (value === null || value === undefined) {
      if (schema === null) return "null";
      if (schema.defaultValue !== undefined && this.#replaceNull) {
        return this.#payload(schema, schema.defaultValue);
      }
      if (schema.optional) return "null";
      throw new DataError(
        "Conversion error: null value for field that is required and has no default value",
      );
    }
    switch (typeof value) {
      case "string":
        return checked(schema, ["string"], value, JSON.stringify(value));
      case "boolean":
        return checked(schema, ["boolean"], value, String(value));
      case "bigint":
        return checked(schema, ["int64"], value, String(value));
      case "number":
        return numberText(schema, value);
    }
    if (value instanceof Struct) return this.#structText(schema, value);
    if (value instanceof Uint8Array) {
      return checked(schema, ["bytes"], value, `"${value.toBase64()}"`);
    }
    if (Array.isArray(value)) {
      const items = schema === null ? null : schema.valueSchema;
      return checked(
        schema,
        ["array"],
        value,
        `[${value.map((item) => this.#payload(items, item)).join(",")}]`,
      );
    }
    if (value instanceof Map) return checked(schema, ["map"], value, this.#mapText(schema, value));
    if (value instanceof Date) return dateText(schema, value);
    throw new DataError(`Couldn't convert ${value} to JSON.`);
  }

  #structText(schema: Schema | null, value: Struct): string {
    if (schema !== value.schema && (schema === null || !schema.equals(value.schema))) {
      throw new DataError("Mismatching schema.");
    }
    const fields = schema.fields.map((field) => {
      const item = this.#replaceNull ? value.get(field) : value.getWithoutDefault(field.name);
      return `${JSON.stringify(field.name)}:${this.#payload(field.schema, item)}`;
    });
    return `{${fields.join(",")}}`;
  }

  /** With text for keys an object, else an array of pairs. */
  #mapText(schema: Schema | null, value: Map<unknown, unknown>): string {
    const [keys, items] = schema === null ? [null, null] : [schema.keySchema, schema.valueSchema];
    const entries = [...value];
    const isObject = keys === null
      ? entries.every(([key]) => typeof key === "string")
      : keys.type === "string" && !keys.optional;
    if (isObject) {
      return `{${
        entries.map(([key, item]) => `${JSON.stringify(key)}:${this.#payload(items, item)}`).join(
          ",",
        )
      }}`;
    }
    return `[${
      entries.map(([key, item]) => `[${this.#payload(keys, key)},${this.#payload(items, item)}]`)
        .join(",")
    }]`;
  }

  #schemaText(schema: Schema): string {
    const known = this.#schemaTexts.get(schema);
    if (known !== undefined) return known;
    const text = `{${this.#schemaParts(schema).join(",")}}`;
    this.#schemaTexts.set(schema, text);
    return text;
  }

  #schemaParts(schema: Schema): string[] {
    const { type, optional, name, version, doc, parameters, defaultValue } = schema;
    const parts = [`"type":"${typeNames[type] ?? type}"`];
    if (type === "array") parts.push(`"items":${this.#schemaText(schema.valueSchema)}`);
    if (type === "map") {
      parts.push(`"keys":${this.#schemaText(schema.keySchema)}`);
      parts.push(`"values":${this.#schemaText(schema.valueSchema)}`);
    }
    if (type === "struct") {
      const fields = schema.fields.map((field) =>
        `{${
          [...this.#schemaParts(field.schema), `"field":${JSON.stringify(field.name)}`].join(",")
        }}`
      );
      parts.push(`"fields":[${fields.join(",")}]`);
    }
    parts.push(`"optional":${optional}`);
    if (name !== null) parts.push(`"name":${JSON.stringify(name)}`);
    if (version !== null) parts.push(`"version":${version}`);
    if (doc !== null) parts.push(`"doc":${JSON.stringify(doc)}`);
    if (parameters !== null) parts.push(`"parameters":${JSON.stringify(parameters)}`);
    if (defaultValue !== undefined) parts.push(`"default":${this.#payload(schema, defaultValue)}`);
    return parts;
  }

  #schemaOf(json: Json): Schema {
    const text = JSON.stringify(json, (_, item) => typeof item === "bigint" ? String(item) : item);
    const known = this.#schemas.get(text);
    if (known !== undefined) return known;
    const schema = this.#readSchema(json);
    if (this.#schemas.size >= this.#cacheSizeMax) this.#schemas.clear();
    if (this.#cacheSizeMax > 0) this.#schemas.set(text, schema);
    return schema;
  }

  #readSchema(json: Json): Schema {
    if (!isObject(json) || typeof json.type !== "string") {
      throw new DataError("Schema must contain 'type' field");
    }
    const type = Object.hasOwn(types, json.type) ? types[json.type] : undefined;
    if (type === undefined) throw new DataError(`Unknown schema type: ${json.type}`);
    const nested: {
      valueSchema?: Schema;
      keySchema?: Schema;
      fields?: { name: string; schema: Schema }[];
    } = {};
    if (type === "array") {
      if (json.items === undefined) {
        throw new DataError("Array schema did not specify the element type");
      }
      nested.valueSchema = this.#readSchema(json.items);
    } else if (type === "map") {
      if (json.keys === undefined) throw new DataError("Map schema did not specify the key type");
      if (json.values === undefined) {
        throw new DataError("Map schema did not specify the value type");
      }
      nested.keySchema = this.#readSchema(json.keys);
      nested.valueSchema = this.#readSchema(json.values);
    } else if (type === "struct") {
      if (!Array.isArray(json.fields)) {
        throw new DataError('Struct schema\'s "fields" argument is not an array.');
      }
      nested.fields = json.fields.map((field) => {
        if (!isObject(field) || typeof field.field !== "string") {
          throw new DataError("Struct schema's field name not specified properly");
        }
        return { name: field.field, schema: this.#readSchema(field) };
      });
    }
    const options = {
      type,
      optional: json.optional === true,
      name: typeof json.name === "string" ? json.name : null,
      version: typeof json.version === "number" ? json.version : null,
      doc: typeof json.doc === "string" ? json.doc : null,
      parameters: isObject(json.parameters) ? parametersOf(json.parameters) : null,
      ...nested,
    };
    if (json.default === undefined || json.default === null) return new Schema(options);
    return new Schema({ ...options, defaultValue: this.#typed(new Schema(options), json.default) });
  }

  #typed(schema: Schema, json: Json): unknown {
    if (json === null) {
      if (schema.defaultValue !== undefined && this.#replaceNull) return schema.defaultValue;
      if (schema.optional) return null;
      throw new DataError(`Invalid null value for required ${schema.type.toUpperCase()} field`);
    }
    switch (schema.type) {
      case "boolean":
        return json === true;
      case "string":
        return typeof json === "string" ? json : typeof json === "object" ? "" : String(json);
      case "int64":
        return BigInt.asIntN(64, integerOf(json));
      case "int32":
      case "int16":
      case "int8":
        return Number(BigInt.asIntN(Number(schema.type.slice(3)), integerOf(json)));
      case "float32":
        return Math.fround(floatOf(json));
      case "float64":
        return floatOf(json);
      case "bytes":
        return bytesOf(json);
      case "array":
        if (!Array.isArray(json)) {
          throw new DataError(
            `Arrays should be encoded as JSON arrays, but found ${nodeType(json)}`,
          );
        }
        return json.map((item) => this.#typed(schema.valueSchema, item));
      case "map":
        return this.#typedMap(schema, json);
      case "struct": {
        if (!isObject(json)) {
          throw new DataError(
            `Structs should be encoded as JSON objects, but found ${nodeType(json)}`,
          );
        }
        const struct = new Struct(schema);
        for (const field of schema.fields) {
          struct.put(field, this.#typed(field.schema, json[field.name] ?? null));
        }
        return struct;
      }
    }
  }

  #typedMap(schema: Schema, json: Json): Map<unknown, unknown> {
    const { keySchema, valueSchema } = schema;
    if (keySchema.type === "string" && !keySchema.optional) {
      if (!isObject(json)) {
        throw new DataError(
          `Maps with string fields should be encoded as JSON objects, but found ${nodeType(json)}`,
        );
      }
      return new Map(
        Object.entries(json).map(([key, item]) => [key, this.#typed(valueSchema, item)]),
      );
    }
    if (!Array.isArray(json)) {
      throw new DataError(
        `Maps with non-string fields should be encoded as JSON array of tuples, but found ${
          nodeType(json)
        }`,
      );
    }
    return new Map(json.map((entry) => {
      if (!Array.isArray(entry)) {
        throw new DataError(`Found invalid map entry instead of array tuple: ${nodeType(entry)}`);
      }
      if (entry.length !== 2) {
        throw new DataError(
          `Found invalid map entry, expected length 2 but found :${entry.length}`,
        );
      }
      return [this.#typed(keySchema, entry[0]), this.#typed(valueSchema, entry[1])];
    }));
  }
}

/** `text`, when the schema is none or of one of these types. */
function checked(
  schema: Schema | null,
  allowed: readonly SchemaType[],
  value: unknown,
  text: string,
): string {
  if (schema === null || allowed.includes(schema.type)) return text;
  throw new DataError(
    `Invalid type for ${schema.type.toUpperCase()}: class ${javaClassOf(value)}`,
  );
}

function numberText(schema: Schema | null, value: number): string {
  const isFloat = schema === null
    ? !Number.isInteger(value)
    : schema.type === "float64" || schema.type === "float32";
  if (!isFloat) return checked(schema, ["int8", "int16", "int32"], value, String(value));
  const text = schema?.type === "float32" ? floatText(value) : doubleText(value);
  return Number.isFinite(value) ? text : `"${text}"`;
}

const dayMs = 24 * 60 * 60 * 1000;

function dateText(schema: Schema | null, value: Date): string {
  const timeMs = value.getTime();
  if (schema?.name?.endsWith(".Date")) return String(timeMs / dayMs);
  return String(timeMs);
}

/** JSON whose large integers stay exact. */
function parse(text: string): Json {
  return JSON.parse(
    text,
    ((_key: string, item: Json, { source }: { source?: string }) => {
      if (typeof item !== "number" || Number.isSafeInteger(item)) return item;
      return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : item;
    }) as (key: string, value: unknown) => unknown,
  );
}

/** A value without a schema: objects become maps. */
function plain(json: Json): unknown {
  if (Array.isArray(json)) return json.map(plain);
  if (isObject(json)) return new Map(Object.entries(json).map(([key, item]) => [key, plain(item)]));
  return json;
}

function isObject(json: Json | undefined): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function parametersOf(json: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (typeof value !== "string") {
        throw new DataError("Schema parameters must have string values.");
      }
      return [name, value];
    }),
  );
}

function integerOf(json: Json): bigint {
  if (typeof json === "bigint") return json;
  const value = floatOf(json);
  return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
}

function floatOf(json: Json): number {
  if (typeof json === "object") return 0;
  const value = json === "" ? 0 : Number(json);
  return Number.isNaN(value) && json !== "NaN" ? 0 : value;
}

function bytesOf(json: Json): Uint8Array {
  try {
    if (typeof json === "string") return Uint8Array.fromBase64(json);
  } catch (cause) {
    throw new DataError("Invalid bytes field", { cause });
  }
  throw new DataError("Invalid bytes field");
}

function nodeType(json: Json): string {
  if (Array.isArray(json)) return "ARRAY";
  const kinds: Record<string, string> = { object: "OBJECT", string: "STRING", boolean: "BOOLEAN" };
  return kinds[typeof json] ?? "NUMBER";
}

const declaration = {
  name: "JsonConverter",
  aliases: ["org.apache.kafka.connect.json.JsonConverter"],
  version: "4.2.0",
  config: CONFIG,
  create: JsonConverter,
};

export default [converter(declaration), headerConverter(declaration)];
