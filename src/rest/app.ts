/**
 * The applications that answer REST requests, made of tables of routes: one for connectors, one for what
 * administrators ask.
 *
 * @module
 */

import { type Context, Hono } from "hono";
import { stringifyExact } from "../api/mod.ts";
import {
  type Clock,
  type Logger,
  type LoggerLevels,
  type Secrets,
  systemClock,
  traceOf,
} from "../base/mod.ts";
import type { Herder } from "../herder/mod.ts";
import { readBody } from "./bodies.ts";
import { offsetRoutes } from "./connector_offsets.ts";
import { pluginRoutes } from "./connector_plugins.ts";
import { stateRoutes, type TopicTracking } from "./connector_states.ts";
import { connectorRoutes } from "./connectors.ts";
import { HttpError, toldOf } from "./errors.ts";
import { internalRoutes } from "./internal.ts";
import { loggerRoutes } from "./loggers.ts";
import { addMetrics, type Metrics } from "./metrics.ts";
import {
  acceptedJson,
  isJson,
  mayBeJson,
  preferredType,
  refuseMalformedType,
} from "./negotiation.ts";
import { refuseMalformedPath, routedPath } from "./request_path.ts";
import { rootRoutes, starting } from "./root.ts";
import { type Answer, type Route, route } from "./route.ts";
import { addUi, type UiOptions } from "./ui/routes.ts";
import { within } from "./within.ts";

/** How long an answer may take. Kafka: `RestRequestTimeout`. */
const answerMsMax = 90_000;
/** Under what name a request's context has the content type that it is answered with. */
const acceptedType = "acceptedType";

/** What the API tells of its worker. */
export interface RestOptions {
  /** The herder; null while the worker starts. */
  herder: () => Herder | null;
  /** The commit that the worker was built from. */
  commit: string;
  /** The id of the Kafka cluster, null until a broker has answered; or of the embedded log. */
  clusterId: () => string | null;
  /** The levels of loggers; not to be asked for unless told. */
  loggers?: LoggerLevels | null;
  /** Metrics for Prometheus, told where administrators ask; not to be asked for unless told. */
  metrics?: Metrics | null;
  /** Where administrators ask: where all do, which is so unless told, elsewhere, or nowhere. */
  adminListeners?: "main" | "apart" | "off";
  /** Whether the topics of connectors are tracked, and may be forgotten; both unless told. */
  topicTracking?: TopicTracking;
  /** Whether there is a page at `/ui`, which is so unless told. */
  hasUi?: boolean;
  /** What tells that page how much tasks have done; it does not tell unless given. */
  measurable?: UiOptions["measurable"];
  /** What no answer may show. */
  secrets?: Pick<Secrets, "mask">;
  /** Time. */
  clock: Clock;
  /** Where errors of the worker go. */
  log: Logger;
}

/** The applications of a worker. */
export interface RestApps {
  /** What there is at `listeners`. */
  main: Hono;
  /** What there is at `admin.listeners`; null when that is nowhere else. */
  admin: Hono | null;
}

/** The API as Hono applications, to which others can be added before the first request. */
export function createApps(options: RestOptions): RestApps {
  const { loggers = null, adminListeners = "main", hasUi = true } = options;
  const admin = loggers === null || adminListeners === "off" ? [] : loggerRoutes(loggers);
  const isApart = adminListeners === "apart";
  const main = appOf(described([...mainRoutes(options), ...isApart ? [] : admin]), options);
  if (hasUi) addUi(main, options);
  const apps = { main, admin: isApart ? appOf(admin, options) : null };
  const { metrics = null } = options;
  if (metrics !== null && adminListeners !== "off") addMetrics(apps.admin ?? main, metrics);
  return apps;
}

/** All routes that there may be, for their description alone: nobody answers them. */
export function allRoutes(): Route[] {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const options = { herder: () => null, commit: "", clusterId: () => null, clock: systemClock };
  const loggers = { all: () => ({}), level: () => null, set: () => [] };
  return described([...mainRoutes({ ...options, log: silent }), ...loggerRoutes(loggers)]);
}

