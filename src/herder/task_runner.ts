/** What runs a task, as the herder sees it. */

/** The states of a task, as REST names them. Kafka: `AbstractStatus.State`. */
export type TaskState =
  | "UNASSIGNED"
  | "RUNNING"
  | "PAUSED"
  | "FAILED"
  | "STOPPED"
  | "RESTARTING";

/** How a task is. */
export interface TaskStatus {
  /** Its state. */
  state: TaskState;
  /** Why it failed: the error's name, message and stack. */
  trace: string | null;
}

/** A task that runs until it is stopped or fails. */
export interface TaskRunner {
  /** How it is now. */
  readonly status: TaskStatus;
  /** Lets it finish, commits what it has done, and ends it; at once when `deadline` has passed. */
  stop(timeoutMs: number): Promise<void>;
}

/** A trace in one line: what has failed, and all its causes. */
export function reasonsIn(trace: string): string {
  return trace.split("\n").filter((line) => line !== "" && !line.startsWith("\t")).join("; ");
}
