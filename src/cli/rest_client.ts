/**
 * Asks a worker over its REST API, one of ours or of Kafka's. Whatever comes back is untrusted: its size is
 * bounded, its form is checked, and no text of it reaches a terminal as it is (`plain`).
 *
 * @module
 */

import * as v from "valibot";
import { parseExact } from "../api/mod.ts";
import { ConfigError, ConnectError, NotFoundError, reasonOf, type Secrets } from "../base/mod.ts";
import { readFile } from "./files.ts";
import { plain } from "./plain_text.ts";

/** Where a worker listens unless told. */
const defaultUrl = "http://localhost:8083";
/** No answer is longer. */
const answerBytesMax = 64 * 1024 * 1024;
/** How long a worker may take, unless told. Kafka: its own limit for a request is 90 seconds. */
const timeoutSecondsDefault = 95;
const timeoutSecondsMax = 3600;

/** How a worker is reached, as a user says it. */
export interface RestTarget {
  /** `--url`. */
  url?: string;
  /** What that option is called, when it is another. */
  urlOption?: string;
  /** `--cacert`. */
  cacert?: string;
  /** `--timeout`. */
  timeout?: string;
}

/** A request beyond its path. */
interface RestRequest {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  /** What goes as JSON. */
  body?: unknown;
  /** Statuses of errors that an answer of the form comes with too. */
  accepts?: readonly number[];
}

/** What Kafka says when it could not do something. */
const errorSchema = v.object({ error_code: v.number(), message: v.nullable(v.string()) });

/** A worker, as its REST API shows it. */
export class RestClient {
  /** Where it is; without a user, who is no one's business. */
  readonly url: string;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #client: Deno.HttpClient | null;

  private constructor(
    url: string,
    headers: Record<string, string>,
    timeoutMs: number,
    client: Deno.HttpClient | null,
  ) {
    this.url = url;
    this.#headers = headers;
    this.#timeoutMs = timeoutMs;
    this.#client = client;
  }

  /** Makes ready to ask; nothing is sent yet. @throws {ConfigError} naming what will not do */
  static async open(
    { url, urlOption = "--url", cacert, timeout }: RestTarget,
    env: (name: string) => string | undefined,
    secrets: Secrets,
  ): Promise<RestClient> {
    const source = url !== undefined ? urlOption : "CONNECT_REST_URL";
    const { base, userInfo } = parseUrl(url ?? (env("CONNECT_REST_URL") || defaultUrl), source);
    const user = userInfo ?? env("CONNECT_REST_USER");
    const headers: Record<string, string> = { accept: "application/json" };
    if (user) {
      if (!user.includes(":")) throw new ConfigError("CONNECT_REST_USER: it must be user:password");
      const password = user.slice(user.indexOf(":") + 1);
      for (const secret of [password, user]) secrets.add(secret, "***");
      headers.authorization = `Basic ${new TextEncoder().encode(user).toBase64()}`;
    }
    const client = cacert === undefined ? null : await trusting(cacert);
    return new RestClient(base, headers, timeoutMsOf(timeout), client);
  }

  /**
   * What the worker answers, which must be of a form; null when it answers nothing.
   * @throws {ConfigError | NotFoundError} when it says that what it was asked is wrong
   * @throws {ConnectError} when it cannot be asked, or could not do it
   */
  async ask<T>(
    path: string,
    schema: v.GenericSchema<unknown, T>,
    request: RestRequest = {},
  ): Promise<T> {
    const method = request.method ?? "GET";
    const { status, text } = await this.#send(path, method, request.body);
    const isExpected = status < 300 || request.accepts?.includes(status) === true;
    if (status >= 400 && !isExpected) throw this.#refusal(`${method} ${path}`, status, text);
    const answer = v.safeParse(schema, jsonOf(text));
    if (isExpected && answer.success) return answer.output;
    throw this.#noWorker(`HTTP ${status} to ${method} ${path}`);
  }

  /** Text that is no JSON; null when the worker has nothing there. */
  async askText(path: string): Promise<string | null> {
    const { status, text } = await this.#send(path, "GET", undefined, { accept: "text/plain" });
    return status === 200 ? text : null;
  }

  /** Ends its connections. */
  close(): void {
    this.#client?.close();
  }

