/**
 * The connections to one broker. They are kafkajs's; everything above them is ours, since each of our
 * tasks needs connections of its own, as Java's clients have: a broker answers what comes over one
 * connection in order, so a fetch or a rebalance that waits would hold up the rest.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { CorruptError, type Logger, reasonOf } from "../base/mod.ts";
import { lendBuffer } from "./answers.ts";
import { connectionErrorOf, type ConnectionTrait } from "./connection_error.ts";
import { ConnectionError, KafkaError } from "./errors.ts";
import { type Connection, type ConnectionOptions, type Opened, opener } from "./kafkajs.ts";
import type { ApiRequest } from "./protocol/request.ts";
import { Reader, Writer } from "./protocol/wire.ts";

/** Kafka: `Errors.UNSUPPORTED_VERSION`. */
const unsupportedVersion = 35;
/** How often a connection is made that a broker closes without saying why. */
const connectTriesMax = 5;
/** How long before its end a session is left, in milliseconds, unless it is short. Kafkajs: the same. */
const reauthenticationMs = 10_000;

/** Fetches and rebalances go over connections of their own: they wait at the broker. */
export type Lane = "requests" | "fetches" | "rebalances";
const lanes: Readonly<Record<Lane, number>> = { requests: 0, fetches: 1, rebalances: 2 };

/** The connections to one broker, made when they are needed and made again when they have broken. */
export class BrokerConnection {
  readonly #address: string;
  readonly #requestTimeoutMs: number;
  readonly #hasLogin: boolean;
  readonly #trait: ConnectionTrait;
  readonly #open: () => Promise<Opened>;
  #current: Opened | null = null;
  /** Kafkajs would open two sockets for two callers. */
  readonly #connecting = new Map<Lane, Promise<Connection>>();
  #isClosed = false;
  /** What kafkajs has last said of a connection that it gave up; what it throws may tell less. */
  #complaint: string | null = null;
  #opening: Promise<Opened> | null = null;

  /** Connections to `host:port`; nothing is opened yet. */
  constructor(host: string, port: number, options: ConnectionOptions, log: Logger) {
    this.#address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
    this.#requestTimeoutMs = options.requestTimeoutMs;
    this.#hasLogin = options.sasl !== null;
    this.#trait = {
      address: this.#address,
      protocol: `${options.sasl ? "SASL_" : ""}${options.tls ? "SSL" : "PLAINTEXT"}`,
      hasCertificate: (options.tls?.cert ?? options.tls?.pfx) !== undefined,
      hasAnswered: false,
    };
    const onError = (message: string) => this.#complaint = message;
    this.#open = opener({ host, port, address: this.#address }, options, log, onError);
  }

  /** Whether requests can be sent without connecting first. */
  get isConnected(): boolean {
    return this.#current?.broker.isConnected() ?? false;
  }

  /**
   * Sends a request. Requests of a lane are sent in the order of the calls, once it is connected.
   * @throws {ConnectionError} when the broker cannot be reached, does not answer, or answers nonsense
   * @throws {AuthenticationError}
   * @throws {KafkaError} when it does not know the request
   */
  async send<T>(request: ApiRequest<T>, lane: Lane = "requests"): Promise<T> {
    const connection = await this.#connected(lane);
    this.#checkVersion(connection, request);
    try {
      const answer = await send(connection, request, this.#requestTimeoutMs);
      this.#trait.hasAnswered ||= answer !== null;
      return answer === null ? request.unanswered! : decode(connection, request, answer);
    } catch (cause) {
      const error = this.#errorOf(cause);
      // What comes after a request without an answer must not overtake it when it is sent again.
      if (error instanceof ConnectionError) this.#drop(connection, error);
      throw error;
    }
  }

  /** Closes the connections for good. What is under way is rejected. */
  close(): void {
    this.#isClosed = true;
    this.#reset();
  }

  #reset(): void {
    const connections = this.#current?.pool.pool ?? [];
    this.#current = null;
    for (const connection of connections) {
      this.#drop(connection, new ConnectionError(`The connection to ${this.#address} is closed`));
    }
  }

  #connected(lane: Lane): Connection | Promise<Connection> {
    const connection = this.#current?.pool.pool[lanes[lane]];
    const connecting = this.#connecting.get(lane);
    if (connecting !== undefined) return connecting;
    if (connection?.isConnected() && this.#isLoggedIn(connection)) return connection;
    const next = this.#connect(lane).finally(() => this.#connecting.delete(lane));
    this.#connecting.set(lane, next);
    return next;
  }

  async #connect(lane: Lane, triesLeft = connectTriesMax): Promise<Connection> {
    try {
      this.#complaint = null;
      // The lanes share what one of them opens.
      this.#current ??= await (this.#opening ??= this.#open());
      this.#opening = null;
      const { broker, pool } = this.#current;
      // Versions and SASL are settled over the first connection.
      await broker.connect();
      const known = pool.pool[lanes[lane]];
      if (known.isConnected() && !this.#isLoggedIn(known)) await retire(known);
      const connection = await pool.getConnection(lanes[lane]);
      await connection.authenticate();
      // Kafka: `SaslClientAuthenticator`: when 85 to 95 % of a session have passed.
      const sessionMs = connection.sessionLifetime.toNumber();
      connection.reauthenticationThreshold = Math.min(reauthenticationMs, sessionMs / 10);
      if (this.#isClosed) throw new ConnectionError(`The connection to ${this.#address} is closed`);
      return connection;
    } catch (cause) {
      this.#reset();
      // A broker may close a connection before the first write to it: that is all the platform tells then, and
      // why, such as an alert of TLS, is lost. Nothing has been sent.
      if (/write after end$/.test(reasonOf(cause)) && triesLeft > 1 && !this.#isClosed) {
        return await this.#connect(lane, triesLeft - 1);
      }
      throw this.#errorOf(cause);
    }
  }

  /** Brokers may end sessions (KIP-368): near its end a connection is made anew. */
  #isLoggedIn(connection: Connection): boolean {
    return !this.#hasLogin || connection.isAuthenticated();
  }

  /** Brokers close connections without a word over requests that they do not know. */
  #checkVersion(
    { versions }: Connection,
    { apiKey, apiName, apiVersion }: Pick<ApiRequest<unknown>, "apiKey" | "apiName" | "apiVersion">,
  ): void {
    if (versions === null) return;
    const { minVersion = 0, maxVersion = -1 } = versions[apiKey] ?? {};
    if (apiVersion >= minVersion && apiVersion <= maxVersion) return;
    const known = maxVersion < 0 ? "none of it" : `${minVersion} to ${maxVersion}`;
    const what =
      `${this.#address} knows ${known}, where version ${apiVersion} of ${apiName} is needed`;
    throw new KafkaError(what, unsupportedVersion);
  }

  #drop(connection: Connection, error: Error): void {
    connection.rejectRequests(error);
    connection.disconnect().catch(() => {});
    connection.socket?.destroy();
    // Kafkajs would take what it has read of an answer for the beginning of what comes over the next socket.
    if (this.#current === null) return;
    const { pool: { pool }, renew } = this.#current;
    const place = pool.indexOf(connection);
    if (place >= 0) pool[place] = renew(connection);
  }

  #errorOf(cause: unknown): Error {
    const said = reasonOf(cause) === "Not connected" ? this.#complaint : null;
    return connectionErrorOf(cause, said ?? reasonOf(cause), this.#trait);
  }
}

