/** Which converters a connector gets, with which of its and its worker's keys, and what is wrong with them. */

import assert from "node:assert/strict";
import { ConfigVariables, converterSpec, overridePolicy } from "../../../src/herder/config/mod.ts";
import { Connectors } from "../../../src/herder/mod.ts";

const worker = {
  "key.converter": "JsonConverter",
  "key.converter.schemas.enable": "false",
  "header.converter.schemas.enable": "true",
};

Deno.test("converterSpec() takes the worker's converter with the worker's keys alone", () => {
  const connector = { "key.converter.schemas.enable": "true", "key.converter.x": "1" };
  assert.deepEqual(converterSpec("key", connector, worker, "JsonConverter"), {
    className: "JsonConverter",
    props: { "schemas.enable": "false", "converter.type": "key" },
  });
});

Deno.test("converterSpec() takes the connector's converter with the connector's keys alone", () => {
  const connector = { "key.converter": " JsonConverter ", "key.converter.x": "1" };
  assert.deepEqual(converterSpec("key", connector, worker, "StringConverter"), {
    className: "JsonConverter",
    props: { "x": "1", "converter.type": "key" },
  });
});

Deno.test("converterSpec() gives a default converter the keys the worker has for it", () => {
  assert.deepEqual(converterSpec("header", {}, worker, "SimpleHeaderConverter"), {
    className: "SimpleHeaderConverter",
    props: { "schemas.enable": "true", "converter.type": "header" },
  });
});

Deno.test("converterSpec() says itself what is converted", () => {
  const connector = { "value.converter": "A", "value.converter.converter.type": "key" };
  const { props } = converterSpec("value", connector, worker, "JsonConverter");
  assert.deepEqual(props, { "converter.type": "value" });
});

const typeMessage = "Invalid value bogus for configuration converter.type: " +
  "String must be one of: key, value, header";

/** Configurations, and what Kafka's herder finds wrong with them. */
const answers: [props: Record<string, string>, wrong: Record<string, string[]>][] = [
  [{ "key.converter": "JsonConverter", "key.converter.converter.type": "bogus" }, {
    "key.converter.converter.type": [typeMessage],
  }],
  [{ "key.converter": "JsonConverter", "key.converter.converter.type": "value" }, {}],
  [{ "key.converter.converter.type": "bogus", "key.converter.schemas.enable": "bogus" }, {}],
  [{ "header.converter": "JsonConverter", "header.converter.converter.type": "bogus" }, {
    "header.converter.converter.type": [typeMessage],
  }],
  [{ "key.converter": "" }, {
    "key.converter": ["Invalid value  for configuration key.converter: Class  could not be found."],
  }],
  [{ "value.converter": "StringConverter", "value.converter.converter.encoding": "bogus" }, {}],
  [{ "value.converter": "Short", "value.converter.x": "bogus" }, {}],
  [{ "header.converter": "LongConverter" }, {}],
  [
    { "header.converter": "SimpleHeaderConverter", "header.converter.converter.type": "bogus" },
    {},
  ],
  [{ "value.converter": "SimpleHeaderConverter" }, {
    "value.converter": [
      "Class class org.apache.kafka.connect.storage.SimpleHeaderConverter does not implement the Converter interface",
    ],
  }],
  [{ "value.converter": "JsonConverter", "value.converter.schema.content": "{" }, {}],
  [{ "value.converter": "NumberConverter" }, {
    "value.converter": [
      "Invalid value NumberConverter for configuration value.converter: Class NumberConverter could not be found.",
    ],
  }],
];

Deno.test("Connectors.configInfos() says of converters what Kafka says", async (context) => {
  const connectors = new Connectors({ debug() {}, info() {}, warn() {}, error: assert.fail }, [], {
    onReconfigure: assert.fail,
    onRaised: assert.fail,
  });
  try {
    for (const [own, wrong] of answers) {
      await context.step(JSON.stringify(own), async () => {
        const props = { name: "c", "connector.class": "FileStreamSource", topic: "t", ...own };
        const { configs } = await connectors.configInfos(props, {
          ...{ worker: {}, policy: overridePolicy({}), variables: ConfigVariables.none() },
        });
        const told = configs.filter(({ value }) => value.errors.length > 0);
        const byName = told.map(({ value }) => [value.name, value.errors]);
        assert.deepEqual(Object.fromEntries(byName), wrong);
      });
    }
  } finally {
    connectors.close();
  }
});
