/**
 * Keeps pages from elsewhere from changing anything in the name of a user whose browser has logged in, or is
 * merely let in by the network. Browsers ask for leave before most requests of such pages, but not before a plain
 * POST, and `POST /connectors/NAME/restart` is one. Kafka answers it.
 *
 * @module
 */

import type { CrossOrigin } from "../../herder/mod.ts";
import type { Answer } from "./http_server.ts";

const reading = ["GET", "HEAD", "OPTIONS"];

/** Answers pages of ours, origins that are allowed, and whatever is no browser. */
export function fromOwnPages(answer: Answer, crossOrigin: CrossOrigin | null): Answer {
  return (request, exchange) => {
    if (reading.includes(request.method) || isOwn(request) || isAllowed(request, crossOrigin)) {
      return answer(request, exchange);
    }
    const message = "A page of another origin may not change anything here, unless " +
      "access.control.allow.origin names it";
    return Response.json({ error_code: 403, message }, { status: 403 });
  };
}

/** Browsers say it themselves where they trust the connection; elsewhere they tell where the page is from. */
function isOwn({ headers, url }: Request): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || site === "none";
  const origin = headers.get("origin");
  if (origin === null) return true;
  const host = headers.get("host") ?? new URL(url).host;
  return origin.replace(/^\w+:\/\//, "").toLowerCase() === host.toLowerCase();
}

function isAllowed({ headers }: Request, crossOrigin: CrossOrigin | null): boolean {
  const origin = headers.get("origin");
  if (origin === null || crossOrigin === null) return false;
  return crossOrigin.origins === null ||
    crossOrigin.origins.some((pattern) => pattern.matches(origin));
}
