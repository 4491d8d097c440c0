/**
 * The errors of Connect, one class for each of Kafka's that a client can see. Only
 * {@linkcode RetriableError} is ever retried.
 *
 * @module
 */

/** Something Connect could not do. Kafka: `org.apache.kafka.connect.errors.ConnectException`. */
export class ConnectError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "ConnectError";
}

/** A failure that may pass by itself, so the call is made again. Kafka: `RetriableException`. */
export class RetriableError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "RetriableError";
}

/** Data that does not fit its schema or its format. Kafka: `DataException`. */
export class DataError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "DataError";
}

/** Bytes that are not what a deserializer reads. Kafka: `SerializationException`, a cause of DataErrors. */
export class SerializationError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "SerializationError";
}

/** A value of another class than is wanted, by Java's names. Java: `ClassCastException`, a cause of DataErrors. */
export class ClassCastError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "ClassCastError";

  /** The classes are Java's own. */
  constructor(from: string, to: string) {
    const where = `(${from} and ${to} are in module java.base of loader 'bootstrap')`;
    super(`class ${from} cannot be cast to class ${to} ${where}`);
  }
}

/** Text that is no number. Java: `NumberFormatException`, a cause of DataErrors. */
export class NumberFormatError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "NumberFormatError";
}

/** Text that does not follow a pattern. Java: `java.text.ParseException`, a cause of DataErrors. */
export class ParseError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "ParseError";
}

/** A schema that cannot be built. Kafka: `SchemaBuilderException`. */
export class SchemaBuilderError extends DataError {
  /** The class's own name, kept when the code is minified. */
  override name = "SchemaBuilderError";
}

/** Data that cannot be projected from one schema to another. Kafka: `SchemaProjectorException`. */
export class SchemaProjectorError extends DataError {
  /** The class's own name, kept when the code is minified. */
  override name = "SchemaProjectorError";
}

/** Something that was asked for and makes no sense there. Kafka: `java.lang.IllegalArgumentException`. */
export class IllegalArgumentError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "IllegalArgumentError";
}

/** Something named that is not there. Kafka: `NotFoundException`. */
export class NotFoundError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "NotFoundError";
}

/** Something named that is there already. Kafka: `AlreadyExistsException`. */
export class AlreadyExistsError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "AlreadyExistsError";
}

/** A consumer group that has members, where it may have none. Kafka: `GroupNotEmptyException`. */
export class GroupNotEmptyError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "GroupNotEmptyError";
}

/** A request that makes no sense, or none as things are. Kafka: `BadRequestException`. */
export class BadRequestError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "BadRequestError";
}

/** A call made while the worker's state does not allow it. Kafka: `IllegalWorkerStateException`. */
export class IllegalWorkerStateError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "IllegalWorkerStateError";
}

/**
 * A configuration value that cannot be used. Kafka: `org.apache.kafka.common.config.ConfigException`.
 */
export class ConfigError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "ConfigError";
}

/** An offset that a partition does not have. Kafka: `OffsetOutOfRangeException`. */
export class OffsetOutOfRangeError extends ConnectError {
  /** The class's own name, kept when the code is minified. */
  override name = "OffsetOutOfRangeError";
}

/** Bytes that are not what their format says: a batch, a segment, an offsets file. */
export class CorruptError extends Error {
  /** The class's own name, kept when the code is minified. */
  override name = "CorruptError";
}

/** What went wrong, as one line without a stack, for messages that quote a caught value. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
