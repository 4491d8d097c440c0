/** Compares our converters with answers recorded from those of Kafka Connect 4.2. */

import assert from "node:assert/strict";
import { type Converter, type HeaderConverter, Schemas, type Serialized } from "../../mod.ts";
import json from "../../plugins/converters/json_converter.ts";
import simpleHeader from "../../plugins/converters/simple_header_converter.ts";
import { BUILT_IN } from "../../plugins/mod.ts";
import golden from "./converters.json" with { type: "json" };
import {
  assertSchema,
  assertThrows,
  assertValue,
  type RecordedSchema,
  schemaOf,
  type Tagged,
  valueOf,
} from "./tagged_values.ts";

/** An answer: what was written, what was read, or what was thrown. */
interface Answer {
  utf8?: string | null;
  base64?: string | null;
  schema?: RecordedSchema | null;
  value?: Tagged;
  exception?: string;
  message?: string;
  cause?: string;
  causeMessage?: string;
}

const encoder = new TextEncoder();

/** A converter as the configuration in a variant's name says: `schemas=true,decimal=NUMERIC`. */
function jsonConverter(variant: string): Converter {
  const keys: Record<string, string> = { schemas: "schemas.enable", decimal: "decimal.format" };
  const props = Object.fromEntries(
    variant.split(",").map((pair) => pair.split("=")).map(([key, value]) => [
      keys[key] ?? key,
      value,
    ]),
  );
  return configured(props);
}

function configured(props: Record<string, string>): Converter {
  const converter = new json[0].create() as Converter;
  converter.configure(props, false);
  return converter;
}

function textOf(serialized: Serialized): string | null {
  return typeof serialized === "object" && serialized !== null
    ? new TextDecoder().decode(serialized)
    : serialized;
}

function bytesOf(serialized: Serialized): Uint8Array | null {
  return typeof serialized === "string" ? encoder.encode(serialized) : serialized;
}

function isKafkas({ cause, causeMessage }: Answer): boolean {
  return cause?.startsWith("org.apache.kafka.") === true &&
    !causeMessage!.startsWith("com.fasterxml.");
}

/** Asserts that reading gives the answer, whose schema and value stand in it. */
function assertRead(
  read: () => { schema: ReturnType<typeof schemaOf>; value: unknown },
  answer: Answer,
): void {
  if (answer.exception !== undefined) {
    assertThrows(read, answer as { exception: string; message: string });
    // What Java's own libraries have to say stands below; what Kafka says is the same.
    if (isKafkas(answer)) {
      assert.throws(read, ({ cause }) => cause.message === answer.causeMessage);
    }
    return;
  }
  const { schema, value } = read();
  const expected = schemaOf(answer.schema ?? null);
  assertSchema(schema, expected);
  assertValue(value, answer.value!, expected);
}

/** A Uint8Array stands for Java's byte[] and ByteBuffer; messages call it the former. */
const buffers = Object.fromEntries(
  ["Short", "Integer", "Long", "Float", "Double"].map((type) => [
    `${type}Converter bytes `,
    {
      reason: "a Uint8Array stands for a ByteBuffer, too",
      answer: {
        exception: "org.apache.kafka.connect.errors.DataException",
        message: `Failed to serialize to ${type.toLowerCase()} (was class [B): `,
      },
    },
  ]),
);

/** Cases we answer differently, with the reason and our answer. docs/differences.md tells more. */
const differences: Readonly<Record<string, { reason: string; answer?: Answer; input?: unknown }>> =
  {
    "float64 9.999999999999999E22": {
      reason: "float text is that of Java 19 and later",
      answer: { utf8: "1.0E23" },
    },
    "string lone ? surrogate": {
      reason: "the recording has lost the lone surrogate of the input",
      input: "lone \ud800 surrogate",
    },
    "bytes ByteBuffer with position 2": {
      reason: "a Uint8Array has no position; Java writes the bytes before it, too",
      answer: { utf8: '"AwQF"' },
    },
    "wrong type: double for float32": {
      reason: "JavaScript has one type of floats",
      answer: { utf8: "1.5" },
    },
    "schemaless object": {
      reason: "JavaScript has no StringBuilder; any other object is refused in the same words",
      input: Symbol("sb"),
      answer: refusedObject(),
    },
    "schemaless unsupported object": {
      reason: "an object of no kind that we know has no other class",
      answer: refusedObject(),
    },
    "schemaless char": {
      reason: "an object of no kind that we know has no other class",
      answer: refusedObject(),
    },
    ...numbersWithoutSchema({
      "ShortConverter schemaless int32 5": "AAU=",
      "IntegerConverter schemaless int16 3": "AAAAAw==",
      "LongConverter schemaless int16 3": "AAAAAAAAAAM=",
      "LongConverter schemaless int32 5": "AAAAAAAAAAU=",
      "FloatConverter schemaless int16 3": "QEAAAA==",
      "FloatConverter schemaless int32 5": "QKAAAA==",
      "FloatConverter schemaless float64 1.5": "P8AAAA==",
      "DoubleConverter schemaless int16 3": "QAgAAAAAAAA=",
      "DoubleConverter schemaless int32 5": "QBQAAAAAAAA=",
      "DoubleConverter schemaless float32 1.5": "P/gAAAAAAAA=",
    }),
    ...buffers,
  };

