/**
 * `connect status` and `connect connectors`: what a worker runs, and changes of that, over its REST API.
 *
 * @module
 */

import { ConfigError, ConnectError, NotFoundError, reasonInTrace, reasonOf } from "../base/mod.ts";
import { parseConnectorFile } from "../herder/mod.ts";
import { readFile } from "./files.ts";
import { plain, plainJson, plainLines, table } from "./plain_text.ts";
import type { RestClient } from "./rest_client.ts";
import {
  configSchema,
  doneSchema,
  type Health,
  healthSchema,
  infoSchema,
  namesSchema,
  offsetsSchema,
  rootSchema,
  type Status,
  statusesOf,
  statusesSchema,
  statusSchema,
} from "./worker_answers.ts";

/** How a worker and all its connectors are, or one of them: as text, or as JSON. */
export async function showStatus(
  client: RestClient,
  name: string | undefined,
  asJson: boolean,
): Promise<string> {
  if (name !== undefined) {
    const status = await client.ask(`${pathOf(name)}/status`, statusSchema);
    return asJson ? plainJson(status) : `${linesOfOne(status).join("\n")}\n`;
  }
  const worker = await client.ask("/", rootSchema);
  const health = await healthOf(client);
  const connectors = statusesOf(await client.ask("/connectors?expand=status", statusesSchema));
  if (asJson) return plainJson({ worker: { url: client.url, ...worker, health }, connectors });
  const lines = [
    `Worker: ${client.url}`,
    `Kafka Connect: ${plain(worker.version)}`,
    `Kafka cluster: ${plain(worker.kafka_cluster_id ?? "not known yet")}`,
    `Health: ${health === null ? "not told" : `${plain(health.status)}: ${plain(health.message)}`}`,
    "",
    ...connectors.length === 0 ? ["No connectors"] : tableOf(connectors),
    ...connectors.flatMap(failures),
  ];
  return `${lines.join("\n")}\n`;
}

