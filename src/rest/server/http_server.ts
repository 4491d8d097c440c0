/**
 * One listener of the REST API, over http or https.
 *
 * Nothing that a client does holds up another or takes memory without bound. The platform ends whoever takes
 * too long over headers or body, and headers that are too long; bodies are read here, to their end, before
 * anybody is asked to answer. Deno.serve has no such limits, and cannot ask for the certificates of clients.
 *
 * @module
 */

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { type Clock, ConfigError, type Logger, nodeModule, reasonOf } from "../../base/mod.ts";
import type { Listener, RestLimits, ServerTls } from "../../herder/mod.ts";
import { type BodyBudget, bodyOf } from "./bodies.ts";
import { type Connection, Connections } from "./connections.ts";
import { parseInPieces } from "./pieces.ts";
import { lingerMs, Refusal, refuse } from "./refusal.ts";
import { requestOf } from "./request.ts";
import { clientOf, type LoggedRequest, requestLine } from "./request_log.ts";

/** What is found out about a request while it is answered. */
export interface Exchange {
  /** Who has logged in, if anybody has. */
  user: string | null;
}

/** Answers a request; never fails. */
export type Answer = (request: Request, exchange: Exchange) => Response | Promise<Response>;

/** What a listener needs. */
export interface HttpServerOptions {
  /** Where. */
  listener: Listener;
  /** The key that names it. */
  key: "listeners" | "admin.listeners";
  /** TLS, for https. */
  tls: ServerTls | null;
  /** What clients may do. */
  limits: RestLimits;
  /** What the bodies of all listeners may take. */
  bodies: BodyBudget;
  /** Who answers. */
  answer: Answer;
  /** Time. */
  clock: Clock;
  /** Where it is told what goes wrong. */
  log: Logger;
}

/** How often the platform looks for clients that take too long, in milliseconds. */
const checkMs = 500;
/** How many connections more there may be, to be told that there is no room; others are dropped. */
const refusedMax = 64;
/** How many requests of one connection may wait for their answers. */
const pipelinedMax = 8;

