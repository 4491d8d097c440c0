/** Random questions for transforms and predicates: most have a meaning, some are odd. */

import fc from "fast-check";
import type { Question, RecordedDatum, RecordedRecord } from "../golden/answered_transforms.ts";
import type { Tagged } from "../golden/tagged_values.ts";

/** A value, and what JsonConverter would write for it where it can. */
interface Leaf {
  tagged: Tagged;
  json?: unknown;
}

/** A kind of values with a schema. */
interface Kind {
  schema: Record<string, unknown>;
  values: fc.Arbitrary<Leaf>;
}

const { constantFrom: one, oneof, tuple, record, array, boolean } = fc;
const dayMs = 24 * 60 * 60 * 1000;
const logical = (name: string) => `org.apache.kafka.connect.data.${name}`;

const texts = oneof(
  one("12", "-1.5", " 7", "1e3", "9223372036854775807", "9223372036854775808", "", "true", "TRUE"),
  one("NaN", "-Infinity", "0x1p3", "1f", "+5", "128", "é", "x".repeat(40), "a b", "[1]", "null"),
  one("2023-11-14", "2023-11-14T22:13:20.123Z", "20231114", "22:13:20", "2023-11-14 22:13:20"),
  fc.string({ maxLength: 6 }),
);
/** Such as Java of any version writes alike. */
const floats = oneof(
  fc.integer({ min: -40000, max: 40000 }).map((eighths) => eighths / 8),
  one(1e7, 1e10, -1e-5, 0.001, 3e9, 9.3e18, 1e30, NaN, Infinity, -Infinity, -0),
);
const longs = oneof(
  fc.bigInt({ min: -1000n, max: 1000n }),
  one(1700000000123n, 1700000000n, 1700000000123456789n, -1n, 2n ** 63n - 1n, -(2n ** 63n)),
  one(253402300800000n, -62135596800001n, 2n ** 31n, -129n, 65536n),
);
const times = oneof(
  one(0, 1700000000123, -1, 1582934400000, 253402300799999, -62167219200000, 951782400000),
  fc.integer({ min: -(2 ** 40), max: 2 ** 41 }),
);

/** What a float's text is in Java. */
function floatText(value: number): string {
  return Object.is(value, -0) ? "-0.0" : String(value);
}

function integers(bits: number): Kind {
  const [min, max] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  const values = oneof(fc.integer({ min: -9, max: 9 }), one(min, max), fc.integer({ min, max }));
  return {
    schema: { type: `int${bits}` },
    values: values.map((v) => ({ tagged: { t: `int${bits}`, v }, json: v })),
  };
}

const int64: Kind = {
  schema: { type: "int64" },
  values: longs.map((v) => ({
    tagged: { t: "int64", v: String(v) },
    json: v === BigInt(Number(v)) && Math.abs(Number(v)) < 2 ** 53 ? Number(v) : undefined,
  })),
};

function floatKind(type: string, t: string): Kind {
  return {
    schema: { type },
    values: floats.map((value) => {
      const v = t === "float32" ? Math.fround(value) : value;
      return { tagged: { t, v: floatText(v) }, json: Number.isFinite(v) ? v : undefined };
    }),
  };
}

function dates(name: string, type: string, values: fc.Arbitrary<number>, unitMs: number): Kind {
  return {
    schema: { type, name: logical(name), version: 1 },
    values: values.map((v) => ({
      tagged: { t: "date", v },
      json: v % unitMs === 0 ? v / unitMs : undefined,
    })),
  };
}

const text: Kind = {
  schema: { type: "string" },
  values: texts.map((v) => ({ tagged: { t: "string", v }, json: v })),
};
const flag: Kind = {
  schema: { type: "boolean" },
  values: boolean().map((v) => ({ tagged: { t: "boolean", v }, json: v })),
};
const bytes: Kind = {
  schema: { type: "bytes" },
  values: one("", "AQID", "w6k=", "/w==").map((v) => ({ tagged: { t: "bytes", v }, json: v })),
};
const decimal: Kind = {
  schema: { type: "bytes", name: logical("Decimal"), version: 1, parameters: { scale: "2" } },
  values: one(0, 1234, -5, 12800, 10 ** 12).map((unscaled) => ({
    tagged: { t: "decimal", scale: 2, unscaled: String(unscaled) },
  })),
};
const float64 = floatKind("double", "float64");
const kinds: Kind[] = [
  ...[8, 16, 32].map(integers),
  int64,
  floatKind("float", "float32"),
  float64,
  text,
  text,
  flag,
  bytes,
  decimal,
  dates("Timestamp", "int64", times, 1),
  dates("Date", "int32", times.map((ms) => ms - ((ms % dayMs) + dayMs) % dayMs), dayMs),
  dates("Date", "int32", times, dayMs),
  dates("Time", "int32", fc.integer({ min: 0, max: dayMs - 1 }), 1),
];

const nullValue: Tagged = { t: "null" };

/** A value with a schema that may be optional, and may have a default. */
function typed({ schema, values }: Kind): fc.Arbitrary<RecordedDatum> {
  return tuple(values, values, fc.nat(9)).map(([{ tagged }, byDefault, odds]) => {
    const optional = odds < 5;
    const hasDefault = odds % 3 === 0 && byDefault.json !== undefined;
    const full = { ...schema, optional, ...(hasDefault ? { default: byDefault.json } : {}) };
    return { schema: full, tagged: odds === 0 || odds === 1 ? nullValue : tagged };
  });
}

const leaf = one(...kinds).chain(typed);

