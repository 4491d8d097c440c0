/** Converters do with random data and random bytes what Kafka's do, however they are configured. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Converter, decodeUtf8, type Serialized } from "../../mod.ts";
import { BUILT_IN } from "../../plugins/mod.ts";
import { recordedSchema, tagged } from "../golden/recorded_values.ts";
import {
  assertRead,
  assertThrows,
  type RecordedRead,
  type RecordedSchema,
  schemaOf,
  type Tagged,
  valueOf,
} from "../golden/tagged_values.ts";
import { data } from "../unit/api/data/arbitraries.ts";
import { converterAnswers } from "./converter_golden.ts";
import { javaTest } from "./java.ts";
import { type Datum, oddDatums, oddValues } from "./odd_data.ts";

/** What Java answers: what it wrote, what it read, or what it threw. */
interface Answer extends RecordedRead {
  utf8?: string | null;
  base64?: string | null;
}

/** What to ask, and what comes back with the answers in it. */
interface Cases {
  fromConnectData: (Datum & { name: string } & Record<string, unknown>)[];
  toConnectData: ({ inputBase64: string } & Record<string, unknown>)[];
  schemaContent: { "schema.content": string; toConnectData: (Answer & { input: string })[] }[];
  otherConverters: {
    converter: string;
    fromConnectData: (Datum & Answer)[];
    toConnectData: (Answer & { hex: string })[];
  }[];
  toConnectHeader: (Answer & { inputBase64: string })[];
  fromConnectHeader: (Datum & Answer)[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const plugins = (await Promise.all(BUILT_IN.map(({ load }) => load())))
  .flatMap((file) => file.default);

/** The same input every time: whoever finds a difference changes the seed. */
function sample<T>(values: fc.Arbitrary<T>, numRuns: number): T[] {
  return fc.sample(values, { numRuns, seed: 4 });
}

function converter(name: string, props: Record<string, string> = {}): Converter {
  const plugin = plugins.find(({ aliases, type }) => type === "converter" && aliases![0] === name);
  assert(plugin?.type === "converter", name);
  const made = new plugin.create();
  made.configure(props, false);
  return made;
}

const jsonName = "org.apache.kafka.connect.json.JsonConverter";
const stringName = "org.apache.kafka.connect.storage.StringConverter";
const otherNames = ["Short", "Integer", "Long", "Float", "Double", "Boolean", "ByteArray"]
  .map((type) => `org.apache.kafka.connect.converters.${type}Converter`);

/** All that JsonConverter can be told, as the keys of cases say it. */
const variants = ["true", "false"].flatMap((schemas) =>
  ["BASE64", "NUMERIC"].flatMap((decimal) =>
    ["true", "false"].map((replaces) =>
      `schemas=${schemas},decimal=${decimal},replace.null.with.default=${replaces}`
    )
  )
);

function jsonConverter(variant: string): Converter {
  const names: Record<string, string> = { schemas: "schemas.enable", decimal: "decimal.format" };
  const pairs = variant.split(",").map((pair) => pair.split("="));
  return converter(
    jsonName,
    Object.fromEntries(pairs.map(([key, value]) => [names[key] ?? key, value])),
  );
}

const datums: fc.Arbitrary<Datum> = data.map(({ schema, value }) => ({
  schema: recordedSchema(schema),
  value: tagged(value, schema),
}));

const numbers = new Set(["int8", "int16", "int32", "float32", "float64"]);

/** A value beside the schema of another. What a number is of, only its schema tells here, so none of them. */
const misfits: fc.Arbitrary<Datum> = fc.tuple(datums, datums).map(([{ schema }, { value }]) => ({
  schema,
  value: numbers.has(value.t) || /"t":"(struct|list|map)"/.test(JSON.stringify(value))
    ? { t: "string", v: "x" }
    : value,
}));

/** Text with bytes that are none in UTF-8: surrogates, cut characters. */
const malformed = fc.array(
  fc.constantFrom(
    "61",
    "22",
    "5b",
    "c3",
    "a9",
    "e2",
    "82",
    "ed",
    "a0",
    "b0",
    "bf",
    "f0",
    "9f",
    "f4",
    "90",
  ),
  { maxLength: 6 },
).map((hexes) => Uint8Array.fromHex(hexes.join("")));

/** Bytes that may be anything, or nearly an envelope. */
const inputs: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => new Uint8Array(bytes)),
  malformed,
  fc.tuple(datums, fc.constantFrom(...variants)).map(([{ schema, value }, variant]) => {
    const ours = schemaOf(schema);
    return encoder.encode(
      jsonConverter(variant).fromConnectData("t", ours, valueOf(value, ours)) as string,
    );
  }),
).chain((bytes) =>
  fc.record({ at: fc.nat(bytes.length), byte: fc.option(fc.nat(255)) }).map(({ at, byte }) => {
    if (byte !== null && at < bytes.length) bytes[at] = byte;
    return bytes;
  })
);

