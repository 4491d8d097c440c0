/**
 * Which content types a client sends and takes, as JAX-RS weighs them.
 *
 * @module
 */

/** The content type to answer with when JSON is acceptable, as the client wrote it; else null. */
export function acceptedJson(accept: string | null): string | null {
  const range = bestOf(accept, /^(\*\/\*|application\/(\*|json))$/);
  if (range === null) return null;
  return ["application/json", ...range.type.endsWith("json") ? range.parameters : []].join(";");
}

/** Whether plain text is acceptable. */
export function acceptsText(accept: string | null): boolean {
  return bestOf(accept, /^(\*\/\*|text\/(\*|plain))$/) !== null;
}

/** Whether what a client says it sends may be JSON; saying nothing, it may. */
export function mayBeJson(contentType: string | null): boolean {
  if (contentType === null) return true;
  const [type] = contentType.split(";");
  return /^(\*\/\*|application\/(\*|json))$/.test(type.trim().toLowerCase());
}

/** Whether a client says that it sends JSON. */
export function isJson(contentType: string | null): boolean {
  return contentType?.split(";")[0].trim().toLowerCase() === "application/json";
}

interface MediaRange {
  type: string;
  parameters: string[];
  quality: number;
}

function bestOf(accept: string | null, wanted: RegExp): MediaRange | null {
  const ranges = (accept ?? "*/*").split(",").map((range): MediaRange => {
    const [type, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => /^q\s*=/.test(parameter));
    const quality = q === undefined ? 1 : Number(q.slice(q.indexOf("=") + 1));
    return { type, parameters: parameters.filter((one) => one !== q), quality };
  });
  const best = ranges.filter(({ type, quality }) => wanted.test(type) && quality > 0)
    .toSorted((a, b) => b.quality - a.quality)[0];
  return best ?? null;
}
