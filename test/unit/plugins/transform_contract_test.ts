/**
 * What every transformation of plugins/ keeps to. One that comes later is found by itself; what is
 * special to one stands in `traits`, by its name without `$Key` or `$Value`.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ConnectError,
  type ConnectRecord,
  DataError,
  Headers,
  type RecordFields,
  SchemaBuilder,
  Schemas,
  SinkRecord,
  SourceRecord,
  Struct,
  type Transformation,
  type TransformationPlugin,
  valuesEqual,
} from "../../../mod.ts";
import { BUILT_IN } from "../../../plugins/mod.ts";
import { data } from "../api/data/arbitraries.ts";

/** What a transformation may change of a record. */
type Part = "topic" | "kafkaPartition" | "timestamp" | "headers" | "key" | "value";

/** What is special to a transformation. */
interface Traits {
  /** Configuration to run with. */
  config: Record<string, string>;
  /** The parts of a record that it may change; the key or the value, as its name says, unless told. */
  changes?: readonly Part[];
  /** Configuration that it refuses, with the words. */
  badConfig: [config: Record<string, string>, message: string][];
  /** Parts of a record that it takes; a key and a value without schemas, and a timestamp, unless told. */
  takes?: Partial<RecordFields>;
}

const empty = new Struct(SchemaBuilder.struct().build());

const traits: Readonly<Record<string, Traits>> = {
  HoistField: {
    config: { field: "f" },
    badConfig: [[{}, 'Missing required configuration "field" which has no default value.']],
  },
  InsertField: {
    config: {
      "topic.field": "topic!",
      "partition.field": "partition",
      "timestamp.field": "timestamp?",
      "static.field": "static",
      "static.value": "x",
    },
    badConfig: [
      [{}, "No field insertion configured"],
      [
        { "static.field": "s" },
        "Invalid value null for configuration static.value: No value specified for static field: s",
      ],
      [
        { "topic.field": "t", "replace.null.with.default": "x" },
        "Invalid value x for configuration replace.null.with.default: " +
        "Expected value to be either true or false",
      ],
    ],
  },
  Cast: {
    config: { spec: "a:string" },
    badConfig: [
      [{ spec: "" }, "Must specify at least one field to cast."],
      [
        { spec: "a:b:c" },
        "Invalid value [a:b:c] for configuration renames: Invalid rename mapping: a:b:c",
      ],
      [
        { spec: "a:int32,int64" },
        "Cast transformations that specify a type to cast the entire value to may only specify a " +
        "single cast in their spec",
      ],
    ],
  },
  Flatten: { config: { delimiter: "_" }, badConfig: [] },
  DropHeaders: {
    changes: ["headers"],
    config: { headers: "h" },
    badConfig: [[{}, 'Missing required configuration "headers" which has no default value.']],
  },
  ExtractField: {
    config: { field: "a" },
    badConfig: [[{}, 'Missing required configuration "field" which has no default value.']],
  },
  Filter: { config: {}, badConfig: [] },
  HeaderFrom: {
    changes: ["headers", "key", "value"],
    config: { fields: "a", headers: "x", operation: "move" },
    badConfig: [
      [
        { headers: "x", operation: "move" },
        'Missing required configuration "fields" which has no default value.',
      ],
      [
        { fields: "a", headers: "x,y", operation: "move" },
        "'fields' config must have the same number of elements as 'headers' config.",
      ],
    ],
  },
  InsertHeader: {
    changes: ["headers"],
    config: { "header": "x", "value.literal": "5" },
    badConfig: [[
      { "value.literal": "5" },
      'Missing required configuration "header" which has no default value.',
    ]],
  },
  ValueToKey: {
    changes: ["key"],
    config: { fields: "a" },
    badConfig: [[{}, 'Missing required configuration "fields" which has no default value.']],
  },
  MaskField: {
    config: { fields: "a" },
    badConfig: [
      [{}, 'Missing required configuration "fields" which has no default value.'],
      [
        { fields: "a", replacement: "" },
        "Invalid value  for configuration replacement: String must be non-empty",
      ],
    ],
  },
  ReplaceField: {
    config: { exclude: "b", renames: "a:x" },
    badConfig: [[
      { renames: "a:b,c" },
      "Invalid value [a:b, c] for configuration renames: Invalid rename mapping: c",
    ]],
  },
  SetSchemaMetadata: {
    config: { "schema.name": "N", "schema.version": "2" },
    takes: {
      keySchema: empty.schema,
      key: empty,
      valueSchema: empty.schema,
      value: empty,
    },
    badConfig: [[{}, "Neither schema name nor version configured"]],
  },
  TimestampConverter: {
    config: { "field": "a", "target.type": "string", "format": "yyyy" },
    badConfig: [
      [{}, 'Missing required configuration "target.type" which has no default value.'],
      [
        { "target.type": "string" },
        "TimestampConverter requires format option to be specified when using string timestamps",
      ],
      [
        { "target.type": "unix", "format": "q" },
        "Invalid value java.lang.IllegalArgumentException: Illegal pattern character 'q' for configuration " +
        "TimestampConverter requires a SimpleDateFormat-compatible pattern for string timestamps: q",
      ],
    ],
  },
  TimestampRouter: { changes: ["topic"], config: {}, badConfig: [] },
  RegexRouter: {
    changes: ["topic"],
    config: { regex: "(.*)", replacement: "new-$1" },
    badConfig: [
      [
        { replacement: "x" },
        'Missing required configuration "regex" which has no default value.',
      ],
      [
        { regex: "*", replacement: "x" },
        "Invalid value * for configuration regex: Invalid regex: " +
        "Dangling meta character '*' near index 0\n*\n^",
      ],
    ],
  },
};

