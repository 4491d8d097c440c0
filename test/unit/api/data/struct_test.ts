import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BigDecimal,
  Decimal,
  SchemaBuilder,
  Schemas,
  Struct,
  Timestamp,
  validateValue,
  valuesEqual,
} from "../../../../mod.ts";
import { data } from "./arbitraries.ts";

const inner = SchemaBuilder.struct().field("x", Schemas.int32).build();
const schema = SchemaBuilder.struct().name("N")
  .field("a", Schemas.int32)
  .field("list", SchemaBuilder.array(Schemas.string).optional().build())
  .field("map", SchemaBuilder.map(Schemas.string, Schemas.int32).optional().build())
  .field("d", SchemaBuilder.int32().name("nm").defaultValue(5).build())
  .field("ts", Timestamp.schema)
  .field("dec", Decimal.schema(2))
  .field("long", Schemas.optionalInt64)
  .field("inner", SchemaBuilder.struct().optional().field("x", Schemas.int32).build())
  .build();

function refuses(run: () => unknown, message: string): void {
  assert.throws(run, { name: "DataError", message });
}

Deno.test("Struct.put() says what does not fit, and where", () => {
  const struct = new Struct(schema);
  const of = (type: string, found: string, place: string) =>
    `Invalid Java object for schema with type ${type}: class ${
      found.includes(".") ? found : `java.lang.${found}`
    } for ${place}`;
  refuses(() => struct.put("a", "x"), of("INT32", "String", 'field: "a"'));
  refuses(() => struct.put("a", 1n), of("INT32", "Long", 'field: "a"'));
  refuses(() => struct.put("a", 2 ** 31), of("INT32", "Long", 'field: "a"'));
  refuses(() => struct.put("a", 1.5), of("INT32", "Double", 'field: "a"'));
  refuses(() => struct.put("long", 1), of("INT64", "Integer", 'field: "long"'));
  refuses(
    () => struct.put("long", 2n ** 63n),
    of("INT64", "java.math.BigInteger", 'field: "long"'),
  );
  refuses(
    () => struct.put("list", ["x", 5]),
    of("STRING", "Integer", 'element of array field: "list"'),
  );
  refuses(
    () => struct.put("map", new Map([[5, 5]])),
    of("STRING", "Integer", 'key of map field: "map"'),
  );
  refuses(
    () => struct.put("map", new Map([["k", "v"]])),
    of("INT32", "String", 'value of map field: "map"'),
  );
  refuses(
    () => struct.put("d", "x"),
    'Invalid Java object for schema "nm" with type INT32: class java.lang.String for field: "d"',
  );
  refuses(
    () => struct.put("ts", 5n),
    'Invalid Java object for schema "org.apache.kafka.connect.data.Timestamp" with type INT64: ' +
      'class java.lang.Long for field: "ts"',
  );
  refuses(
    () => struct.put("dec", Uint8Array.of(1)),
    'Invalid Java object for schema "org.apache.kafka.connect.data.Decimal" with type BYTES: ' +
      'class [B for field: "dec"',
  );
  const required = "Invalid value: null used for required";
  refuses(() => struct.put("a", null), `${required} field: "a", schema type: INT32`);
  refuses(() => struct.put("d", null), `${required} field: "d", schema type: INT32`);
  refuses(
    () => struct.put("list", [null]),
    `${required} element of array field: "list", schema type: STRING`,
  );
  refuses(() => struct.put("none", 1), "none is not a valid field name");
  refuses(() => struct.put("inner", new Struct(inner)), "Struct schemas do not match.");
  assert.equal(String(struct), "Struct{}");
});

Deno.test("Struct.put() checks the structs in a struct", () => {
  const struct = new Struct(schema);
  const optional = schema.field("inner")!.schema;
  refuses(
    () => struct.put("inner", new Struct(optional)),
    'Invalid value: null used for required field: "x", schema type: INT32',
  );
  assert.equal(
    struct.put("inner", new Struct(optional).put("x", 1)).getStruct("inner")?.get("x"),
    1,
  );
});

