/** Why a broker cannot be reached, in words that name the cause, and whether it may pass by itself. */

import { AuthenticationError, ConnectionError } from "./errors.ts";

/** What is known of a connection when it fails. */
export interface ConnectionTrait {
  /** Where it leads. */
  address: string;
  /** What is spoken over it (`security.protocol`). */
  protocol: string;
  /** Whether the client has a certificate of its own to show. */
  hasCertificate: boolean;
  /** Whether the broker has answered before. */
  hasAnswered: boolean;
}

/** The error that stands for one of kafkajs or of the platform, whose reason may be told better by `reason`. */
export function connectionErrorOf(
  cause: unknown,
  reason: string,
  trait: ConnectionTrait,
): AuthenticationError | ConnectionError {
  if (cause instanceof ConnectionError || cause instanceof AuthenticationError) return cause;
  const { name, code, type = "" } = cause as { name?: string; code?: string; type?: string };
  const why = reason.replace(/^Connection error: /, "");
  const what = `${trait.address}: ${why}${hintAt(why, type, trait)}`;
  // Kafka: `IllegalSaslStateException` is an AuthenticationException.
  const isRefused = name === "KafkaJSSASLAuthenticationError" || type === "ILLEGAL_SASL_STATE" ||
    /certificate|self.signed|UNABLE_TO_|ERR_TLS|ERR_SSL|alert/i.test(`${code} ${why}`);
  return isRefused
    ? new AuthenticationError(what, { cause })
    : new ConnectionError(what, { cause });
}

/** What may be wrong, where the reason alone does not tell. */
function hintAt(reason: string, type: string, trait: ConnectionTrait): string {
  const isCut = /^Closed connection$|disconnected before secure TLS|not one of Kafka's/.test(
    reason,
  );
  if (type === "ILLEGAL_SASL_STATE" || isCut && !trait.hasAnswered) {
    return `; security.protocol is ${trait.protocol}, which this port may not speak`;
  }
  if (/alert: \w*certificate/i.test(reason) && !trait.hasCertificate) {
    return "; the broker wants a certificate, and there is no ssl.keystore";
  }
  return "";
}
