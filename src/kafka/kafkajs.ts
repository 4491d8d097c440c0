/**
 * What loads kafkajs, pinned to exactly 2.2.4, and knows its internals: its connections,
 * which bring TLS, SASL, request queues, throttling (KIP-219) and timeouts.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { SASLOptions } from "kafkajs";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { type Logger, systemClock } from "../base/mod.ts";
import { type Authenticators, saslOf } from "./sasl.ts";

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

/** What is used of a connection of kafkajs. */
export interface Connection {
  /** The name that brokers log. */
  clientId: string;
  /** What was sent and is not answered yet. */
  requestQueue: Queue;
  /** Undefined: not connected. */
  socket?: {
    cork(): void;
    write(bytes: Uint8Array, done?: (error?: Error | null) => void): void;
    uncork(): void;
    destroy(): void;
  };
  /** Whether the socket is open. */
  isConnected(): boolean;
  /** Whether it may send: there is no login, or one that holds. */
  isAuthenticated(): boolean;
  /** Logs in. @throws {Error} kafkajs's own when the broker refuses */
  authenticate(): Promise<void>;
  /** How long the broker lets it live, in milliseconds; 0: for ever. */
  sessionLifetime: { toNumber(): number };
  /** How long before that it counts as not authenticated any more, in milliseconds. */
  reauthenticationThreshold: number;
  /** A number for a request that no other under way has. */
  nextCorrelationId(): number;
  /** Rejects all requests under way. */
  rejectRequests(error: Error): void;
  /** Closes the socket. */
  disconnect(): Promise<unknown>;
  /** The versions of requests that the broker takes, by the numbers of their APIs; null: not known yet. */
  versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>> | null;
  /** Whether the broker takes SaslAuthenticate, as kafkajs keeps it. */
  supportAuthenticationProtocol: unknown;
}

interface Pool {
  pool: Connection[];
  getConnection(index: number): Promise<Connection>;
}

interface Broker {
  connect(): Promise<void>;
  isConnected(): boolean;
}

/** What reaches one broker. */
export interface Opened {
  /** What logs in and asks for versions. */
  broker: Broker;
  /** Its connections. */
  pool: Pool;
  /** A connection in the place of one that has broken. */
  renew(broken: Connection): Connection;
}

/** What a connection has received and not understood yet. */
interface Received {
  chunks: Uint8Array[];
  bytesBuffered: number;
  processData(bytes: Uint8Array): void;
}

interface Queue {
  push(request: {
    entry: {
      apiKey: number;
      apiName: string;
      apiVersion: number;
      correlationId: number;
      resolve(answer: { payload: Buffer }): void;
      reject(error: Error): void;
    };
    expectResponse: boolean;
    requestTimeout: number;
    sendRequest(): void;
  }): void;
  pending: unknown[];
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
  maybeThrottle(ms: number): void;
}

/** What is used of kafkajs. */
interface Kafkajs {
  Broker: new (options: object) => Broker;
  Pool: new (options: object) => Pool;
  Connection: new (options: object) => Connection;
  sasl: Authenticators;
  createLogger(options: object): object;
  openSocket: typeof import("./socket.ts").openSocket;
}

/** Loads kafkajs, and what it is connected with: a worker without brokers does without. */
async function load(): Promise<Kafkajs> {
  const { Broker, Connection, Pool, Queue, loggers, plain, scram256, scram512, openSocket } =
    await import("./kafkajs_modules.ts") as unknown as Record<string, never>;
  // Its queues set a timer whether or not there is anything to check, with a negative time when there is
  // not, and the platform warns of that on the console. They read the machine's clock, and so no other
  // would do here.
  const { prototype } = Queue as { prototype: Queue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: Queue) {
    if (this.pending.length > 0 || this.throttledUntil > systemClock.now()) schedule.call(this);
  };
  // The rest of what came, which is nothing after a whole answer, would make them copy the next one.
  const { prototype: reader } = Connection as { prototype: Received };
  const processData = reader.processData;
  reader.processData = function (this: Received, bytes: Uint8Array) {
    if (this.bytesBuffered === 0) this.chunks = [];
    processData.call(this, bytes);
  };
  const { createLogger } = loggers as Pick<Kafkajs, "createLogger">;
  return {
    Broker,
    Pool,
    Connection,
    sasl: { plain, scram256, scram512 },
    createLogger,
    openSocket,
  };
}
let loading: Promise<Kafkajs> | null = null;

/**
 * Prepares what reaches the broker at `host:port`. Kafkajs is loaded at once, long before it is needed,
 * while configuration is checked.
 *
 * @param address of the broker, as messages name it
 * @param onError is told what kafkajs says of a connection that it gives up
 */
export function opener(
  { host, port, address }: { host: string; port: number; address: string },
  options: ConnectionOptions,
  log: Logger,
  onError: (message: string) => void,
): () => Promise<Opened> {
  const loaded = loading ??= load();
  return async () => {
    const kafkajs = await loaded;
    const logger = kafkajs.createLogger({ logCreator: () => logTo(log, onError), level: 5 });
    const settings = {
      host,
      port,
      logger,
      socketFactory: kafkajs.openSocket,
      clientId: options.clientId,
      ssl: options.tls,
      sasl: options.sasl && saslOf(options.sasl, address, kafkajs.sasl),
      connectionTimeout: options.connectTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      enforceRequestTimeout: true,
    };
    const pool = new kafkajs.Pool(settings);
    // Kafkajs itself has two.
    pool.pool.push(new kafkajs.Connection(settings));
    const authenticationTimeout = options.connectTimeoutMs;
    return {
      broker: new kafkajs.Broker({ connectionPool: pool, logger, authenticationTimeout }),
      pool,
      renew: ({ versions, supportAuthenticationProtocol }) =>
        Object.assign(new kafkajs.Connection(settings), {
          versions,
          supportAuthenticationProtocol,
        }),
    };
  };
}

/** What kafkajs logs goes into our log as what helps to follow the program: errors are thrown too. */
function logTo(log: Logger, onError: (message: string) => void) {
  type Entry = { namespace: string; label: string; log: { message: string; broker?: string } };
  return ({ namespace, label, log: { message, broker } }: Entry) => {
    if (label === "ERROR") onError(message);
    log.debug(`kafkajs ${namespace}${broker === undefined ? "" : ` ${broker}`}: ${message}`);
  };
}