function questions(): Cases {
  const written = [...sample(datums, 1000), ...sample(misfits, 500), ...sample(oddDatums, 600)];
  const schemaless = sample(oddValues, 700);
  const read = sample(inputs, 2000).map((bytes) => bytes.toBase64());
  const asked = Object.fromEntries(variants.map((variant) => [variant, {}]));
  const json = fc.oneof(
    fc.json({ maxDepth: 1 }),
    fc.constantFrom("null", "5", "1.5", '"AQ=="'),
  );
  return {
    fromConnectData: [...written, ...schemaless].map((datum) => ({ name: "", ...datum, ...asked })),
    toConnectData: read.map((inputBase64) => ({ inputBase64, ...asked })),
    schemaContent: sample(fc.tuple(datums, fc.array(json, { maxLength: 5 })), 300).map(
      ([{ schema }, texts]) => ({
        "schema.content": contentOf(schema!),
        toConnectData: texts.map((input) => ({ input })),
      }),
    ),
    otherConverters: [stringName, ...otherNames].map((name) => ({
      converter: name,
      fromConnectData: written.map((datum) => ({ ...datum })),
      toConnectData: sample(fc.oneof(fc.uint8Array({ maxLength: 10 }), malformed), 400).map((
        bytes,
      ) => ({
        hex: new Uint8Array(bytes).toHex(),
      })),
    })),
    toConnectHeader: read.map((inputBase64) => ({ inputBase64 })),
    fromConnectHeader: [...written, ...schemaless].map((datum) => ({ ...datum })),
  };
}

/** A schema as schema.content has it. */
function contentOf(schema: RecordedSchema): string {
  const optional = schemaOf({ ...schema, optional: true });
  const envelope = jsonConverter("decimal=NUMERIC").fromConnectData("t", optional, null) as string;
  const text = envelope.slice('{"schema":'.length, envelope.lastIndexOf(',"payload":'));
  return text;
}

let answers: Promise<Cases> | null = null;

/** Kafka's answers, asked for once. */
function answered(java: Parameters<typeof converterAnswers>[0]): Promise<Cases> {
  return answers ??= (async () => {
    const path = await Deno.makeTempFile({ suffix: ".json" });
    try {
      await Deno.writeTextFile(path, JSON.stringify(questions()));
      return JSON.parse(await converterAnswers(java, path));
    } finally {
      await Deno.remove(path);
    }
  })();
}

function about(what: unknown, compare: () => void): void {
  try {
    compare();
  } catch (cause) {
    throw new Error(`${(cause as Error).message}\nNot as Java's: ${JSON.stringify(what)}`, {
      cause,
    });
  }
}

/** The same numbers in the same text: before Java 19 floats have more digits than it takes to tell them apart. */
function rounded(text: string | null): string | null {
  return text?.replaceAll(/\d\.\d+(E-?\d+)?/g, (number) => String(Math.fround(Number(number)))) ??
    null;
}

function assertWritten(write: () => Serialized, answer: Answer): void {
  if (answer.exception !== undefined) {
    assertThrows(write, { exception: answer.exception, message: answer.message ?? null });
    return;
  }
  const written = write();
  if (written instanceof Uint8Array) {
    assert.equal(written.toBase64(), answer.base64);
    return;
  }
  const { base64, utf8 = base64 && decoder.decode(Uint8Array.fromBase64(base64)) } = answer;
  if (written !== utf8) assert.equal(rounded(written), rounded(utf8!));
}

