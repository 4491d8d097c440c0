/**
 * What went wrong, as REST tells it: a status and a message. Kafka: `ConnectExceptionMapper`.
 *
 * @module
 */

import {
  AlreadyExistsError,
  BadRequestError,
  ConfigError,
  ConnectError,
  javaClassOfError,
  NotFoundError,
  reasonOf,
  RetriableError,
} from "../base/mod.ts";
import { InvalidConfigError } from "../herder/mod.ts";

/** An answer that is an error by itself. Kafka: `ConnectRestException`, and those of JAX-RS. */
export class HttpError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "HttpError";
  /** The status of the answer. */
  readonly status: number;

  /** Answers with `status`, and the framework's words for it unless told. */
  constructor(status: number, message = `HTTP ${status} ${reasons[status]}`) {
    super(message);
    this.status = status;
  }
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  415: "Unsupported Media Type",
};

const moreErrors = "\nYou can also find the above list of errors at the endpoint " +
  "`/connector-plugins/{connectorType}/config/validate`";

/** What is told of an error. */
export interface ToldError {
  /** The status of the answer. */
  status: number;
  /** What the client is told. */
  message: string;
}

/** What is told of an error. What nobody foresaw is not shown: it says more of this program than of the request. */
export function toldOf(error: unknown): ToldError {
  if (error instanceof HttpError) return { status: error.status, message: error.message };
  const message = reasonOf(error);
  if (error instanceof NotFoundError) return { status: 404, message };
  if (error instanceof AlreadyExistsError) return { status: 409, message };
  if (error instanceof BadRequestError) return { status: 400, message };
  if (error instanceof InvalidConfigError) {
    const isList = message.startsWith("Connector configuration is invalid");
    return { status: 400, message: isList ? message + moreErrors : message };
  }
  const isForeseen = error instanceof ConnectError || error instanceof ConfigError ||
    error instanceof RetriableError || javaClassOfError(error) === "RemoteError";
  return {
    status: 500,
    message: isForeseen ? message : "Internal error: the worker's log tells more",
  };
}

/** What is wrong with a configuration of which some values are null. */
export function nullValues(count: number): HttpError {
  const line = "\nNull value can not be supplied as the configuration value.";
  return new HttpError(
    400,
    `Connector configuration is invalid and contains the following ${count} error(s):` +
      line.repeat(count) + moreErrors,
  );
}
