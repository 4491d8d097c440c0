import assert from "node:assert/strict";
import fc from "fast-check";
import {
  projectValue,
  Schema,
  SchemaBuilder,
  SchemaProjectorError,
  Schemas,
  type SchemaType,
  Struct,
  Timestamp,
  validateValue,
  valuesEqual,
} from "../../../../mod.ts";
import { data } from "./arbitraries.ts";

function refuses(run: () => unknown, message: string, cause?: string): void {
  assert.throws(run, (error: Error) => {
    assert.ok(error instanceof SchemaProjectorError);
    assert.equal(error.message, message);
    if (cause !== undefined) assert.equal((error.cause as Error).message, cause);
    return true;
  });
}

const values: Readonly<Record<string, unknown>> = {
  int8: 1,
  int16: 2,
  int32: 3,
  int64: 4n,
  float32: 5.5,
  float64: 6.5,
  boolean: true,
  string: "s",
  bytes: Uint8Array.of(1),
};
const types = Object.keys(values) as SchemaType[];
const struct = SchemaBuilder.struct().field("a", Schemas.int32).field("b", Schemas.string).build();
const value = new Struct(struct).put("a", 1).put("b", "x");
const withDefault = SchemaBuilder.int32().defaultValue(9).build();

for (const source of types) {
  Deno.test(`projectValue() makes larger numbers of ${source}, and nothing else`, () => {
    const numbers = types.indexOf("boolean");
    for (const target of types) {
      const project = () =>
        projectValue(new Schema({ type: source }), values[source], new Schema({ type: target }));
      const [from, to] = [types.indexOf(source), types.indexOf(target)];
      if (from === to || (from < to && to < numbers)) {
        const projected = project();
        validateValue(new Schema({ type: target }), projected);
        if (from < numbers) assert.equal(Number(projected), Number(values[source]));
      } else {
        refuses(
          project,
          `Schema type mismatch. source type: ${source.toUpperCase()} and target type: ${target.toUpperCase()}`,
        );
      }
    }
  });
}

Deno.test("projectValue() onto the same schema fits it, and changes no value that was there", () => {
  fc.assert(fc.property(data, ({ schema, value }) => {
    const projected = projectValue(schema, value, schema);
    validateValue(schema, projected);
    if (!(value instanceof Object)) assert.equal(projected, value);
  }));
});

Deno.test("projectValue() twice is projectValue() once", () => {
  fc.assert(fc.property(data, ({ schema, value }) => {
    const once = projectValue(schema, value, schema);
    assert.ok(valuesEqual(projectValue(schema, once, schema), once));
  }));
});

Deno.test("projectValue() gives a required schema its default for null, and wants one", () => {
  const missing =
    "Writer schema is optional, however, target schema does not provide a default value.";
  const { optionalInt32, int32 } = Schemas;
  assert.equal(projectValue(optionalInt32, null, withDefault), 9);
  assert.equal(projectValue(optionalInt32, 1, withDefault), 1);
  assert.equal(projectValue(optionalInt32, null, optionalInt32), null);
  assert.equal(projectValue(int32, 1, optionalInt32), 1);
  refuses(() => projectValue(optionalInt32, null, int32), missing);
  refuses(() => projectValue(optionalInt32, 1, int32), missing);
});

Deno.test("projectValue() wants the same name and parameters", () => {
  const named = (name: string) => SchemaBuilder.int32().name(name).build();
  refuses(
    () => projectValue(named("a"), 1, named("b")),
    "Schema name mismatch. source name: a and target name: b",
  );
  refuses(
    () => projectValue(named("a"), 1, Schemas.int32),
    "Schema name mismatch. source name: a and target name: null",
  );
  refuses(
    () => projectValue(Schemas.int32, 1, SchemaBuilder.int32().parameter("a", "2").build()),
    "Schema parameters not equal. source parameters: null and target parameters: {a=2}",
  );
  assert.equal(projectValue(Schemas.int32, 1, SchemaBuilder.int32().version(2).build()), 1);
});

Deno.test("projectValue() keeps the values of logical types", () => {
  const moment = new Date(5);
  const optional = Timestamp.builder().optional().build();
  assert.equal(projectValue(Timestamp.schema, moment, optional), moment);
});

Deno.test("projectValue() projects the fields of a struct", () => {
  const to = (name: string, schema: Schema) => SchemaBuilder.struct().field(name, schema).build();
  const project = (target: Schema) => projectValue(struct, value, target) as Struct;
  assert.equal(project(to("a", Schemas.int64)).get("a"), 1n);
  assert.equal(String(project(to("c", Schemas.optionalInt32))), "Struct{}");
  assert.equal(String(project(to("c", withDefault))), "Struct{c=9}");
  refuses(
    () => project(to("c", Schemas.int32)),
    "Required field `c` is missing from source schema: Schema{STRUCT}",
  );
  refuses(
    () => project(to("a", Schemas.string)),
    "Error projecting a",
    "Schema type mismatch. source type: INT32 and target type: STRING",
  );
  const nested = to("s", struct);
  refuses(
    () =>
      projectValue(nested, new Struct(nested).put("s", value), to("s", to("a", Schemas.string))),
    "Error projecting s",
    "Error projecting a",
  );
});

Deno.test("projectValue() projects the items of arrays and maps", () => {
  const array = SchemaBuilder.array(Schemas.optionalInt32).build();
  assert.deepEqual(projectValue(array, [1, null], SchemaBuilder.array(withDefault).build()), [
    1,
    9,
  ]);
  const map = SchemaBuilder.map(Schemas.int32, Schemas.int32).build();
  const wider = SchemaBuilder.map(Schemas.int64, Schemas.float32).build();
  assert.deepEqual(projectValue(map, new Map([[1, 2]]), wider), new Map([[1n, 2]]));
  refuses(
    () => projectValue(array, [], map),
    "Schema type mismatch. source type: ARRAY and target type: MAP",
  );
});
