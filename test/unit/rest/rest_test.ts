/** REST answers as Kafka Connect does, whatever herder it asks. */

import assert from "node:assert/strict";
import { ConnectError, Secrets, systemClock } from "../../../src/base/mod.ts";
import type { Herder } from "../../../src/herder/mod.ts";
import { createApps, type RestOptions } from "../../../src/rest/mod.ts";
import recorded from "../../golden/rest-standalone.json" with { type: "json" };
import { scripted, ScriptedWorker } from "../herder/scripted_worker.ts";
import { FakeHerder } from "./fake_herder.ts";

interface Step {
  step: string;
  method: string;
  path: string;
  requestHeaders?: Record<string, string>;
  status: number;
  headers: Record<string, string>;
  response?: unknown;
  bodyEmpty?: boolean;
}

const steps = recorded.steps as unknown as Step[];
const source = { "connector.class": "FileStreamSource", topic: "t" };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

function appsOver(herder: Herder | null, options: Partial<RestOptions> = {}) {
  return createApps({
    herder: () => herder,
    commit: "a18251bae0b825c6",
    clusterId: () => "${CLUSTER_ID}",
    clock: systemClock,
    log: silent,
    ...options,
  });
}

function appOver(herder: Herder | null, options: Partial<RestOptions> = {}) {
  return appsOver(herder, options).main;
}

/** A herder with connectors of these names. */
async function herderWith(...names: string[]): Promise<FakeHerder> {
  const herder = new FakeHerder();
  for (const name of names) await herder.putConnectorConfig(name, { ...source, name }, false);
  return herder;
}

const json = { "content-type": "application/json" };
const sending = (method: string, body: unknown, headers: Record<string, string> = json) => ({
  method,
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
});

async function messageOf(answer: Response): Promise<string> {
  assert.equal(answer.headers.get("content-type"), "application/json");
  const { error_code, message } = await answer.json();
  assert.equal(error_code, answer.status);
  return message;
}

/** What is asked of a worker without connectors, and needs none. */
const isAsked = ({ method, path, step }: Step) =>
  (["unknown or odd path", "wrong method", "HEAD", "HEAD root", "root", "health"].includes(step) ||
    /^(OPTIONS|accept|root accept)/.test(step) || step === "404: no such connector") &&
  // What Java answers 500 for.
  !/^(PUT|POST) .*(fence|tasks|restart|stop)$/.test(`${method} ${path}`) &&
  path !== "//connectors" && path !== "/openapi.json" &&
  !(path === "/admin/loggers" || path === "/admin/loggers/root");

const asked = steps.filter((step) =>
  isAsked(step) && !(Array.isArray(step.response) && step.response.length > 0)
);

Deno.test("REST answers what Kafka answers when there are no connectors", async (context) => {
  assert.ok(asked.length >= 50, `${asked.length}`);
  for (const step of asked) {
    await context.step(`${step.method} ${step.path} (${step.step})`, async () => {
      const { method, requestHeaders, path } = step;
      const { request } = step as { request?: unknown };
      const answer = await appOver(new FakeHerder()).request(path, {
        method,
        headers: { ...request === undefined ? {} : json, ...requestHeaders },
        body: request === undefined ? undefined : JSON.stringify(request),
      });
      assert.equal(answer.status, step.status);
      // Kafka leaves the content type off what its framework answers.
      const type = step.headers["content-type"] ?? (step.bodyEmpty ? null : "application/json");
      assert.equal(answer.headers.get("content-type"), type);
      assert.equal(answer.headers.get("allow"), step.headers.allow ?? null);
      const body = await answer.text();
      const { responseText } = step as { responseText?: string };
      assert.equal(body, step.bodyEmpty ? "" : responseText ?? JSON.stringify(step.response));
    });
  }
});

