/** Maps whose keys may be objects: dates, decimals, lists, maps, structs. */

import { valuesEqual } from "./equality.ts";
import { textOf } from "./java_text.ts";

/**
 * The map of some entries. Of keys that are equal, all the way down, the first stays, with the last value, as in
 * Java; JavaScript would go by which object they are. Bytes are not compared, there as here.
 */
export function mapByValue(entries: Iterable<readonly [unknown, unknown]>): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  const objects = new Map<string, unknown[]>();
  for (const [key, value] of entries) {
    map.set(isCompared(key) ? known(key, objects) : key, value);
  }
  return map;
}

/** Another map of the same entries; `new Map(map)` takes half as long again. */
export function copyOf<K, V>(map: ReadonlyMap<K, V>): Map<K, V> {
  const copy = new Map<K, V>();
  for (const [key, value] of map) copy.set(key, value);
  return copy;
}

function isCompared(key: unknown): boolean {
  return typeof key === "object" && key !== null && !(key instanceof Uint8Array);
}

/** The key that is there already, or this one, remembered. Only equal ones have the same text. */
function known(key: unknown, objects: Map<string, unknown[]>): unknown {
  const text = textOf(key, null);
  const alike = objects.get(text);
  if (alike === undefined) {
    objects.set(text, [key]);
    return key;
  }
  const same = alike.find((one) => valuesEqual(one, key));
  if (same === undefined) alike.push(key);
  return same ?? key;
}
