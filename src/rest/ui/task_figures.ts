/** What the page tells of how much tasks have done. */

import type { Measured } from "../../herder/mod.ts";

/** How much a task has done so far. */
export interface TaskFigures {
  /** Records that a source has given, or that a sink was given. */
  records: number | null;
  /** Records that failed. */
  errors: number | null;
  /** Records that a sink has yet to be given. */
  lag: number | null;
}

/** Of a task that tells nothing. */
export const nothing: TaskFigures = { records: null, errors: null, lag: null };

/** Where that is told, by the names of Kafka's metrics. */
const figures: Readonly<Record<string, keyof TaskFigures>> = {
  "source-record-poll-total": "records",
  "sink-record-read-total": "records",
  "total-record-failures": "errors",
  "records-lag": "lag",
};

/** A task, as a key. */
export function taskKey(connector: string, task: number | string): string {
  return `${connector}/${task}`;
}

/** The figures of each task, by {@linkcode taskKey}. */
export function figuresOf(measured: readonly Measured[]): Map<string, TaskFigures> {
  const tasks = new Map<string, TaskFigures>();
  for (const { tags: { connector, task }, attributes } of measured) {
    if (task === undefined) continue;
    const key = taskKey(connector, task);
    const told = Object.entries(attributes).flatMap(([name, value]) =>
      Object.hasOwn(figures, name) && typeof value === "number" ? [[figures[name], value]] : []
    );
    tasks.set(key, { ...nothing, ...tasks.get(key), ...Object.fromEntries(told) });
  }
  return tasks;
}
