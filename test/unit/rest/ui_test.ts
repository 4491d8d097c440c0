/** The page at /ui, as it is sent. */

import assert from "node:assert/strict";
import { NotFoundError, Secrets, systemClock } from "../../../src/base/mod.ts";
import type { ConnectorStatus } from "../../../src/herder/mod.ts";
import { createApps, type RestOptions } from "../../../src/rest/mod.ts";
import { FakeHerder } from "./fake_herder.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function appOver(herder: FakeHerder | null, options: Partial<RestOptions> = {}) {
  return createApps({
    herder: () => herder,
    commit: "a",
    clusterId: () => null,
    clock: systemClock,
    log: silent,
    ...options,
  }).main;
}

/** A herder with one sink that has failed, and one that is gone once it is looked at. */
class FailingHerder extends FakeHerder {
  override connectors(): Promise<string[]> {
    return Promise.resolve(["gone", "</h2><b>"]);
  }

  override connectorStatus(name: string): Promise<ConnectorStatus> {
    if (name === "gone") return Promise.reject(new NotFoundError(name));
    const worker_id = "<w>";
    return Promise.resolve({
      name,
      connector: { state: "RUNNING", worker_id },
      tasks: [{ id: 0, state: "FAILED", worker_id, trace: "Error: no hush1\n\tat <a>\n" }],
      type: "sink",
      auto_restart: { count: 2, next_restart_timestamp: 1_800_000_000_000 },
    });
  }
}

Deno.test("GET /ui tells states, figures and traces, all of it escaped and without secrets", async () => {
  const app = appOver(new FailingHerder(), {
    secrets: new Secrets([["hush1", "${file:x:y}"]]),
    measurable: () => ({
      measure: () => {
        const tags = { connector: "</h2><b>", task: "0" };
        const attributes = {
          "sink-record-read-total": 12,
          "total-record-failures": 3456,
          "records-lag": 7,
        };
        return Promise.resolve([{ type: "sink-task-metrics", tags, attributes }]);
      },
    }),
  });
  const answer = await app.request("/ui");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/html;charset=utf-8");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  const text = await answer.text();
  assert.match(text, /^<!doctype html><html lang="en">/);
  assert.match(text, /<h2>&lt;\/h2&gt;&lt;b&gt;<\/h2>/);
  assert.match(text, /<summary id="[^"<>]*">Error: no \$\{file:x:y\}<\/summary>/);
  assert.match(text, /data-records="12"><\/td><td [^>]+>7<\/td><td [^>]+>3,456</);
  assert.match(text, /data-path="connectors\/%3C%2Fh2%3E%3Cb%3E\/tasks\/0\/restart"/);
  assert.doesNotMatch(text, /<b>|<w>|<a>|hush1|gone/);
  assert.match(text, /Restarted by itself 2 times, next at <time [^>]+>08:00:00 UTC<\/time>/);
  // Whatever comes from elsewhere, or stands in the page itself, browsers would refuse.
  assert.doesNotMatch(text, /style=|onclick|<script>|<style|https?:/);
});

Deno.test("GET /ui has a page while the worker starts, and one without connectors", async () => {
  assert.match(await (await appOver(null).request("/ui")).text(), />starting<\/span>/);
  const empty = await (await appOver(new FakeHerder()).request("/ui")).text();
  assert.match(empty, /This worker has no connectors/);
  const stuck = new FakeHerder();
  stuck.wellness = { status: "unhealthy", message: '"stuck"' };
  assert.match(await (await appOver(stuck).request("/ui")).text(), /title="&quot;stuck&quot;"/);
});

Deno.test("everything below /ui keeps browsers from loading or showing what is not ours", async () => {
  const app = appOver(new FakeHerder());
  const types = { "": "text/html", "/page.js": "text/javascript", "/style.css": "text/css" };
  for (const [path, type] of Object.entries(types)) {
    const { status, headers } = await app.request(`/ui${path}`);
    assert.equal(status, 200);
    assert.equal(headers.get("content-type"), `${type};charset=utf-8`);
    assert.match(headers.get("content-security-policy")!, /^default-src 'none'; /);
    assert.doesNotMatch(headers.get("content-security-policy")!, /unsafe|http|\*|data:/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal((await app.request(`/ui${path}`, { method: "HEAD" })).status, 200);
    assert.equal((await app.request(`/ui${path}`, { method: "POST" })).status, 405);
  }
  assert.equal((await app.request("/ui/mod.ts")).status, 404);
});

Deno.test("there is no page where none is wanted", async () => {
  const app = appOver(new FakeHerder(), { hasUi: false });
  for (const path of ["/ui", "/ui/page.js"]) assert.equal((await app.request(path)).status, 404);
});
