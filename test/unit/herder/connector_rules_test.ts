/** What must hold between the keys of a connector. */

import assert from "node:assert/strict";
import { sinkConnectorConfigDef, validateConnector } from "../../../src/herder/config/mod.ts";

function errorsOf(props: Record<string, string | null>): Record<string, string[]> {
  const values = validateConnector("sink", { name: "s", ...props }, sinkConnectorConfigDef);
  return Object.fromEntries(
    values.filter(({ name }) => /topic/.test(name)).map(({ name, errorMessages }) => [
      name,
      errorMessages,
    ]),
  );
}

Deno.test("validateConnector() takes a dead letter queue that is null for none", () => {
  const errors = errorsOf({ "topics.regex": "t", "errors.deadletterqueue.topic.name": null });
  assert.deepEqual(errors["topics.regex"], []);
});

Deno.test("validateConnector() looks for the dead letter queue among all that is read, though it is too much", () => {
  const { topics, "topics.regex": regex } = errorsOf({
    "topics": "d,e",
    "topics.regex": "d+",
    "errors.deadletterqueue.topic.name": "d",
  });
  for (const messages of [topics, regex]) {
    assert.match(messages[0], /^topics and topics.regex are mutually exclusive options/);
    assert.match(messages[1], /^The DLQ topic 'd' may not be /);
  }
});
