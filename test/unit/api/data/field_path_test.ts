import assert from "node:assert/strict";
import { FieldPath, SchemaBuilder, Schemas, Struct } from "../../../../mod.ts";

/** The names that a path asks maps for, one after the other. */
function stepsOf(text: string, syntax: "V1" | "V2" = "V2"): string[] {
  const steps: string[] = [];
  const map = new Map<unknown, unknown>();
  map.get = (name) => {
    steps.push(name as string);
    return map;
  };
  new FieldPath(text, syntax).valueInMap(map);
  return steps;
}

const recorded: readonly [path: string, steps: readonly string[]][] = [
  ["a", ["a"]],
  ["a.b.c", ["a", "b", "c"]],
  [".a", ["", "a"]],
  ["a.", ["a", ""]],
  ["a..b", ["a", "", "b"]],
  [".", ["", ""]],
  ["`a.b`.c", ["a.b", "c"]],
  ["a.`b.c`", ["a", "b.c"]],
  ["`a.b`.", ["a.b", ""]],
  ["``", [""]],
  ["``.a", ["", "a"]],
  ["a`b.c", ["a`b", "c"]],
  ["`a`b`.c", ["a`b", "c"]],
  ["`a\\`.b`.c", ["a`.b", "c"]],
  ["`a\\`b`", ["a\\`b"]],
  ["a\\.b", ["a\\", "b"]],
];

for (const [path, steps] of recorded) {
  Deno.test(`FieldPath() reads ${path} as Kafka does`, () => {
    assert.deepEqual(stepsOf(path), steps);
  });
}

Deno.test("FieldPath() takes the whole text for one name in V1", () => {
  assert.deepEqual(stepsOf("`a.b`.c", "V1"), ["`a.b`.c"]);
});

Deno.test("FieldPath() takes empty text for an empty name in V1, and for no path in V2", () => {
  assert.deepEqual(stepsOf("", "V1"), [""]);
  assert.throws(() => stepsOf(""), { name: "DataError", message: "The path to a field is empty" });
});

for (const [path, position] of [["`a", 0], ["a.`b", 2], ["`a\\`", 0], ["`a`b", 0]] as const) {
  Deno.test(`FieldPath() refuses ${path}, whose backtick has no end`, () => {
    assert.throws(() => new FieldPath(path, "V2"), {
      name: "ConfigError",
      message:
        `Incomplete backtick pair in path: [${path}], consider adding a backslash before backtick ` +
        `at position ${position} to escape it`,
    });
  });
}

const inner = SchemaBuilder.struct().optional()
  .field("c", SchemaBuilder.int32().optional().defaultValue(7).build()).build();
const outer = SchemaBuilder.struct().field("a", inner).field("s", Schemas.string).build();
const struct = (c: number | null) =>
  new Struct(outer).put("a", new Struct(inner).put("c", c)).put("s", "text");

Deno.test("FieldPath.fieldIn() finds nested fields, and null for those that are not there", () => {
  assert.equal(new FieldPath("a.c", "V2").fieldIn(outer), inner.field("c"));
  assert.equal(new FieldPath("a.x", "V2").fieldIn(outer), null);
  assert.equal(new FieldPath("x.c", "V2").fieldIn(outer), null);
});

Deno.test("FieldPath.fieldIn() refuses a way through what is no struct", () => {
  assert.throws(() => new FieldPath("s.c", "V2").fieldIn(outer), {
    name: "DataError",
    message: "Cannot look up fields on non-struct type",
  });
});

Deno.test("FieldPath.valueIn() finds nested values, and uses defaults if told", () => {
  const path = new FieldPath("a.c", "V2");
  assert.equal(path.valueIn(struct(1), true), 1);
  assert.equal(path.valueIn(struct(null), true), 7);
  assert.equal(path.valueIn(struct(null), false), null);
});

Deno.test("FieldPath.valueIn() is null when something on the way is null or not there", () => {
  assert.equal(new FieldPath("a.c", "V2").valueIn(new Struct(outer), true), null);
  assert.equal(new FieldPath("x.c", "V2").valueIn(struct(1), true), null);
  assert.equal(new FieldPath("a.x", "V2").valueIn(struct(1), true), null);
});

Deno.test("FieldPath.valueIn() refuses a way through what is no struct", () => {
  assert.throws(() => new FieldPath("s.c", "V2").valueIn(struct(1), true), {
    name: "DataError",
    message: "Only Struct objects supported for [nested field access], found: java.lang.String",
  });
});

Deno.test("FieldPath.valueInMap() finds nested values, and null for those that are not there", () => {
  const map = new Map([["a", new Map([["c", 1]])]]);
  assert.equal(new FieldPath("a.c", "V2").valueInMap(map), 1);
  assert.equal(new FieldPath("a.x", "V2").valueInMap(map), null);
  assert.equal(new FieldPath("x.c", "V2").valueInMap(map), null);
});

Deno.test("FieldPath.valueInMap() refuses a way through what is no map", () => {
  assert.throws(() => new FieldPath("a.b", "V2").valueInMap(new Map([["a", 5]])), {
    name: "DataError",
    message: "Only Map objects supported in absence of schema for [nested field access], " +
      "found: java.lang.Integer",
  });
});
