/** The description of the REST API is true of it. */

import assert from "node:assert/strict";
import * as v from "valibot";
import { parseExact } from "../../../src/api/mod.ts";
import { systemClock } from "../../../src/base/mod.ts";
import { ErrorMessage } from "../../../src/rest/answers.ts";
import { allRoutes, createApps, type Route } from "../../../src/rest/mod.ts";
import { openApiOf } from "../../../src/rest/openapi.ts";
import { FakeHerder } from "./fake_herder.ts";

interface Recorded {
  step: string;
  method: string;
  path: string;
  status: number;
  response?: unknown;
}

const routes = allRoutes();
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const loggers = { all: () => ({}), level: () => null, set: () => [] };

function appOver(herder: FakeHerder) {
  const clusterId = () => null;
  const options = { herder: () => herder, commit: "unknown", clusterId, loggers };
  return createApps({ ...options, clock: systemClock, log: silent }).main;
}

/** What a path may be asked as. */
const asPattern = (path: string) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}/?$`);

function routeOf(method: string, path: string): Route | undefined {
  const [asked] = path.split("?");
  return routes.find((route) => route.method === method && asPattern(route.path).test(asked));
}

/** What a schema does not know of, or has otherwise. */
function assertTold(schema: v.GenericSchema, value: unknown, about: string): void {
  const { success, output, issues } = v.safeParse(schema, value);
  assert.ok(success, `${about}: ${issues?.[0].message} ${JSON.stringify(value)}`);
  assert.deepEqual(output, value, about);
}

Deno.test("GET /openapi.json describes all that there is", async () => {
  const answer = await appOver(new FakeHerder()).request("/openapi.json");
  assert.equal(answer.status, 200);
  const document = await answer.json();
  assert.deepEqual(document, JSON.parse(JSON.stringify(openApiOf(routes))));
  assert.equal(document.openapi, "3.1.0");
  const ids = Object.values(
    document.paths as Record<string, Record<string, { operationId: string }>>,
  )
    .flatMap((methods) => Object.values(methods)).map(({ operationId }) => operationId);
  assert.equal(new Set(ids).size, routes.length);
});

Deno.test("GET /openapi.json refers to schemas that are there", () => {
  const document = JSON.parse(JSON.stringify(openApiOf(routes)));
  const references = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  const names = new Set([...references].map(([_, name]) => name));
  assert.ok(names.size > 10);
  for (const name of names) assert.ok(name in document.components.schemas, name);
  assert.ok(!JSON.stringify(document).includes("$defs"));
});

Deno.test("every method that is described is answered, and no other", async () => {
  const app = appOver(new FakeHerder());
  for (const path of new Set(routes.map(({ path }) => path))) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      const isDescribed = routes.some((route) => route.path === path && route.method === method);
      const { status } = await app.request(path.replace("{task}", "0").replaceAll(/[{}]/g, ""), {
        method,
      });
      assert.equal(status !== 405, isDescribed, `${method} ${path}: ${status}`);
    }
  }
});

Deno.test("what Kafka answers is what the schemas say", async () => {
  const text = await Deno.readTextFile(
    new URL("../../golden/rest-standalone.json", import.meta.url),
  );
  const { steps } = parseExact(text.replaceAll('"${TS}"', "1")) as { steps: Recorded[] };
  let compared = 0;
  for (const { step, method, path, status, response } of steps) {
    // What was recorded of these was cut, or has null where a configuration has none here.
    if (typeof response !== "object" || /config value null|^long name/.test(step)) continue;
    if (JSON.stringify(response).includes('"file":null')) continue;
    const route = routeOf(method, path);
    const about = `${step}: ${method} ${path}`;
    if (status >= 400) assertTold(ErrorMessage, response, about);
    else {
      const schema = route?.answers[status]?.schema;
      assert.ok(schema, about);
      assertTold(schema, response, about);
    }
    compared++;
  }
  assert.ok(compared > 350, `${compared}`);
});

Deno.test("what is answered is what the schemas say", async () => {
  const herder = new FakeHerder();
  const app = appOver(herder);
  const json = { "content-type": "application/json" };
  const config = { "connector.class": "x", topic: "t" };
  const validate = "/connector-plugins/x/config/validate";
  const asked: [method: string, path: string, body?: unknown][] = [
    ["GET", "/"],
    ["GET", "/health"],
    ["POST", "/connectors", { name: "a", config }],
    ["PUT", "/connectors/a/config", config],
    ["PATCH", "/connectors/a/config", { "tasks.max": 1 }],
    ["GET", "/connectors"],
    ["GET", "/connectors?expand=info&expand=status"],
    ...["", "/config", "/status", "/tasks", "/tasks/0/status", "/topics", "/offsets"].map((path) =>
      ["GET", `/connectors/a${path}`] as [string, string]
    ),
    ["POST", "/connectors/a/restart?includeTasks=true"],
    ["POST", "/connectors/a/restart"],
    ["POST", "/connectors/a/tasks/0/restart"],
    ["PUT", "/connectors/a/pause"],
    ["PUT", "/connectors/a/resume"],
    ["PUT", "/connectors/a/stop"],
    ["PATCH", "/connectors/a/offsets", { offsets: [{ partition: { a: 1 }, offset: null }] }],
    ["GET", "/connectors/a/offsets"],
    ["DELETE", "/connectors/a/offsets"],
    ["PUT", "/connectors/a/topics/reset"],
    ["GET", "/connector-plugins?connectorsOnly=false"],
    ["GET", "/connector-plugins/Source/config"],
    ["PUT", validate, config],
    ["GET", "/admin/loggers"],
    ["PUT", "/admin/loggers/a", { level: "INFO" }],
    ["PUT", "/admin/loggers/a?scope=cluster", { level: "INFO" }],
    ["DELETE", "/connectors/a"],
  ];
  const seen = new Set<Route>();
  for (const [method, path, body] of asked) {
    const answer = await app.request(path, {
      method,
      ...body === undefined ? {} : { headers: json, body: JSON.stringify(body) },
    });
    const route = routeOf(method, path)!;
    const told = route.answers[answer.status];
    const text = await answer.text();
    assert.ok(told, `${method} ${path}: ${answer.status} ${text}`);
    if (told.schema === undefined) assert.equal(text, "");
    else assertTold(told.schema, JSON.parse(text), `${method} ${path}`);
    seen.add(route);
  }
  const unseen = routes.filter((route) => !seen.has(route)).map(({ method, path }) =>
    method + path
  );
  assert.deepEqual(unseen, [
    // There is no such logger, standalone workers refuse these, and this is no JSON of a schema's.
    "POST/connectors/{connector}/tasks",
    "PUT/connectors/{connector}/fence",
    "GET/admin/loggers/{logger}",
    "GET/openapi.json",
  ]);
});
