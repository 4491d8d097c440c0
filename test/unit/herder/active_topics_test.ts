/** The topics that connectors use. */

import assert from "node:assert/strict";
import { ActiveTopics } from "../../../src/herder/mod.ts";

Deno.test("ActiveTopics keeps each topic once, by connector, until it is to forget them", () => {
  const topics = new ActiveTopics(true);
  for (const topic of ["b", "a", "b", "__proto__"]) topics.record("one", topic);
  topics.record("two", "a");
  assert.deepEqual(topics.of("one"), ["__proto__", "a", "b"]);
  topics.forget("one");
  assert.deepEqual(topics.of("one"), []);
  assert.deepEqual(topics.of("two"), ["a"]);
  topics.record("one", "c");
  assert.deepEqual(topics.of("one"), ["c"]);
});

Deno.test("ActiveTopics keeps nothing when topic.tracking.enable is off", () => {
  const topics = new ActiveTopics(false);
  topics.record("one", "a");
  assert.deepEqual(topics.of("one"), []);
});