/** Closes a connection once what is under way has been answered. */
async function retire(connection: Connection): Promise<void> {
  const { socket } = connection;
  await connection.disconnect();
  // What the old socket tells later would be taken for the new one's.
  socket?.destroy();
}

/**
 * Sends a request through a connection's queue, which keeps times and throttling. Kafkajs would copy a
 * request three times; this hands its parts to the socket as they are.
 *
 *     request := size:int32 apiKey:int16 apiVersion:int16 correlationId:int32 clientId:string body
 *
 * @returns the body of the answer; null for a request without one, when the socket has taken it
 */
async function send<T>(
  connection: Connection,
  request: ApiRequest<T>,
  requestTimeoutMs: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const { apiKey, apiName, apiVersion, waitMsMax = 0 } = request;
  const { socket } = connection;
  if (socket === undefined || !connection.isConnected()) throw new ConnectionError("not connected");
  const correlationId = connection.nextCorrelationId();
  const writer = new Writer()
    .int16(apiKey).int16(apiVersion).int32(correlationId).string(connection.clientId);
  request.encode(writer);
  if (request.answerBuffer !== undefined) lendBuffer(socket, correlationId, request.answerBuffer);
  const { parts } = writer;
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const payload = await new Promise<Buffer | null>((resolve, reject) => {
    const isAnswered = request.unanswered === undefined;
    connection.requestQueue.push({
      entry: {
        apiKey,
        apiName,
        apiVersion,
        correlationId,
        resolve: (answer) => isAnswered && resolve(answer.payload),
        reject,
      },
      expectResponse: isAnswered,
      requestTimeout: requestTimeoutMs + waitMsMax,
      sendRequest: () => {
        socket.cork();
        for (const part of [new Writer().int32(size).bytes, ...parts]) socket.write(part);
        // Until the socket has taken them, the parts are not the sender's again.
        if (!isAnswered) {
          socket.write(new Uint8Array(0), (error) => error ? reject(error) : resolve(null));
        }
        socket.uncork();
      },
    });
  });
  if (payload === null) return null;
  return new Uint8Array(payload.buffer as ArrayBuffer, payload.byteOffset, payload.length);
}

function decode<T>(
  connection: Connection,
  request: ApiRequest<T>,
  answer: Uint8Array<ArrayBuffer>,
): T {
  const reader = new Reader(answer);
  try {
    const value = request.decode(reader);
    // Kafka: KIP-219: it is for the client to leave the broker alone.
    connection.requestQueue.maybeThrottle(reader.throttleMs);
    return value;
  } catch (cause) {
    if (!(cause instanceof CorruptError)) throw cause;
    throw new ConnectionError(`${request.apiName}: ${cause.message}`, { cause });
  }
}
