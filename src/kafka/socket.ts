/** Sockets to brokers. Loaded with kafkajs: half of what Node has comes along. */

import { Buffer } from "node:buffer";
import net from "node:net";
import tls from "node:tls";
import { Answers, answersOf } from "./answers.ts";

/** How much is read at a time, in bytes. */
const readBytes = 64 << 10;
/** As kafkajs's own sockets. */
const keepAliveMs = 60_000;

/** Opens a socket, as kafkajs wants it. In plain text each of its `data` is one whole answer. */
export function openSocket({ host, port, ssl, onConnect }: {
  host: string;
  port: number;
  ssl: tls.ConnectionOptions | null;
  onConnect: () => void;
}): net.Socket {
  const socket = ssl === null ? openPlain(host, port, onConnect) : tls.connect({
    host,
    port,
    ...net.isIP(host) === 0 ? { servername: host } : {},
    ...ssl,
  }, onConnect);
  socket.setKeepAlive(true, keepAliveMs);
  return socket;
}

function openPlain(host: string, port: number, onConnect: () => void): net.Socket {
  const callback = (count: number, bytes: Uint8Array) => {
    try {
      answers.receive(bytes.subarray(0, count));
    } catch (error) {
      socket.destroy(error as Error);
    }
    return true;
  };
  const onread = { buffer: new Uint8Array(readBytes), callback };
  const socket = net.connect({ host, port, onread }, onConnect);
  const answers = new Answers(({ buffer, length }) =>
    socket.emit("data", Buffer.from(buffer, 0, length))
  );
  answersOf.set(socket, answers);
  return socket;
}
