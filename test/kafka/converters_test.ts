/** Recorded answers of converters are Kafka's, and ours are Kafka's for random input. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Converter, HeaderConverter, SchemaAndValue } from "../../mod.ts";
import json from "../../plugins/converters/json_converter.ts";
import simpleHeader from "../../plugins/converters/simple_header_converter.ts";
import {
  assertSchema,
  assertThrows,
  assertValue,
  type RecordedSchema,
  schemaOf,
  type Tagged,
} from "../golden/tagged_values.ts";
import { data } from "../unit/api/data/arbitraries.ts";
import { converterAnswers, converterGolden } from "./converter_golden.ts";
import { javaTest } from "./java.ts";

interface Answer {
  input: string;
  schema?: RecordedSchema | null;
  value?: Tagged;
  exception?: string;
  message?: string;
}

type JsonAnswer = { input: string; "schemas=true": Answer; "schemas=false": Answer };

/** Java 19 and later write this one number otherwise. */
const withoutJavaVersion = (text: string) => text.replaceAll("9.999999999999999E22", "1.0E23");

javaTest(`test/golden/${converterGolden} is what Kafka answers`, async (java) => {
  const path = new URL(`../golden/${converterGolden}`, import.meta.url).pathname;
  const [recorded, answered] = [await Deno.readTextFile(path), await converterAnswers(java, path)];
  assert.deepStrictEqual(
    JSON.parse(withoutJavaVersion(answered)),
    JSON.parse(withoutJavaVersion(recorded)),
  );
});

const encoder = new TextEncoder();
/** The same input every time: whoever finds a difference changes the seed. */
const sample = <T>(values: fc.Arbitrary<T>) => fc.sample(values, { numRuns: 2000, seed: 42 });

const headerTokens = [
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  '"',
  "\\",
  " ",
  "\n",
  "1",
  "200",
  "1.5",
  "-",
  "+",
]
  .concat("1e3", "true", "false", "null", "a", "é", ".", '"a"', "70000", "3000000000", "1e400")
  .concat("9223372036854775808", "2019-08-23", "14:34:54.346Z", "2019-08-23T14:34:54.346Z", "-0.0")
  .concat(
    "2019-13-45",
    "25:61:61.999Z",
    "14\\:34\\:54.346Z",
    "TRUE",
    "NaN",
    "0x10",
    "1f",
    "1L",
    "1.10",
  )
  .concat(
    ".5",
    "5.",
    "00",
    "-0",
    "+5",
    "\u0663",
    "128",
    "-129",
    "1e2147483648",
    "1e-30",
    "😀",
    "\t",
  );
/** Values inside each other, of the same tokens. */
const nestedValues: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...headerTokens),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
    fc.array(fc.tuple(tie("value"), tie("value")), { maxLength: 3 })
      .map((entries) => `{${entries.map((entry) => entry.join(":")).join(",")}}`),
  ),
})).value;
const jsonTokens = ["[", "]", "{", "}", ",", ":", '"', "\\", " ", "\n", "1", "0", "1.5", "-", "01"]
  .concat(
    "1e3",
    "true",
    "fals",
    "null",
    '"a":',
    '"b":',
    '"a"',
    ".5",
    "1e",
    "[1]",
    "{}",
    "é",
    "\\u00",
  )
  .concat('"\\n"', "9223372036854775808", "-0", "0.1");

const soup = (tokens: string[]) =>
  fc.array(fc.constantFrom(...tokens), { minLength: 1, maxLength: 9 }).map((list) => list.join(""));

/** An envelope of random data, here and there with another payload than its schema wants. */
const envelopes = fc.tuple(data, fc.option(fc.jsonValue(), { freq: 3 })).map(
  ([{ schema, value }, payload]) => {
    const text = configured("true").fromConnectData("t", schema, value) as string;
    if (payload === null) return text;
    return text.replace(/"payload":.*$/, () => `"payload":${JSON.stringify(payload)}}`);
  },
);

function configured(schemas: string): Converter {
  const made = new json[0].create() as Converter;
  made.configure({ "schemas.enable": schemas }, false);
  return made;
}

async function ask(
  java: Parameters<typeof converterAnswers>[0],
  headers: string[],
  texts: string[],
): Promise<{ toConnectHeader: Answer[]; toConnectData: JsonAnswer[] }> {
  const cases = {
    fromConnectData: [],
    toConnectData: texts.map((input) => ({ input, "schemas=true": {}, "schemas=false": {} })),
    schemaContent: [],
    otherConverters: [],
    toConnectHeader: headers.map((input) => ({ input })),
    fromConnectHeader: [],
  };
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, JSON.stringify(cases));
    return JSON.parse(await converterAnswers(java, path));
  } finally {
    await Deno.remove(path);
  }
}

function assertAnswer(read: () => SchemaAndValue, answer: Answer): void {
  try {
    if (answer.exception !== undefined) {
      assertThrows(read, answer as { exception: string; message: string });
      return;
    }
    const { schema, value } = read();
    const expected = schemaOf(answer.schema ?? null);
    assertSchema(schema, expected);
    assertValue(value, answer.value!, expected);
  } catch (cause) {
    throw new Error(`Not as Java's: ${answer.input}: ${(cause as Error).message}`, { cause });
  }
}

javaTest("SimpleHeaderConverter reads random text as Kafka's does", async (java) => {
  const converter: HeaderConverter = new simpleHeader.create();
  const texts = [...sample(soup(headerTokens)), ...sample(nestedValues)];
  const { toConnectHeader } = await ask(java, texts, []);
  let compared = 0;
  for (const answer of toConnectHeader) {
    const isNull = answer.exception === "java.lang.NullPointerException";
    // Java drops text after white space that begins like an array or a map; see docs/differences.md.
    const isCut = answer.value?.t === "string" && answer.value.v !== answer.input;
    if (isCut && /^\s+[[{]/.test(answer.input)) continue;
    const expected = isNull ? { input: answer.input, schema: null, value: { t: "null" } } : answer;
    const bytes = encoder.encode(answer.input);
    assertAnswer(() => converter.toConnectHeader("t", "h", bytes), expected);
    compared++;
  }
  assert.ok(compared > 3800);
});

javaTest("JsonConverter reads random JSON as Kafka's does", async (java) => {
  const texts = [...sample(soup(jsonTokens)), ...sample(envelopes)];
  const { toConnectData } = await ask(java, [], texts);
  const [withSchemas, plain] = [configured("true"), configured("false")];
  for (const { input, "schemas=true": one, "schemas=false": other } of toConnectData) {
    const bytes = encoder.encode(input);
    assertAnswer(() => withSchemas.toConnectData("t", bytes), { ...one, input });
    assertAnswer(() => plain.toConnectData("t", bytes), { ...other, input });
  }
});
