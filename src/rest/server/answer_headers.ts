/**
 * The headers that answers get beside their own: those of `access.control.allow.*` and of
 * `response.http.headers.config`. Jetty: `CrossOriginHandler`, `HeaderFilter`.
 *
 * @module
 */

import type { CrossOrigin, HeaderRule } from "../../herder/mod.ts";
import type { Answer } from "./http_server.ts";

/** What browsers may send along, and for how many seconds they need not ask again: Jetty's defaults. */
const preflightHeaders = {
  "access-control-allow-headers": "Content-Type",
  "access-control-max-age": "60",
};
/** What belongs to the connection. */
const connectionHeaders = ["connection", "content-length", "transfer-encoding"];

/** Answers with headers that do not stand in the way of those that an answer has by itself. */
export function withHeaders(
  answer: Answer,
  { crossOrigin, headerRules, now }: {
    crossOrigin: CrossOrigin | null;
    headerRules: readonly HeaderRule[];
    now: () => number;
  },
): Answer {
  if (crossOrigin === null && headerRules.length === 0) return answer;
  return async (request, exchange) => {
    const headers = new Headers();
    const isRefused = crossOrigin !== null && !allow(request, crossOrigin, headers);
    applyRules(headerRules, headers, now);
    const own = isRefused ? originNotAllowed() : await answer(request, exchange);
    for (const [name, value] of own.headers) headers.set(name, value);
    return new Response(own.body, { status: own.status, headers });
  };
}

/** @returns false when the request is not to be answered */
function allow(
  request: Request,
  { origins, methods }: CrossOrigin,
  headers: Headers,
): boolean {
  headers.set("vary", "Origin");
  const origin = request.headers.get("origin");
  if (origin === null) return true;
  const isAllowed = origins === null ||
    origin.split(" ").some((one) => origins.some((pattern) => pattern.matches(one)));
  if (!isAllowed) return !request.headers.has("sec-websocket-version");
  headers.set("access-control-allow-origin", origin);
  const isPreflight = request.method === "OPTIONS" &&
    request.headers.has("access-control-request-method");
  if (isPreflight) {
    headers.set("access-control-allow-methods", methods.join(","));
    for (const [name, value] of Object.entries(preflightHeaders)) headers.set(name, value);
  }
  return true;
}

function originNotAllowed(): Response {
  return Response.json({ error_code: 400, message: "origin not allowed" }, { status: 400 });
}

function applyRules(rules: readonly HeaderRule[], headers: Headers, now: () => number): void {
  for (const { action, name, value } of rules) {
    if (connectionHeaders.includes(name.toLowerCase())) continue;
    const isDate = action === "setDate" || action === "addDate";
    const text = isDate ? new Date(now() + Number(value)).toUTCString() : value;
    if (action === "set" || action === "setDate") headers.set(name, text);
    else headers.append(name, text);
  }
}
