/**
 * The one file that knows kafkajs's internals, pinned to exactly 2.2.4: its connections, which bring
 * TLS, SASL, request queues, throttling (KIP-219) and timeouts. Everything above them is ours, since
 * each of our tasks needs connections of its own, as Java's clients have: a broker answers what comes
 * over one connection in order, so a fetch or a rebalance that waits would hold up the rest.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import kafkajsBroker from "kafkajs/src/broker/index.js";
import kafkajsLoggers from "kafkajs/src/loggers/index.js";
import kafkajsPool from "kafkajs/src/network/connectionPool.js";
import kafkajsQueue from "kafkajs/src/network/requestQueue/index.js";
import socketFactory from "kafkajs/src/network/socketFactory.js";
import type { SASLOptions } from "kafkajs";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { CorruptError, type Logger, reasonOf, systemClock } from "../base/mod.ts";
import { AuthenticationError, ConnectionError } from "./errors.ts";
import type { ApiRequest } from "./protocol/request.ts";
import { Reader, Writer } from "./protocol/wire.ts";

/** How brokers are reached. */
export interface ConnectionOptions {
  /** What this client calls itself (`client.id`). */
  clientId: string;
  /** How long connecting and authenticating may take, in milliseconds. */
  connectTimeoutMs: number;
  /** How long a broker may take to answer, in milliseconds (`request.timeout.ms`). */
  requestTimeoutMs: number;
  /** TLS, or null for none. */
  tls: TlsOptions | null;
  /** How to authenticate, or null for not at all. */
  sasl: SASLOptions | null;
}

/** A request as kafkajs sends it. Its encoders are anything that has these. */
interface Protocol<T> {
  request: {
    apiKey: number;
    apiName: string;
    apiVersion: number;
    encode(): Promise<{ buf: Buffer; buffer: Buffer }>;
  };
  response: {
    decode(payload: Buffer): Promise<{ value: T }>;
    parse(decoded: { value: T }): Promise<T>;
  };
  requestTimeout: number;
  logResponseError: boolean;
}

interface Connection {
  isConnected(): boolean;
  send<T>(protocol: Protocol<T>): Promise<T>;
  rejectRequests(error: Error): void;
  disconnect(): Promise<unknown>;
  socket?: { destroy(): void };
}

interface Pool {
  pool: Connection[];
  getConnection(index: number): Promise<Connection>;
}

interface Broker {
  connect(): Promise<void>;
  isConnected(): boolean;
}

const KafkajsBroker = kafkajsBroker as unknown as new (options: object) => Broker;
const KafkajsPool = kafkajsPool as unknown as new (options: object) => Pool;
const { createLogger } = kafkajsLoggers as unknown as {
  createLogger(options: object): object;
};

interface Queue {
  pending: unknown[];
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

// It sets a timer whether or not there is anything to check, with a negative time when there is not,
// and the platform warns of that on the console.
const queue = (kafkajsQueue as unknown as { prototype: Queue }).prototype;
const schedule = queue.scheduleCheckPendingRequests;
queue.scheduleCheckPendingRequests = function (this: Queue) {
  // Kafkajs reads the machine's clock, so no other would do.
  if (this.pending.length > 0 || this.throttledUntil > systemClock.now()) schedule.call(this);
};

/** Fetches go over a connection of their own: they wait at the broker. */
export type Lane = "requests" | "fetches";
const lanes: Readonly<Record<Lane, number>> = { requests: 0, fetches: 1 };

/** The connections to one broker, made when they are needed and made again when they have broken. */
export class BrokerConnection {
  readonly #address: string;
  readonly #requestTimeoutMs: number;
  readonly #open: () => { broker: Broker; pool: Pool };
  #current: { broker: Broker; pool: Pool } | null = null;
  /** Kafkajs would open two sockets for two callers. */
  readonly #connecting = new Map<Lane, Promise<Connection>>();

  /** Connections to `host:port`; nothing is opened yet. */
  constructor(host: string, port: number, options: ConnectionOptions, log: Logger) {
    this.#address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    const logger = createLogger({ logCreator: () => logTo(log), level: 5 });
    this.#open = () => {
      const pool = new KafkajsPool({
        host,
        port,
        logger,
        socketFactory: socketFactory(),
        clientId: options.clientId,
        ssl: options.tls,
        sasl: options.sasl === null ? null : { ...options.sasl },
        connectionTimeout: options.connectTimeoutMs,
        requestTimeout: options.requestTimeoutMs,
        enforceRequestTimeout: true,
      });
      const authenticationTimeout = options.connectTimeoutMs;
      const broker = new KafkajsBroker({ connectionPool: pool, logger, authenticationTimeout });
      return { broker, pool };
    };
  }

