/** REST answers as Kafka Connect's standalone worker does. */

import assert from "node:assert/strict";
import { NotFoundError } from "../../../src/base/mod.ts";
import type { ConnectorStatus } from "../../../src/herder/mod.ts";
import { createApp } from "../../../src/rest/mod.ts";
import recorded from "../../golden/rest-standalone.json" with { type: "json" };

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

/** A worker with the connectors that a recorded step shows. */
function appWith(...connectors: ConnectorStatus[]) {
  const herder = {
    connectorNames: connectors.map(({ name }) => name),
    status(name: string): ConnectorStatus {
      const found = connectors.find((connector) => connector.name === name);
      if (found === undefined) throw new NotFoundError(`No status found for connector ${name}`);
      return found;
    },
  };
  return createApp({
    herder: () => herder,
    commit: "a18251bae0b825c6",
    clusterId: () => "${CLUSTER_ID}",
  });
}

function statusOf(name: string): ConnectorStatus {
  const worker = { state: "RUNNING", worker_id: "${WORKER}", version: "4.2.0" } as const;
  return { name, connector: worker, tasks: [{ id: 0, ...worker }], type: "source" };
}

/** What is asked of the paths that there are, in a worker without connectors. */
const isAsked = ({ method, path, step }: Step) =>
  ["/", "/health", "/connectors", "/connectors/", "/connectors/x/status"].includes(path) &&
    !(method === "POST" && path === "/connectors") && !step.startsWith("odd name") &&
    method !== "OPTIONS" && method !== "TRACE" ||
  /^unknown or odd path$/.test(step) && path !== "//connectors" ||
  path.includes("gold-missing/status");

const asked = steps.filter((step) =>
  isAsked(step) && !(Array.isArray(step.response) && step.response.length > 0)
);

Deno.test("REST answers what Kafka answers", async (context) => {
  assert.ok(asked.length >= 25, `${asked.length}`);
  for (const step of asked) {
    await context.step(`${step.method} ${step.path} (${step.step})`, async () => {
      const { method, requestHeaders: headers, path } = step;
      const answer = await appWith().request(path, { method, headers });
      assert.equal(answer.status, step.status);
      // Kafka leaves the content type off what its framework answers.
      const type = step.headers["content-type"] ?? "application/json";
      assert.equal(answer.headers.get("content-type"), type);
      const body = await answer.text();
      assert.equal(body, step.bodyEmpty ? "" : JSON.stringify(step.response));
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
      const answer = await appWith(statusOf(name)).request(path);
      assert.equal(answer.status, 200);
      // Java's server refuses names with a slash, a percent sign or a backslash.
      const expected = status === 200 ? response : statusOf(name);
      assert.equal(await answer.text(), JSON.stringify(expected));
    });
  }
});

Deno.test("REST refuses malformed paths as errors that say so", async () => {
  for (
    const path of [
      "/connectors/a%zz",
      "/connectors/a%ff/status",
      "//connectors",
      "/connectors//status",
    ]
  ) {
    const answer = await appWith().request(`http://localhost${path}`);
    assert.equal(answer.status, 400, path);
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.equal((await answer.json()).error_code, 400);
  }
});

Deno.test("REST names the methods of a path when asked for options", async () => {
  const answer = await appWith().request("/connectors", { method: "OPTIONS" });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("allow"), "HEAD,GET,OPTIONS");
  assert.equal(answer.headers.get("content-type"), "text/plain");
  assert.equal(await answer.text(), "HEAD, GET, OPTIONS");
});

Deno.test("REST weighs what is acceptable", async () => {
  const cases: [accept: string, status: number][] = [
    ["application/*", 200],
    ["text/html, application/json;q=0.1", 200],
    ["application/json;q=0", 406],
    ["application/jsonx", 406],
    ["APPLICATION/JSON", 200],
  ];
  for (const [accept, status] of cases) {
    const answer = await appWith().request("/connectors", { headers: { accept } });
    assert.equal(answer.status, status, accept);
  }
});

Deno.test("REST is not there for connectors while the worker starts, but for its health", async () => {
  const app = createApp({ herder: () => null, commit: "unknown", clusterId: () => "x" });
  const health = await app.request("/health");
  assert.equal(health.status, 503);
  assert.deepEqual(await health.json(), {
    status: "starting",
    message: "Worker is still starting up.",
  });
  assert.equal((await app.request("/connectors")).status, 503);
  assert.equal((await app.request("/")).status, 200);
});
