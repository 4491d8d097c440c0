/**
 * The path of a request, as Kafka Connect's server reads it:
 *
 *     path    = { "/" segment } [ "/" ]
 *     segment = percent-encoded UTF-8 [ ";" parameters ]
 *
 * Parameters say nothing here. What a router matches is the encoded path, so that `%2F` is part of a name.
 *
 * @module
 */

import { HttpError } from "./errors.ts";

/** The path of a request, encoded, without parameters and without a slash at its end. */
export function routedPath({ url }: { url: string }): string {
  const path = rawPath(url).replaceAll(/;[^/]*/g, "");
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Refuses paths that mean nothing, or two things. Kafka: Jetty does, in HTML. @throws {HttpError} */
export function refuseMalformedPath({ url }: { url: string }): void {
  const path = rawPath(url);
  if (path.includes("//")) throw new HttpError(400, "Ambiguous URI empty segment");
  if (/\/(\.|%2e){1,2}(?=[/;]|$)/i.test(path.replaceAll(/\/\.{1,2}(?=\/|$)/g, "/"))) {
    throw new HttpError(400, "Ambiguous URI path segment");
  }
  if (/%(?![0-9a-f]{2})|%00/i.test(path)) throw new HttpError(400, "Bad Request");
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new HttpError(400, "Bad UTF-8 encoding");
  }
  // deno-lint-ignore no-control-regex -- characters that are refused
  if (/[\u0000-\u001f\u007f]/.test(decoded)) throw new HttpError(400, "Suspicious Path Character");
}

/** What leads to a connector, when it stands behind `/connectors/`. */
export function encodedName(name: string): string {
  // What Java leaves as it is, such as in the `Location` of a new connector.
  return encodeURIComponent(name).replaceAll(/%(3A|40|26|3D|2B|24|2C|3B)/g, decodeURIComponent);
}

function rawPath(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + 3);
  if (start < 0) return "/";
  const end = url.slice(start).search(/[?#]/);
  return end < 0 ? url.slice(start) : url.slice(start, start + end);
}
