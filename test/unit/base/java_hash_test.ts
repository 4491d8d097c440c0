import assert from "node:assert/strict";
import { javaHashOrder } from "../../../src/base/mod.ts";

Deno.test("javaHashOrder() has keys in the order of Java's HashMap", () => {
  const keys = [
    ...["converter.type", "schemas.enable", "schemas.cache.size", "schema.content"],
    ...["decimal.format", "replace.null.with.default", "converter.type"],
  ];
  assert.deepEqual(javaHashOrder(keys), [
    ...["decimal.format", "converter.type", "schemas.cache.size", "replace.null.with.default"],
    ...["schemas.enable", "schema.content"],
  ]);
});

Deno.test("javaHashOrder() has keys in the order of a copy, which may have fewer buckets", () => {
  const keys = ["tasks.max", "topic", "name"];
  assert.deepEqual(javaHashOrder(keys, true), ["name", "topic", "tasks.max"]);
  assert.deepEqual(javaHashOrder(keys), ["tasks.max", "name", "topic"]);
});

Deno.test("javaHashOrder() keeps the order of keys that share a bucket", () => {
  assert.deepEqual(javaHashOrder(["BB", "Aa"]), ["BB", "Aa"]);
  assert.deepEqual(javaHashOrder(["Aa", "BB"]), ["Aa", "BB"]);
});
