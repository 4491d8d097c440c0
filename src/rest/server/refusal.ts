/** Answers to what is no request, or not one that is taken: written to the connection itself, which then ends. */

import type { Socket } from "node:net";

/** How long a client that was refused may take to read why, in milliseconds. */
export const lingerMs = 1000;

const reasons = {
  400: "Bad Request",
  408: "Request Timeout",
  413: "Payload Too Large",
  431: "Request Header Fields Too Large",
  503: "Service Unavailable",
} as const;

/** What is not taken, and why. */
export class Refusal extends Error {
  /** The status to answer with. */
  readonly status: keyof typeof reasons;

  /** With a status and a message for people. */
  constructor(status: keyof typeof reasons, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * Says so, and ends the connection from this side. What still comes is thrown away; ended at once, the
 * connection would be reset, and the answer might be lost.
 */
export function refuse(socket: Socket, { status, message }: Refusal): void {
  if (!socket.writable) return void socket.destroy();
  const body = JSON.stringify({ error_code: status, message });
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status]}\r\ncontent-type: application/json\r\n` +
      `content-length: ${
        new TextEncoder().encode(body).length
      }\r\nconnection: close\r\n\r\n${body}`,
  );
  socket.resume();
}
