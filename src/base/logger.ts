/** The log as a parameter: whoever has something to say to the user is given one. */

/** How much a message matters. */
export type LogLevel = "debug" | "info" | "warn" | "error";

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
}

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
  /** Sets that of a logger and of all under it. @returns their names, sorted */
  set(namespace: string, level: string): string[];
}
