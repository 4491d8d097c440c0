/**
 * The contract between Connect and its plugins: data, configuration, connectors, tasks,
 * transformations, predicates and converters.
 *
 * @module
 */

export {
  AlreadyExistsError,
  ClassCastError,
  ConfigError,
  ConnectError,
  DataError,
  IllegalArgumentError,
  IllegalWorkerStateError,
  NotFoundError,
  NumberFormatError,
  ParseError,
  RetriableError,
  SchemaBuilderError,
  SchemaProjectorError,
  SerializationError,
} from "../base/mod.ts";
export * from "./config/mod.ts";
export * from "./connector.ts";
export * from "./converter_config.ts";
export * from "./data/mod.ts";
export * from "./java/mod.ts";
export * from "./json/mod.ts";
export * from "./plugin.ts";
export * from "./sink_task.ts";
export * from "./source_task.ts";
export * from "./transformation.ts";