Deno.test("REST tells the status of connectors of any name", async (context) => {
  const shown = steps.filter(({ step }) => step === "odd name: status");
  assert.ok(shown.length >= 15);
  for (const { path, status, response } of shown) {
    // What a URL means by these is another path; Java's server looks at the bytes.
    if (/\/\.{1,2}\//.test(path)) continue;
    await context.step(path, async () => {
      const name = decodeURIComponent(path.split("/")[2]);
      const herder = await herderWith(name);
      const answer = await appOver(herder).request(path);
      assert.equal(answer.status, 200);
      // Java's server refuses names with a slash, a percent sign or a backslash.
      const expected = status === 200 ? response : await herder.connectorStatus(name);
      assert.equal(await answer.text(), JSON.stringify(expected));
    });
  }
});

Deno.test("REST says where a new connector is, whatever its name", async () => {
  for (
    const name of ["a b", "a/b", "é☃", "a%b", "a%2Fb", "a\\b", "a{b}", "a[b]^|`~!$*(),=@", "%"]
  ) {
    const herder = new FakeHerder();
    const app = appOver(herder);
    const made = await app.request("/connectors", sending("POST", { name, config: source }));
    assert.equal(made.status, 201, await made.text());
    const location = made.headers.get("location")!;
    const found = await app.request(location);
    assert.equal(found.status, 200, location);
    assert.equal((await found.json()).name, name);
    assert.equal((await app.request(location, { method: "DELETE" })).status, 204);
    assert.deepEqual(await herder.connectors(), []);
  }
});

Deno.test("REST writes the location of a new connector as Kafka does", async () => {
  const made = steps.filter(({ step, status, path }) =>
    step.startsWith("odd name: create") && status === 201 && path === "/connectors"
  );
  assert.ok(made.length >= 20);
  for (const step of made) {
    const { name } = (step as unknown as { request: { name: string } }).request;
    // Kafka: what it says of these leads elsewhere.
    if (/[/]|%[0-9A-F]{2}/.test(name)) continue;
    const app = appOver(new FakeHerder());
    const answer = await app.request("/connectors", sending("POST", { name, config: source }));
    const expected = step.headers.location.replace("${WORKER}", "localhost");
    assert.equal(answer.headers.get("location"), expected);
  }
});

Deno.test("REST refuses malformed paths as errors that say so", async () => {
  const paths = ["a%zz", "a%ff/status", "a%00b", "a%0Ab", "a%7f", "/status", "[a]"]
    .map((path) => `/connectors/${path}`);
  for (const path of ["//connectors", ...paths]) {
    const answer = await appOver(new FakeHerder()).request(`http://localhost${path}`);
    assert.equal(answer.status, 400, path);
    await messageOf(answer);
  }
});

Deno.test("REST passes over the parameters of a path's segments", async () => {
  const app = appOver(await herderWith("a", "a;b"));
  for (const path of ["/connectors;x/a;y=1", "/connectors/a/;", "/connectors/a;/"]) {
    assert.equal((await (await app.request(path)).json()).name, "a", path);
  }
  assert.equal((await (await app.request("/connectors/a%3Bb")).json()).name, "a;b");
});

Deno.test("REST weighs what is acceptable", async () => {
  const cases: [accept: string, status: number][] = [
    ["application/*", 200],
    ["text/html, application/json;q=0.1", 200],
    // Java: takes it for the least that will do.
    ["application/json;q=0", 200],
    ["application/jsonx", 406],
    ["APPLICATION/JSON", 200],
    ["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", 200],
    ["", 200],
    ["application", 200],
    ["text/plain,", 406],
    ["application/json;q=2", 400],
    ["application/json;q=0.1234", 400],
    [",application/json", 400],
    ["application/json;charset", 400],
  ];
  for (const [accept, status] of cases) {
    const answer = await appOver(new FakeHerder()).request("/connectors", { headers: { accept } });
    assert.equal(answer.status, status, accept);
  }
});

Deno.test("REST answers with the parameters of the type that is wanted, errors too", async () => {
  const cases: [accept: string, type: string][] = [
    ["application/json; charset=UTF-8;q=0.5", "application/json;charset=utf-8"],
    ['application/json;a="b;c,d";b="c"', 'application/json;a="b;c,d";b=c'],
    ["*/*, application/json;v=1", "application/json;v=1"],
    ["application/*;v=1", "application/json"],
  ];
  for (const [accept, type] of cases) {
    for (const path of ["/connectors", "/connectors/none"]) {
      const answer = await appOver(new FakeHerder()).request(path, { headers: { accept } });
      assert.equal(answer.headers.get("content-type"), type, accept);
    }
  }
  const headers = { accept: "text/plain;q=0.5, application/json" };
  const options = await appOver(new FakeHerder()).request("/", { method: "OPTIONS", headers });
  assert.equal(options.headers.get("content-type"), "application/json");
});

Deno.test("REST refuses what is not JSON by its content type, where Kafka does", async () => {
  const app = appOver(await herderWith("a"));
  const text = { "content-type": "text/plain" };
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const answered = async (path: string, init: RequestInit) =>
    (await app.request(path, init)).status;
  assert.equal(await answered("/", { headers: text }), 200);
  assert.equal(await answered("/health", { headers: text }), 200);
  assert.equal(await answered("/connectors", { headers: text }), 415);
  assert.equal(await answered("/connectors/a/pause", { method: "PUT", headers: form }), 415);
  assert.equal(await answered("/connectors/a/pause", { method: "PUT" }), 202);
  assert.equal(await answered("/connectors/a/pause", { method: "PUT", headers: json }), 202);
  for (const malformed of ["", "json", "application/json,text/plain", "application/json;charset"]) {
    const asked = sending("POST", "{}", { "content-type": malformed });
    assert.equal(await answered("/connectors", asked), 400, malformed);
    assert.equal(await answered("/none", asked), 400, malformed);
  }
  const unnamed = new Uint8Array([0x7b, 0x7d]);
  assert.equal(await answered("/connectors", { method: "POST", body: unnamed }), 415);
  const upper = { "content-type": "Application/JSON; Charset=UTF-8" };
  assert.equal(
    await answered("/connectors", sending("POST", { name: "b", config: source }, upper)),
    201,
  );
});

Deno.test("REST names the methods of each path as Kafka does", async () => {
  // Asked of Kafka Connect 4.2.
  const allowed: [path: string, allow: string][] = [
    ["/", "HEAD,GET,OPTIONS"],
    ["/health", "HEAD,GET,OPTIONS"],
    ["/connectors/x/config", "HEAD,GET,OPTIONS,PUT,PATCH"],
    ["/connectors/x/tasks", "HEAD,POST,GET,OPTIONS"],
    ["/connectors/x/tasks/abc/status", "HEAD,GET,OPTIONS"],
    ["/connectors/x/tasks/0/restart", "POST,OPTIONS"],
    ["/connectors/x/pause", "OPTIONS,PUT"],
    ["/connectors/x/offsets", "HEAD,DELETE,GET,OPTIONS,PATCH"],
    ["/connectors/x/topics/reset", "OPTIONS,PUT"],
    ["/connectors/x/fence", "OPTIONS,PUT"],
    ["/connector-plugins/x/config/validate", "OPTIONS,PUT"],
  ];
  const app = appOver(new FakeHerder());
  for (const [path, allow] of allowed) {
    const answer = await app.request(path, { method: "OPTIONS" });
    assert.equal(answer.headers.get("allow"), allow, path);
    assert.equal(await answer.text(), allow.replaceAll(",", ", "));
  }
  const none = await app.request("/connectors", {
    method: "OPTIONS",
    headers: { accept: "application/json" },
  });
  assert.deepEqual([none.status, await none.text()], [200, ""]);
});

Deno.test("REST is not there for connectors while the worker starts, but for its health", async () => {
  const app = appOver(null);
  const health = await app.request("/health");
  assert.equal(health.status, 503);
  assert.deepEqual(await health.json(), {
    status: "starting",
    message: "Worker is still starting up.",
  });
  assert.equal((await app.request("/connectors")).status, 503);
  assert.equal((await app.request("/")).status, 200);
});

Deno.test("REST says that a worker is unhealthy when it says so, or nothing in time", async () => {
  const herder = new FakeHerder();
  herder.wellness = { status: "unhealthy", message: "stuck" };
  const said = await appOver(herder).request("/health");
  assert.deepEqual([said.status, await said.json()], [500, herder.wellness]);
  herder.health = () => new Promise(() => {});
  const clock = {
    ...systemClock,
    sleep: (delayMs: number) =>
      delayMs === 10_000 ? Promise.resolve() : new Promise<void>(() => {}),
  };
  const silence = await appOver(herder, { clock }).request("/health");
  assert.equal(silence.status, 500);
  const message =
    "Worker was unable to handle this request and may be unable to handle other requests.";
  assert.deepEqual(await silence.json(), { status: "unhealthy", message });
});

Deno.test("REST gives up on a herder that does not answer after 90 seconds", async () => {
  const herder = new FakeHerder();
  herder.connectors = () => new Promise(() => {});
  const waits: number[] = [];
  const clock = {
    ...systemClock,
    sleep: (delayMs: number) => (waits.push(delayMs), Promise.resolve()),
  };
  const answer = await appOver(herder, { clock }).request("/connectors");
  assert.equal(answer.status, 500);
  assert.equal(await messageOf(answer), "Request timed out");
  assert.deepEqual(waits, [90_000]);
});

Deno.test("REST takes numbers and booleans for text, as they are written", async () => {
  const herder = new FakeHerder();
  const body = `{"name": 5, "initial_state": "stopped", "config": {"connector.class": "x",
    "a": 12345678901234567890, "b": 1.50, "c": 1E5, "d": -0, "e": true, "constructor": "f"}}`;
  const made = await appOver(herder).request("/connectors", sending("POST", body));
  assert.deepEqual((await made.json()).config, {
    "connector.class": "x",
    a: "12345678901234567890",
    b: "1.50",
    c: "1E5",
    d: "-0",
    e: "true",
    constructor: "f",
    name: "5",
  });
  assert.equal((await herder.connectorStatus("5")).connector.state, "STOPPED");
});

Deno.test("REST refuses bodies with what is wrong with them", async () => {
  const app = appOver(await herderWith("a"));
  const cannot = "The request's body cannot be used: ";
  const cases: [method: string, path: string, body: string, message: string | RegExp][] = [
    ["POST", "/connectors", "", "The request has no body, where JSON is expected"],
    [
      "POST",
      "/connectors",
      "{",
      /^The request's body is not JSON: Unexpected end-of-input.*line 1/,
    ],
    ["POST", "/connectors", "hello", /^The request's body is not JSON: /],
    ["POST", "/connectors", "{} x", /it is not one value and nothing else$/],
    ["POST", "/connectors", '{"name": 007}', /007 has leading zeros$/],
    ["POST", "/connectors", "null", `${cannot}expected an object`],
    ["POST", "/connectors", "[]", `${cannot}expected an object`],
    ["POST", "/connectors", '"x"', `${cannot}expected an object`],
    ["POST", "/connectors", '{"config": {}, "nope": 1}', `${cannot}there is no field "nope"`],
    [
      "POST",
      "/connectors",
      '{"name": {}, "config": {}}',
      `${cannot}name: expected a string, a number or a boolean`,
    ],
    ["POST", "/connectors", '{"name": "b"}', `${cannot}"config" is missing`],
    ["POST", "/connectors", '{"config": null}', `${cannot}config: expected an object`],
    ["POST", "/connectors", '{"config": "x"}', `${cannot}config: expected an object`],
    [
      "POST",
      "/connectors",
      '{"config": {"a.b": [1]}}',
      `${cannot}config.a.b: expected a string, a number or a boolean`,
    ],
    [
      "POST",
      "/connectors",
      '{"config": {}, "initial_state": "x"}',
      `${cannot}initial_state: expected one of RUNNING, PAUSED, STOPPED`,
    ],
    ["POST", "/connectors", '{"config": {"__proto__": "x"}}', /"__proto__" cannot be used/],
    ["PUT", "/connectors/a/config", "null", `${cannot}expected an object`],
    [
      "PUT",
      "/connectors/a/config",
      '{"x": null}',
      /^Connector .* 1 error\(s\):\nNull value can not/,
    ],
    ["PATCH", "/connectors/a/config", "null", `${cannot}expected an object`],
    ["PATCH", "/connectors/a/config", '{"name": "b"}', /\(b\) doesn't match .* \(a\)$/],
    ["PUT", "/connector-plugins/Source/config/validate", "null", `${cannot}expected an object`],
    ["PATCH", "/connectors/a/offsets", "null", `${cannot}expected an object`],
    ["PATCH", "/connectors/a/offsets", "{}", /^Partitions/],
    [
      "PATCH",
      "/connectors/a/offsets",
      '{"offsets": [{"x": 1}]}',
      `${cannot}offsets.0: there is no field "x"`,
    ],
    ["PATCH", "/connectors/a/offsets", '{"offsets": {}}', `${cannot}offsets: expected a list`],
    [
      "PATCH",
      "/connectors/a/offsets",
      '{"offsets": [null]}',
      `${cannot}offsets.0: expected an object`,
    ],
    [
      "PATCH",
      "/connectors/a/offsets",
      '{"offsets": [{"partition": 1}]}',
      `${cannot}offsets.0.partition: expected an object`,
    ],
  ];
  for (const [method, path, body, message] of cases) {
    const answer = await app.request(path, sending(method, body));
    assert.equal(answer.status, 400, body);
    const told = await messageOf(answer);
    if (typeof message === "string") assert.equal(told, message);
    else assert.match(told, message);
  }
  const notText = { method: "POST", headers: json, body: Uint8Array.of(0x22, 0xff, 0x22) };
  assert.match(await messageOf(await app.request("/connectors", notText)), /not text in UTF-8$/);
});

Deno.test("REST refuses bodies that are too deep", async () => {
  const app = appOver(new FakeHerder());
  const deep = "[".repeat(100_000);
  assert.equal((await app.request("/connectors", sending("POST", deep))).status, 400);
});

Deno.test("REST refuses names of connectors that are too long or no text", async () => {
  const app = appOver(new FakeHerder());
  const put = (name: string) =>
    app.request("/connectors", sending("POST", { name, config: source }));
  assert.equal((await put("é".repeat(127))).status, 201);
  assert.equal((await put("é".repeat(128))).status, 400);
  assert.equal((await put("a\ud800b")).status, 400);
  const path = `/connectors/${"n".repeat(256)}/config`;
  assert.equal((await app.request(path, sending("PUT", source))).status, 400);
});

Deno.test("REST keeps integers in offsets exact", async () => {
  const herder = await herderWith("a");
  const app = appOver(herder);
  await herder.stopConnector("a");
  const offsets = `{"offsets":[{"partition":{"a\\u0062":9007199254740993},"offset":` +
    `{"n":-9223372036854775808,"s":"9007199254740993"}}]}`;
  const altered = await app.request("/connectors/a/offsets", sending("PATCH", offsets));
  assert.equal(altered.status, 200, await altered.text());
  const told = await (await app.request("/connectors/a/offsets")).text();
  assert.equal(told, offsets.replace("a\\u0062", "ab"));
});

Deno.test("REST reads flags of queries as Java does", async () => {
  const herder = await herderWith("a");
  const app = appOver(herder);
  const restart = async (query: string) =>
    (await app.request(`/connectors/a/restart${query}`, { method: "POST" })).status;
  assert.equal(await restart(""), 204);
  assert.equal(await restart("?includeTasks=bogus"), 204);
  assert.equal(await restart("?includeTasks"), 204);
  assert.equal(await restart("?includeTasks=TRUE"), 202);
  assert.equal(await restart("?includeTasks=true&includeTasks=false"), 202);
  assert.equal(await restart("?onlyFailed=true"), 202);
  assert.deepEqual(herder.calls.at(-1), [
    "restartConnectorAndTasks",
    "a",
    { onlyFailed: true, includeTasks: false },
  ]);
  const plugins = async (query: string) =>
    (await (await app.request(`/connector-plugins${query}`)).json()).length;
  assert.equal(await plugins(""), 2);
  assert.equal(await plugins("?connectorsOnly="), 2);
  assert.equal(await plugins("?connectorsOnly=False"), 3);
  assert.equal(await plugins("?connectorsOnly=bogus"), 3);
});

Deno.test("REST reads the numbers of tasks as Java does", async () => {
  const app = appOver(await herderWith("a"));
  const status = async (task: string) =>
    (await app.request(`/connectors/a/tasks/${task}/status`)).status;
  for (const task of ["0", "+0", "00", "%30"]) assert.equal(await status(task), 200, task);
  for (const task of ["1", "-1", "abc", "0x0", "1e0", "99999999999"]) {
    assert.equal(await status(task), 404, task);
  }
});

Deno.test("REST tells of each connector what expand asks for", async () => {
  const app = appOver(await herderWith("a", "__proto__"));
  const { a, ...others } = await (await app.request("/connectors?expand=info&expand=status"))
    .json();
  assert.deepEqual(Object.keys(a), ["status", "info"]);
  assert.deepEqual(Object.keys(others), ["__proto__"]);
  const none = await (await app.request("/connectors?expand=STATUS")).text();
  assert.equal(none, '{"__proto__":{},"a":{}}');
});

/** How long the fastest of ten answers takes that tells all of a hundred connectors, in milliseconds. */
async function fastestMs(herder: Herder): Promise<number> {
  const app = appOver(herder);
  const times: number[] = [];
  for (let round = 0; round < 10; round++) {
    const start = performance.now();
    const answer = await app.request("/connectors?expand=status&expand=info");
    const text = await answer.text();
    times.push(performance.now() - start);
    assert.equal(Object.keys(JSON.parse(text)).length, 100);
  }
  return Math.min(...times);
}

Deno.test("REST tells the status of a hundred connectors in less than 20 ms", async () => {
  const names = Array.from({ length: 100 }, (_, number) => `connector-${number}`);
  assert.ok(await fastestMs(await herderWith(...names)) < 20);
  const { herder } = new ScriptedWorker();
  const well = { start: "well", stop: "well", configs: "well", prepare: "well" } as const;
  for (const name of names) {
    const props = scripted(name, { ...well, tasks: 3, taskStop: "well" });
    await herder.putConnectorConfig(name, props, false);
  }
  assert.ok(await fastestMs(herder) < 20);
});

Deno.test("REST refuses a configuration of another class than is to be validated", async () => {
  const app = appOver(new FakeHerder());
  const validate = (plugin: string) =>
    app.request(
      `/connector-plugins/${plugin}/config/validate`,
      sending("PUT", { ...source, x: null }),
    );
  for (const plugin of ["FileStreamSource", "FileStreamSourceConnector", "Source"]) {
    const answer = await validate(plugin);
    assert.equal(answer.status, 200, plugin);
    assert.equal((await answer.json()).configs.at(-1).value.value, null);
  }
  for (const plugin of ["filestreamsource", "Connector", "org.x.FileStreamSource"]) {
    assert.equal(
      await messageOf(await validate(plugin)),
      `Included connector type FileStreamSource does not match request type ${plugin}`,
    );
  }
});

Deno.test("REST refuses topics when they are not tracked, or not to be forgotten", async () => {
  const herder = await herderWith("a");
  const disabled = appOver(herder, { topicTracking: { isEnabled: false, allowsReset: true } });
  const kept = appOver(herder, { topicTracking: { isEnabled: true, allowsReset: false } });
  const reset = { method: "PUT" };
  const topics = "/connectors/a/topics";
  for (const answer of [disabled.request(topics), disabled.request(`${topics}/reset`, reset)]) {
    assert.equal(await messageOf(await answer), "Topic tracking is disabled.");
  }
  assert.equal((await kept.request(topics)).status, 200);
  const refused = await kept.request(`${topics}/reset`, reset);
  assert.equal(refused.status, 403);
  assert.equal(await messageOf(refused), "Topic tracking reset is disabled.");
});

Deno.test("REST shows of errors what is meant to be seen", async () => {
  const herder = new FakeHerder();
  const errors: string[] = [];
  const app = appOver(herder, {
    secrets: new Secrets([["hunter22", "${file:x:y}"]]),
    log: { ...silent, error: (message) => errors.push(message) },
  });
  herder.connectors = () => Promise.reject(new ConnectError("the password is hunter22"));
  assert.equal(await messageOf(await app.request("/connectors")), "the password is ${file:x:y}");
  herder.connectors = () => Promise.reject(new TypeError("undefined is not a function"));
  const answer = await app.request("/connectors");
  assert.equal(answer.status, 500);
  assert.equal(await messageOf(answer), "Internal error: the worker's log tells more");
  assert.match(
    errors[1],
    /REST call to GET \/connectors: TypeError: undefined is not a function\n/,
  );
});

Deno.test("REST has the loggers where administrators ask", async () => {
  const herder = new FakeHerder();
  const loggers = { all: () => ({}), level: () => null, set: () => [] };
  const there = async (app: { request(path: string): Promise<Response> | Response } | null) =>
    app === null ? null : (await app.request("/admin/loggers")).status;
  const statuses = async (adminListeners: RestOptions["adminListeners"]) => {
    const { main, admin } = appsOver(herder, { loggers, adminListeners });
    return [await there(main), await there(admin)];
  };
  assert.deepEqual(await statuses("main"), [200, null]);
  assert.deepEqual(await statuses("apart"), [404, 200]);
  assert.deepEqual(await statuses("off"), [404, null]);
});

Deno.test("REST sets the levels of loggers", async () => {
  const set: unknown[] = [];
  const loggers = {
    all: () => ({ root: { level: "INFO", last_modified: null } }),
    level: (name: string) => name === "a b" ? { level: "WARN", last_modified: 5 } : null,
    set: (name: string, level: string) => (set.push([name, level]), [name]),
  };
  const app = appOver(new FakeHerder(), { loggers });
  const put = (query: string, body: unknown) =>
    app.request(`/admin/loggers/a%20b${query}`, sending("PUT", body));
  assert.deepEqual(await (await put("", { level: " warn", x: 1 })).json(), ["a b"]);
  assert.equal((await put("?scope=CLUSTER", { level: "ALL" })).status, 204);
  assert.equal((await put("?scope=bogus", { level: "OFF" })).status, 200);
  assert.deepEqual(set, [["a b", "WARN"], ["a b", "ALL"], ["a b", "OFF"]]);
  const wrong = await put("", { level: 5 });
  assert.deepEqual([wrong.status, await messageOf(wrong)], [404, "invalid log level '5'."]);
  const missing = await put("", { level: null });
  assert.deepEqual(
    [missing.status, await messageOf(missing)],
    [400, "Desired 'level' parameter was not specified in request."],
  );
  const unknown = await app.request("/admin/loggers/x");
  assert.deepEqual([unknown.status, await messageOf(unknown)], [404, "Logger x not found."]);
  assert.deepEqual(await (await app.request("/admin/loggers/a%20b")).json(), {
    level: "WARN",
    last_modified: 5,
  });
});
