/**
 * What `deno task bench:plugins` has transforms, predicates and converters do: the same for ours and for
 * Java's, in the form of golden data.
 *
 * @module
 */

import type {
  Question,
  RecordedDatum,
  RecordedRecord,
} from "../test/golden/answered_transforms.ts";
import type { Tagged } from "../test/golden/tagged_values.ts";

/** A transform or a predicate with a record. */
export interface RecordWorkload extends Question {
  /** The record. */
  input: RecordedRecord;
}

/** A converter with data, one way. */
export interface ConverterWorkload {
  /** The Java class. */
  converter: string;
  /** What it does. */
  case: string;
  /** The configuration. */
  config: Record<string, string>;
  /** Whether data becomes bytes, or bytes become data. */
  way: "write" | "read";
  /** The data. */
  datum: RecordedDatum;
}

/** Either. */
export type Workload = RecordWorkload | ConverterWorkload;

const string = (v: string): Tagged => ({ t: "string", v });

/** What an event of some device may look like. */
const fields: [name: string, schema: Record<string, unknown>, value: Tagged][] = [
  ["id", { type: "int64" }, { t: "int64", v: "1700000000123456" }],
  ["host", { type: "string" }, string("edge-17.example.com")],
  ["level", { type: "string" }, string("INFO")],
  ["count", { type: "int32" }, { t: "int32", v: 42 }],
  ["ratio", { type: "double" }, { t: "float64", v: "0.125" }],
  ["ok", { type: "boolean" }, { t: "boolean", v: true }],
  ["text", { type: "string" }, string("request 17 took 42 ms and was answered with status 200")],
  ["at", { type: "int64" }, { t: "int64", v: "1700000000123" }],
];

const position = [
  ["lat", { type: "double" }, { t: "float64", v: "47.5" }],
  ["lon", { type: "double" }, { t: "float64", v: "8.25" }],
] as const;

function structOf(all: readonly (readonly [string, Record<string, unknown>, Tagged])[]) {
  return {
    schema: {
      type: "struct",
      fields: all.map(([field, schema]) => ({
        ...schema,
        optional: schema.optional ?? false,
        field,
      })),
      optional: false,
    },
    tagged: { t: "struct", v: Object.fromEntries(all.map(([name, , value]) => [name, value])) },
  };
}

const { schema: positionSchema, tagged: positionValue } = structOf(position);
const struct: RecordedDatum = structOf([...fields, ["position", positionSchema, positionValue]]);

function mapOf(all: readonly (readonly [string, unknown, Tagged])[]): Tagged {
  return { t: "map", v: all.map(([name, , value]) => [string(name), value]) };
}

const map: RecordedDatum = {
  schema: null,
  tagged: mapOf([...fields, ["position", null, mapOf(position)]]),
};

function input(value: RecordedDatum): RecordedRecord {
  return {
    topic: "events-2023",
    partition: 0,
    timestamp: 1700000000123,
    key: { schema: { type: "string", optional: false }, tagged: string("edge-17") },
    value,
    headers: [{ name: "trace", schema: null, tagged: string("b7ad6b7169203331") }],
  };
}

const transforms: Record<string, Record<string, string>> = {
  "Cast$Value": { spec: "id:string,count:int64,ratio:float32" },
  "ExtractField$Value": { field: "position.lat", "field.syntax.version": "V2" },
  "Flatten$Value": { delimiter: "_" },
  "HeaderFrom$Value": { fields: "host,level", headers: "host,level", operation: "move" },
  "HoistField$Value": { field: "line" },
  "InsertField$Value": {
    "topic.field": "topic",
    "timestamp.field": "received",
    "static.field": "site",
    "static.value": "north",
  },
  "MaskField$Value": { fields: "host,count" },
  "ReplaceField$Value": { exclude: "ratio,ok", renames: "host:source" },
  "SetSchemaMetadata$Value": { "schema.name": "Event", "schema.version": "2" },
  "TimestampConverter$Value": {
    field: "at",
    "target.type": "string",
    format: "yyyy-MM-dd'T'HH:mm:ss.SSSX",
  },
  "ValueToKey": { fields: "id,host" },
};

/** Those that do not look at what the value holds. */
const plain: Record<string, Record<string, string>> = {
  DropHeaders: { headers: "trace" },
  Filter: {},
  InsertHeader: { header: "site", "value.literal": "north" },
  RegexRouter: { regex: "events-(.*)", replacement: "all-$1" },
  TimestampRouter: { "topic.format": "${topic}-${timestamp}", "timestamp.format": "yyyyMMdd" },
};

const predicates: Record<string, Record<string, string>> = {
  HasHeaderKey: { name: "trace" },
  RecordIsTombstone: {},
  TopicNameMatches: { pattern: "events-.*" },
};

/** Only structs have a schema to change. */
const structOnly = ["SetSchemaMetadata$Value"];

const packageName = "org.apache.kafka.connect.transforms";

/** All of transforms and predicates. */
export const recordWorkloads: readonly RecordWorkload[] = [
  ...Object.entries(transforms).flatMap(([name, config]) => {
    const transform = `${packageName}.${name}`;
    const withStruct = { transform, case: "struct", config, input: input(struct) };
    if (structOnly.includes(name)) return [withStruct];
    return [withStruct, { transform, case: "map", config, input: input(map) }];
  }),
  ...Object.entries(plain).map(([name, config]) => ({
    transform: `${packageName}.${name}`,
    case: "any",
    config,
    input: input(struct),
  })),
  ...Object.entries(predicates).map(([name, config]) => ({
    predicate: `${packageName}.predicates.${name}`,
    case: "any",
    config,
    input: input(struct),
  })),
];

const converters = "org.apache.kafka.connect.converters";

function bare(type: string, tagged: Tagged): RecordedDatum {
  return { schema: { type, optional: false }, tagged };
}

const converted: [name: string, what: string, config: Record<string, string>, RecordedDatum][] = [
  ["org.apache.kafka.connect.json.JsonConverter", "struct, envelope", {}, struct],
  ["org.apache.kafka.connect.json.JsonConverter", "struct", { "schemas.enable": "false" }, struct],
  ["org.apache.kafka.connect.json.JsonConverter", "map", { "schemas.enable": "false" }, map],
  ["org.apache.kafka.connect.storage.StringConverter", "text", {}, bare("string", fields[6][2])],
  [
    "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    "text",
    {},
    bare("string", fields[1][2]),
  ],
  [
    "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    "number",
    {},
    bare("int32", fields[3][2]),
  ],
  [
    `${converters}.ByteArrayConverter`,
    "bytes",
    {},
    bare("bytes", { t: "bytes", v: "A".repeat(136) }),
  ],
  [`${converters}.ShortConverter`, "int16", {}, bare("int16", { t: "int16", v: 42 })],
  [`${converters}.IntegerConverter`, "int32", {}, bare("int32", fields[3][2])],
  [`${converters}.LongConverter`, "int64", {}, bare("int64", fields[0][2])],
  [`${converters}.FloatConverter`, "float32", {}, bare("float", { t: "float32", v: "0.125" })],
  [`${converters}.DoubleConverter`, "float64", {}, bare("double", fields[4][2])],
  [`${converters}.BooleanConverter`, "boolean", {}, bare("boolean", fields[5][2])],
];

/** All of converters, each both ways. */
export const converterWorkloads: readonly ConverterWorkload[] = converted.flatMap(
  ([converter, what, config, datum]) =>
    (["write", "read"] as const).map((way) => ({
      converter,
      case: `${way} ${what}`,
      config: { ...config, "converter.type": converter.includes("Header") ? "header" : "value" },
      way,
      datum,
    })),
);
