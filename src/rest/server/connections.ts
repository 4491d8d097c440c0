/** The connections of a listener. When there is no room for another, one that asks nothing gives way. */

import type { Socket } from "node:net";
import type { Clock } from "../../base/mod.ts";

/** How long a connection may ask nothing before it gives way to others, in milliseconds. */
const patienceMs = 100;

/** A client's connection. */
export interface Connection {
  /** The address and port of the client. */
  readonly peer: string;
  /** Its socket; with TLS the one below that. */
  readonly socket: Socket;
  /** How many requests have begun to come and are not answered. */
  requests: number;
  /** How many of them are there as a whole. */
  answering: number;
  /** Whether what it sent was refused; what it sends then does not matter. */
  isRefused: boolean;
  /** Since when it has been waited for, on the monotonic clock. */
  waitingSinceMs: number;
}

/** All connections of a listener. */
export class Connections {
  readonly #countMax: number;
  readonly #clock: Clock;
  /** Those that have been waited for longest come first. */
  readonly #byPeer = new Map<string, Connection>();
  #onEmpty = () => {};

  /** Room for so many. */
  constructor(countMax: number, clock: Clock) {
    this.#countMax = countMax;
    this.#clock = clock;
  }

  /** Takes in a new one. @returns null when there is no room */
  take(socket: Socket): Connection | null {
    if (this.#byPeer.size >= this.#countMax && !this.#makeRoom()) return null;
    const peer = peerOf(socket);
    const waitingSinceMs = this.#clock.monotonic();
    const connection = {
      peer,
      socket,
      requests: 0,
      answering: 0,
      isRefused: false,
      waitingSinceMs,
    };
    this.#byPeer.set(peer, connection);
    socket.once("close", () => {
      if (this.#byPeer.get(peer) !== connection) return;
      this.#byPeer.delete(peer);
      this.#tellIfEmpty();
    });
    return connection;
  }

  /** The connection of a socket, or of TLS over it. */
  of(socket: Socket): Connection | undefined {
    return this.#byPeer.get(peerOf(socket));
  }

  /** One of its requests is done with. */
  release(connection: Connection): void {
    connection.requests -= 1;
    if (connection.requests > 0) return;
    connection.waitingSinceMs = this.#clock.monotonic();
    if (this.#byPeer.get(connection.peer) !== connection) return;
    this.#byPeer.delete(connection.peer);
    this.#byPeer.set(connection.peer, connection);
  }

  /** Ends those that ask nothing. */
  endWaiting(): void {
    for (const { socket, answering } of this.#byPeer.values()) {
      if (answering === 0) socket.destroy();
    }
  }

  /** Ends all. */
  endAll(): void {
    for (const { socket } of this.#byPeer.values()) socket.destroy();
  }

  /** Calls `tell` as soon as there is none. */
  onEmpty(tell: () => void): void {
    this.#onEmpty = tell;
    this.#tellIfEmpty();
  }

  #tellIfEmpty(): void {
    if (this.#byPeer.size === 0) this.#onEmpty();
  }

  #makeRoom(): boolean {
    const before = this.#clock.monotonic() - patienceMs;
    for (const [peer, { socket, answering, waitingSinceMs }] of this.#byPeer) {
      if (answering > 0 || waitingSinceMs > before) continue;
      this.#byPeer.delete(peer);
      socket.destroy();
      return true;
    }
    return false;
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
