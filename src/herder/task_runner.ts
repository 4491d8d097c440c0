/** What runs a task, as the herder sees it. */

import { type Logger, loggers, named } from "../base/mod.ts";
import type { TaskState } from "./lifecycle.ts";
import type { TaskMeasure } from "./task_meter.ts";

/** How a task is. */
export interface TaskStatus {
  /** Its state; STOPPED once it has ended without an error. */
  state: TaskState;
  /** Why it failed: the error's name, message and stack. */
  trace: string | null;
}

/** A task that runs until it is stopped or fails. */
export interface TaskRunner {
  /** How it is now. */
  readonly status: TaskStatus;
  /** How much it does. */
  measure(): Promise<TaskMeasure[]>;
  /** Lets it do nothing until it is resumed; it is PAUSED once what is under way is done. */
  pause(): void;
  /** Lets it go on. */
  resume(): void;
  /** Lets it finish, commits what it has done, and ends it; at once when `timeoutMs` has passed. */
  stop(timeoutMs: number): Promise<void>;
}

/** Is told how a task is whenever that changes. */
export type OnTaskStatus = (status: TaskStatus) => void;

/** A task that has all it needs, and neither runs nor costs anything yet but its clients. */
export interface PreparedTask {
  /** Runs it. */
  start(onStatus: OnTaskStatus): TaskRunner;
  /** Gives it up. */
  discard(): Promise<void>;
}

/** Says that a task has failed: why, in a line, and where to those who want to know. Kafka: `WorkerTask`. */
export function logFailure(log: Logger, name: string, trace: string): void {
  const taskLog = named(log, { name: loggers.task });
  taskLog.error(`Task ${name} has failed: ${reasonsIn(trace)}`);
  taskLog.debug(trace);
}

/** A trace in one line: what has failed, and all its causes. */
function reasonsIn(trace: string): string {
  return trace.split("\n").filter((line) => line !== "" && !line.startsWith("\t")).join("; ");
}
