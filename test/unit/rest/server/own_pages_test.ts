/** Pages from elsewhere change nothing. */

import assert from "node:assert/strict";
import { JavaPattern } from "../../../../src/api/mod.ts";
import { fromOwnPages } from "../../../../src/rest/server/own_pages.ts";

const allowed = { origins: [JavaPattern.compile("https://ok\\.example")], methods: ["POST"] };

Deno.test("fromOwnPages() answers clients, pages of ours and origins that are allowed", async () => {
  const cases: [method: string, headers: Record<string, string>, status: number][] = [
    ["POST", {}, 204],
    ["POST", { "sec-fetch-site": "same-origin", origin: "http://proxy" }, 204],
    ["POST", { "sec-fetch-site": "none" }, 204],
    ["POST", { "sec-fetch-site": "cross-site" }, 403],
    ["POST", { "sec-fetch-site": "same-site", origin: "http://w:3000" }, 403],
    ["POST", { "sec-fetch-site": "cross-site", origin: "https://ok.example" }, 204],
    ["POST", { origin: "http://W:8083", host: "w:8083" }, 204],
    ["POST", { origin: "http://w:8084", host: "w:8083" }, 403],
    ["POST", { origin: "null", host: "w:8083" }, 403],
    ["DELETE", { origin: "https://evil.example", host: "w:8083" }, 403],
    ["GET", { origin: "https://evil.example", host: "w:8083" }, 204],
    ["OPTIONS", { origin: "https://evil.example", host: "w:8083" }, 204],
  ];
  const answer = fromOwnPages(() => new Response(null, { status: 204 }), allowed);
  for (const [method, headers, status] of cases) {
    const request = new Request("http://w:8083/connectors/a/restart", { method, headers });
    assert.equal(
      (await answer(request, { user: null })).status,
      status,
      JSON.stringify([method, headers]),
    );
  }
});

Deno.test("fromOwnPages() allows all origins where access.control.allow.origin=*", async () => {
  const any = { origins: null, methods: [] };
  const headers = { origin: "https://any.example" };
  const request = new Request("http://w/", { method: "POST", headers });
  assert.equal(
    (await fromOwnPages(() => new Response(), any)(request, { user: null })).status,
    200,
  );
  assert.equal(
    (await fromOwnPages(() => new Response(), null)(request, { user: null })).status,
    403,
  );
});
