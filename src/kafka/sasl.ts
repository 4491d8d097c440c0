/**
 * What stands between kafkajs's connections and its ways to authenticate, since those leave out two things:
 * a connection that breaks while they talk passes for a refusal, after which no one would try again; and
 * what a broker has against a token (RFC 7628) is not read, so that a refused one passes for accepted.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { ConnectionOptions } from "./kafkajs.ts";
import { reasonOf } from "../base/mod.ts";
import { AuthenticationError } from "./errors.ts";

/** One message of the client, and what is to be made of the answer. */
interface Exchange {
  request: { encode(): Promise<Buffer> | Buffer };
  response?: { decode(answer: Buffer): Buffer; parse(answer: Buffer): string };
}

/** What kafkajs gives to those that authenticate. */
export interface SaslTalk {
  /** Sends a message. @returns what was made of the answer, if that was asked for */
  saslAuthenticate(exchange: Exchange): Promise<unknown>;
}

/** Authenticates over a connection. */
export type Authenticator = (talk: SaslTalk) => { authenticate(): Promise<void> };

/** Kafkajs's own. */
export type Authenticators = Record<
  "plain" | "scram256" | "scram512",
  (sasl: object) => Authenticator
>;

/**
 * An authenticator that rejects with what broke the connection, when that is why it does not get on.
 * @param isRefusal whether an error is the broker's answer, and no break
 */
export function tellingBreaks(
  authenticator: Authenticator,
  isRefusal: (error: unknown) => boolean,
): Authenticator {
  return (talk) => ({
    async authenticate() {
      let broken: unknown = null;
      const saslAuthenticate = (exchange: Exchange) =>
        talk.saslAuthenticate(exchange).catch((error: unknown) => {
          if (!isRefusal(error)) broken = error;
          throw error;
        });
      try {
        await authenticator({ ...talk, saslAuthenticate }).authenticate();
      } catch (error) {
        throw broken ?? error;
      }
    },
  });
}

/**
 * OAUTHBEARER. A broker that refuses a token says so in an answer that is no error, and with an error only
 * once it has been sent another message. Kafka: `OAuthBearerSaslClient`.
 *
 *     token    = "n,," 01 "auth=Bearer " TOKEN 01 01
 *     refusal  = JSON, such as {"status":"invalid_token"}; nothing when the token is accepted
 *     readIt   = 01
 */
export function oauthBearer(token: () => Promise<string>, address: string): Authenticator {
  return ({ saslAuthenticate }) => ({
    async authenticate() {
      const refusal = await saslAuthenticate({
        request: messageOf(`n,,\x01auth=Bearer ${await token()}\x01\x01`),
        response: { decode: withoutSize, parse: (answer) => answer.toString() },
      });
      if (refusal === "") return;
      const what = `${address}: SASL OAUTHBEARER authentication failed`;
      await saslAuthenticate({ request: messageOf("\x01") }).catch((cause: unknown) => {
        throw new AuthenticationError(`${what}: ${reasonOf(cause)}`, { cause });
      });
      throw new AuthenticationError(`${what}: ${refusal}`);
    },
  });
}

/** A message with its size in front, in four bytes, as kafkajs wants it. */
function messageOf(text: string): Exchange["request"] {
  const bytes = Buffer.from(`\0\0\0\0${text}`);
  bytes.writeInt32BE(bytes.length - 4);
  return { encode: () => bytes };
}

function withoutSize(answer: Buffer): Buffer {
  return answer.subarray(4);
}

/** How to authenticate, as kafkajs takes it. @throws {AuthenticationError} for a mechanism there is not */
export function saslOf(
  options: NonNullable<ConnectionOptions["sasl"]>,
  address: string,
  sasl: Authenticators,
) {
  const { mechanism } = options;
  const isRefusal = (error: unknown) =>
    error instanceof AuthenticationError || (error as Error).name === "KafkaJSProtocolError";
  const of = (authenticator: Authenticator) => (
    { mechanism, authenticationProvider: tellingBreaks(authenticator, isRefusal) }
  );
  switch (mechanism) {
    case "plain":
      return of(sasl.plain(options));
    case "scram-sha-256":
      return of(sasl.scram256(options));
    case "scram-sha-512":
      return of(sasl.scram512(options));
    case "oauthbearer":
      return of(oauthBearer(async () => (await options.oauthBearerProvider()).value, address));
    default:
      throw new AuthenticationError(`There is no SASL mechanism ${mechanism}`);
  }
}
