/** The bodies of requests, each and all together within bounds. */

import type { IncomingMessage } from "node:http";
import { Refusal } from "./refusal.ts";

/** What all bodies together may take. */
export class BodyBudget {
  readonly #bytesMax: number;
  #bytes = 0;

  /** So many bytes. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Takes some of it. @returns false when there is not as much */
  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#bytesMax) return false;
    this.#bytes += bytes;
    return true;
  }

  /** Gives some back. */
  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** The body of a request, which takes its part of the budget until it is released. */
export function bodyOf(
  incoming: IncomingMessage,
  bytesMax: number,
  budget: BodyBudget,
): { isRefused: boolean; read(): Promise<Uint8Array<ArrayBuffer>>; release(): void } {
  const isRefused = Number(incoming.headers["content-length"] ?? 0) > bytesMax;
  let taken = 0;
  const refusal = (bytes: number): Refusal | null => {
    if (isRefused || taken + bytes > bytesMax) {
      const why = `The request has more than ${bytesMax} bytes (rest.request.max.bytes)`;
      return new Refusal(413, why);
    }
    if (!budget.take(bytes)) return new Refusal(503, "There are too many large requests at once");
    taken += bytes;
    return null;
  };
  return {
    isRefused,
    read: () =>
      new Promise((resolve, reject) => {
        const parts: Uint8Array[] = [];
        const fail = (error: Error) => {
          incoming.off("data", keep);
          incoming.resume();
          parts.length = 0;
          reject(error);
        };
        const keep = (part: Uint8Array) => {
          const refused = refusal(part.length);
          if (refused === null) parts.push(part);
          else fail(refused);
        };
        if (isRefused) return fail(refusal(0)!);
        incoming.on("data", keep);
        incoming.once("end", () => resolve(joined(parts, taken)));
        incoming.once("error", fail);
        incoming.once("close", () => fail(new Error("The client is gone")));
      }),
    release() {
      budget.give(taken);
      taken = 0;
    },
  };
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
