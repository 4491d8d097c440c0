/** Whether two values of Connect are the same, all the way down. */

/** What can say itself whether it equals another: a struct, a decimal, a schema. */
interface Comparable {
  equals(other: unknown): boolean;
}

function isComparable(value: object): value is Comparable {
  return typeof (value as Partial<Comparable>).equals === "function";
}

/**
 * Whether both values are equal, as Java's `Objects.deepEquals` has it: NaN equals itself, and 0 is not
 * -0. Bytes are compared inside lists and maps, too, where Java compares addresses.
 */
export function valuesEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (isComparable(a)) return a.equals(b);
  if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
  if (a instanceof Uint8Array) return bytesEqual(a, b as Uint8Array);
  if (Array.isArray(a)) {
    const other = b as unknown[];
    return a.length === other.length && a.every((item, i) => valuesEqual(item, other[i]));
  }
  return a instanceof Map && mapsEqual(a, b as Map<unknown, unknown>);
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function mapsEqual(a: Map<unknown, unknown>, b: Map<unknown, unknown>): boolean {
  if (a.size !== b.size) return false;
  // A key that is an object is found by what it holds, not by which object it is.
  const find = (wanted: unknown) => {
    if (typeof wanted !== "object" || wanted === null) return b.has(wanted) ? wanted : undefined;
    for (const key of b.keys()) if (valuesEqual(wanted, key)) return key;
    return undefined;
  };
  return [...a].every(([key, value]) => {
    const match = find(key);
    return match !== undefined && valuesEqual(value, b.get(match));
  });
}
