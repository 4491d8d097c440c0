/**
 * What Kafka says went wrong: error codes of its protocol, and connections that do not hold.
 *
 * @module
 */

import { ConnectError, reasonOf, RetriableError } from "../base/mod.ts";

/** An error code of Kafka's protocol. Kafka: `org.apache.kafka.common.protocol.Errors`. */
export interface ErrorCode {
  /** Its name, as in Kafka's protocol guide. */
  name: string;
  /** Whether the same request may succeed later, after a look at fresh metadata. */
  retriable: boolean;
}

/** Codes by their numbers; `!` marks those that may pass by themselves. */
const table = `
-1 UNKNOWN_SERVER_ERROR
1 OFFSET_OUT_OF_RANGE
2 CORRUPT_MESSAGE!
3 UNKNOWN_TOPIC_OR_PARTITION!
4 INVALID_FETCH_SIZE
5 LEADER_NOT_AVAILABLE!
6 NOT_LEADER_OR_FOLLOWER!
7 REQUEST_TIMED_OUT!
8 BROKER_NOT_AVAILABLE!
9 REPLICA_NOT_AVAILABLE!
10 MESSAGE_TOO_LARGE
11 STALE_CONTROLLER_EPOCH
12 OFFSET_METADATA_TOO_LARGE
13 NETWORK_EXCEPTION!
14 COORDINATOR_LOAD_IN_PROGRESS!
15 COORDINATOR_NOT_AVAILABLE!
16 NOT_COORDINATOR!
17 INVALID_TOPIC_EXCEPTION
18 RECORD_LIST_TOO_LARGE
19 NOT_ENOUGH_REPLICAS!
20 NOT_ENOUGH_REPLICAS_AFTER_APPEND!
21 INVALID_REQUIRED_ACKS
22 ILLEGAL_GENERATION
23 INCONSISTENT_GROUP_PROTOCOL
24 INVALID_GROUP_ID
25 UNKNOWN_MEMBER_ID
26 INVALID_SESSION_TIMEOUT
27 REBALANCE_IN_PROGRESS
28 INVALID_COMMIT_OFFSET_SIZE
29 TOPIC_AUTHORIZATION_FAILED
30 GROUP_AUTHORIZATION_FAILED
31 CLUSTER_AUTHORIZATION_FAILED
32 INVALID_TIMESTAMP
33 UNSUPPORTED_SASL_MECHANISM
34 ILLEGAL_SASL_STATE
35 UNSUPPORTED_VERSION
36 TOPIC_ALREADY_EXISTS
37 INVALID_PARTITIONS
38 INVALID_REPLICATION_FACTOR
39 INVALID_REPLICA_ASSIGNMENT
40 INVALID_CONFIG
41 NOT_CONTROLLER!
42 INVALID_REQUEST
43 UNSUPPORTED_FOR_MESSAGE_FORMAT
44 POLICY_VIOLATION
45 OUT_OF_ORDER_SEQUENCE_NUMBER
46 DUPLICATE_SEQUENCE_NUMBER
47 INVALID_PRODUCER_EPOCH
53 TRANSACTIONAL_ID_AUTHORIZATION_FAILED
54 SECURITY_DISABLED
55 OPERATION_NOT_ATTEMPTED
56 KAFKA_STORAGE_ERROR!
58 SASL_AUTHENTICATION_FAILED
59 UNKNOWN_PRODUCER_ID
60 REASSIGNMENT_IN_PROGRESS
68 NON_EMPTY_GROUP
69 GROUP_ID_NOT_FOUND
70 FETCH_SESSION_ID_NOT_FOUND!
71 INVALID_FETCH_SESSION_EPOCH!
72 LISTENER_NOT_FOUND!
74 FENCED_LEADER_EPOCH!
75 UNKNOWN_LEADER_EPOCH!
76 UNSUPPORTED_COMPRESSION_TYPE
77 STALE_BROKER_EPOCH
78 OFFSET_NOT_AVAILABLE!
79 MEMBER_ID_REQUIRED
80 PREFERRED_LEADER_NOT_AVAILABLE!
81 GROUP_MAX_SIZE_REACHED
82 FENCED_INSTANCE_ID
86 GROUP_SUBSCRIBED_TO_TOPIC
87 INVALID_RECORD
88 UNSTABLE_OFFSET_COMMIT!
89 THROTTLING_QUOTA_EXCEEDED!
90 PRODUCER_FENCED
100 UNKNOWN_TOPIC_ID!
103 INCONSISTENT_TOPIC_ID!
`;

const codes = new Map<number, ErrorCode>(
  table.trim().split("\n").map((line) => {
    const [code, name] = line.split(" ");
    return [Number(code), { name: name.replace("!", ""), retriable: name.endsWith("!") }];
  }),
);

/** What a code means; an unknown one is final. */
export function errorCode(code: number): ErrorCode {
  return codes.get(code) ?? { name: `error code ${code}`, retriable: false };
}

/** Kafka answered with an error code. */
export class KafkaError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "KafkaError";
  /** The code's name: `NOT_LEADER_OR_FOLLOWER`. */
  readonly code: string;
  /** Whether the same request may succeed later. */
  readonly retriable: boolean;

  /** `what` could not be done; `detail` is the broker's own message. */
  constructor(what: string, code: number, detail: string | null = null) {
    const { name, retriable } = errorCode(code);
    super(`${what}: ${name}${detail === null || detail === "" ? "" : ` (${detail})`}`);
    this.code = name;
    this.retriable = retriable;
  }
}

/** A broker cannot be reached, or a connection broke. It may pass by itself. */
export class ConnectionError extends RetriableError {
  /** The class's own name, kept when the code is minified. */
  override name = "ConnectionError";
}

/** A broker refuses who we are, or is not who it must be. Trying again does not help. */
export class AuthenticationError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "AuthenticationError";
}

/** A batch that was divided, some records of which are stored, is refused from there on. */
export class PartlyStoredError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "PartlyStoredError";
  /** How many of its records are stored. */
  readonly storedCount: number;

  /** `cause` is what the broker has against the rest. */
  constructor(cause: unknown, storedCount: number) {
    super(reasonOf(cause), { cause });
    this.storedCount = storedCount;
  }
}

/** Whether the same request may succeed later. */
export function isRetriable(error: unknown): boolean {
  return error instanceof RetriableError || error instanceof KafkaError && error.retriable;
}

/** What a broker's answer for a partition that was fetched means. */
export function fetchError(partition: string, offset: bigint, code: number): Error {
  // Kafka: what a broker finds damaged on its own disk stays so, whatever it says of what is sent to it.
  return errorCode(code).name === "CORRUPT_MESSAGE"
    ? new ConnectError(
      `Encountered corrupt message when fetching offset ${offset} for topic-partition ${partition}`,
    )
    : new KafkaError(`Cannot fetch ${partition}`, code);
}
