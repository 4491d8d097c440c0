/** The plugins of a worker, and their keys, are what Kafka's REST API says they are. */

import assert from "node:assert/strict";
import { withConnectors } from "./connectors.ts";
import recorded from "./rest.json" with { type: "json" };

interface Step {
  step: string;
  method: string;
  path: string;
  status: number;
  response: { message: string } | { documentation?: string }[];
}

const steps = (recorded.steps as unknown as Step[]).filter(({ method, path }) =>
  method === "GET" && path.startsWith("/connector-plugins")
);

Deno.test("Connectors.plugins() lists what Kafka lists", async () => {
  const { response } = steps.find(({ path }) => path.endsWith("?connectorsOnly=false"))!;
  await withConnectors(async (connectors) => {
    assert.deepEqual(await connectors.plugins(), response);
  });
});

Deno.test("Connectors.pluginConfig() says what Kafka says", async (context) => {
  const asked = steps.filter(({ step, path, status }) =>
    step.startsWith("plugin config") && status < 405 && path.includes("/config")
  );
  assert.ok(asked.length > 25);
  await withConnectors(async (connectors) => {
    for (const { step, path, status, response } of asked) {
      await context.step(`${step}: ${path}`, async () => {
        const url = new URL(path, "http://localhost");
        const name = decodeURIComponent(url.pathname.split("/")[2]);
        const config = connectors.pluginConfig(name, url.searchParams.get("version") ?? undefined);
        if (status !== 200) {
          const errorName = status === 404 ? "NotFoundError" : "BadRequestError";
          const { message } = response as { message: string };
          return await assert.rejects(config, { name: errorName, message });
        }
        const found = await config;
        for (const key of found) {
          assert.notEqual(key.documentation, "");
          key.documentation = "${DOC}";
        }
        assert.deepEqual(found, response);
      });
    }
  });
});

Deno.test("Connectors.pluginConfig() refuses what is no version, whatever the plugin", async () => {
  await withConnectors(async (connectors) => {
    for (const name of ["FileStreamSource", "Nope"]) {
      await assert.rejects(connectors.pluginConfig(name, "[4.0"), {
        name: "BadRequestError",
        message: "Invalid version specification: [4.0",
      });
    }
  });
});
