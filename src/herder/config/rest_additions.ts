/**
 * The keys of a worker's REST API that Kafka Connect does not have: what clients may hold and send, how users
 * log in, and the page for people.
 *
 * @module
 */

import { ConfigDef, range, validList } from "../../api/mod.ts";
import { refuse } from "./invalid_config.ts";
import type { Props } from "./properties.ts";

/** The longest time that a timer takes. */
const msMax = 2 ** 31 - 1;

/** Those keys. */
export const restAdditionsConfigDef = ConfigDef.of({
  "rest.connections.max": {
    type: "INT",
    default: 256,
    importance: "LOW",
    validator: range(1, 65_535),
    doc:
      "How many connections a listener takes; idle ones give way, then clients are answered 503.",
  },
  "rest.connections.max.idle.ms": {
    type: "LONG",
    default: 30_000n,
    importance: "LOW",
    validator: range(1, msMax),
    doc: "How long a connection may stay without a request.",
  },
  "rest.request.timeout.ms": {
    type: "LONG",
    default: 30_000n,
    importance: "LOW",
    validator: range(1, msMax),
    doc: "How long a client may take to send a request, and to read its answer.",
  },
  "rest.request.max.bytes": {
    type: "INT",
    default: 1 << 20,
    importance: "LOW",
    validator: range(1024, 1 << 28),
    doc: "How many bytes the body of a request may have; eight times as many for all at once.",
  },
  "rest.header.max.bytes": {
    type: "INT",
    default: 8192,
    importance: "LOW",
    validator: range(1024, 1 << 20),
    doc: "How many bytes the first line and the headers of a request may have.",
  },
  "rest.basic.auth.jaas.config.file": {
    type: "STRING",
    default: null,
    importance: "MEDIUM",
    doc: "The file with the JAAS section KafkaConnect, for BasicAuthSecurityRestExtension; " +
      "unless told, that of -Djava.security.auth.login.config in the environment's KAFKA_OPTS.",
  },
  "rest.basic.auth.read.only.users": {
    type: "LIST",
    default: [],
    importance: "MEDIUM",
    validator: validList(),
    doc: "Users of basic auth that may only look.",
  },
  "rest.ui.enable": {
    type: "BOOLEAN",
    default: true,
    importance: "LOW",
    doc: "Whether there is a page for people at /ui.",
  },
});

/** The values of those keys. */
export type RestAdditions = ReturnType<typeof restAdditionsConfigDef.parse>;

/** What clients may hold and send. */
export interface RestLimits {
  /** How many connections a listener takes. */
  connectionsMax: number;
  /** How long one may stay without a request, in milliseconds. */
  idleMsMax: number;
  /** How long a request may take to come, and an answer to be read, in milliseconds. */
  requestMsMax: number;
  /** How large the body of a request may be, in bytes. */
  requestBytesMax: number;
  /** How large its headers may be, in bytes. */
  headerBytesMax: number;
}

/** The values of those keys. @throws {InvalidConfigError} with all that is wrong */
export function restAdditions(worker: Props): RestAdditions {
  refuse(restAdditionsConfigDef.validate(worker));
  return restAdditionsConfigDef.parse(worker);
}

/** What they say of clients. */
export function restLimits(values: RestAdditions): RestLimits {
  return {
    connectionsMax: values["rest.connections.max"],
    idleMsMax: Number(values["rest.connections.max.idle.ms"]),
    requestMsMax: Number(values["rest.request.timeout.ms"]),
    requestBytesMax: values["rest.request.max.bytes"],
    headerBytesMax: values["rest.header.max.bytes"],
  };
}
