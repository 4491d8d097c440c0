import assert from "node:assert/strict";
import fc from "fast-check";
import { Secrets } from "../../../src/base/mod.ts";

const variable = "${file:/etc/s:key}";

/** What becomes of a text when a value was looked up. */
function masked(value: string, text: string): string {
  const secrets = new Secrets();
  secrets.add(value, variable);
  return secrets.mask(text);
}

const texts: [what: string, value: string, text: string, shown: string][] = [
  ["a value wherever it stands", "hunter2", "xhunter2x hunter2", `x${variable}x ${variable}`],
  ["a value with characters of patterns", "a.*+$1\\", "is a.*+$1\\!", `is ${variable}!`],
  ["what is trimmed of it", " hunter2\n", "is <hunter2>", `is <${variable}>`],
  ["it inside JSON", 'a"b\nc', '{"password":"a\\"b\\nc"}', `{"password":"${variable}"}`],
  ["it inside a URL", "a b/c?", "http://me:a%20b%2Fc%3F@host", `http://me:${variable}@host`],
  ["it in base64", "hunter2", "Basic aHVudGVyMg==", `Basic ${variable}`],
  ["a line of it", "-----BEGIN-----\nc2VjcmV0\n", "line c2VjcmV0", `line ${variable}`],
  [
    "a short value where it stands alone",
    "abc",
    "abc abcd xabc (abc)",
    `${variable} abcd xabc (${variable})`,
  ],
  ["no small numbers and no words of configurations", "1", "1 task(s)", "1 task(s)"],
  ["no booleans", "true", "is true", "is true"],
  ["nothing for an empty value", "", "as it is", "as it is"],
];
for (const [what, value, text, shown] of texts) {
  Deno.test(`mask() hides ${what}`, () => assert.equal(masked(value, text), shown));
}

Deno.test("mask() hides the longer of two values, one of which begins the other", () => {
  const secrets = new Secrets();
  secrets.add("hunter", "${a}");
  secrets.add("hunter2", "${b}");
  assert.equal(secrets.mask("hunter2 hunter"), "${b} ${a}");
});

Deno.test("mask() leaves nothing of any value of four characters and more", () => {
  fc.assert(fc.property(
    fc.string({ minLength: 4, unit: "grapheme" }),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "grapheme" }),
    (value, before, after) => {
      fc.pre(!"${v}".includes(value) && !/^(-?\d{1,3}|true|false|none|null)$/i.test(value));
      fc.pre(!`${before}\${v}${after}`.includes(value));
      const secrets = new Secrets();
      secrets.add(value, "${v}");
      assert.ok(!secrets.mask(before + value + after).includes(value));
    },
  ));
});

Deno.test("within() gives the values that JSON text holds, and no others", () => {
  const secrets = new Secrets([['a"b', "${a}"], ["hunter2", "${b}"], ["", "${c}"]]);
  assert.deepEqual(secrets.within(JSON.stringify({ x: 'is a"b' })), [['a"b', "${a}"]]);
  assert.deepEqual(secrets.within("{}"), []);
});
