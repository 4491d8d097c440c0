/** Whatever REST is asked, it answers as it should, and nothing that was there changes. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { systemClock } from "../../../src/base/mod.ts";
import { createApps } from "../../../src/rest/mod.ts";
import { FakeHerder } from "./fake_herder.ts";
import { randomRequest, wrongAnswer } from "./random_requests.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const loggers = {
  all: () => ({ root: { level: "INFO", last_modified: null } }),
  level: (name: string) => name === "root" ? { level: "INFO", last_modified: null } : null,
  set: (name: string) => [name],
};
const config = { "connector.class": "x", topic: "t", name: "kept" };

async function appWithOne(clock = systemClock) {
  const herder = new FakeHerder();
  await herder.putConnectorConfig("kept", config, false);
  const options = { herder: () => herder, commit: "unknown", clusterId: () => null, loggers };
  return { herder, app: createApps({ ...options, clock, log: silent }).main };
}

Deno.test("REST answers whatever it is asked", async () => {
  const { herder, app } = await appWithOne();
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(randomRequest, async ({ method, target, headers, body }) => {
      let request: Request;
      try {
        request = new Request(`http://localhost${target}`, { method, headers, body });
      } catch {
        // What is no request does not come so far.
        return;
      }
      const answer = await app.fetch(request);
      statuses.add(answer.status);
      const wrong = wrongAnswer(
        answer.status,
        answer.headers.get("content-type"),
        await answer.text(),
      );
      assert.equal(wrong, null);
      // Standalone workers refuse what workers ask each other, as Kafka's do.
      const isRefused = /^\/connectors\/[^/]*\/(tasks|fence)/.test(new URL(request.url).pathname);
      assert.ok(answer.status < 500 || isRefused, `${answer.status}`);
      assert.deepEqual((await herder.connectorInfo("kept")).config, config);
    }),
    { numRuns: 3000 },
  );
  for (const status of [200, 201, 202, 204, 400, 404, 405, 406, 415]) {
    assert.ok(statuses.has(status), `${status} of ${[...statuses]}`);
  }
  assert.equal(({} as Record<string, unknown>).isAdmin, undefined);
});

Deno.test("REST is not held up by bodies that do not end", async () => {
  let giveUp = () => {};
  const clock = {
    ...systemClock,
    sleep: (_: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        const before = giveUp;
        giveUp = () => (before(), resolve());
        signal?.addEventListener("abort", () => resolve());
      }),
  };
  const { app } = await appWithOne(clock);
  const slow = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode('{"name":')),
  });
  const headers = { "content-type": "application/json" };
  const waiting = app.request("/connectors", { method: "POST", headers, body: slow });
  assert.equal((await app.request("/connectors")).status, 200);
  giveUp();
  const answer = await waiting;
  assert.equal(answer.status, 500);
  assert.equal((await answer.json()).message, "Request timed out");
});
