/** A request of Kafka's protocol, and how its answer is read. */

import type { Reader, Writer } from "./wire.ts";

/** One request in one version. */
export interface ApiRequest<T> {
  /** Which request it is. Kafka: `ApiKeys.id`. */
  readonly apiKey: number;
  /** Its name, for messages. */
  readonly apiName: string;
  /** The version that it is written in. */
  readonly apiVersion: number;
  /** Writes its body. */
  encode(writer: Writer): void;
  /** Reads the answer's body. @throws {CorruptError} */
  decode(reader: Reader): T;
  /** How long the broker may take beyond `request.timeout.ms`, in milliseconds: it waits by itself. */
  readonly waitMsMax?: number;
  /** Where the answer may be put, if it fits: nobody else may use it until the answer is there. */
  readonly answerBuffer?: ArrayBuffer;
  /** What stands for the answer of a request that brokers do not answer. */
  readonly unanswered?: T;
}
