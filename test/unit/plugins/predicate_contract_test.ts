/** What every predicate of plugins/ keeps to. One that comes later is found by itself. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type Predicate, type PredicatePlugin, Schemas, SourceRecord } from "../../../mod.ts";
import { BUILT_IN } from "../../../plugins/mod.ts";
import { data } from "../api/data/arbitraries.ts";

/** Configuration to run with, and configuration that is refused with the words. */
interface Traits {
  config: Record<string, string>;
  badConfig: [config: Record<string, string>, message: string][];
}

const traits: Readonly<Record<string, Traits>> = {
  HasHeaderKey: {
    config: { name: "h" },
    badConfig: [[
      { name: "" },
      "Invalid value  for configuration name: String must be non-empty",
    ]],
  },
  RecordIsTombstone: { config: {}, badConfig: [] },
  TopicNameMatches: {
    config: { pattern: "a+" },
    badConfig: [[
      { pattern: "(" },
      "Invalid value ( for configuration pattern: Invalid regex: Unclosed group near index 1\n(",
    ]],
  },
};

const plugins = (await Promise.all(BUILT_IN.map(({ load }) => load())))
  .flatMap((file) => file.default)
  .filter((plugin) => plugin.type === "predicate");

const records = fc.tuple(data, fc.boolean(), fc.constantFrom("a", "aa", "b", "")).map(
  ([{ schema, value }, hasHeader, topic]) => {
    const record = new SourceRecord({ topic, valueSchema: schema, value });
    if (hasHeader) record.headers.add("h", "x", Schemas.string);
    return record;
  },
);

function configured(plugin: PredicatePlugin): Predicate {
  const made = new plugin.create();
  made.configure(traits[plugin.name].config);
  return made;
}

for (const plugin of plugins) {
  const { name } = plugin;

  Deno.test(`${name} has a Java name and a version`, () => {
    assert.equal(plugin.aliases![0], `org.apache.kafka.connect.transforms.predicates.${name}`);
    assert.match(plugin.version, /^\d+\.\d+\.\d+$/);
  });

  for (const [config, message] of traits[name].badConfig) {
    Deno.test(`${name} refuses ${JSON.stringify(config)}`, () => {
      const made = new plugin.create();
      assert.throws(() => made.configure(config), { name: "ConfigError", message });
    });
  }

  Deno.test(`${name} answers for each record as it would for that record alone, and changes none`, () => {
    const one = configured(plugin);
    fc.assert(fc.property(records, (record) => {
      const before = String(record);
      assert.equal(one.test(record), configured(plugin).test(record));
      assert.equal(String(record), before);
    }));
    one.close?.();
    one.close?.();
  });
}

Deno.test("every predicate is held to the contract", () => {
  assert.deepEqual(plugins.map(({ name }) => name).sort(), Object.keys(traits).sort());
});
