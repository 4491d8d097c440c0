/** inHashOrder(): the order that Java 17 prints its sets in. */

import assert from "node:assert/strict";
import { inHashOrder } from "../../../../mod.ts";

const letters = Array.from({ length: 13 }, (_, i) => String.fromCharCode(0x7a - i));

for (
  const [texts, order] of [
    [["ts", "a.b", "m"], "a.b m ts"],
    [["banana", "apple", "cherry", "apple"], "banana apple cherry"],
    // Two texts with the same hash code stay as they came.
    [["BB", "Aa"], "BB Aa"],
    [["é", "n", "a"], "a é n"],
    [letters.slice(1), "p q r s t u v w x y n o"],
    [letters, "n o p q r s t u v w x y z"],
  ] as const
) {
  Deno.test(`inHashOrder() puts ${texts.join(" ")} as Java does`, () => {
    assert.equal(inHashOrder(texts).join(" "), order);
  });
}

Deno.test("inHashOrder() goes by how many buckets a set was made for", () => {
  const twelve = letters.slice(1);
  assert.equal(inHashOrder(twelve, 17).join(" "), "n o p q r s t u v w x y");
});
