/** What others say is shown without letting them steer the terminal. */

import assert from "node:assert/strict";
import { plain, plainJson, plainLines, table, widthOf } from "../../../src/cli/plain_text.ts";

Deno.test("plain() leaves nothing that steers a terminal or turns text around", () => {
  for (let code = 0; code <= 0x2100; code++) {
    const text = plain(`a${String.fromCharCode(code)}b`);
    assert.doesNotMatch(text, /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
  }
  assert.equal(plain("tëxt 漢字 😀"), "tëxt 漢字 😀");
});

Deno.test("plainLines() keeps lines and the indentation of traces", () => {
  assert.deepEqual(plainLines("a\n\tat b\r\nc\u001b[2J\n"), ["a", "    at b", "c�[2J"]);
});

Deno.test("plainJson() means the same and steers nothing", () => {
  const value = { "k\u009b": "\u001b\u202e\u007f", big: 2n ** 60n };
  const text = plainJson(value);
  assert.doesNotMatch(text, /[^\P{Cc}\n]|\u202e/u);
  assert.match(text, /"big": 1152921504606846976/);
  assert.equal(JSON.parse(text)["k\u009b"], value["k\u009b"]);
});

Deno.test("table() puts columns below each other, whatever their letters", () => {
  assert.deepEqual(table([["A", "N"], ["漢字", "5"], ["x", "12"]]), [
    "A     N",
    "漢字   5",
    "x     12",
  ]);
  assert.equal(widthOf("e\u0301漢😀"), 5);
});
