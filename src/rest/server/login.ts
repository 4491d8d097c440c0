/**
 * Basic auth. Kafka: `JaasBasicAuthFilter`.
 *
 * Kafka asks for it after a path and its method were found; here whoever is not let in learns nothing of
 * what is there.
 *
 * @module
 */

import { nodeModule } from "../../base/mod.ts";
import type { RestLogin } from "../../herder/mod.ts";
import { sentPath } from "../request_path.ts";
import type { Answer } from "./http_server.ts";

/** What workers ask each other, which is signed. A name with an encoded slash is asked for as any other. */
const internal: readonly [method: string, path: RegExp][] = [
  ["POST", /^\/connectors\/(?:(?!%2[fF])[^/;])+\/tasks\/?$/],
  ["PUT", /^\/connectors\/(?:(?!%2[fF])[^/;])+\/fence\/?$/],
];
const reading = ["GET", "HEAD", "OPTIONS"];

/** Answers only who may ask. */
export function guarded(answer: Answer, { passwords, readOnlyUsers }: RestLogin): Answer {
  if (passwords === null) return answer;
  return (request, exchange) => {
    const asked = sentPath(request);
    if (internal.some(([method, path]) => method === request.method && path.test(asked))) {
      return answer(request, exchange);
    }
    const user = userOf(request.headers.get("authorization"), passwords);
    if (user === null) return notLetIn(request.method);
    exchange.user = user;
    if (readOnlyUsers.has(user) && !reading.includes(request.method)) {
      const message = `User ${user} may only read, with ${reading.join(", ")}`;
      return Response.json({ error_code: 403, message }, { status: 403 });
    }
    return answer(request, exchange);
  };
}

/** Kafka: says so in plain text, whatever the content type; and leaves off how one would log in. */
function notLetIn(method: string): Response {
  return new Response("User cannot access the resource.", {
    status: 401,
    headers: {
      "content-type": method === "OPTIONS" ? "text/plain" : "application/json",
      "www-authenticate": 'Basic realm="Kafka Connect", charset="UTF-8"',
    },
  });
}

function userOf(
  authorization: string | null,
  passwords: ReadonlyMap<string, readonly string[]>,
): string | null {
  const [, base64] = /^basic (.*)$/i.exec(authorization ?? "") ?? [];
  if (base64 === undefined) return null;
  let credentials: string;
  try {
    credentials = new TextDecoder().decode(Uint8Array.fromBase64(base64));
  } catch {
    return null;
  }
  const colon = credentials.indexOf(":");
  if (colon <= 0) return null;
  const user = credentials.slice(0, colon);
  const password = credentials.slice(colon + 1);
  // All are compared, and something is where there is none, so that time tells nothing.
  const known = passwords.get(user) ?? [];
  const isRight = [...known, ""].map((one, at) => isSame(one, password) && at < known.length);
  return isRight.includes(true) ? user : null;
}

/** In a time that does not depend on where they differ, nor on how long they are. */
function isSame(a: string, b: string): boolean {
  const { createHash, timingSafeEqual } = nodeModule("node:crypto");
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
