/** Plugins that match topics with a regular expression of the user's. */

import assert from "node:assert/strict";
import { type Predicate, SourceRecord, type Transformation } from "../../../mod.ts";
import topicNameMatches from "../../../plugins/predicates/topic_name_matches.ts";
import regexRouter from "../../../plugins/transforms/regex_router.ts";

const tooMuch = { name: "DataError", message: /there are too many ways to try$/ };

function recordOf(topic: string): SourceRecord {
  return new SourceRecord({ topic, sourcePartition: {}, sourceOffset: {} });
}

Deno.test("RegexRouter fails records, and goes on, when its expression blows up on a topic", () => {
  const router = new regexRouter.create() as Transformation;
  router.configure({ regex: "(a|aa)+\\1c", replacement: "x" });
  for (let count = 0; count < 50; count++) {
    assert.throws(() => router.apply(recordOf("a".repeat(200))), tooMuch);
  }
  assert.equal(router.apply(recordOf("aac"))?.topic, "x");
});

Deno.test("TopicNameMatches fails records, and goes on, when its expression blows up", () => {
  const predicate = new topicNameMatches.create() as Predicate;
  predicate.configure({ pattern: "(a|aa)+\\1c" });
  assert.throws(() => predicate.test(recordOf("a".repeat(200))), tooMuch);
  assert.equal(predicate.test(recordOf("aac")), true);
  assert.equal(predicate.test(recordOf("b")), false);
});
