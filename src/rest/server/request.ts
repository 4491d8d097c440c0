/** What came over a connection, as a Request. */

import type { IncomingMessage } from "node:http";
import type { Listener } from "../../herder/mod.ts";
import { noteTarget } from "../request_path.ts";
import { Refusal } from "./refusal.ts";

const authority = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
/** What a Request cannot be made with. */
const forbiddenMethods = ["CONNECT", "TRACE", "TRACK"];

/** A request with its body. @throws {Refusal} when there is no URL in it */
export function requestOf(
  incoming: IncomingMessage,
  listener: Listener,
  body: Uint8Array<ArrayBuffer>,
): Request {
  const { method = "GET", url: target = "", httpVersion, rawHeaders } = incoming;
  const own = listener.host.includes(":") ? `[${listener.host}]` : listener.host || "localhost";
  const named = incoming.headers.host ?? (httpVersion === "1.0" ? own : "");
  // A proxy may send the whole URL.
  const [, host = named, path = ""] = /^(?:https?:\/\/([^/?#]*))?(?=[/?]|$)(.*)$/is.exec(target) ??
    [];
  const url = `${listener.protocol}://${host}${path}`;
  const isForbidden = forbiddenMethods.includes(method);
  const hasBody = body.length > 0 && !["GET", "HEAD"].includes(method) && !isForbidden;
  if (!authority.test(named) || !authority.test(host) || path === "" || !URL.canParse(url)) {
    throw new Refusal(400, "HTTP 400 Bad Request");
  }
  if (host.toLowerCase() !== named.toLowerCase()) throw new Refusal(400, "Authority!=Host");
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at], rawHeaders[at + 1]);
  }
  let request: Request;
  try {
    const init = { method: isForbidden ? "GET" : method, headers, body: hasBody ? body : null };
    request = new Request(url, init);
  } catch (cause) {
    throw new Refusal(400, "HTTP 400 Bad Request", { cause });
  }
  if (isForbidden) Object.defineProperty(request, "method", { value: method });
  noteTarget(request, path);
  return request;
}