const plugins = (await Promise.all(BUILT_IN.map(({ load }) => load())))
  .flatMap((file) => file.default)
  .filter((plugin) => plugin.type === "transformation");

const plainName = ({ name }: TransformationPlugin) => name.split("$")[0];

function configured(plugin: TransformationPlugin): Transformation {
  const made = new plugin.create();
  made.configure(traits[plainName(plugin)].config);
  return made;
}

const offset = 2n ** 62n;

/** Records of both kinds, with random keys and values, with and without schemas. */
const records = fc.tuple(data, data, fc.boolean(), fc.boolean(), fc.boolean()).map(
  ([key, value, hasKeySchema, hasValueSchema, isSink]) => {
    const fields = {
      topic: "t",
      kafkaPartition: isSink ? 3 : null,
      timestamp: isSink ? 1700000000123 : null,
      keySchema: hasKeySchema ? key.schema : null,
      key: key.value,
      valueSchema: hasValueSchema ? value.schema : null,
      value: value.value,
      headers: new Headers().add("h", 1, Schemas.int32),
    };
    return isSink
      ? new SinkRecord({ ...fields, kafkaOffset: offset, timestampType: "CreateTime" })
      : new SourceRecord({ ...fields, sourcePartition: { p: 1 }, sourceOffset: { o: 2 } });
  },
);

function apply(transformation: Transformation, record: SourceRecord | SinkRecord) {
  return record instanceof SinkRecord ? transformation.apply(record) : transformation.apply(record);
}

function partsOf({ name }: TransformationPlugin): readonly Part[] {
  return traits[name.split("$")[0]].changes ?? [name.endsWith("$Key") ? "key" : "value"];
}

/** Whatever a transformation does not name stays as it was. */
function assertUntouched<R extends ConnectRecord<R>>(
  before: R,
  after: R,
  changes: readonly Part[],
): void {
  for (const part of ["topic", "kafkaPartition", "timestamp"] as const) {
    if (!changes.includes(part)) assert.equal(after[part], before[part]);
  }
  if (!changes.includes("headers")) assert.ok(after.headers.equals(before.headers));
  if (!changes.includes("value")) {
    assert.equal(after.valueSchema, before.valueSchema);
    assert.equal(after.value, before.value);
  }
  if (!changes.includes("key")) {
    assert.equal(after.keySchema, before.keySchema);
    assert.equal(after.key, before.key);
  }
  if (before instanceof SinkRecord && after instanceof SinkRecord) {
    const { kafkaOffset, timestampType, originalTopic, originalKafkaPartition } = after;
    assert.deepEqual([kafkaOffset, timestampType, originalTopic, originalKafkaPartition], [
      before.kafkaOffset,
      before.timestampType,
      before.originalTopic,
      before.originalKafkaPartition,
    ]);
  } else if (before instanceof SourceRecord && after instanceof SourceRecord) {
    assert.equal(after.sourcePartition, before.sourcePartition);
    assert.equal(after.sourceOffset, before.sourceOffset);
  } else {
    assert.fail("a record has become one of another kind");
  }
}

