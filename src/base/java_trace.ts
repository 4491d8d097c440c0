/**
 * Errors as Java would tell them: users of Kafka Connect find the names of its classes in traces, in the
 * headers of dead letter queues and in logs, and look for these.
 *
 * @module
 */

const kafka = "org.apache.kafka.";
const classes: Readonly<Record<string, string>> = {
  ConnectError: `${kafka}connect.errors.ConnectException`,
  RetriableError: `${kafka}connect.errors.RetriableException`,
  DataError: `${kafka}connect.errors.DataException`,
  SchemaBuilderError: `${kafka}connect.errors.SchemaBuilderException`,
  SchemaProjectorError: `${kafka}connect.errors.SchemaProjectorException`,
  NotFoundError: `${kafka}connect.errors.NotFoundException`,
  AlreadyExistsError: `${kafka}connect.errors.AlreadyExistsException`,
  IllegalWorkerStateError: `${kafka}connect.errors.IllegalWorkerStateException`,
  NumberFormatError: "java.lang.NumberFormatException",
  ParseError: "java.text.ParseException",
  ClassCastError: "java.lang.ClassCastException",
  IllegalArgumentError: "java.lang.IllegalArgumentException",
  SerializationError: `${kafka}common.errors.SerializationException`,
  ConfigError: `${kafka}common.config.ConfigException`,
};

/** The name of the Java class that stands for an error; its own when there is none. */
export function javaClassOfError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return Object.hasOwn(classes, error.name) ? classes[error.name] : error.name;
}

/** An error's message, or null when it has none. */
export function messageOf(error: unknown): string | null {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" && !Object.hasOwn(error, "message") ? null : error.message;
}

/** As `Throwable.printStackTrace` writes it: name, message, a line for each frame, and all causes. */
export function traceOf(error: unknown): string {
  const seen = new Set<unknown>();
  let trace = "";
  for (let cause = error; cause !== undefined && cause !== null && !seen.has(cause);) {
    seen.add(cause);
    trace += `${seen.size > 1 ? "Caused by: " : ""}${headOf(cause)}\n${framesOf(cause)}`;
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return trace;
}

function headOf(error: unknown): string {
  const message = messageOf(error);
  return javaClassOfError(error) + (message === null ? "" : `: ${message}`);
}

/** The lines behind the name and the message, which may have several lines itself. */
function framesOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const frames = (error.stack ?? "").match(/(?:\n {4}at .*)+$/)?.[0] ?? "";
  return frames.slice(1).split("\n").filter((frame) => frame !== "")
    .map((frame) => `\t${frame.trimStart()}\n`).join("");
}

/** What a trace comes to, on one line: its last cause, or else what it begins with. */
export function reasonInTrace(trace: string): string {
  const lines = trace.trimEnd().split(/\r\n|\r|\n/);
  const cause = lines.findLast((line) => line.startsWith("Caused by: "));
  return cause?.slice("Caused by: ".length) ?? lines[0];
}