/** JavaScript has one type of numbers: one without a schema is taken for the type that is written. */
function numbersWithoutSchema(written: Record<string, string>) {
  const reason = "a number without a schema is taken for one of the converter's type";
  return Object.fromEntries(
    Object.entries(written).map(([name, base64]) => [name, { reason, answer: { base64 } }]),
  );
}

function refusedObject(): Answer {
  return {
    exception: "org.apache.kafka.connect.errors.DataException",
    message: "Java class class java.lang.Object does not have corresponding schema type.",
  };
}

/** A number without a schema is an Integer, or a Double when it has a fraction. */
function untyped(message: string): string {
  return message.replace("lang.Short", "lang.Integer").replace("lang.Float", "lang.Double");
}

const met = new Set<string>();

function differenceOf(name: string): (typeof differences)[string] | undefined {
  if (Object.hasOwn(differences, name)) met.add(name);
  return Object.hasOwn(differences, name) ? differences[name] : undefined;
}

const cases = golden as unknown as {
  fromConnectData: (
    & { name: string; schema: RecordedSchema | null; value: Tagged }
    & Record<string, Answer>
  )[];
  toConnectData: ({ input?: string | null; inputBase64?: string } & Record<string, Answer>)[];
};

for (const [index, recorded] of cases.fromConnectData.entries()) {
  const { name, schema, value } = recorded;
  const title = `${index} ${name}`;
  const difference = differenceOf(name) ?? differenceOf(`${name} ${value.v}`);
  const ours = schemaOf(schema);
  const input = difference?.input ?? valueOf(value, ours);
  for (const variant of Object.keys(recorded).filter((key) => key.startsWith("schemas="))) {
    Deno.test(`JsonConverter.fromConnectData() writes ${title} with ${variant}`, () => {
      const answer = difference?.answer ?? recorded[variant];
      const write = () => jsonConverter(variant).fromConnectData("t", ours, input);
      if (answer.exception !== undefined) {
        assertThrows(write, answer as { exception: string; message: string });
      } else if (difference?.answer !== undefined && variant.startsWith("schemas=true")) {
        assert.ok(textOf(write())!.endsWith(`"payload":${answer.utf8}}`));
      } else {
        assert.equal(textOf(write()), answer.utf8);
      }
    });
  }
  const back = recorded["roundTrip(schemas=true)"];
  if (back === undefined) continue;
  Deno.test(`JsonConverter.toConnectData() reads back ${title}`, () => {
    const text = recorded["schemas=true"].utf8!;
    const value = typeof difference?.input === "string" ? { t: "string", v: difference.input } : 0;
    assertRead(
      () => configured({}).toConnectData("t", encoder.encode(text)),
      value === 0 ? back : { ...back, value },
    );
  });
}

for (const recorded of cases.toConnectData) {
  const { input, inputBase64 } = recorded;
  const bytes = inputBase64 !== undefined
    ? Uint8Array.fromBase64(inputBase64)
    : typeof input === "string"
    ? encoder.encode(input)
    : null;
  for (const variant of Object.keys(recorded).filter((key) => key.startsWith("schemas="))) {
    Deno.test(`JsonConverter.toConnectData() reads ${input ?? inputBase64} with ${variant}`, () => {
      const converter = jsonConverter(variant);
      const answer = recorded[variant];
      assertRead(() => converter.toConnectData("t", bytes), answer);
      // Once more, now that the schema is remembered.
      assertRead(() => converter.toConnectData("t", bytes), answer);
    });
  }
}

for (const recorded of golden.schemaContent as unknown as Record<string, unknown>[]) {
  const content = recorded["schema.content"] as string;
  const make = () => configured({ "schema.content": content });
  if ("exception" in recorded) {
    Deno.test(`JsonConverter.configure() refuses schema.content=${content}`, () => {
      assertThrows(make, recorded as { exception: string; message: string });
    });
    continue;
  }
  for (const answer of recorded.toConnectData as (Answer & { input: string | null })[]) {
    Deno.test(`JsonConverter.toConnectData() reads ${answer.input} with schema.content=${content}`, () => {
      const bytes = answer.input === null ? null : encoder.encode(answer.input);
      assertRead(() => make().toConnectData("t", bytes), answer);
    });
  }
  Deno.test(`JsonConverter.fromConnectData() writes 5 with schema.content=${content}`, () => {
    const text = textOf(make().fromConnectData("t", Schemas.int32, 5));
    assert.equal(text, (recorded["fromConnectData int32 5"] as Answer).utf8);
  });
}