javaTest("JsonConverter writes random data as Kafka's does", async (java) => {
  for (const { schema, value, ...rest } of (await answered(java)).fromConnectData) {
    const ours = schemaOf(schema);
    const input = valueOf(value, ours);
    for (const variant of variants) {
      const write = () => jsonConverter(variant).fromConnectData("t", ours, input);
      about([variant, schema, value], () => assertWritten(write, rest[variant] as Answer));
    }
  }
});

javaTest("JsonConverter reads random bytes as Kafka's does", async (java) => {
  for (const { inputBase64, ...rest } of (await answered(java)).toConnectData) {
    const bytes = Uint8Array.fromBase64(inputBase64);
    for (const variant of variants) {
      const read = () => jsonConverter(variant).toConnectData("t", bytes);
      const text = new TextDecoder().decode(bytes);
      const answer = rest[variant] as Answer;
      // Java does not look at what follows the first value, even if it is no text.
      const wasCut = text.includes("\ufffd") && !answer.message?.includes("serialization error");
      if (!wasCut) about([variant, text, inputBase64], () => assertRead(read, answer));
    }
  }
});

javaTest("JsonConverter reads by schema.content as Kafka's does", async (java) => {
  for (const { "schema.content": content, toConnectData } of (await answered(java)).schemaContent) {
    const made = converter(jsonName, { "schema.content": content });
    for (const answer of toConnectData) {
      const read = () => made.toConnectData("t", encoder.encode(answer.input));
      about([content, answer.input], () => assertRead(read, answer));
    }
  }
});

/** Java prints an address for bytes, and counts days before 1582 otherwise. */
function isToldOtherwise(name: string, value: Tagged): boolean {
  const text = JSON.stringify(value);
  return name === stringName && /"t":"(bytes|float32)"|"t":"date","v":-\d{14}/.test(text);
}

javaTest("the other converters write and read random data as Kafka's do", async (java) => {
  for (const { converter: name, ...cases } of (await answered(java)).otherConverters) {
    const made = converter(name);
    for (const { schema, value, ...answer } of cases.fromConnectData) {
      if (isToldOtherwise(name, value)) continue;
      const ours = schemaOf(schema);
      const write = () => made.fromConnectData("t", ours, valueOf(value, ours));
      about([name, schema, value], () => assertWritten(write, answer));
    }
    for (const { hex, ...answer } of cases.toConnectData) {
      const read = () => made.toConnectData("t", Uint8Array.fromHex(hex));
      about([name, hex], () => assertRead(read, answer));
    }
  }
});

javaTest("SimpleHeaderConverter writes and reads random data as Kafka's does", async (java) => {
  const plugin = plugins.find(({ name }) => name === "SimpleHeaderConverter");
  assert(plugin?.type === "header_converter");
  const made = new plugin.create();
  const { fromConnectHeader, toConnectHeader } = await answered(java);
  for (const { schema, value, ...answer } of fromConnectHeader) {
    // Java takes all dates before the second day of 1970 for times of day.
    if (/"t":"date","v":(-|\d{1,8}\b)/.test(JSON.stringify(value))) continue;
    const ours = schemaOf(schema);
    const write = () => made.fromConnectHeader("t", "h", ours, valueOf(value, ours));
    about([schema, value], () => assertWritten(write, answer));
  }
  for (const { inputBase64, ...answer } of toConnectHeader) {
    // Java answers with null for the text null, and whoever asked fails.
    if (answer.exception === "java.lang.NullPointerException") continue;
    const bytes = Uint8Array.fromBase64(inputBase64);
    // Java drops text after white space that begins like an array or a map; see docs/differences.md.
    if (answer.value?.t === "string" && answer.value.v !== decodeUtf8(bytes)) continue;
    const read = () => made.toConnectHeader("t", "h", bytes);
    about([inputBase64], () => assertRead(read, answer));
  }
});
