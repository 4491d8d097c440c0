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

/** What a Request is known by: an object, for what is told of it, and its URL. */
type Asked = Pick<Request, "url">;

const targets = new WeakMap<Asked, string>();

/** Notes the path and query of a request as they were sent: a URL leaves out segments that are dots. */
export function noteTarget(request: Asked, target: string): void {
  targets.set(request, target);
}

/** The path of a request, encoded, without parameters and without a slash at its end. */
export function routedPath(request: Asked): string {
  const path = sentPath(request).replaceAll(/;[^/]*/g, "");
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** Refuses paths that mean nothing, or two things. Kafka: Jetty does, in HTML. @throws {HttpError} */
export function refuseMalformedPath(request: Asked): void {
  const path = sentPath(request);
  if (path.includes("//")) throw new HttpError(400, "Ambiguous URI empty segment");
  if (/\/(\.|%2e){1,2}(?=[/;]|$)/i.test(path.replaceAll(/\/\.{1,2}(?=\/|$)/g, "/"))) {
    throw new HttpError(400, "Ambiguous URI path segment");
  }
  if (/["<>[\\\]^`{|}]/.test(path)) throw new HttpError(400, "Illegal Path Character");
  if (/%(?![0-9a-f]{2})|%00/i.test(path) || isAboveRoot(path)) {
    throw new HttpError(400, "Bad Request");
  }
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw new HttpError(400, "Bad UTF-8 encoding");
  }
  // deno-lint-ignore no-control-regex -- characters that are refused
  if (/[\u0000-\u001f\u007f]/.test(decoded)) throw new HttpError(400, "Suspicious Path Character");
}

/** Whether a path leaves what there is, by `..`. */
function isAboveRoot(path: string): boolean {
  let depth = 0;
  return path.slice(1).split("/").some((segment) => {
    depth += segment === ".." ? -1 : segment === "." ? 0 : 1;
    return depth < 0;
  });
}

/** What leads to a connector, when it stands behind `/connectors/`. */
export function encodedName(name: string): string {
  // What Java leaves as it is, such as in the `Location` of a new connector.
  return encodeURIComponent(name).replaceAll(/%(3A|40|26|3D|2B|24|2C|3B)/g, decodeURIComponent);
}

/** The path of a request, as it was sent. */
export function sentPath(request: Asked): string {
  const target = targets.get(request) ?? request.url.replace(/^\w+:\/\/[^/?#]*/, "");
  const [path] = target.split(/[?#]/);
  return path === "" ? "/" : path;
}
