/** JsonConverter reads odd JSON as Kafka's does: value for value, word for word. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Converter } from "../../mod.ts";
import json from "../../plugins/converters/json_converter.ts";
import { assertRead, type RecordedRead } from "../golden/tagged_values.ts";
import { converterAnswers } from "./converter_golden.ts";
import { javaTest } from "./java.ts";
import { oddEnvelopes } from "./odd_json.ts";

const variants = ["schemas=true", "schemas=true,replace.null.with.default=false", "schemas=false"];
/** How many texts. */
const count = 2000;
/** The same every time: whoever looks for more differences changes it. */
const seed = 5;

function configured(variant: string): Converter {
  const made = new json[0].create() as Converter;
  const pairs = variant.split(",").map((pair) => pair.split("="));
  made.configure(
    Object.fromEntries(
      pairs.map(([key, value]) => [key === "schemas" ? "schemas.enable" : key, value]),
    ),
    false,
  );
  return made;
}

javaTest(
  "JsonConverter reads odd envelopes, schemas and payloads as Kafka's does",
  async (java) => {
    const asked = fc.sample(oddEnvelopes, { numRuns: count, seed }).map((input) => ({
      input,
      ...Object.fromEntries(variants.map((variant) => [variant, {}])),
    }));
    const none = {
      fromConnectData: [],
      schemaContent: [],
      otherConverters: [],
      toConnectHeader: [],
      fromConnectHeader: [],
    };
    const path = await Deno.makeTempFile({ suffix: ".json" });
    let answered: ({ input: string } & Record<string, RecordedRead>)[];
    try {
      await Deno.writeTextFile(path, JSON.stringify({ ...none, toConnectData: asked }));
      answered = JSON.parse(await converterAnswers(java, path)).toConnectData;
    } finally {
      await Deno.remove(path);
    }
    let tooFar = 0;
    for (const { input, ...answers } of answered) {
      for (const variant of variants) {
        const [converter, answer] = [
          configured(variant),
          (answers as Record<string, RecordedRead>)[variant],
        ];
        const bytes = new TextEncoder().encode(input);
        try {
          assertRead(() => converter.toConnectData("t", bytes), answer);
          // Once more, now that the schema is remembered.
          assertRead(() => converter.toConnectData("t", bytes), answer);
        } catch (error) {
          if (isTooFar(() => converter.toConnectData("t", bytes), answer)) tooFar++;
          else assert.fail(`${(error as Error).message}\n${variant}: ${input}`);
        }
      }
    }
    assert.ok(tooFar < count / 25, `${tooFar} dates are too far from 1970`);
  },
);

/** docs/differences.md: what is no date in JavaScript is refused; Java reads it, or fails at what comes behind it. */
function isTooFar(read: () => unknown, answer: RecordedRead): boolean {
  const dates = JSON.stringify(answer).matchAll(/"t":"date","v":(-?\d+)/g);
  const isBeyond = [...dates].some(([, ms]) => Math.abs(Number(ms)) > 8_640_000_000_000_000);
  if (!isBeyond && answer.exception === undefined) return false;
  try {
    read();
    return false;
  } catch (error) {
    return / is too far from 1970 for a Date$|^Cannot read (Date|Timestamp) -?\d+: it is too far/
      .test((error as Error).message);
  }
}
