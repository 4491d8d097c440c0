/** The log as a parameter: whoever has something to say to the user is given one. */

/** How much a message matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Whether messages that matter so much are shown where `least` is the least; null: none is. */
export function isShownAt(level: LogLevel, least: LogLevel | null): boolean {
  return least !== null && levels.indexOf(level) >= levels.indexOf(least);
}

/** Where a message comes from. */
export interface LogScope {
  /** The logger's name: a class of Kafka's, of {@linkcode loggers}, or of a plugin. */
  name?: string;
  /** The connector it is about. */
  connector?: string;
  /** The task it is about; else it is about the connector itself. */
  task?: number;
}

/** Takes what the user should know, one message a line. */
export interface Logger {
  /** What helps to follow the program. */
  debug(message: string): void;
  /** What happened in the normal course of things. */
  info(message: string): void;
  /** What may need a look. */
  warn(message: string): void;
  /** What went wrong. */
  error(message: string): void;
  /** The same log for messages from elsewhere; what a scope leaves out stays. Absent: it knows of no scopes. */
  named?(scope: LogScope): NamedLogger;
}

/** A log with a name, whose level may change at any time. */
export interface NamedLogger extends Logger {
  /** The same log for messages from elsewhere. */
  named(scope: LogScope): NamedLogger;
  /** The least that it shows; null: nothing. */
  readonly level: LogLevel | null;
  /** Calls back when its level may have changed, until the signal aborts. */
  watchLevel(signal: AbortSignal, onChanged: () => void): void;
}

/** A log for messages from there; one that knows of no scopes shows all of them. */
export function named(log: Logger, scope: LogScope): NamedLogger {
  if (log.named !== undefined) return log.named(scope);
  const all: NamedLogger = {
    debug: (message) => log.debug(message),
    info: (message) => log.info(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error(message),
    named: () => all,
    level: "debug",
    watchLevel: () => {},
  };
  return all;
}

/**
 * The names that loggers have: those of the classes that do in Kafka what is told of here, so that what sets
 * their levels there does here. The embedded log's are those of Kafka's brokers; the spool, and what
 * libraries say on the console, have no class.
 */
export const loggers = {
  connect: "org.apache.kafka.connect.runtime.Connect",
  worker: "org.apache.kafka.connect.runtime.Worker",
  herder: "org.apache.kafka.connect.runtime.standalone.StandaloneHerder",
  connector: "org.apache.kafka.connect.runtime.WorkerConnector",
  task: "org.apache.kafka.connect.runtime.WorkerTask",
  sourceTask: "org.apache.kafka.connect.runtime.WorkerSourceTask",
  sinkTask: "org.apache.kafka.connect.runtime.WorkerSinkTask",
  errors: "org.apache.kafka.connect.runtime.errors.LogReporter",
  restServer: "org.apache.kafka.connect.runtime.rest.RestServer",
  levels: "org.apache.kafka.connect.runtime.Loggers",
  config: "org.apache.kafka.common.config.AbstractConfig",
  fileProvider: "org.apache.kafka.common.config.provider.FileConfigProvider",
  directoryProvider: "org.apache.kafka.common.config.provider.DirectoryConfigProvider",
  client: "org.apache.kafka.clients.NetworkClient",
  producer: "org.apache.kafka.clients.producer.internals.Sender",
  group: "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator",
  fetcher: "org.apache.kafka.clients.consumer.internals.Fetcher",
  admin: "org.apache.kafka.clients.admin.KafkaAdminClient",
  topicLog: "org.apache.kafka.storage.internals.log.UnifiedLog",
  cleaner: "org.apache.kafka.storage.internals.log.LogCleaner",
  spool: "connect.spool",
  console: "connect.console",
} as const;

/** A logger's level. Kafka: `LoggerLevel`. */
export interface LoggerLevel {
  /** In Kafka's words: OFF, FATAL, ERROR, WARN, INFO, DEBUG, TRACE. */
  level: string;
  /** When it was set, in milliseconds since 1970; null: never. */
  last_modified: number | null;
}

/** The levels of all loggers, as REST shows and sets them. Kafka: `Loggers`. */
export interface LoggerLevels {
  /** Those that there are, by name, sorted. */
  all(): Record<string, LoggerLevel>;
  /** That of one; null: there is no such logger. */
  level(logger: string): LoggerLevel | null;
  /**
   * Sets that of a logger and of all under it.
   * @param level in any case
   * @returns the names of those whose level is another now, sorted
   * @throws {NotFoundError} when there is no such level
   */
  set(namespace: string, level: string): string[];
}
