import assert from "node:assert/strict";
import {
  BigDecimal,
  DataError,
  Decimal,
  Schema,
  SchemaBuilder,
  SchemaBuilderError,
  Schemas,
  Struct,
  Timestamp,
} from "../../../../mod.ts";

function refuses(build: () => unknown, message: string, cause?: string): void {
  assert.throws(build, (error: Error) => {
    assert.ok(error instanceof SchemaBuilderError);
    assert.equal(error.message, message);
    if (cause !== undefined) assert.equal((error.cause as Error).message, cause);
    return true;
  });
}

Deno.test("SchemaBuilder builds all that it is told", () => {
  const schema = SchemaBuilder.struct().name("Person").version(2).doc("a person").optional()
    .parameter("a", "b").parameters(new Map([["c", "d"], ["a", "e"]]))
    .field("id", Schemas.int64).field("tags", SchemaBuilder.array(Schemas.string).build()).build();
  assert.equal(schema.type, "struct");
  assert.equal(schema.name, "Person");
  assert.equal(schema.version, 2);
  assert.equal(schema.doc, "a person");
  assert.equal(schema.optional, true);
  assert.deepEqual([...schema.parameters!], [["a", "e"], ["c", "d"]]);
  assert.deepEqual(schema.fields.map(({ name, position }) => [name, position]), [["id", 0], [
    "tags",
    1,
  ]]);
  assert.equal(schema.field("id")?.schema, Schemas.int64);
  assert.equal(schema.field("none"), null);
  assert.equal(String(schema), "Schema{Person:STRUCT}");
});

Deno.test("SchemaBuilder goes on after build() without changing what was built", () => {
  const builder = SchemaBuilder.struct().field("a", Schemas.int32);
  const before = builder.build();
  const after = builder.field("b", Schemas.int32).parameter("p", "q").build();
  assert.equal(before.fields.length, 1);
  assert.equal(before.parameters, null);
  assert.equal(after.fields.length, 2);
});

Deno.test("SchemaBuilder refuses to set something twice, unless it is the same", () => {
  const set = (what: string) => `Invalid SchemaBuilder call: ${what} has already been set.`;
  refuses(() => SchemaBuilder.int32().optional().required(), set("optional"));
  refuses(() => SchemaBuilder.int32().name("a").name("b"), set("name"));
  refuses(() => SchemaBuilder.int32().version(1).version(2), set("version"));
  refuses(() => SchemaBuilder.int32().doc("a").doc("b"), set("doc"));
  refuses(() => SchemaBuilder.int32().defaultValue(1000).defaultValue(1001), set("default"));
  const same = SchemaBuilder.int32().optional().optional().name("a").name("a").version(1).version(
    1,
  );
  assert.equal(same.build().name, "a");
});

Deno.test("SchemaBuilder.defaultValue() refuses what does not fit", () => {
  const invalid = "Invalid default value";
  refuses(
    () => SchemaBuilder.int32().defaultValue("x"),
    invalid,
    "Invalid Java object for schema with type INT32: class java.lang.String for value",
  );
  refuses(
    () => SchemaBuilder.int32().defaultValue(null),
    invalid,
    "Invalid value: null used for required value, schema type: INT32",
  );
  refuses(
    () => SchemaBuilder.array(Schemas.int32).defaultValue(["x"]),
    invalid,
    "Invalid Java object for schema with type INT32: class java.lang.String for element of array value",
  );
  refuses(
    () => Timestamp.builder().defaultValue(5n),
    invalid,
    'Invalid Java object for schema "org.apache.kafka.connect.data.Timestamp" with type INT64: ' +
      "class java.lang.Long for value",
  );
  const inner = SchemaBuilder.struct().field("a", Schemas.int32);
  refuses(
    () => inner.defaultValue(new Struct(inner.build()).put("a", 1)),
    invalid,
    "Struct schemas do not match.",
  );
  assert.equal(SchemaBuilder.int32().optional().defaultValue(null).build().defaultValue, undefined);
});

Deno.test("SchemaBuilder.field() refuses other types, no name, and a name that is there", () => {
  refuses(
    () => SchemaBuilder.int32().field("a", Schemas.int32),
    "Cannot create fields on type INT32",
  );
  refuses(() => SchemaBuilder.struct().field("", Schemas.int32), "fieldName cannot be null.");
  refuses(
    () => SchemaBuilder.struct().field("a", Schemas.int32).field("a", Schemas.string),
    "Cannot create field because of field name duplication a",
  );
});

Deno.test("Schema speaks of fields, keys and values only where there are some", () => {
  const throws = (run: () => unknown, message: string) =>
    assert.throws(run, { name: "DataError", message });
  throws(() => Schemas.int32.fields, "Cannot list fields on non-struct type");
  throws(() => Schemas.int32.field("a"), "Cannot look up fields on non-struct type");
  throws(() => Schemas.int32.keySchema, "Cannot look up key schema on non-map type");
  throws(
    () => Schemas.int32.valueSchema,
    "Cannot look up value schema on non-array and non-map type",
  );
  const map = SchemaBuilder.map(Schemas.string, Schemas.int8).build();
  assert.deepEqual([map.keySchema, map.valueSchema], [Schemas.string, Schemas.int8]);
});

Deno.test("Schema.equals() compares all that is said, defaults and parameters all the way down", () => {
  const build = (byte: number, scale: number) =>
    SchemaBuilder.map(
      SchemaBuilder.bytes().defaultValue(Uint8Array.of(byte)).build(),
      Decimal.builder(scale).defaultValue(new BigDecimal(1n, scale)).build(),
    ).build();
  assert.ok(build(1, 2).equals(build(1, 2)));
  assert.ok(!build(1, 2).equals(build(2, 2)));
  assert.ok(!build(1, 2).equals(build(1, 3)));
  assert.ok(SchemaBuilder.int32().parameters(new Map()).build().equals(Schemas.int32));
  assert.ok(!Schemas.int32.equals(Schemas.optionalInt32));
  assert.ok(!Schemas.int32.equals(SchemaBuilder.int32().doc("").build()));
  assert.ok(
    !new Schema({ type: "array", valueSchema: null }).equals(
      SchemaBuilder.array(Schemas.int8).build(),
    ),
  );
});

Deno.test("DataError is what a SchemaBuilderError is, as in Java", () => {
  assert.ok(new SchemaBuilderError() instanceof DataError);
});
