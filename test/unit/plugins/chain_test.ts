/** Chains of transforms never change what none of their steps names, nor the record that came in. */

import assert from "node:assert/strict";
import fc from "fast-check";
import {
  ConnectError,
  SinkRecord,
  type SourceRecord,
  Struct,
  type Transformation,
  valuesEqual,
} from "../../../mod.ts";
import { type AnyRecord, pluginByJavaName, recordOf } from "../../golden/answered_transforms.ts";
import { questions } from "../../kafka/transform_cases.ts";
import { configsOf } from "../../kafka/transform_configs.ts";

type Config = Record<string, string>;

/** What a step may change. */
interface Touched {
  topic: boolean;
  /** Parts of which all may change. */
  parts: Set<"key" | "value">;
  /** Parts whose schema may change beyond its fields. */
  schemas: Set<"key" | "value">;
  /** Fields of the key or the value that may change. */
  fields: Set<string>;
  /** Headers that may change. */
  headers: Set<string>;
}

interface Step {
  transformation: Transformation;
  javaName: string;
  config: Config;
}

const listed = (text = "") => text === "" ? [] : text.split(",").map((item) => item.trim());

/** Adds what a step may change, by what its configuration names. */
function touch(touched: Touched, { javaName, config }: Step): void {
  const [name, role] = javaName.split(".").at(-1)!.split("$");
  const part = role === "Key" ? "key" : "value";
  const fields = (names: readonly string[]) => {
    for (const field of names) touched.fields.add(`${part} ${field}`);
    touched.schemas.add(part);
  };
  switch (name) {
    case "RegexRouter":
    case "TimestampRouter":
      touched.topic = true;
      break;
    case "DropHeaders":
      for (const header of listed(config.headers)) touched.headers.add(header);
      break;
    case "InsertHeader":
      touched.headers.add(config.header);
      break;
    case "HeaderFrom":
      for (const header of listed(config.headers)) touched.headers.add(header);
      if (config.operation === "move") fields(listed(config.fields));
      break;
    case "InsertField":
      fields(
        Object.entries(config).filter(([key]) => key.endsWith(".field"))
          .map(([, field]) => field.replace(/[!?]$/, "")),
      );
      break;
    case "MaskField":
      fields(listed(config.fields));
      break;
    case "SetSchemaMetadata":
      touched.schemas.add(part);
      break;
    case "ReplaceField":
      if (listed(config.include).length > 0) touched.parts.add(part);
      fields([
        ...listed(config.exclude),
        ...listed(config.renames).flatMap((two) => two.split(":")),
      ]);
      break;
    case "Cast": {
      const named = listed(config.spec).filter((cast) => cast.includes(":"));
      if (named.length === 0) touched.parts.add(part);
      fields(named.map((cast) => cast.split(":")[0].trim()));
      break;
    }
    case "TimestampConverter":
      if ((config.field ?? "") === "") touched.parts.add(part);
      else fields([config.field]);
      break;
    case "ValueToKey":
      touched.parts.add("key");
      break;
    case "ExtractField":
    case "Flatten":
    case "HoistField":
      touched.parts.add(part);
      break;
    default:
      assert.equal(name, "Filter", `what ${name} touches is not told`);
  }
}

const transforms = [...pluginByJavaName.keys()].filter((name) =>
  pluginByJavaName.get(name)!.type === "transformation"
);

/** A step; null when its configuration will not do. */
const step: fc.Arbitrary<Step | null> = fc.constantFrom(...transforms)
  .chain((javaName) => configsOf(javaName).map((config) => ({ javaName, config })))
  .map(({ javaName, config }) => {
    const plugin = pluginByJavaName.get(javaName)!;
    assert.ok(plugin.type === "transformation");
    const transformation = new plugin.create();
    try {
      transformation.configure(config);
    } catch {
      return null;
    }
    return { transformation, javaName, config };
  });
const chains = fc.array(step.filter((made) => made !== null), { minLength: 1, maxLength: 5 });
const inputs = fc.constantFrom("some.Transform$Key", "some.Transform$Value")
  .chain((name) => questions(name, fc.constant({})));

function apply(steps: readonly Step[], record: AnyRecord): AnyRecord | null {
  let current: AnyRecord | null = record;
  for (const { transformation } of steps) {
    if (current === null) return null;
    current = current instanceof SinkRecord
      ? transformation.apply(current)
      : transformation.apply<SourceRecord>(current);
  }
  return current;
}

function headersOf({ headers }: AnyRecord): unknown[][] {
  return [...headers].map(({ key, schema, value }) => [key, schema, value]);
}

/** All that a record holds. */
function contentOf(record: AnyRecord): unknown[] {
  const { topic, kafkaPartition, timestamp, keySchema, key, valueSchema, value } = record;
  const headers = headersOf(record);
  return [topic, kafkaPartition, timestamp, keySchema, key, valueSchema, value, headers];
}

function assertUntouched(before: AnyRecord, after: AnyRecord, touched: Touched): void {
  assert.equal(after.kafkaPartition, before.kafkaPartition);
  assert.equal(after.timestamp, before.timestamp);
  if (!touched.topic) assert.equal(after.topic, before.topic);
  const headers = (record: AnyRecord) =>
    headersOf(record).filter(([name]) => !touched.headers.has(name as string));
  assert.ok(valuesEqual(headers(after), headers(before)));
  for (const part of ["key", "value"] as const) {
    if (touched.parts.has(part)) continue;
    const schemaKey = `${part}Schema` as const;
    if (touched.schemas.has(part)) {
      assertFields(part, before[part], after[part], touched.fields);
    } else {
      assert.equal(after[part], before[part]);
      assert.equal(after[schemaKey], before[schemaKey]);
    }
  }
}

function assertFields(
  part: string,
  before: unknown,
  after: unknown,
  touched: ReadonlySet<string>,
): void {
  const isFree = (name: string) => !touched.has(`${part} ${name}`);
  if (before instanceof Struct && after instanceof Struct) {
    for (const field of before.schema.fields.filter(({ name }) => isFree(name))) {
      assert.ok(valuesEqual(after.get(field.name), before.get(field)), field.name);
      assert.ok(after.schema.field(field.name)!.schema.equals(field.schema), field.name);
    }
  } else if (before instanceof Map && after instanceof Map) {
    const free = (map: Map<unknown, unknown>) =>
      new Map([...map].filter(([name]) => isFree(name as string)));
    assert.ok(valuesEqual(free(after), free(before)));
  } else {
    assert.ok(valuesEqual(after, before));
  }
}

Deno.test("a chain changes nothing that none of its steps names, and never the record that came in", () => {
  let [whole, partly] = [0, 0];
  fc.assert(
    fc.property(chains, inputs, (steps, { input, recordKind }) => {
      const [record, same] = [recordOf(input!, recordKind), recordOf(input!, recordKind)];
      const touched: Touched = {
        topic: false,
        parts: new Set(),
        schemas: new Set(),
        fields: new Set(),
        headers: new Set(),
      };
      for (const each of steps) touch(touched, each);
      try {
        const changed = apply(steps, record);
        if (changed !== null) {
          assertUntouched(record, changed, touched);
          whole++;
          if (touched.parts.size === 0 && touched.fields.size > 0) partly++;
        }
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
      }
      assert.ok(valuesEqual(contentOf(record), contentOf(same)));
    }),
    { numRuns: 2000 },
  );
  assert.ok(whole > 300 && partly > 50, `${whole} chains came to their end, ${partly} with fields`);
});
