import assert from "node:assert/strict";
import { SchemaBuilder, Schemas, SourceRecord, Struct } from "../../../mod.ts";
import replaceField from "../../../plugins/transforms/replace_field.ts";

const valueTransform = replaceField.find(({ name }) => name === "ReplaceField$Value")!;
const schema = SchemaBuilder.struct().field("a", Schemas.string).field("b", Schemas.string).build();
const both = new Struct(schema).put("a", "secret").put("b", "public");

function replaced(value: Struct, config: Record<string, string>): string {
  const made = new valueTransform.create();
  made.configure(config);
  const record = new SourceRecord({ topic: "t", valueSchema: value.schema, value });
  return String(made.apply(record)!.value);
}

Deno.test("ReplaceField.apply() keeps a field's own value when another, left out, would get its name", () => {
  assert.equal(replaced(both, { exclude: "a", renames: "a:b" }), "Struct{b=public}");
});

Deno.test("ReplaceField.apply() keeps a field when the one that would get its name is not there", () => {
  const only = new Struct(SchemaBuilder.struct().field("b", Schemas.string).build());
  assert.equal(replaced(only.put("b", "x"), { renames: "a:b" }), "Struct{b=x}");
});

Deno.test("ReplaceField.apply() swaps names", () => {
  assert.equal(replaced(both, { renames: "a:b,b:a" }), "Struct{b=secret,a=public}");
});
