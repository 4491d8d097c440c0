/** Data for converters that is odd: at the ends of its range, of another type than its schema's name says. */

import fc from "fast-check";
import { validateValue } from "../../mod.ts";
import { type RecordedSchema, schemaOf, type Tagged, valueOf } from "../golden/tagged_values.ts";

/** A value, and its schema if it has one. */
export interface Datum {
  schema: RecordedSchema | null;
  value: Tagged;
}

/** A schema, and values that are meant for it. */
interface Kind {
  schema: RecordedSchema;
  values: fc.Arbitrary<Tagged>;
}

const { constantFrom: one, oneof, tuple, array, option } = fc;
const dayMs = 24 * 60 * 60 * 1000;
const logical = (name: string) => `org.apache.kafka.connect.data.${name}`;
const taggedAs = <V>(t: string, values: fc.Arbitrary<V>): fc.Arbitrary<Tagged> =>
  values.map((v) => ({ t, v }));

const texts = oneof(
  one("", "a", "\ud83d\ude00", "\u0000\u001f", '"\\/', "é\u2028", "\u007f", "\ufeff", " a "),
  one("null", "true", "1", "[1]", "{", "2019-08-23", 'a"b,c:d'),
  fc.string({ unit: "binary", maxLength: 5 }),
);
/** No zero with a sign: JavaScript's maps take it for the other. */
const doubles = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const floatTexts = oneof(
  one(
    "0.0",
    "NaN",
    "Infinity",
    "-Infinity",
    "1.0E7",
    "9999999.0",
    "0.001",
    "9.99E-4",
    "183395.125",
  ),
  one("1.4E-45", "3.4028235E38", "0.1", "16777216"),
  doubles.map((value) => String(Math.fround(value))),
);
const doubleTexts = oneof(
  floatTexts,
  one("1.0E23", "4.9E-324", "1.7976931348623157E308", "2.2250738585072014E-308"),
  doubles.map(String),
);
const integers = (bits: number) => {
  const [min, max] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
  return oneof(fc.integer({ min, max }), one(0, -1, 1, min, max));
};
const longs = oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  one(0n, -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)),
).map(String);
const decimals: fc.Arbitrary<Tagged> = tuple(
  oneof(one(0n, -1n, 5n, 100n, -12800n, 10n ** 30n), fc.bigInt(-(2n ** 100n), 2n ** 100n)),
  oneof(
    one(0, 2, -2, 6, 7, 400, -400, 2 ** 31 - 1, 1 - 2 ** 31),
    fc.integer({ min: -40, max: 40 }),
  ),
).map(([unscaled, scale]) => ({ t: "decimal", scale, unscaled: String(unscaled) }));
/** SimpleHeaderConverter's and StringConverter's differ for older ones; see docs/differences.md. */
const times = oneof(
  one(dayMs, 1700000000123, 253402300800000, 8640000000000000, dayMs * 365),
  fc.integer({ min: dayMs, max: 2 ** 42 }),
);

const valuesOf: Readonly<Record<string, fc.Arbitrary<Tagged>>> = {
  int8: taggedAs("int8", integers(8)),
  int16: taggedAs("int16", integers(16)),
  int32: taggedAs("int32", integers(32)),
  int64: taggedAs("int64", longs),
  float32: taggedAs("float32", floatTexts),
  float64: taggedAs("float64", doubleTexts),
  boolean: taggedAs("boolean", fc.boolean()),
  string: taggedAs("string", texts),
  bytes: taggedAs("bytes", one("", "AQID", "/w==", "AAA=")),
};
const types = one(...Object.keys(valuesOf)) as fc.Arbitrary<RecordedSchema["type"]>;

/** A schema with what any has besides, and now and then null for a value, allowed or not. */
function dressed(
  core: Omit<RecordedSchema, "optional">,
  values: fc.Arbitrary<Tagged>,
): fc.Arbitrary<Kind> {
  return fc.record({
    optional: fc.boolean(),
    name: option(one("N", "", '"x', logical("Foo")), { nil: undefined, freq: 4 }),
    version: option(one(0, 1, -1, 2 ** 31 - 1), { nil: undefined }),
    doc: option(texts, { nil: undefined, freq: 3 }),
    parameters: option(fc.dictionary(one("a", "", "é"), texts, { minKeys: 1 }), { nil: undefined }),
    default: option(values, { nil: undefined, freq: 4 }),
  }).map((all) => ({
    schema: JSON.parse(JSON.stringify({ ...all, ...core })),
    values: oneof(
      { weight: all.optional ? 5 : 30, arbitrary: values },
      { weight: 1, arbitrary: fc.constant({ t: "null" }) },
    ),
  }));
}

