/** How messages become lines. */

/** A message, and where it comes from. */
export interface Entry {
  /** When, in milliseconds since 1970. */
  timeMs: number;
  /** How much it matters: DEBUG, INFO, WARN, ERROR. */
  level: string;
  /** The logger's name. */
  logger: string;
  /** What is said. */
  message: string;
  /** The connector it is about. */
  connector?: string;
  /** The task it is about. */
  task?: number;
}

/** The formats by their names, as `log.format` has them. */
export const lineFormats = { text: textLine, json: jsonLine } as const;

/** The name of a format. */
export type LineFormat = keyof typeof lineFormats;

/** What would steer a terminal, or turn its letters around. */
const steering = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A line as Kafka's `connect-log4j2.yaml` has it, `[%d] %p %X{connector.context}%m (%c:%L)`, less the number
 * of a line in a Java file:
 *
 *     [2026-11-27 22:58:01,123] INFO [my-source|task-0] Started (org.apache.kafka.connect.runtime.Worker)
 *
 * The time is local. A message of several lines is as many lines; a record may be part of it, and must not steer
 * the terminal of whoever reads it.
 */
export function textLine(entry: Entry): string {
  const { timeMs, level, logger } = entry;
  const message = entry.message.replaceAll("\r\n", "\n").replaceAll(steering, "\ufffd");
  return `[${localTime(timeMs)}] ${level} ${contextOf(entry)}${message} (${logger})`;
}

/** An object for a line: whatever the message, it is one line. */
export function jsonLine({ timeMs, level, logger, message, connector, task }: Entry): string {
  const timestamp = new Date(timeMs).toISOString();
  const json = JSON.stringify({ timestamp, level, logger, message, connector, task });
  return json.replaceAll(steering, (one) => {
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Kafka: `LoggingContext`. */
function contextOf({ connector, task }: Entry): string {
  if (connector === undefined) return "";
  return `[${connector}|${task === undefined ? "worker" : `task-${task}`}] `;
}

/** Log4j: `FixedDateFormat.DEFAULT`. */
function localTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (number: number) => String(number).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
  return `${date} ${clock},${String(time.getMilliseconds()).padStart(3, "0")}`;
}