Deno.test("Struct gives a field by its type, and knows defaults only where it is told", () => {
  const struct = new Struct(schema).put("a", 1).put("list", ["x"]).put("long", 2n ** 63n - 1n);
  assert.equal(struct.getInt32("a"), 1);
  assert.deepEqual(struct.getArray("list"), ["x"]);
  assert.equal(struct.getMap("map"), null);
  assert.equal(struct.getInt64("long"), 2n ** 63n - 1n);
  assert.equal(struct.get("d"), 5);
  assert.equal(struct.getWithoutDefault("d"), null);
  assert.equal(struct.getInt32("d"), null);
  refuses(() => struct.getInt8("a"), "Field 'a' is not of type INT8");
  refuses(() => struct.getString("list"), "Field 'list' is not of type STRING");
  refuses(() => struct.getInt8("none"), "none is not a valid field name");
  refuses(() => struct.get("none"), "none is not a valid field name");
});

Deno.test("Struct gives each type of field", () => {
  const values = {
    int8: 1,
    int16: 2,
    int32: 3,
    int64: 4n,
    float32: 1.5,
    float64: 2.5,
    boolean: true,
    string: "s",
    bytes: Uint8Array.of(1),
  } as const;
  const builder = SchemaBuilder.struct();
  for (const type of Object.keys(values)) builder.field(type, Schemas[type as keyof typeof values]);
  const struct = new Struct(builder.build());
  for (const [type, value] of Object.entries(values)) struct.put(type, value);
  assert.deepEqual([
    struct.getInt8("int8"),
    struct.getInt16("int16"),
    struct.getInt32("int32"),
    struct.getInt64("int64"),
    struct.getFloat32("float32"),
    struct.getFloat64("float64"),
    struct.getBoolean("boolean"),
    struct.getString("string"),
    struct.getBytes("bytes"),
  ], Object.values(values));
});

Deno.test("Struct.validate() misses required fields without a default", () => {
  const struct = new Struct(schema).put("a", 1).put("ts", new Date(5));
  refuses(
    () => struct.validate(),
    'Invalid value: null used for required field: "dec", schema type: BYTES',
  );
  struct.put("dec", new BigDecimal(150n, 2)).validate();
});

Deno.test("Struct is made of a struct's schema alone", () => {
  refuses(() => new Struct(Schemas.int32), "Not a struct schema: Schema{INT32}");
});

Deno.test("Struct.toString() is Java's", () => {
  const struct = new Struct(schema).put("ts", new Date(5)).put("dec", BigDecimal.parse("1.2345"))
    .put("map", new Map([["k", 1]])).put("list", ["a", "b"]);
  assert.equal(
    String(struct),
    "Struct{list=[a, b],map={k=1},ts=Thu Jan 01 00:00:00 UTC 1970,dec=1.2345}",
  );
});

Deno.test("Struct.equals() is true of equal schemas and values, and of nothing else", () => {
  const floats = SchemaBuilder.struct().field("f", Schemas.float64).build();
  const of = (value: number) => new Struct(floats).put("f", value);
  assert.ok(of(NaN).equals(of(NaN)));
  assert.ok(!of(0).equals(of(-0)));
  assert.ok(!new Struct(schema).put("d", 5).equals(new Struct(schema)));
  assert.ok(!of(1).equals({ schema: floats }));
  assert.ok(
    !of(1).equals(
      new Struct(SchemaBuilder.struct().field("f", Schemas.float32).build()).put("f", 1),
    ),
  );
});

Deno.test("valuesEqual() tells a value from every other, and validateValue() takes those that fit", () => {
  fc.assert(fc.property(data, data, (one, other) => {
    validateValue(one.schema, one.value);
    assert.ok(valuesEqual(one.value, structuredCopy(one.value)));
    if (!one.schema.equals(other.schema) && one.value instanceof Struct) {
      assert.ok(!valuesEqual(one.value, other.value));
    }
  }));
});

/** The same value made of other objects. */
function structuredCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCopy);
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [structuredCopy(key), structuredCopy(item)]));
  }
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof Date) return new Date(value);
  if (value instanceof BigDecimal) return new BigDecimal(value.unscaled, value.scale);
  if (!(value instanceof Struct)) return value;
  const copy = new Struct(value.schema);
  for (const field of value.schema.fields) {
    const item = value.getWithoutDefault(field);
    if (item !== null) copy.put(field, structuredCopy(item));
  }
  return copy;
}