/** Routes with one more, which describes all of them. */
function described(routes: readonly Route[]): Route[] {
  let document: unknown = null;
  const all = [
    ...routes,
    route({
      method: "GET",
      path: "/openapi.json",
      tag: "worker",
      summary: "Describes this API, in OpenAPI",
      answers: { 200: { description: "The description" } },
      answer: async () => {
        document ??= (await import("./openapi.ts")).openApiOf(all);
        return { status: 200, body: document };
      },
    }),
  ];
  return all;
}

/** All that is asked of workers, but for administrators. */
function mainRoutes(options: RestOptions): Route[] {
  const { topicTracking = { isEnabled: true, allowsReset: true } } = options;
  const herder = () => {
    const current = options.herder();
    if (current === null) throw new HttpError(503, starting);
    return current;
  };
  return [
    ...rootRoutes(options.herder, options),
    ...connectorRoutes(herder),
    ...stateRoutes(herder, topicTracking),
    ...offsetRoutes(herder),
    ...pluginRoutes(herder),
    ...internalRoutes(),
  ];
}

function appOf(routes: readonly Route[], options: RestOptions): Hono {
  const app = new Hono({ getPath: routedPath });
  app.use(async ({ req }, next) => {
    refuseMalformedPath(req.raw);
    refuseMalformedType(req.raw.headers.get("content-type"));
    await next();
  });
  for (const [path, methods] of Map.groupBy(routes, ({ path }) => path)) {
    app.all(path.replaceAll(/\{(\w+)\}/g, ":$1"), async (context) => {
      if (context.req.method === "OPTIONS") return optionsOf(methods, context);
      return await within(answerMsMax, options.clock, answerOf(methods, context));
    });
  }
  app.notFound(() => {
    throw new HttpError(404);
  });
  app.onError((error, context) => answerOfError(error, context, options));
  return app;
}

function answerOfError(error: unknown, context: Context, { log, secrets }: RestOptions): Response {
  const { status, message } = toldOf(error);
  if (status >= 500 && !(error instanceof HttpError)) {
    const { method, path } = context.req;
    log.error(`Uncaught exception in REST call to ${method} ${path}: ${traceOf(error)}`);
  }
  const told = secrets?.mask(message) ?? message;
  const type = context.get(acceptedType) ?? "application/json";
  return responseOf({ status, body: { error_code: status, message: told } }, type);
}

async function answerOf(methods: readonly Route[], context: Context): Promise<Response> {
  const { req } = context;
  const { headers } = req.raw;
  const method = req.method === "HEAD" ? "GET" : req.method;
  // As in Java, the method counts before what is sent, and that before what is wanted.
  const asked = methods.find((route) => route.method === method);
  if (asked === undefined) throw new HttpError(405);
  const contentType = headers.get("content-type");
  if (!asked.ignoresContentType && !mayBeJson(contentType)) throw new HttpError(415);
  const accepted = acceptedJson(headers.get("accept"));
  if (accepted === null) throw new HttpError(406);
  context.set(acceptedType, accepted);
  const answer = await asked.answer({
    path: (name) => req.param(name)!,
    query: (name) => req.query(name) ?? null,
    queries: (name) => req.queries(name) ?? [],
    body: await bodyOf(asked, req.raw),
    origin: new URL(req.url).origin,
  });
  return responseOf(answer, accepted);
}

async function bodyOf({ body, numberOf }: Route, request: Request): Promise<unknown> {
  if (body === undefined) return undefined;
  const hasBody = request.body !== null && request.headers.get("content-length") !== "0";
  if (hasBody && !isJson(request.headers.get("content-type"))) throw new HttpError(415);
  return await readBody(request, body, numberOf!);
}

/** The methods of a path, in the order of Java's hashes. */
function optionsOf(methods: readonly Route[], { req }: Context): Response {
  const all = new Set<string>(["OPTIONS", ...methods.map(({ method }) => method)]);
  if (all.has("GET")) all.add("HEAD");
  const order = ["HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"];
  const allowed = order.filter((method) => all.has(method));
  const allow = allowed.join(",");
  const type = preferredType(req.header("accept") ?? null);
  const text = type === "text/plain" ? allowed.join(", ") : null;
  return new Response(text, { headers: { allow, "content-type": type } });
}

function responseOf({ status, body, location }: Answer, type: string): Response {
  const headers = new Headers(location === undefined ? {} : { location });
  if (body === undefined) return new Response(null, { status, headers });
  headers.set("content-type", type);
  return new Response(stringifyExact(body), { status, headers });
}
