/**
 * Which content types a client sends and takes, read and weighed as JAX-RS does:
 *
 *     types     = [ type { "," type } [ "," ] ]
 *     type      = token [ "/" token ] { ";" [ token "=" ( token | quoted ) ] }
 *
 * A type without a subtype stands for all of them, as `*` does in the headers that Java's own client sends.
 *
 * @module
 */

import { HttpError } from "./errors.ts";

interface MediaType {
  type: string;
  subtype: string | null;
  /** As they were written, without quotes. */
  parameters: ReadonlyMap<string, string>;
}

const token = String.raw`[\w!#$%&'*+.^\x60|~-]+`;
const quoted = String.raw`"(?:[^"\\]|\\.)*"`;
const typePattern = new RegExp(String.raw`[ \t]*(${token})(?:/(${token}))?[ \t]*`, "y");
const parameterPattern = new RegExp(
  String.raw`;[ \t;]*(?:(${token})=(${token}|${quoted}))?[ \t]*`,
  "y",
);
const endPattern = /[ \t]*$/y;
const tokenOnly = new RegExp(`^${token}$`);
// Jersey: `HttpHeaderReader.readQualityFactor`.
const qualityPattern = /^(?=.{1,5}$)(0(\.\d*)?|1(\.0*)?|\.\d+)$/;

/** Refuses what is no type that a client may send. @throws {HttpError} */
export function refuseMalformedType(contentType: string | null): void {
  sentType(contentType);
}

/**
 * The content type to answer with when JSON is acceptable, with a client's parameters; else null.
 * @throws {HttpError} for what is no list of types
 */
export function acceptedJson(accept: string | null): string | null {
  const best = ranked(accept).find((range) => isCompatible(range, "application", "json"));
  if (best === undefined) return null;
  const parameters = best.subtype === "json" ? best.parameters : [];
  return typeText("application/json", [...parameters].filter(([name]) => name !== "q"));
}

/** The content type that a client wants most: plain text where that will do. @throws {HttpError} */
export function preferredType(accept: string | null): string {
  const [best] = ranked(accept);
  if (isCompatible(best, "text", "plain")) return "text/plain";
  return typeText(`${best.type}/${best.subtype ?? "*"}`, [...best.parameters]);
}

/** Whether what a client says it sends may be JSON; saying nothing, it may. */
export function mayBeJson(contentType: string | null): boolean {
  const sent = sentType(contentType);
  return sent === null || isCompatible(sent, "application", "json");
}

/** Whether a client says that it sends JSON. */
export function isJson(contentType: string | null): boolean {
  const sent = sentType(contentType);
  return sent?.type === "application" && sent.subtype === "json";
}

/** What a client takes: that of the greatest quality first, and then that with the fewest wildcards. */
function ranked(accept: string | null): MediaType[] {
  return acceptedRanges(accept).sort((a, b) =>
    qualityOf(b) - qualityOf(a) || wildcardsOf(a) - wildcardsOf(b)
  );
}

function acceptedRanges(accept: string | null): MediaType[] {
  const ranges = typesIn(accept ?? "");
  for (const { parameters } of ranges) {
    const quality = parameters.get("q");
    if (quality !== undefined && !qualityPattern.test(quality)) throw new HttpError(400);
  }
  return ranges.length > 0 ? ranges : typesIn("*/*");
}

function sentType(contentType: string | null): MediaType | null {
  if (contentType === null) return null;
  const types = typesIn(contentType);
  if (types.length !== 1 || types[0].subtype === null || /,[ \t]*$/.test(contentType)) {
    throw new HttpError(400);
  }
  return types[0];
}

function typesIn(header: string): MediaType[] {
  const types: MediaType[] = [];
  let at = 0;
  const next = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  while (next(endPattern) === null) {
    const [, type, subtype = null] = next(typePattern) ?? refuse();
    const parameters = new Map<string, string>();
    for (let found = next(parameterPattern); found !== null; found = next(parameterPattern)) {
      const [, name, value] = found;
      if (name !== undefined) parameters.set(name.toLowerCase(), unquoted(value));
    }
    if (at < header.length && header[at++] !== ",") refuse();
    types.push({
      type: type.toLowerCase(),
      subtype: subtype?.toLowerCase() ?? null,
      parameters,
    });
  }
  return types;
}

function refuse(): never {
  throw new HttpError(400);
}

function isCompatible(range: MediaType, type: string, subtype: string): boolean {
  if (range.type !== "*" && range.type !== type) return false;
  return isWildcard(range.subtype) || range.type === "*" || range.subtype === subtype;
}

function isWildcard(subtype: string | null): boolean {
  return subtype === null || subtype === "*";
}

function wildcardsOf({ type, subtype }: MediaType): number {
  return Number(type === "*") + Number(isWildcard(subtype));
}

function qualityOf({ parameters }: MediaType): number {
  return Number(parameters.get("q") ?? 1);
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}

function typeText(type: string, parameters: readonly [string, string][]): string {
  const texts = parameters.map(([name, value]) => {
    // Jetty writes names of charsets so.
    if (name === "charset") return `charset=${value.toLowerCase()}`;
    if (tokenOnly.test(value)) return `${name}=${value}`;
    return `${name}="${value.replaceAll(/["\\]/g, "\\$&")}"`;
  });
  return [type, ...texts].join(";");
}