const scalars = types.chain((type) => dressed({ type }, valuesOf[type]));
const temporals = one(["Date", "int32"], ["Time", "int32"], ["Timestamp", "int64"] as const).chain(
  ([name, type]) => {
    const days = times.map((ms) => ms - ms % dayMs);
    const values = name === "Date" ? oneof(days, times) : times;
    return dressed({ type, name: logical(name) } as RecordedSchema, taggedAs("date", values));
  },
);
const decimalKinds = decimals.chain((decimal) =>
  oneof(
    { weight: 4, arbitrary: fc.constant(String(decimal.scale)) },
    { weight: 1, arbitrary: one("2", "x", "", "2147483648", "+2", " 2", "\u0663") },
  ).chain((scale) =>
    dressed(
      { type: "bytes", name: logical("Decimal"), parameters: { scale } },
      one("0", "7", "-123456", decimal.unscaled!).map((unscaled) => ({ ...decimal, unscaled })),
    )
  )
);
/** Kafka looks at the name alone. */
const misnamed = tuple(types, one("Date", "Time", "Timestamp", "Decimal")).chain(([type, name]) =>
  dressed(
    { type, name: logical(name), parameters: { scale: "2" } },
    oneof(valuesOf[type], taggedAs("date", times), decimals),
  )
);

const kinds: fc.Arbitrary<Kind> = fc.letrec<{ kind: Kind }>((tie) => ({
  kind: oneof(
    { maxDepth: 3 },
    scalars,
    scalars,
    temporals,
    decimalKinds,
    misnamed,
    tie("kind").chain(({ schema, values }) =>
      dressed({ type: "array", values: schema }, taggedAs("list", array(values, { maxLength: 3 })))
    ),
    tuple(oneof(scalars, tie("kind")), tie("kind")).chain(([key, item]) =>
      dressed(
        { type: "map", keys: key.schema, values: item.schema },
        taggedAs("map", array(tuple(key.values, item.values), { maxLength: 2 })),
      )
    ),
    fc.uniqueArray(tuple(one("a", "b", "é", "constructor", "length", '"'), tie("kind")), {
      selector: ([name]) => name,
      maxLength: 4,
    }).chain((fields) =>
      dressed(
        { type: "struct", fields: fields.map(([field, { schema }]) => ({ field, schema })) },
        taggedAs(
          "struct",
          fc.record(Object.fromEntries(fields.map(([name, { values }]) => [name, values]))),
        ),
      )
    ),
  ),
})).kind;

/** Whether there is such data: defaults that fit, values that structs take, and no key twice. */
function exists({ schema, value }: Datum): boolean {
  try {
    valueOf(value, schemaOf(schema));
  } catch {
    return false;
  }
  return !hasTwins(value) && (schema === null || hasFittingDefaults(schema));
}

function hasFittingDefaults(schema: RecordedSchema): boolean {
  const { keys, values, fields = [] } = schema;
  const ours = schemaOf(schema)!;
  try {
    if (ours.defaultValue !== undefined) validateValue(ours, ours.defaultValue);
  } catch {
    return false;
  }
  return !(schema.default && hasTwins(schema.default)) &&
    [keys, values, ...fields.map((field) => field.schema)].every((inner) =>
      !inner || hasFittingDefaults(inner)
    );
}

/** Whether keys of a map are equal, or bytes, which Java takes for equal when they are the same. */
function hasTwins({ t, v }: Tagged): boolean {
  if (t === "list") return (v as Tagged[]).some(hasTwins);
  if (t === "struct") return Object.values(v as Record<string, Tagged>).some(hasTwins);
  if (t !== "map") return false;
  const entries = v as [Tagged, Tagged][];
  const keys = entries.map(([key]) => JSON.stringify(key));
  return new Set(keys).size < keys.length || keys.some((key) => key.includes('"bytes"')) ||
    entries.flat().some(hasTwins);
}

/** Values with a schema. */
export const oddDatums: fc.Arbitrary<Datum> = kinds
  .chain(({ schema, values }) => values.map((value) => ({ schema, value })))
  .filter(exists);

/** Values without a schema: those of which Java's class can be told here, and keys of maps that are no text. */
export const oddValues: fc.Arbitrary<Datum> = fc.letrec<{ value: Tagged }>((tie) => ({
  value: oneof(
    { maxDepth: 3 },
    one<Tagged>({ t: "null" }),
    valuesOf.int32,
    taggedAs("int64", longs.filter((text) => Math.abs(Number(text)) > 2 ** 31)),
    taggedAs("float64", doubleTexts.filter((text) => !Number.isInteger(Number(text)))),
    ...["boolean", "string", "bytes"].map((type) => valuesOf[type]),
    decimals,
    taggedAs("date", times),
    taggedAs("list", array(tie("value"), { maxLength: 3 })),
    taggedAs(
      "map",
      array(
        tuple(oneof({ weight: 6, arbitrary: valuesOf.string }, tie("value")), tie("value")),
        { maxLength: 3 },
      ),
    ),
  ),
})).value.map((value) => ({ schema: null, value })).filter(exists);
