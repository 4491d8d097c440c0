/**
 * What a connection sends, handed to the platform's parser in small pieces. The parser makes a request of
 * everything it is given, thousands out of one packet, and cannot be stopped meanwhile; between pieces it can.
 *
 * @module
 */

import type { Socket } from "node:net";
import type { Connection } from "./connections.ts";

/** A request has 18 bytes at least. */
const pieceBytes = 512;
/** How much of what a client sends that was refused is thrown away, until it is cut off. */
const discardBytesMax = 4 << 20;

/** Stands between a socket and its parser. Where the platform has them otherwise, nothing is done. */
export function parseInPieces(
  socket: Socket,
  connection: Pick<Connection, "isRefused">,
): void {
  const { parser } = socket as Socket & { parser?: { unconsume?(): void } };
  const [parse, ...others] = socket.listeners("data") as ((part: Uint8Array) => void)[];
  if (parse === undefined || others.length > 0 || parser?.unconsume === undefined) return;
  // Until then the parser reads by itself, past all listeners.
  parser.unconsume();
  socket.removeListener("data", parse);
  let discardedBytes = 0;
  socket.on("data", (part: Uint8Array) => {
    for (let at = 0; at < part.length && !socket.destroyed; at += pieceBytes) {
      if (connection.isRefused) {
        discardedBytes += part.length - at;
        if (discardedBytes > discardBytesMax) socket.destroy();
        return;
      }
      parse.call(socket, part.subarray(at, at + pieceBytes));
    }
  });
}
