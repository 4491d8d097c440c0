import assert from "node:assert/strict";
import { Headers, Schemas } from "../../../../mod.ts";

function sample(): Headers {
  return new Headers().add("a", 1, Schemas.int32).add("b", "x", Schemas.string).add("a", "z");
}

const keysOf = (headers: Headers) => [...headers].map(({ key, value }) => `${key}=${value}`);

Deno.test("Headers find the last of a name, and all of it", () => {
  assert.equal(sample().lastWithName("a")?.value, "z");
  assert.equal(sample().lastWithName("none"), null);
  assert.deepEqual(sample().allWithName("a").map(({ value }) => value), [1, "z"]);
  assert.equal(sample().size, 3);
});

Deno.test("Headers.remove() and retainLatest() leave the others in order", () => {
  assert.deepEqual(keysOf(sample().remove("a")), ["b=x"]);
  assert.deepEqual(keysOf(sample().add("b", "y").retainLatest("a")), ["b=x", "a=z", "b=y"]);
  assert.deepEqual(keysOf(sample().add("b", "y").retainLatest()), ["a=z", "b=y"]);
  assert.equal(sample().clear().size, 0);
});

Deno.test("Headers.apply() changes or removes each, or those of a name", () => {
  assert.deepEqual(keysOf(sample().apply(() => null, "a")), ["b=x"]);
  const renamed = sample().apply((header) => ({ ...header, key: header.key.toUpperCase() }));
  assert.deepEqual(keysOf(renamed), ["A=1", "B=x", "A=z"]);
});

Deno.test("Headers.duplicate() is equal, and a list of its own", () => {
  const [headers, copy] = [sample(), sample().duplicate()];
  assert.ok(headers.equals(copy));
  assert.ok(!headers.equals(copy.add("c", 1)));
  assert.ok(!headers.equals(sample().apply((header) => ({ ...header, schema: null }))));
  assert.equal(headers.size, 3);
});

Deno.test("Headers.toString() is Java's", () => {
  assert.equal(String(new Headers()), "ConnectHeaders(headers=)");
  assert.equal(
    String(new Headers().add("a", 1, Schemas.int32).add("k", "v")),
    "ConnectHeaders(headers=[ConnectHeader(key=a, value=1, schema=Schema{INT32}), " +
      "ConnectHeader(key=k, value=v, schema=null)])",
  );
});
