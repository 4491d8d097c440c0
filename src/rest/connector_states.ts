/**
 * How connectors and their tasks are, and what is done about it. Kafka: `ConnectorsResource`.
 *
 * @module
 */

import * as v from "valibot";
import type { ConnectorStateOf, ConnectorStatus, Herder } from "../herder/mod.ts";
import * as answers from "./answers.ts";
import { HttpError } from "./errors.ts";
import { type Asked, flag, forward, type Route, route, taskNumber } from "./route.ts";

/** Whether the topics of connectors are tracked. Kafka: KIP-558. */
export interface TopicTracking {
  /** `topic.tracking.enable`. */
  isEnabled: boolean;
  /** `topic.tracking.allow.reset`. */
  allowsReset: boolean;
}

const tag = "connectors" as const;
const restartQuery = {
  includeTasks: { description: "Whether tasks are restarted too", schema: v.boolean() },
  onlyFailed: { description: "Whether only what has failed is restarted", schema: v.boolean() },
  forward,
};

/** The routes of states. */
export function stateRoutes(herder: () => Herder, tracking: TopicTracking): Route[] {
  const nameOf = ({ path }: Asked) => path("connector");
  const taskOf = ({ path }: Asked) => (
    { connector: path("connector"), task: taskNumber(path("task")) }
  );
  /** A route that only does something. */
  const doing = (
    path: string,
    summary: string,
    [status, description]: [202 | 204, string],
    act: (name: string) => Promise<void>,
  ) =>
    route({
      method: "PUT",
      path: `/connectors/{connector}/${path}`,
      tag,
      summary,
      answers: { [status]: { description } },
      errors: [404],
      answer: async (asked) => {
        await act(nameOf(asked));
        return { status };
      },
    });
  return [
    route({
      method: "GET",
      path: "/connectors/{connector}/status",
      tag,
      summary: "Tells how a connector and its tasks are",
      answers: { 200: { description: "How they are", schema: answers.ConnectorStateInfo } },
      errors: [404],
      answer: async (asked) => ({
        status: 200,
        body: statusOf(await herder().connectorStatus(nameOf(asked))),
      }),
    }),
    route({
      method: "GET",
      path: "/connectors/{connector}/tasks",
      tag,
      summary: "Tells the configurations of a connector's tasks",
      answers: { 200: { description: "The tasks", schema: answers.TaskInfos } },
      errors: [404],
      answer: async (asked) => ({ status: 200, body: await herder().taskConfigs(nameOf(asked)) }),
    }),
    route({
      method: "GET",
      path: "/connectors/{connector}/tasks/{task}/status",
      tag,
      summary: "Tells how a task is",
      answers: { 200: { description: "How it is", schema: answers.TaskState } },
      errors: [404],
      answer: async (asked) => {
        const { id, ...state } = await herder().taskStatus(taskOf(asked));
        return { status: 200, body: { id, ...stateOf(state) } };
      },
    }),
    route({
      method: "POST",
      path: "/connectors/{connector}/restart",
      tag,
      summary: "Restarts a connector, its tasks, or what of them has failed",
      query: restartQuery,
      answers: {
        202: { description: "What it will be", schema: answers.ConnectorStateInfo },
        204: { description: "The connector was restarted, its tasks were not" },
      },
      errors: [404],
      answer: async (asked) => {
        const onlyFailed = flag(asked.query("onlyFailed"), false);
        const includeTasks = flag(asked.query("includeTasks"), false);
        if (!onlyFailed && !includeTasks) {
          await herder().restartConnector(nameOf(asked));
          return { status: 204 };
        }
        const request = { onlyFailed, includeTasks };
        const status = await herder().restartConnectorAndTasks(nameOf(asked), request);
        return { status: 202, body: statusOf(status) };
      },
    }),
    route({
      method: "POST",
      path: "/connectors/{connector}/tasks/{task}/restart",
      tag,
      summary: "Restarts a task",
      query: { forward },
      answers: { 204: { description: "It was restarted" } },
      errors: [404],
      answer: async (asked) => {
        await herder().restartTask(taskOf(asked));
        return { status: 204 };
      },
    }),
    doing(
      "pause",
      "Pauses a connector and its tasks",
      [202, "It will pause"],
      (name) => herder().pauseConnector(name),
    ),
    doing(
      "resume",
      "Starts a connector, or lets it go on",
      [202, "It will go on"],
      (name) => herder().resumeConnector(name),
    ),
    doing(
      "stop",
      "Stops a connector, and ends its tasks",
      [204, "It stops"],
      (name) => herder().stopConnector(name),
    ),
    route({
      method: "GET",
      path: "/connectors/{connector}/topics",
      tag,
      summary: "Tells which topics a connector has used",
      answers: { 200: { description: "The topics", schema: answers.ActiveTopics } },
      errors: [403],
      answer: async (asked) => {
        refuseUntracked(tracking.isEnabled, "Topic tracking is disabled.");
        const name = nameOf(asked);
        const topics = await herder().connectorActiveTopics(name);
        return { status: 200, body: Object.fromEntries([[name, { topics }]]) };
      },
    }),
    {
      ...doing(
        "topics/reset",
        "Forgets which topics a connector has used",
        [202, "They are forgotten"],
        async (name) => {
          refuseUntracked(tracking.isEnabled, "Topic tracking is disabled.");
          refuseUntracked(tracking.allowsReset, "Topic tracking reset is disabled.");
          await herder().resetConnectorActiveTopics(name);
        },
      ),
      errors: [403],
    },
  ];
}

/** How a connector is, with what is not known as null, as Kafka has it. */
export function statusOf({ name, connector, tasks, ...rest }: ConnectorStatus): object {
  return {
    name,
    connector: stateOf(connector),
    tasks: tasks.map(({ id, ...state }) => ({ id, ...stateOf(state) })),
    ...rest,
  };
}

function stateOf({ state, worker_id, version, trace, ...rest }: ConnectorStateOf): object {
  return { state, worker_id, version: version ?? null, ...trace ? { trace } : {}, ...rest };
}

function refuseUntracked(isTracked: boolean, message: string): void {
  if (!isTracked) throw new HttpError(403, message);
}