  async #send(
    path: string,
    method: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; text: string }> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          ...this.#headers,
          ...body !== undefined && { "content-type": "application/json" },
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        // Who the user is goes to that worker and to no one that it names.
        redirect: "manual",
        signal: AbortSignal.timeout(this.#timeoutMs),
        ...this.#client !== null && { client: this.#client },
      });
      return { status: response.status, text: await this.#read(response) };
    } catch (cause) {
      if (cause instanceof ConnectError) throw cause;
      if (cause instanceof DOMException && cause.name === "TimeoutError") {
        const seconds = this.#timeoutMs / 1000;
        throw new ConnectError(`${this.url} has not answered within ${seconds} s`, { cause });
      }
      throw new ConnectError(`Cannot reach ${this.url}: ${whyNot(cause)}`, { cause });
    }
  }

  async #read(response: Response): Promise<string> {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    for await (const part of response.body ?? []) {
      bytes += part.length;
      if (bytes > answerBytesMax) {
        throw new ConnectError(`${this.url} answers with more than ${answerBytesMax} bytes`);
      }
      parts.push(part);
    }
    return await new Blob(parts as BlobPart[]).text();
  }

  #refusal(request: string, status: number, text: string): Error {
    const answer = v.safeParse(errorSchema, jsonOf(text));
    if (status === 401 || status === 403) {
      const why = status === 403 && answer.success && answer.output.message
        ? plain(answer.output.message)
        : this.#headers.authorization === undefined
        ? "it wants a user and a password: put them into CONNECT_REST_USER as user:password"
        : "not with this user and password";
      return new ConfigError(`${this.url} refuses ${request} (HTTP ${status}): ${why}`);
    }
    if (!answer.success) return this.#noWorker(`HTTP ${status} to ${request}`);
    const message = plain(answer.output.message ?? `HTTP ${status}`);
    if (status === 404) return new NotFoundError(message);
    // Kafka: 409 is also what a worker answers while the others agree on who does what.
    const isWrong = status < 500 && (status !== 409 || / already exists$/.test(message));
    return isWrong ? new ConfigError(message) : new ConnectError(message);
  }

  #noWorker(what: string): ConnectError {
    return new ConnectError(`${this.url} is no Kafka Connect worker: it answers ${what}`);
  }
}

function parseUrl(text: string, source: string): { base: string; userInfo: string | null } {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isBase = url !== null && /^https?:$/.test(url.protocol) && url.search + url.hash === "";
  if (!isBase) {
    const shown = plain(text.replace(/^(\w+:\/\/)?.*@/s, "$1***@"));
    throw new ConfigError(
      `${source} ${shown}: it must be as http://host:8083 or https://host:8443`,
    );
  }
  const base = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, "")}`;
  if (url.username + url.password === "") return { base, userInfo: null };
  try {
    const [user, password] = [url.username, url.password].map(decodeURIComponent);
    return { base, userInfo: `${user}:${password}` };
  } catch (cause) {
    throw new ConfigError(`${source}: the user or the password has a % that means nothing`, {
      cause,
    });
  }
}

function timeoutMsOf(text: string | undefined): number {
  if (text === undefined) return timeoutSecondsDefault * 1000;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= timeoutSecondsMax) return seconds * 1000;
  throw new ConfigError(
    `--timeout ${plain(text)}: it must be a number of seconds, at most ${timeoutSecondsMax}`,
  );
}

async function trusting(path: string): Promise<Deno.HttpClient> {
  const pem = new TextDecoder().decode(await readFile(path));
  try {
    if (!pem.includes("-----BEGIN CERTIFICATE-----")) throw new Error("it holds none in PEM");
    return Deno.createHttpClient({ caCerts: [pem] });
  } catch (cause) {
    throw new ConfigError(`--cacert ${path}: no certificate: ${reasonOf(cause)}`, { cause });
  }
}

function jsonOf(text: string): unknown {
  if (text === "") return null;
  try {
    return parseExact(text);
  } catch {
    return undefined;
  }
}

/** Why a request did not come through: the last cause, of which Deno says where and how, and at last what. */
function whyNot(error: unknown): string {
  if (error instanceof Error && error.cause !== undefined) return whyNot(error.cause);
  const reason = reasonOf(error)
    .replace(/^error sending request for url \(.*?\): /, "")
    .replace(/^client error \(\w+\): /, "")
    .replace(/^tcp connect error: /, "")
    .replace(/ \(os error \d+\)/, "")
    .replace(/Other\(OtherError\(CaUsedAsEndEntity\)\)/, "it is an authority's (CA:TRUE)");
  return plain(reason);
}