const declared = (await Promise.all(BUILT_IN.map(({ load }) => load())))
  .flatMap((file) => file.default);

/** A converter by its Java name, with or without its package. */
function made(name: string, props: Record<string, string> = {}): Converter {
  const plugin = declared.find(({ name: short, aliases, type }) =>
    type === "converter" && (short === name || aliases!.includes(name))
  );
  assert(plugin?.type === "converter", name);
  const converter = new plugin.create();
  converter.configure(props, false);
  return converter;
}

for (const recorded of golden.otherConverters as unknown as Record<string, unknown>[]) {
  const title = recorded.converter as string;
  const [name, setting] = title.split(" with ");
  if (setting !== undefined) {
    testSetting(name, setting, recorded);
    continue;
  }
  const converter = made(name);
  const short = title.split(".").at(-1);
  for (const [index, answer] of (recorded.fromConnectData as Answer[]).entries()) {
    const { t, v } = answer.value!;
    const schema = schemaOf(answer.schema ?? null);
    const which = `${short} ${schema === null ? "schemaless " : ""}${t} ${v}`;
    const { exception, message, base64 } = differenceOf(which)?.answer ?? answer;
    Deno.test(`${short}.fromConnectData() writes ${index} ${JSON.stringify(answer.value)}`, () => {
      const write = () => converter.fromConnectData("t", schema, valueOf(answer.value!, schema));
      if (exception !== undefined) {
        assertThrows(write, { exception, message: schema === null ? untyped(message!) : message! });
      } else if (t === "bytes" && short === "StringConverter") {
        // Java prints an address, or a buffer's bounds.
        assert.equal(textOf(write()), `[B@${Uint8Array.fromBase64(v as string).toHex()}`);
      } else {
        assert.equal(bytesOf(write())?.toBase64() ?? null, base64);
      }
    });
  }
  for (const answer of recorded.toConnectData as (Answer & { hex: string | null })[]) {
    Deno.test(`${short}.toConnectData() reads ${answer.hex}`, () => {
      const bytes = answer.hex === null ? null : Uint8Array.fromHex(answer.hex);
      assertRead(() => converter.toConnectData("t", bytes), answer);
    });
  }
}

function testSetting(name: string, setting: string, recorded: Record<string, unknown>): void {
  const [key, value] = setting.split("=");
  const make = () => made(name, { [key]: value });
  if ("exception" in recorded) {
    Deno.test(`${name}.configure() refuses ${setting}`, () => {
      assertThrows(make, recorded as { exception: string; message: string });
    });
    return;
  }
  Deno.test(`${name} reads and writes with ${setting}`, () => {
    const written = Object.entries(recorded).find(([key]) => key.startsWith("fromConnectData of "));
    const text = written![0].slice("fromConnectData of ".length).split(",")[0];
    const base64 = recorded[`fromConnectData of ${text}, base64`];
    assert.equal((make().fromConnectData("t", null, text) as Uint8Array).toBase64(), base64);
    const read = Object.entries(recorded).find(([key]) => key.startsWith("toConnectData of hex "));
    const bytes = Uint8Array.fromHex(read![0].slice("toConnectData of hex ".length));
    assertValue(make().toConnectData("t", bytes).value, read![1] as Tagged, Schemas.string);
  });
}

const headers: HeaderConverter = new simpleHeader.create();
headers.configure({});

for (const answer of golden.toConnectHeader as unknown as (Answer & { input: string | null })[]) {
  Deno.test(`SimpleHeaderConverter.toConnectHeader() reads ${JSON.stringify(answer.input)}`, () => {
    const bytes = answer.input === null ? null : encoder.encode(answer.input);
    // Java answers with null for the text null, and whoever asked fails or sees a header without a value.
    const isNull = answer.exception === "java.lang.NullPointerException";
    const expected = isNull ? { schema: null, value: { t: "null" } } : answer;
    assertRead(() => headers.toConnectHeader("t", "h", bytes), expected);
  });
}

for (const [index, answer] of (golden.fromConnectHeader as unknown as Answer[]).entries()) {
  const title = `${index} ${JSON.stringify(answer.value)}`;
  Deno.test(`SimpleHeaderConverter.fromConnectHeader() writes ${title}`, () => {
    const schema = schemaOf(answer.schema ?? null);
    const value = valueOf(answer.value!, schema);
    assert.equal(textOf(headers.fromConnectHeader("t", "h", schema, value)), answer.utf8);
  });
}

Deno.test("every difference stands for a case that is compared", () => {
  assert.deepEqual([...met].sort(), Object.keys(differences).sort());
});
