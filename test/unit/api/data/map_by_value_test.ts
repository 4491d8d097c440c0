/** mapByValue(): keys that are equal are one. */

import assert from "node:assert/strict";
import { BigDecimal, mapByValue } from "../../../../mod.ts";

Deno.test("mapByValue() keeps the first of equal keys, with the last value", () => {
  const [one, two] = [new Date(1), new Date(1)];
  const lists = [[1, new BigDecimal(5n, 1)], [1, new BigDecimal(5n, 1)], [
    1,
    new BigDecimal(50n, 2),
  ]];
  const map = mapByValue([
    [one, "a"],
    ["x", 1],
    [two, "b"],
    ...lists.map((list, i) => [list, i] as const),
  ]);
  assert.deepEqual([...map], [[one, "b"], ["x", 1], [lists[0], 1], [lists[2], 2]]);
  assert.equal(map.get(one), "b");
});

Deno.test("mapByValue() takes bytes as they come", () => {
  const keys = [Uint8Array.of(1), Uint8Array.of(1)];
  assert.equal(mapByValue(keys.map((key) => [key, null])).size, 2);
});
