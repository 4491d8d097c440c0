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
