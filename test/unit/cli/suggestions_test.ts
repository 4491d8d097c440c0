/** What may be meant by a class that there is not. */

import assert from "node:assert/strict";
import { suggestions } from "../../../src/cli/suggestions.ts";

const known = [
  "org.apache.kafka.connect.file.FileStreamSinkConnector",
  "org.apache.kafka.connect.file.FileStreamSourceConnector",
  "org.apache.kafka.connect.json.JsonConverter",
  "org.apache.kafka.connect.transforms.HoistField$Key",
  "org.apache.kafka.connect.transforms.HoistField$Value",
  "org.apache.kafka.connect.transforms.Filter",
];
const meant = (name: string) =>
  suggestions(name, known).map((one) => one.slice(one.lastIndexOf(".") + 1));

Deno.test("suggestions() are names that are nearly the same, wherever the class is said to be", () => {
  assert.deepEqual(meant("JsonConvertor"), ["JsonConverter"]);
  assert.deepEqual(meant("io.elsewhere.JsonConverter"), ["JsonConverter"]);
  assert.deepEqual(meant("filter"), ["Filter"]);
  assert.deepEqual(meant("FileSteamSourceConnector"), ["FileStreamSourceConnector"]);
  assert.deepEqual(meant("HoistField$Value"), ["HoistField$Value"]);
});

Deno.test("suggestions() are both parts where a transform of neither is named", () => {
  assert.deepEqual(meant("org.apache.kafka.connect.transforms.HoistFeild"), [
    "HoistField$Key",
    "HoistField$Value",
  ]);
});

Deno.test("suggestions() are none for a name like no other", () => {
  assert.deepEqual(meant("com.example.Nope"), []);
  assert.deepEqual(meant(""), []);
  assert.deepEqual(suggestions("JsonConverter", []), []);
});