/** All that a record holds, as text that shows a change. */
function textOf({ key, value, headers, topic }: SourceRecord | SinkRecord): string {
  const show = (part: unknown) => part instanceof Struct ? String(part) : Deno.inspect(part);
  return `${topic} ${show(key)} ${show(value)} ${headers}`;
}

for (const plugin of plugins) {
  const { name } = plugin;
  const { badConfig } = traits[plainName(plugin)];

  Deno.test(`${name} has a Java name and a version`, () => {
    assert.equal(plugin.aliases![0], `org.apache.kafka.connect.transforms.${name}`);
    assert.match(plugin.version, /^\d+\.\d+\.\d+$/);
    const names = BUILT_IN.flatMap((file) => file.names);
    assert.ok(names.includes(plugin.aliases![0]), "plugins/mod.ts does not name it");
  });

  Deno.test(`${name} can be configured, applied, and closed twice`, () => {
    const made = configured(plugin);
    const schemaless = { topic: "t", timestamp: 0, key: new Map(), value: new Map() };
    made.apply(new SourceRecord({ ...schemaless, ...traits[plainName(plugin)].takes }));
    made.close?.();
    made.close?.();
  });

  for (const [config, message] of badConfig) {
    Deno.test(`${name} refuses ${JSON.stringify(config)}`, () => {
      const made = new plugin.create();
      assert.throws(() => made.configure(config), { name: "ConfigError", message });
    });
  }

  Deno.test(`${name} makes a new record or throws an error of Connect, and changes none in place`, () => {
    const made = configured(plugin);
    fc.assert(fc.property(records, (record) => {
      const before = textOf(record);
      try {
        const changed = apply(made, record);
        if (changed !== null) assertUntouched(record, changed, partsOf(plugin));
      } catch (error) {
        assert.ok(error instanceof ConnectError, `${error}`);
      }
      assert.equal(textOf(record), before);
    }));
  });

  Deno.test(`${name} makes values that fit the schemas it makes`, () => {
    const made = configured(plugin);
    fc.assert(fc.property(records, (record) => {
      let changed: SourceRecord | SinkRecord | null;
      try {
        changed = apply(made, record);
      } catch {
        return;
      }
      if (changed === null) return;
      const [schema, value] = name.endsWith("$Key")
        ? [changed.keySchema, changed.key]
        : [changed.valueSchema, changed.value];
      if (schema?.type === "struct" && value !== null && changed !== record) {
        assert.equal((value as Struct).schema, schema);
        (value as Struct).validate();
      }
    }));
  });

  Deno.test(`${name} answers the same each time, and gives one schema to records of one schema`, () => {
    const [one, other] = [configured(plugin), configured(plugin)];
    fc.assert(fc.property(records, (record) => {
      let first: SourceRecord | SinkRecord | null;
      try {
        first = apply(one, record);
      } catch (error) {
        assert.throws(() => apply(other, record), { message: (error as Error).message });
        return;
      }
      const second = apply(one, record);
      assert.equal(second?.keySchema, first?.keySchema);
      assert.equal(second?.valueSchema, first?.valueSchema);
      const third = apply(other, record);
      assert.ok(valuesEqual(third?.key, first?.key) && valuesEqual(third?.value, first?.value));
    }));
  });

  Deno.test(`${name} takes a record without a key and a value, or says what it lacks`, () => {
    const record = new SourceRecord({ topic: "t" });
    try {
      const changed = configured(plugin).apply(record);
      if (changed !== null) assertUntouched(record, changed, partsOf(plugin));
    } catch (error) {
      assert.ok(error instanceof DataError, `${error}`);
    }
  });
}

Deno.test("every transformation is held to the contract", () => {
  assert.deepEqual([...new Set(plugins.map(plainName))].sort(), Object.keys(traits).sort());
});
