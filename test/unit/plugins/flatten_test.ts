/** What the recorded cases of Flatten leave open. */

import assert from "node:assert/strict";
import { Schema, SchemaBuilder, Schemas, SourceRecord, Struct } from "../../../mod.ts";
import plugins from "../../../plugins/transforms/flatten.ts";

function flattened(valueSchema: Schema | null, value: unknown, delimiter = ".") {
  const flatten = new plugins[1].create();
  flatten.configure({ delimiter });
  return flatten.apply(new SourceRecord({ topic: "t", valueSchema, value }))!;
}

const inner = SchemaBuilder.struct().field("a", Schemas.int32)
  .field("b", SchemaBuilder.string().defaultValue("own").build()).build();

Deno.test("Flatten.apply() gives fields the default that the struct around them has for them", () => {
  const defaultValue = new Struct(inner).put("a", 5).put("b", "outer");
  const withDefault = new Schema({ type: "struct", fields: inner.fields, defaultValue });
  const schema = SchemaBuilder.struct().field("s", withDefault).build();
  const { valueSchema, value } = flattened(schema, new Struct(schema));
  assert.equal(valueSchema!.field("s.a")!.schema.defaultValue, 5);
  assert.equal(valueSchema!.field("s.b")!.schema.defaultValue, "own");
  assert.equal((value as Struct).get("s.a"), 5);
  assert.equal((value as Struct).getWithoutDefault("s.a"), null);
});

Deno.test("Flatten.apply() makes all fields optional that lie in something optional", () => {
  const optional = new Schema({ type: "struct", fields: inner.fields, optional: true });
  const schema = SchemaBuilder.struct().field("s", optional).field("t", inner).build();
  const { valueSchema } = flattened(schema, new Struct(schema), "");
  assert.deepEqual(
    valueSchema!.fields.map(({ name, schema }) => [name, schema.optional]),
    [["sa", true], ["sb", true], ["ta", false], ["tb", false]],
  );
});

Deno.test("Flatten.apply() refuses two fields that come by one name", () => {
  const schema = SchemaBuilder.struct().field("s", inner).field("s.a", Schemas.int32).build();
  assert.throws(() => flattened(schema, new Struct(schema)), {
    name: "SchemaBuilderError",
    message: "Cannot create field because of field name duplication s.a",
  });
});

Deno.test("Flatten.apply() refuses maps that lie too deep", () => {
  let map = new Map<string, unknown>();
  for (let depth = 0; depth < 1000; depth++) map = new Map([["a", map]]);
  assert.throws(() => flattened(null, map), {
    name: "DataError",
    message: "Cannot flatten more than 1000 maps inside each other",
  });
});
