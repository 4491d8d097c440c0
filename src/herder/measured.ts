/**
 * How much a worker does, as Kafka Connect tells it over JMX. Kafka: `ConnectMetricsRegistry`.
 *
 * @module
 */

import { javaClassOfName } from "../sandbox/mod.ts";
import type { RunningConnector, RunningConnectorOptions } from "./running_connector.ts";

type OnTransition = RunningConnectorOptions["onTransition"];

/** Values by their names; text is what something is, not how much. */
export type Attributes = Readonly<Record<string, number | string>>;

/** What is told of one thing: a worker, a connector, a task. */
export interface Measured {
  /** What it is, by Kafka's name: `source-task-metrics`. */
  type: string;
  /** Which one: a connector, a task. */
  tags: Readonly<Record<string, string>>;
  /** What is told. */
  attributes: Attributes;
}

/** Who can be asked how much a worker does. */
export interface Measurable {
  /** How much it does now. */
  measure(): Promise<Measured[]>;
}

/** Counts how connectors and tasks have started. */
export class Startups {
  readonly #counts = { connector: { success: 0, failure: 0 }, task: { success: 0, failure: 0 } };

  /** Counts the steps that `next` is told of. */
  counting(next: OnTransition): OnTransition {
    return (connector, task, transition) => {
      const { from, to } = transition;
      const counts = this.#counts[task === null ? "connector" : "task"];
      if (to === "FAILED" && from !== "RUNNING" && from !== "PAUSED") counts.failure++;
      if (to === "RUNNING" && from !== "PAUSED") counts.success++;
      next(connector, task, transition);
    };
  }

  /** What it comes to. Kafka: a percentage is a part of 1. */
  attributes(): Attributes {
    return Object.fromEntries(
      Object.entries(this.#counts).flatMap(([what, { success, failure }]) => {
        const attempts = success + failure;
        const part = (count: number) => attempts === 0 ? 0 : count / attempts;
        return [
          [`${what}-startup-attempts-total`, attempts],
          [`${what}-startup-failure-percentage`, part(failure)],
          [`${what}-startup-failure-total`, failure],
          [`${what}-startup-success-percentage`, part(success)],
          [`${what}-startup-success-total`, success],
        ];
      }),
    );
  }
}

/** How much a worker's connectors and their tasks do. */
export async function measureWorker(
  connectors: readonly RunningConnector[],
  startups: Startups,
): Promise<Measured[]> {
  const counts = {
    "connector-count": connectors.length,
    "task-count": connectors.reduce((sum, { tasks }) => sum + tasks.length, 0),
  };
  const worker = { ...counts, ...startups.attributes() };
  const all = await Promise.all(connectors.map(measureConnector));
  return [{ type: "connect-worker-metrics", tags: {}, attributes: worker }, ...all.flat()];
}

/** The states that Kafka counts tasks in. */
const countedStates = [
  "destroyed",
  "failed",
  "paused",
  "restarting",
  "running",
  "unassigned",
] as const;

async function measureConnector(running: RunningConnector): Promise<Measured[]> {
  const { name: connector, tasks, definition: { props, description }, lifecycle } = running;
  const { type = "unknown", version = "unknown" } = description ?? {};
  const inState = (state: string) =>
    tasks.filter(({ lifecycle }) => lifecycle.state.toLowerCase() === state).length;
  const counts = Object.fromEntries(
    countedStates.map((state) => [`connector-${state}-task-count`, inState(state)]),
  );
  const measured = await Promise.all(tasks.map(async (task) => {
    const tags = { connector, task: String(task.id) };
    const status = task.lifecycle.state.toLowerCase();
    const beans = await task.measure();
    return [
      { type: "connector-task-metrics", tags, attributes: { status } },
      ...beans.map((bean) => ({ ...bean, tags })),
    ];
  }));
  return [
    {
      type: "connect-worker-metrics",
      tags: { connector },
      attributes: { ...counts, "connector-total-task-count": tasks.length },
    },
    {
      type: "connector-metrics",
      tags: { connector },
      attributes: {
        "connector-class": classOf(props["connector.class"]?.trim() ?? "unknown", type),
        "connector-type": type,
        "connector-version": version,
        status: lifecycle.state.toLowerCase(),
      },
    },
    ...measured.flat(),
  ];
}

function classOf(className: string, type: "source" | "sink" | "unknown"): string {
  return type === "unknown" ? className : javaClassOfName(type, className);
}
