/**
 * The page at `/ui`: how the worker and its connectors are, with buttons. What it is made of is loaded when
 * somebody first asks for it.
 *
 * Nothing of it is from elsewhere and nothing runs that is not a file of ours: the policy below says so to
 * browsers. The buttons ask the REST API, as any client does, so what refuses a user there refuses them here.
 *
 * @module
 */

import type { Context, Hono } from "hono";
import { NotFoundError, type Secrets } from "../../base/mod.ts";
import type { ConnectorStatus, Herder, Measurable } from "../../herder/mod.ts";
import { HttpError } from "../errors.ts";
import { KAFKA_VERSION } from "../root.ts";
import { figuresOf, type TaskFigures } from "./task_figures.ts";

/** What the page tells of its worker. */
export interface UiOptions {
  /** The herder; null while the worker starts. */
  herder: () => Herder | null;
  /** The id of the Kafka cluster, or of the embedded log. */
  clusterId: () => string | null;
  /** What tells how much tasks have done; null while the worker starts. It is not told unless given. */
  measurable?: () => Measurable | null;
  /** What no trace may show. */
  secrets?: Pick<Secrets, "mask">;
}

/** What the page shows, at one time. */
export interface View {
  /** Kafka's version. */
  version: string;
  /** Null: brokers have not told it. */
  clusterId: string | null;
  /** What statuses call the worker; null while it starts. */
  workerId: string | null;
  /** What `/health` answers. */
  health: { status: "starting" | "healthy" | "unhealthy"; message: string };
  /** The connectors with their tasks, by name. */
  connectors: readonly ConnectorStatus[];
  /** Null when the worker does not count. */
  figures: ReadonlyMap<string, TaskFigures> | null;
}

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "content-security-policy": policy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Adds the page and its files to an API. */
export function addUi(app: Hono, options: UiOptions): void {
  const serve = (path: string, answer: (files: Files) => Promise<Response>) => {
    app.all(path, async ({ req }: Context) => {
      if (req.method !== "GET" && req.method !== "HEAD") throw new HttpError(405);
      return await answer(await import("./page.tsx"));
    });
  };
  serve("/ui", async ({ pageOf }) => {
    return answerOf(pageOf(await viewOf(options)), "text/html;charset=utf-8", "no-store");
  });
  for (const [name, type] of files) {
    serve(`/ui/${name}`, ({ assets }) => {
      return Promise.resolve(answerOf(assets[name], `${type};charset=utf-8`, "no-cache"));
    });
  }
}

type Files = typeof import("./page.tsx");

const files = [
  ["page.js", "text/javascript"],
  ["style.css", "text/css"],
  ["icon.svg", "image/svg+xml"],
] as const;

function answerOf(text: string, type: string, cache: string): Response {
  return new Response(text, {
    headers: { ...headers, "content-type": type, "cache-control": cache },
  });
}

async function viewOf({ herder, clusterId, measurable, secrets }: UiOptions): Promise<View> {
  const worker = herder();
  const always = { version: KAFKA_VERSION, clusterId: clusterId() };
  if (worker === null) {
    const health = { status: "starting", message: "Worker is still starting up." } as const;
    return { ...always, workerId: null, health, connectors: [], figures: null };
  }
  const names = (await worker.connectors()).toSorted();
  const statuses = await Promise.all(names.map((name) => statusOf(worker, name)));
  const measured = await measurable?.()?.measure() ?? null;
  const masked = <S extends { trace?: string }>(state: S): S =>
    state.trace ? { ...state, trace: secrets?.mask(state.trace) ?? state.trace } : state;
  return {
    ...always,
    workerId: worker.workerId,
    health: await worker.health(),
    connectors: statuses.filter((status) => status !== null).map((status) => ({
      ...status,
      connector: masked(status.connector),
      tasks: status.tasks.map(masked),
    })),
    figures: measured && figuresOf(measured),
  };
}

/** Null when the connector has been deleted meanwhile. */
async function statusOf(worker: Herder, name: string): Promise<ConnectorStatus | null> {
  try {
    return await worker.connectorStatus(name);
  } catch (error) {
    if (error instanceof NotFoundError) return null;
    throw error;
  }
}
