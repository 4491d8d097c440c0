/** Random schemas, and values that fit them. */

import fc from "fast-check";
import {
  BigDecimal,
  ConnectDate,
  Decimal,
  Schema,
  SchemaBuilder,
  Struct,
  Time,
  Timestamp,
} from "../../../../mod.ts";

/** A schema with a value that fits it. */
export interface Datum {
  /** The schema. */
  schema: Schema;
  /** The value. */
  value: unknown;
}

/** How to build schemas, and values that fit what is built. */
interface Kind {
  builder: () => SchemaBuilder;
  values: fc.Arbitrary<unknown>;
}

const dayMs = 24 * 60 * 60 * 1000;
const integer = (bits: number) => fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
/** JSON has no NaN, no infinity and no zero with a sign. */
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const floats = double.map((value) => Math.fround(value) + 0).filter(Number.isFinite);
const decimals: fc.Arbitrary<Kind> = fc.integer({ min: -40, max: 40 }).map((scale) => ({
  builder: () => Decimal.builder(scale),
  values: fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }).map((unscaled) =>
    new BigDecimal(unscaled, scale)
  ),
}));

const scalars: fc.Arbitrary<Kind> = fc.oneof(
  fc.constantFrom<Kind>(
    { builder: SchemaBuilder.int8, values: integer(8) },
    { builder: SchemaBuilder.int16, values: integer(16) },
    { builder: SchemaBuilder.int32, values: integer(32) },
    { builder: SchemaBuilder.int64, values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) },
    { builder: SchemaBuilder.float32, values: floats },
    { builder: SchemaBuilder.float64, values: double },
    { builder: SchemaBuilder.boolean, values: fc.boolean() },
    { builder: SchemaBuilder.string, values: fc.string({ unit: "binary" }) },
    {
      builder: SchemaBuilder.bytes,
      values: fc.uint8Array().map((bytes) => new Uint8Array(bytes)),
    },
    { builder: ConnectDate.builder, values: integer(27).map((days) => new Date(days * dayMs)) },
    {
      builder: Time.builder,
      values: fc.integer({ min: 0, max: dayMs }).map((timeMs) => new Date(timeMs)),
    },
    { builder: Timestamp.builder, values: fc.date({ noInvalidDate: true }) },
  ),
  decimals,
);

/** A schema of that kind, perhaps optional, named, with a default; and a value of it, perhaps null. */
function datum(kinds: fc.Arbitrary<Kind>, allowsDefault = true): fc.Arbitrary<Datum> {
  return kinds.chain(({ builder, values }) =>
    fc.record({
      value: values,
      byDefault: fc.option(values, { nil: undefined, freq: allowsDefault ? 3 : 1e9 }),
      isOptional: fc.boolean(),
      isNull: fc.boolean(),
      name: fc.option(fc.string({ minLength: 1 })),
      doc: fc.option(fc.string({ unit: "binary" })),
      version: fc.option(integer(32)),
      parameters: fc.dictionary(fc.string({ maxLength: 3 }), fc.string(), { maxKeys: 2 }),
    }).map((all) => {
      const building = builder();
      const isLogical = building.build().name !== null;
      if (all.isOptional) building.optional();
      if (all.name !== null && !isLogical) building.name(all.name);
      if (all.version !== null && !isLogical) building.version(all.version);
      if (all.doc !== null) building.doc(all.doc);
      if (!isLogical) building.parameters(new Map(Object.entries(all.parameters)));
      if (allowsDefault && all.byDefault !== undefined) building.defaultValue(all.byDefault);
      const schema = building.build();
      const hasNull = all.isOptional && schema.defaultValue === undefined && all.isNull;
      return { schema, value: hasNull ? null : all.value };
    })
  );
}

function values(schema: Schema, one: unknown, kinds: fc.Arbitrary<unknown>) {
  return fc.array(fc.oneof(fc.constant(one), kinds), { maxLength: 3 }).map((items) =>
    items.filter((item) => item !== null || schema.optional)
  );
}

/** Any schema, with a value that fits it; arrays, maps and structs up to three deep. */
export const data: fc.Arbitrary<Datum> = fc.letrec<{ datum: Datum; nested: Datum }>((tie) => ({
  datum: fc.oneof({ maxDepth: 3, withCrossShrink: true }, datum(scalars), tie("nested")),
  nested: fc.oneof(
    tie("datum").chain(({ schema, value }) =>
      datum(fc.constant({
        builder: () => SchemaBuilder.array(schema),
        values: values(schema, value, fc.constant(value)),
      }))
    ),
    fc.tuple(datum(scalars), tie("datum")).chain(([key, item]) =>
      datum(fc.constant({
        builder: () => SchemaBuilder.map(key.schema, item.schema),
        values: fc.boolean().map((isEmpty) =>
          new Map(isEmpty || key.value === null ? [] : [[key.value, item.value]])
        ),
      }))
    ),
    fc.uniqueArray(fc.tuple(fc.string({ minLength: 1 }), tie("datum")), {
      selector: ([name]) => name,
      maxLength: 4,
    }).chain((fields) => {
      const builder = () =>
        fields.reduce(
          (struct, [name, { schema }]) => struct.field(name, schema),
          SchemaBuilder.struct(),
        );
      return datum(fc.constant({ builder, values: fc.constant(fields) }), false).map(
        ({ schema, value }) => ({ schema, value: value === null ? null : filled(schema, fields) }),
      );
    }),
  ),
})).datum;

function filled(schema: Schema, fields: readonly (readonly [string, Datum])[]): Struct {
  const struct = new Struct(schema);
  for (const [name, { value }] of fields) struct.put(name, value);
  return struct;
}
