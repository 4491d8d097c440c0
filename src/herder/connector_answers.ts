/** What is told of connectors and their tasks. */

import { NotFoundError, type Secrets } from "../base/mod.ts";
import type { ConnectorInfo, ConnectorStateOf, ConnectorStatus, TaskStateOf } from "./herder.ts";
import type { Lifecycle, TaskState } from "./lifecycle.ts";
import type { RunningConnector } from "./running_connector.ts";
import type { RunningTask } from "./running_task.ts";

/** Who tells it. */
export interface Teller {
  /** What others call this worker: `host:port`. */
  workerId: string;
  /** What is not told. */
  secrets: Secrets;
}

/** What a connector is. */
export function infoOf({ name, props, definition, tasks }: RunningConnector): ConnectorInfo {
  return {
    name,
    config: props,
    tasks: tasks.map(({ id }) => ({ connector: name, task: id })),
    type: definition.description?.type ?? "unknown",
  };
}

/** How a connector and its tasks are. */
export function statusOf(running: RunningConnector, teller: Teller): ConnectorStatus {
  return {
    name: running.name,
    connector: stateOf(running, running.lifecycle, teller),
    tasks: running.tasks.map((task) => taskStateOf(running, task, teller)),
    type: running.definition.description?.type ?? "unknown",
    ...running.autoRestart === null ? {} : { auto_restart: running.autoRestart },
  };
}

/** How a task is. */
export function taskStateOf(
  running: RunningConnector,
  { id, lifecycle }: RunningTask,
  teller: Teller,
): TaskStateOf {
  return { id, ...stateOf(running, lifecycle, teller) };
}

/** A task of a connector. @throws {NotFoundError} with `message` when there is none */
export function findTask({ tasks }: RunningConnector, id: number, message: string): RunningTask {
  const task = tasks.find((task) => task.id === id);
  if (task === undefined) throw new NotFoundError(message);
  return task;
}

function stateOf(
  { definition: { description } }: RunningConnector,
  { state, trace }: Lifecycle,
  { workerId: worker_id, secrets }: Teller,
): ConnectorStateOf {
  const traced = trace === null ? {} : { trace: secrets.mask(trace) };
  return { state: state as TaskState, worker_id, version: description?.version, ...traced };
}