  /** Whether requests can be sent without connecting first. */
  get isConnected(): boolean {
    return this.#current?.broker.isConnected() ?? false;
  }

  /**
   * Sends a request. Requests of a lane are sent in the order of the calls, once it is connected.
   * @throws {ConnectionError} when the broker cannot be reached, does not answer, or answers nonsense
   * @throws {AuthenticationError}
   */
  async send<T>(request: ApiRequest<T>, lane: Lane = "requests"): Promise<T> {
    const connection = await this.#connected(lane);
    try {
      return await connection.send(protocolOf(request, this.#requestTimeoutMs));
    } catch (cause) {
      const error = this.#errorOf(cause);
      // What comes after a request without an answer must not overtake it when it is sent again.
      if (error instanceof ConnectionError) this.#drop(connection, error);
      throw error;
    }
  }

  /** Closes the connections. What is under way is rejected. */
  close(): void {
    for (const connection of this.#current?.pool.pool ?? []) {
      this.#drop(connection, new ConnectionError(`The connection to ${this.#address} is closed`));
    }
    this.#current = null;
  }

  #connected(lane: Lane): Connection | Promise<Connection> {
    const connection = this.#current?.pool.pool[lanes[lane]];
    const connecting = this.#connecting.get(lane);
    if (connecting !== undefined) return connecting;
    if (connection?.isConnected()) return connection;
    const next = this.#connect(lane).finally(() => this.#connecting.delete(lane));
    this.#connecting.set(lane, next);
    return next;
  }

  async #connect(lane: Lane): Promise<Connection> {
    try {
      const { broker, pool } = this.#current ??= this.#open();
      // Versions and SASL are settled over the first connection.
      await broker.connect();
      return await pool.getConnection(lanes[lane]);
    } catch (cause) {
      this.close();
      throw this.#errorOf(cause);
    }
  }

  #drop(connection: Connection, error: Error): void {
    connection.rejectRequests(error);
    connection.disconnect().catch(() => {});
    connection.socket?.destroy();
  }

  #errorOf(cause: unknown): Error {
    if (cause instanceof ConnectionError || cause instanceof AuthenticationError) return cause;
    const { name, code } = cause as { name?: string; code?: string };
    const reason = reasonOf(cause).replace(/^Connection error: /, "");
    const what = `${this.#address}: ${reason}`;
    const isRefused = name === "KafkaJSSASLAuthenticationError" ||
      /certificate|self.signed|UNABLE_TO_|ERR_TLS|ERR_SSL|alert/i.test(`${code} ${reason}`);
    return isRefused
      ? new AuthenticationError(what, { cause })
      : new ConnectionError(what, { cause });
  }
}

function protocolOf<T>(request: ApiRequest<T>, requestTimeoutMs: number): Protocol<T> {
  const { apiKey, apiName, apiVersion, waitMsMax = 0 } = request;
  return {
    request: {
      apiKey,
      apiName,
      apiVersion,
      encode: () => {
        const writer = new Writer();
        request.encode(writer);
        const { buffer, byteOffset, length } = writer.bytes;
        const encoded = Buffer.from(buffer, byteOffset, length);
        return Promise.resolve({ buf: encoded, buffer: encoded });
      },
    },
    response: {
      decode: ({ buffer, byteOffset, length }) => {
        const reader = new Reader(new Uint8Array(buffer as ArrayBuffer, byteOffset, length));
        try {
          return Promise.resolve({ value: request.decode(reader) });
        } catch (error) {
          if (!(error instanceof CorruptError)) throw error;
          throw new ConnectionError(`${apiName}: ${error.message}`, { cause: error });
        }
      },
      parse: ({ value }) => Promise.resolve(value),
    },
    requestTimeout: requestTimeoutMs + waitMsMax,
    logResponseError: false,
  };
}

/** What kafkajs logs goes into our log as what helps to follow the program: errors are thrown too. */
function logTo(log: Logger) {
  return (entry: { namespace: string; log: { message: string; broker?: string } }) => {
    const { message, broker } = entry.log;
    log.debug(`kafkajs ${entry.namespace}${broker === undefined ? "" : ` ${broker}`}: ${message}`);
  };
}