/** Null when the worker does not tell. Kafka: one that is not healthy says so as an error. */
export async function healthOf(client: RestClient): Promise<Health | null> {
  try {
    return await client.ask("/health", healthSchema, { accepts: [500, 503] });
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}

function tableOf(connectors: readonly Status[]): string[] {
  const rows = connectors.map(({ name, type, connector, tasks }) => [
    plain(name),
    plain(type ?? "unknown"),
    plain(connector.state),
    countsOf(tasks.map(({ state }) => state)),
    plain(connector.worker_id),
  ]);
  return table([["NAME", "TYPE", "STATE", "TASKS", "WORKER"], ...rows]);
}

/** How many there are of each state: `2 RUNNING, 1 FAILED`. */
export function countsOf(states: readonly string[]): string {
  const counts = Map.groupBy(states, (state) => state);
  const texts = [...counts].map(([state, { length }]) => `${length} ${plain(state)}`);
  return texts.join(", ") || "none";
}

/** Why a connector and its tasks failed, a line each. */
function failures({ name, connector, tasks }: Status): string[] {
  const all = [
    { what: plain(name), trace: connector.trace },
    ...tasks.map(({ id, trace }) => ({ what: `${plain(name)}, task ${id}`, trace })),
  ];
  return all.flatMap(({ what, trace }) =>
    trace ? ["", `${what}: ${plain(reasonInTrace(trace))}`] : []
  );
}

function linesOfOne({ name, type, connector, tasks, auto_restart: restarts }: Status): string[] {
  const rows = tasks.map(({ id, state, worker_id }) => [
    String(id),
    plain(state),
    plain(worker_id),
  ]);
  return [
    `Connector: ${plain(name)}`,
    `Type: ${plain(type ?? "unknown")}`,
    ...connector.version ? [`Version: ${plain(connector.version)}`] : [],
    `State: ${plain(connector.state)}`,
    `Worker: ${plain(connector.worker_id)}`,
    ...restarts === undefined ? [] : [`Restarted by itself: ${restartsText(restarts)}`],
    ...rows.length === 0 ? ["Tasks: none"] : ["", ...table([["TASK", "STATE", "WORKER"], ...rows])],
    ...connector.trace ? ["", ...plainLines(connector.trace)] : [],
    ...tasks.flatMap(({ id, trace }) =>
      trace ? ["", `Task ${id} has failed:`, ...plainLines(trace)] : []
    ),
  ];
}

function restartsText(
  { count, next_restart_timestamp: next }: NonNullable<Status["auto_restart"]>,
): string {
  const times = count === 1 ? "1 time" : `${count} times`;
  return next === null ? times : `${times}, next at ${new Date(next).toISOString()}`;
}

/** The names of all connectors, one a line. */
export async function listConnectors(client: RestClient, asJson: boolean): Promise<string> {
  const names = (await client.ask("/connectors", namesSchema)).toSorted();
  return asJson ? plainJson(names) : names.map((name) => `${plain(name)}\n`).join("");
}

/** The configuration of a connector, or its offsets, as JSON. */
export async function showPart(
  client: RestClient,
  name: string,
  part: "config" | "offsets",
): Promise<string> {
  const schema = part === "config" ? configSchema : offsetsSchema;
  return plainJson(await client.ask<unknown>(`${pathOf(name)}/${part}`, schema));
}

/**
 * Makes the connectors of files, one after another; all files are read before.
 * @throws {ConfigError} naming the file that will not do; the connectors of those before it are there
 */
export async function createConnectors(
  client: RestClient,
  paths: readonly string[],
  report: (text: string) => void,
): Promise<void> {
  const files = [];
  for (const path of paths) {
    files.push({ path, ...parseConnectorFile(path, await readFile(path)) });
  }
  for (const { path, props, initialState } of files) {
    const { name, ...config } = props;
    // Workers before 3.7 do not know of initial states, and RUNNING is what they do.
    const state = initialState === "RUNNING" ? {} : { initial_state: initialState };
    const body = { name, config, ...state };
    const made = await inFile(
      path,
      () => client.ask("/connectors", infoSchema, { method: "POST", body }),
    );
    report(`Created ${plain(made.name)}\n`);
  }
}

/** What can be asked for connectors by their names. */
export type Change = keyof typeof changes;

const changes = {
  delete: { method: "DELETE", path: "", done: "Deleted" },
  pause: { method: "PUT", path: "/pause", done: "Pausing" },
  resume: { method: "PUT", path: "/resume", done: "Resuming" },
  stop: { method: "PUT", path: "/stop", done: "Stopping" },
  restart: { method: "POST", path: "/restart", done: "Restarting" },
} as const;

/** What a restart takes in. Kafka: KIP-745. */
export interface RestartOptions {
  /** The connector's tasks too. */
  includeTasks: boolean;
  /** Only what is FAILED. */
  onlyFailed: boolean;
}

/** Changes connectors, one after another. Most of it happens after the worker has answered. */
export async function changeConnectors(
  client: RestClient,
  change: Change,
  names: readonly string[],
  { includeTasks, onlyFailed }: RestartOptions,
  report: (text: string) => void,
): Promise<void> {
  const { method, path, done } = changes[change];
  const query = includeTasks || onlyFailed
    ? `?includeTasks=${includeTasks}&onlyFailed=${onlyFailed}`
    : "";
  for (const name of names) {
    await client.ask(`${pathOf(name)}${path}${query}`, doneSchema, { method });
    report(`${done} ${plain(name)}\n`);
  }
}

/** @throws {ConfigError} for a name that is none in a path, wherever it is encoded */
function pathOf(name: string): string {
  if (/^\.{1,2}$/.test(name)) {
    throw new ConfigError(
      `No URL can name a connector called "${name}", but for one sent as it is, by curl --path-as-is`,
    );
  }
  return `/connectors/${encodeURIComponent(name)}`;
}

/** Does something with what a file holds. @throws the same error, naming the file */
async function inFile<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const message = `${path}: ${reasonOf(cause)}`;
    if (cause instanceof ConfigError) throw new ConfigError(message, { cause });
    if (cause instanceof NotFoundError) throw new NotFoundError(message, { cause });
    if (cause instanceof ConnectError) throw new ConnectError(message, { cause });
    throw cause;
  }
}