/** A server on one listener. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #connections: Connections;
  #isClosing = false;

  private constructor(options: HttpServerOptions) {
    const { tls, limits, clock } = options;
    this.#options = options;
    this.#connections = new Connections(limits.connectionsMax, clock);
    const bounds = {
      maxHeaderSize: limits.headerBytesMax,
      headersTimeout: limits.requestMsMax,
      requestTimeout: limits.requestMsMax,
      keepAliveTimeout: limits.idleMsMax,
      connectionsCheckingInterval: Math.min(checkMs, limits.requestMsMax),
      // The platform would answer without saying why.
      requireHostHeader: false,
    };
    this.#server = tls === null
      ? nodeModule("node:http").createServer(bounds)
      : nodeModule("node:https").createServer({
        ...bounds,
        ...tls.options,
        handshakeTimeout: limits.requestMsMax,
      });
    this.#server.maxConnections = limits.connectionsMax + refusedMax;
    this.#listen();
  }

  /** Listens. @throws {ConfigError} that names the listener */
  static async open(options: HttpServerOptions): Promise<HttpServer> {
    const opened = new HttpServer(options);
    const { listener: { url, host, port }, key, log } = options;
    await new Promise<void>((resolve, reject) => {
      const server = opened.#server;
      const fail = (cause: Error) => {
        const why = whyNotListening(cause);
        reject(new ConfigError(`Cannot listen on ${key}=${url}: ${why}`, { cause }));
      };
      server.once("error", fail);
      server.listen({ port, host: host || undefined }, () => {
        server.off("error", fail);
        // Such as that there are too many open files.
        server.on("error", (error) => log.warn(`REST API at ${url}: ${reasonOf(error)}`));
        resolve();
      });
    });
    return opened;
  }

  /** The port it has. */
  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Accepts no more, lets answers that are under way be read for so long, and ends all connections. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#connections.endWaiting();
    const isEmpty = new AbortController();
    this.#connections.onEmpty(() => isEmpty.abort());
    await this.#options.clock.sleep(graceMs, isEmpty.signal);
    this.#connections.endAll();
    await closed;
  }

  #listen(): void {
    const { tls } = this.#options;
    const server = this.#server;
    server.on("connection", (socket) => this.#accept(socket));
    server.on("request", (incoming, outgoing) => this.#serve(incoming, outgoing));
    server.on("checkContinue", (incoming, outgoing) => this.#serve(incoming, outgoing));
    server.on("connect", (_, socket) => this.#refuse(socket as Socket, badRequest()));
    server.on("clientError", (error, socket) => this.#refuseBroken(error, socket as Socket));
    if (tls === null) return;
    server.on("secureConnection", (socket) => this.#acceptSecure(socket, tls));
    server.on("tlsClientError", (error, socket) => this.#refuseSecure(socket, reasonOf(error)));
  }

  #accept(socket: Socket): void {
    // What goes wrong with a connection is known by its end.
    socket.on("error", () => {});
    const { tls } = this.#options;
    const connection = this.#connections.take(socket);
    if (connection !== null) return tls === null ? parseInPieces(socket, connection) : undefined;
    if (tls !== null) return void socket.destroy();
    parseInPieces(socket, { isRefused: true });
    this.#refuse(
      socket,
      new Refusal(503, "There are too many connections (rest.connections.max)"),
    );
  }

  #acceptSecure(socket: TLSSocket, { refusesUntrusted }: ServerTls): void {
    socket.on("error", () => {});
    const connection = this.#connections.of(socket);
    // Java: a client may have no certificate, but none that nobody whom it trusts has signed.
    const hasCertificate = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
    if (refusesUntrusted && hasCertificate && !socket.authorized) {
      return this.#refuseSecure(socket, reasonOf(socket.authorizationError));
    }
    if (connection === undefined) return void socket.destroy();
    parseInPieces(socket, connection);
  }

  /** Whose it was is not known any longer. */
  #refuseSecure(socket: TLSSocket, why: string): void {
    this.#options.log.debug(`A TLS handshake failed: ${why}`);
    socket.destroy();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { socket } = incoming;
    const connection = this.#connections.of(socket);
    // One that was refused may send more.
    if (connection === undefined || connection.isRefused) return;
    connection.requests += 1;
    outgoing.once("close", () => this.#connections.release(connection));
    if (connection.requests > pipelinedMax) return void socket.destroy();
    const { limits, bodies, clock, log } = this.#options;
    const atMs = clock.now();
    const body = bodyOf(incoming, limits.requestBytesMax, bodies);
    try {
      if (incoming.headers.expect !== undefined && !body.isRefused) outgoing.writeContinue();
      const request = requestOf(incoming, this.#options.listener, await body.read());
      await this.#answer(request, connection, { incoming, outgoing, atMs });
    } catch (error) {
      if (error instanceof Refusal) {
        if (connection.requests === 1 && !outgoing.headersSent) this.#refuse(socket, error);
        else socket.destroy();
      } else if (!socket.destroyed) {
        log.error(`REST API: ${reasonOf(error)}`);
        socket.destroy();
      }
    } finally {
      body.release();
    }
  }

  async #answer(
    request: Request,
    connection: Connection,
    { outgoing, ...came }: Pick<LoggedRequest, "incoming" | "outgoing" | "atMs">,
  ): Promise<void> {
    const { limits, clock, log } = this.#options;
    const start = clock.monotonic();
    const exchange: Exchange = { user: null };
    connection.answering += 1;
    try {
      const response = await this.#options.answer(request, exchange);
      outgoing.statusCode = response.status;
      for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
      if (this.#isClosing) outgoing.setHeader("connection", "close");
      const isRead = new AbortController();
      outgoing.once("close", () => isRead.abort());
      const body = new Uint8Array(await response.arrayBuffer());
      // Without it the platform would end the connection of a client that speaks HTTP/1.0.
      if (body.length > 0) outgoing.setHeader("content-length", body.length);
      outgoing.end(body);
      const tookMs = clock.monotonic() - start;
      log.info(requestLine({ ...came, outgoing, ...exchange, bodyBytes: body.length, tookMs }));
      await clock.sleep(limits.requestMsMax, isRead.signal);
      if (!outgoing.writableFinished) connection.socket.destroy();
    } finally {
      connection.answering -= 1;
    }
    if (this.#isClosing) connection.socket.destroySoon();
  }

  /** What the platform found wrong with what came. */
  #refuseBroken(error: Error & { code?: string }, socket: Socket): void {
    const { limits } = this.#options;
    const { code = "" } = error;
    const connection = this.#connections.of(socket);
    const isAnswering = connection !== undefined && connection.answering > 0;
    if (isAnswering || !/^(HPE_|ERR_HTTP_)/.test(code)) return void socket.destroy();
    if (code === "HPE_HEADER_OVERFLOW") {
      const why =
        `The headers have more than ${limits.headerBytesMax} bytes (rest.header.max.bytes)`;
      return this.#refuse(socket, new Refusal(431, why));
    }
    if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
      const why = `The request took more than ${limits.requestMsMax} ms (rest.request.timeout.ms)`;
      return this.#refuse(socket, new Refusal(408, why));
    }
    this.#refuse(socket, badRequest());
  }

  #refuse(socket: Socket, refusal: Refusal): void {
    const { status, message } = refusal;
    this.#options.log.info(`${clientOf(socket)} refused with ${status}: ${message}`);
    const connection = this.#connections.of(socket);
    if (connection !== undefined) connection.isRefused = true;
    refuse(socket, refusal);
    const isClosed = new AbortController();
    socket.once("close", () => isClosed.abort());
    this.#options.clock.sleep(lingerMs, isClosed.signal).then(() => socket.destroy());
  }
}

function badRequest(): Refusal {
  return new Refusal(400, "HTTP 400 Bad Request");
}

const whys: Readonly<Record<string, string>> = {
  EADDRINUSE: "Address already in use (os error 98)",
  EACCES: "Permission denied (os error 13)",
  EADDRNOTAVAIL: "Cannot assign requested address (os error 99)",
};

function whyNotListening(cause: Error & { code?: string }): string {
  return whys[cause.code ?? ""] ?? reasonOf(cause);
}