const list: fc.Arbitrary<RecordedDatum> = one(...kinds).chain(({ schema, values }) =>
  tuple(array(values, { maxLength: 3 }), boolean()).map(([items, optional]) => ({
    schema: { type: "array", items: { ...schema, optional: false }, optional },
    tagged: { t: "list", v: items.map(({ tagged }) => tagged) },
  }))
);

const map: fc.Arbitrary<RecordedDatum> = one(...kinds).chain(({ schema, values }) =>
  tuple(fc.dictionary(one("k", "a"), values), boolean()).map(([entries, optional]) => ({
    schema: {
      type: "map",
      keys: { type: "string", optional: false },
      values: { ...schema, optional: false },
      optional,
    },
    tagged: {
      t: "map",
      v: Object.entries(entries).map(([v, { tagged }]) => [{ t: "string", v }, tagged]),
    },
  }))
);

/** The names of fields; `n` holds fields itself, `l` is a list and `m` a map. */
const leafNames = ["a", "b", "c", "ts", "a.b", "é"];
const nestedNames = one(["n"], ["n"], [], ["l"], ["m"], ["n", "l", "m"]);

/** The names of a struct's or a map's fields, in any order. */
function names(depth: number): fc.Arbitrary<string[]> {
  return tuple(fc.subarray(leafNames, { minLength: depth > 0 ? 0 : 3 }), nestedNames)
    .chain(([some, nested]) => {
      const all = depth > 1 ? some : [...some, ...nested];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
}

function struct(depth: number): fc.Arbitrary<RecordedDatum> {
  const content = (name: string) =>
    name === "n" ? struct(depth + 1) : name === "l" ? list : name === "m" ? map : leaf;
  const fields = names(depth).chain((some) =>
    tuple(...some.map((name) => content(name).map((datum) => ({ name, datum }))))
  );
  const metadata = record({ name: one("S", "x.Y"), version: one(1, 7), doc: one("d") }, {
    requiredKeys: [],
  });
  return tuple(fields, metadata, fc.nat(9)).map(([filled, said, odds]) => ({
    schema: {
      type: "struct",
      fields: filled.map(({ name, datum }) => ({ ...datum.schema as object, field: name })),
      optional: odds < 4,
      ...said,
    },
    tagged: odds === 0 && depth > 0 ? nullValue : {
      t: "struct",
      v: Object.fromEntries(filled.map(({ name, datum }) => [name, datum.tagged])),
    },
  }));
}

/** Values without a schema. Kinds of numbers that only Java keeps apart are left out. */
const bare: fc.Arbitrary<Tagged> = oneof(
  integers(32).values,
  oneof(int64.values, one("4294967296", "-1").map((v): Leaf => ({ tagged: { t: "int64", v } }))),
  float64.values.filter(({ tagged }) => !Number.isInteger(Number(tagged.v))),
  text.values,
  flag.values,
  bytes.values,
  decimal.values,
  times.map((v): Leaf => ({ tagged: { t: "date", v } })),
  one<Leaf>({ tagged: nullValue }),
).map(({ tagged }) => tagged);

const bareList: fc.Arbitrary<Tagged> = array(bare, { maxLength: 3 }).map((v) => ({ t: "list", v }));

function bareMap(depth: number): fc.Arbitrary<Tagged> {
  const content = (name: string) =>
    name === "n" ? bareMap(depth + 1) : name === "l" ? bareList : bare;
  return names(depth).chain((some) =>
    tuple(...some.map((name) => content(name).map((item) => [{ t: "string", v: name }, item])))
  ).map((v) => ({ t: "map", v }));
}

const schemaless = (values: fc.Arbitrary<Tagged>): fc.Arbitrary<RecordedDatum> =>
  values.map((tagged) => ({ schema: null, tagged }));

const datum: fc.Arbitrary<RecordedDatum> = oneof(
  { weight: 16, arbitrary: struct(0) },
  { weight: 10, arbitrary: schemaless(bareMap(0)) },
  { weight: 4, arbitrary: leaf },
  { weight: 2, arbitrary: schemaless(oneof(bare, bareList)) },
  { weight: 1, arbitrary: oneof(list, map) },
  { weight: 1, arbitrary: schemaless(one(nullValue)) },
  {
    weight: 1,
    arbitrary: struct(0).map(({ schema }) => ({
      schema: { ...schema as object, optional: true },
      tagged: nullValue,
    })),
  },
);

const simple = oneof(
  typed(text),
  schemaless(one<Tagged>(nullValue, { t: "string", v: "k" })),
  struct(1),
);

/** A record whose key or value is what the question is about. */
function input(about: "key" | "value"): fc.Arbitrary<RecordedRecord> {
  return record({
    topic: one("t", "topic-1", "a.b.c", "prod_orders_2024", ""),
    partition: one(null, 0, 3),
    timestamp: oneof(one(null, 0, 1700000000123, -1), times),
    key: about === "key" ? datum : simple,
    value: about === "value" ? datum : simple,
    headers: array(
      tuple(one("h1", "h2", "a", "A"), oneof(leaf, schemaless(bare)))
        .map(([name, header]) => ({ name, ...header })),
      { maxLength: 3 },
    ),
  });
}

/** A question for each class, from its configurations. */
export function questions(
  javaName: string,
  configs: fc.Arbitrary<Record<string, string>>,
): fc.Arbitrary<Question> {
  const role = javaName.includes(".predicates.") ? "predicate" : "transform";
  const about = input(javaName.endsWith("$Key") ? "key" : "value");
  return tuple(configs, about, boolean()).map(([config, input, isSink]) => ({
    [role]: javaName,
    case: "random",
    config,
    recordKind: isSink ? "sink" : "source",
    // What a sink is given comes from a partition.
    input: isSink ? { ...input, partition: input.partition ?? 0 } : input,
  }));
}
