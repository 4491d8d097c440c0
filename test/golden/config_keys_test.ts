/** What Kafka finds wrong with values of its own keys, we find wrong. */

import assert from "node:assert/strict";
import {
  sinkConnectorConfigDef,
  sourceConnectorConfigDef,
  standaloneConfigDef,
  validateTopicCreation,
} from "../../src/herder/config/mod.ts";
import recorded from "./config-values.json" with { type: "json" };

const defs = {
  worker: standaloneConfigDef,
  source: sourceConnectorConfigDef,
  sink: sinkConnectorConfigDef,
};

type Wrong = Record<string, Record<string, string[]>>;

for (const [kind, def] of Object.entries(defs)) {
  const keys = Object.entries(recorded[kind as keyof typeof defs] as unknown as Wrong);
  Deno.test(`values of ${kind} keys are wrong where Kafka says so, in its words`, () => {
    assert.ok(keys.length > 15);
    for (const [key, wrong] of keys) {
      for (const text of recorded.keyTexts) {
        const found = def.validate({ [key]: text }).find(({ name }) => name === key)!;
        const expected = wrong[String(text)] ?? [];
        // Java's own NullPointerException is quoted for a pattern that is not there.
        if (key === "topics.regex" && text === null) assert.equal(found.errorMessages.length, 1);
        else assert.deepEqual(found.errorMessages, expected, `${key}=${text}`);
      }
    }
  });
}

Deno.test("response.http.headers.config is wrong where Kafka says so, in its words", () => {
  for (const [rules, error] of Object.entries(recorded.headerRules)) {
    const key = "response.http.headers.config";
    const found = standaloneConfigDef.validate({ [key]: rules }).find(({ name }) => name === key)!;
    assert.deepEqual(found.errorMessages, error === "" ? [] : [error], rules);
  }
});

for (const { props, error } of recorded.topicCreation) {
  Deno.test(`validateTopicCreation() finds what Kafka finds in ${JSON.stringify(props)}`, () => {
    const found = validateTopicCreation(props as unknown as Record<string, string>)
      .flatMap(({ errorMessages }) => errorMessages);
    const expected = error?.replace("org.apache.kafka.common.config.ConfigException: ", "");
    // Kafka stops at the first mistake, in the order of a hash map; ours tells all.
    if (expected === undefined) assert.deepEqual(found, []);
    else assert.ok(found.includes(expected), found.join("\n"));
  });
}
