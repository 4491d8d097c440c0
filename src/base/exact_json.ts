/** JSON whose integers stay exact: those beyond the safe range are bigints. */

/** ECMAScript's `JSON.rawJSON`, which TypeScript's library does not declare yet. */
const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown };

/** JSON text of `value`; bigints become integers. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, item) => typeof item === "bigint" ? rawJSON(String(item)) : item,
  );
}

/** The value of JSON text; integers beyond the safe range become bigints. @throws {SyntaxError} */
export function parseExact(text: string): unknown {
  return JSON.parse(text, (_key: string, item: unknown, context?: { source?: string }) => {
    if (typeof item !== "number" || Number.isSafeInteger(item)) return item;
    const source = context?.source;
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : item;
  });
}
