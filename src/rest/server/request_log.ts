/** What the log says of requests. Jetty: `CustomRequestLog` with `EXTENDED_NCSA_FORMAT`, as Kafka has it. */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What is told of a request. */
export interface LoggedRequest {
  /** As it came. */
  incoming: IncomingMessage;
  /** What was answered. */
  outgoing: ServerResponse;
  /** Who has logged in, if anybody has. Kafka: tells of nobody. */
  user: string | null;
  /** How many bytes the body of the answer has. */
  bodyBytes: number;
  /** When it came, in milliseconds since the epoch. */
  atMs: number;
  /** How long the answer took, in milliseconds. */
  tookMs: number;
}

/**
 * A line for the log:
 *
 *     client - user [day/month/year:time zone] "method target version" status bytes "referer" "agent" ms
 */
export function requestLine(
  { incoming, outgoing, user, bodyBytes, atMs, tookMs }: LoggedRequest,
): string {
  const { method, url, httpVersion, headers, socket } = incoming;
  const [, day, month, year, time] = new Date(atMs).toUTCString().split(" ");
  const request = quoted(`${method} ${url} HTTP/${httpVersion}`);
  const { referer = "", "user-agent": agent = "" } = headers;
  return `${clientOf(socket)} - ${
    shown(user ?? "-")
  } [${day}/${month}/${year}:${time} +0000] ${request} ` +
    `${outgoing.statusCode} ${bodyBytes} ${quoted(referer)} ${quoted(agent)} ${Math.round(tookMs)}`;
}

/** The address of a client. */
export function clientOf({ remoteAddress }: Pick<Socket, "remoteAddress">): string {
  return remoteAddress?.replace(/^::ffff:/, "") ?? "-";
}

function quoted(text: string): string {
  return `"${shown(text).replaceAll(/["\\]/g, "\\$&")}"`;
}

/** Without what would make another line of it, or be seen as nothing. */
function shown(text: string): string {
  return text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
}
