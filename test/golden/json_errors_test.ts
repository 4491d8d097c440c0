/** What JsonConverter says of text that is not JSON, against what Kafka Connect's says. */

import assert from "node:assert/strict";
import { type Converter, DataError } from "../../mod.ts";
import json from "../../plugins/converters/json_converter.ts";
import golden from "./json-errors.json" with { type: "json" };

const encoder = new TextEncoder();
const converter = new json[0].create() as Converter;
converter.configure({ "schemas.enable": "false" }, false);

for (const [text, message] of Object.entries(golden)) {
  Deno.test(`JsonConverter says what is wrong with ${JSON.stringify(text).slice(0, 40)}`, () => {
    const read = () => converter.toConnectData("t", encoder.encode(text));
    if (message === null) return void read();
    assert.throws(read, (error: DataError) => {
      assert.equal((error.cause as Error).message, message);
      return true;
    });
  });
}
