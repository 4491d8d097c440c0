/**
 * What docs/differences.md tells of transforms, for answers of Kafka's on random records: where ours differs on
 * purpose, and what it has to be then.
 *
 * @module
 */

import assert from "node:assert/strict";
import { DataError, type Schema, SchemaBuilder, Struct } from "../../mod.ts";
import {
  type AnsweredCase,
  apply,
  assertAnswer,
  type RecordedDatum,
} from "../golden/answered_transforms.ts";
import type { Tagged } from "../golden/tagged_values.ts";

const dayMs = 24 * 60 * 60 * 1000;
const dateMsMax = 8_640_000_000_000_000;
const date = "org.apache.kafka.connect.data.Date";

/** Asserts that ours answers as Kafka's did, or as is written down. */
export function assertSameOrListed(answered: AnsweredCase): void {
  const { transform = "", input, output, configError } = answered;
  if (input === undefined || configError !== undefined) return assertAnswer(answered);
  const isNull = input[part(answered)].tagged.t === "null";
  if (transform.includes(".Cast$") && output && !isNull) {
    return assertAnswer({ ...answered, output: withDates(answered) });
  }
  if (transform.includes(".ReplaceField$") && isCrossed(answered)) {
    return assertOwnValues(answered);
  }
  if (transform.includes(".TimestampConverter$") && isTooFar(answered)) {
    assert.throws(() => apply(answered), DataError);
    return;
  }
  assertAnswer(answered);
}

const part = ({ transform = "" }: AnsweredCase) => transform.endsWith("$Key") ? "key" : "value";

/** A schema as JsonConverter writes it. */
interface JsonSchema {
  type?: string;
  name?: string;
  field?: string;
  default?: unknown;
  fields?: JsonSchema[];
}

/** Cast: Kafka's answer with the dates that it leaves out of text. */
function withDates(answered: AnsweredCase): AnsweredCase["output"] {
  const { config, input, output } = answered;
  const which = part(answered);
  const casts = new Map(
    config.spec.split(",").map((entry) => {
      const [name, type] = entry.split(":").map((text) => text.trim());
      return type === undefined ? ["", name.toLowerCase()] : [name, type.toLowerCase()];
    }),
  );
  const [before, after] = [input![which], structuredClone(output![which])];
  const schema = after.schema as JsonSchema | null;
  const schemaBefore = before.schema as JsonSchema | null;
  for (const [name, type] of casts) {
    if (type !== "string") continue;
    const [from, to] = name === ""
      ? [schemaBefore, schema]
      : [schemaBefore, schema].map((one) => one?.fields?.find(({ field }) => field === name));
    if (to && typeof from?.default === "number" && from.name?.includes("connect.data.")) {
      const unitMs = from.name === date ? dayMs : 1;
      to.default = dateText(from.default * unitMs, from.name) ?? to.default;
    }
    const [old, now] = [before.tagged, after.tagged].map((one) =>
      name === "" ? one : itemOf(one, name)
    );
    if (now === undefined || now.t !== "string") continue;
    // A field without a value has the default of its schema.
    const byDefault = old!.t === "null" && typeof to?.default === "string";
    const text = byDefault
      ? to.default as string
      : old!.t === "date"
      ? dateText(old!.v as number, from?.name)
      : null;
    if (text !== null) now.v = text;
  }
  return { ...output!, [which]: after };
}

/** Text of a date that Kafka takes for a time of day; null for what is none or has its date. */
function dateText(ms: number, schemaName: string | undefined): string | null {
  if (ms >= 0 && !(ms < dayMs && schemaName === date)) return null;
  const text = new Date(ms).toISOString();
  return ms % dayMs === 0 ? text.slice(0, text.indexOf("T")) : text;
}

function itemOf({ t, v }: Tagged, name: string): Tagged | undefined {
  if (t === "struct") return (v as Record<string, Tagged>)[name];
  if (t !== "map") return undefined;
  return (v as [Tagged, Tagged][]).find(([key]) => key.v === name)?.[1];
}

function pairsOf({ config }: AnsweredCase): [string, string][] {
  const pairs = (config.renames ?? "").split(",").filter((pair) => pair !== "");
  return pairs.map((pair) => pair.split(":").slice(0, 2) as [string, string]);
}

/** ReplaceField: whether a new name is that of another field of the struct, or of two of them. */
function isCrossed(answered: AnsweredCase): boolean {
  const { schema, tagged } = answered.input![part(answered)];
  if (tagged.t !== "struct") return false;
  const news = pairsOf(answered).map(([, name]) => name);
  const names = (schema as JsonSchema).fields!.map(({ field }) => field);
  return news.some((name) => names.includes(name)) || new Set(news).size < news.length;
}

/** ReplaceField: each field has the value that it has under a name of its own, which Kafka's answers tell of. */
function assertOwnValues(answered: AnsweredCase): void {
  const apart = pairsOf(answered).map(([old, name], i) => `${old}:${name}~${i}`).join(",");
  const config = { ...answered.config, renames: apart };
  const which = part(answered);
  const expected = apply({ ...answered, config })![which];
  const names = (expected as Struct).schema.fields.map(({ name }) => name.replace(/~\d+$/, ""));
  if (new Set(names).size < names.length) {
    assert.ok(answered.error !== undefined);
    assert.throws(() => apply(answered), DataError);
    return;
  }
  const actual = apply(answered)![which] as Struct;
  const renamed = renamedLike(expected as Struct, names);
  assert.ok(actual.equals(renamed), `${actual} is not ${renamed}`);
}

function renamedLike(struct: Struct, names: string[]): Struct {
  const builder = SchemaBuilder.like(struct.schema as Schema);
  for (const [i, { schema }] of struct.schema.fields.entries()) builder.field(names[i], schema);
  const renamed = new Struct(builder.build());
  for (const [i, field] of struct.schema.fields.entries()) {
    renamed.put(names[i], struct.getWithoutDefault(field));
  }
  return renamed;
}

const unitsMs: Readonly<Record<string, number>> = {
  seconds: 1000,
  milliseconds: 1,
  microseconds: 1e-3,
  nanoseconds: 1e-6,
};

/** TimestampConverter: whether a date is read or written that JavaScript has none for. */
function isTooFar(answered: AnsweredCase): boolean {
  const { config, input, output } = answered;
  const which = part(answered);
  const unitMs = unitsMs[config["unix.precision"] ?? "milliseconds"];
  const at = ({ tagged }: RecordedDatum) => config.field ? itemOf(tagged, config.field) : tagged;
  // What is no date before and none afterwards may be as far as it likes.
  const isDate = !["Time", "unix"].includes(config["target.type"]);
  const msOf = (item: Tagged | undefined) => {
    // Of texts here only one has digits for such a year.
    if (item?.t === "string") {
      return config.format === "yyyyMMdd" && /^\d{19}$/.test(item.v as string) ? Infinity : 0;
    }
    if (item?.t === "date") return Number(item.v);
    return item?.t === "int64" && isDate ? Number(item.v) * unitMs : 0;
  };
  const items = [input![which], output?.[which]].map((datum) => datum && at(datum));
  return items.some((item) => Math.abs(msOf(item)) > dateMsMax);
}
