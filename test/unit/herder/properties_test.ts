import assert from "node:assert/strict";
import recorded from "../../golden/properties.json" with { type: "json" };
import { parseProperties } from "../../../src/herder/config/properties.ts";

const bytes = (latin1: string) => Uint8Array.from(latin1, (character) => character.charCodeAt(0));

Deno.test("parseProperties() reads what Java reads in 700 nasty files", () => {
  assert.ok(recorded.length >= 700);
  for (const [file, entries] of recorded as [string, [string, string][] | null][]) {
    if (entries === null) {
      assert.throws(() => parseProperties(bytes(file)), /Malformed \\uxxxx encoding/, file);
      continue;
    }
    const read = Object.entries(parseProperties(bytes(file)));
    const byKey = ([a]: [string, string], [b]: [string, string]) => a < b ? -1 : 1;
    assert.deepEqual(read.sort(byKey), entries, JSON.stringify(file));
  }
});

Deno.test("parseProperties() names the line when an escape is malformed", () => {
  for (const newline of ["\n", "\r", "\r\n"]) {
    const file = ["a=b", "# \\u", "c=d \\", "  e", "", "f=\\u00g0", "g=h"].join(newline);
    assert.throws(() => parseProperties(bytes(file)), {
      name: "ConfigError",
      message: "line 6: Malformed \\uxxxx encoding.",
    });
  }
});

Deno.test("parseProperties() keeps a key called __proto__ as a key", () => {
  const props = parseProperties(bytes("__proto__=a\nb=c"));
  assert.deepEqual(Object.entries(props), [["__proto__", "a"], ["b", "c"]]);
  assert.equal(Object.getPrototypeOf(props), Object.prototype);
});

Deno.test("parseProperties() reads a file of a million bytes", () => {
  const file = "key\\\n".repeat(200_000) + "=value";
  assert.deepEqual(Object.values(parseProperties(bytes(file))), ["value"]);
});
