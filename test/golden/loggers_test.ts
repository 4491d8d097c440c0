/** Plays what Kafka's workers answered to /admin/loggers against the levels of our log. */

import assert from "node:assert/strict";
import { NotFoundError, systemClock } from "../../src/base/mod.ts";
import { WorkerLog } from "../../src/logging/mod.ts";

interface Step {
  step: string;
  method: string;
  path: string;
  request?: { level?: unknown };
  status: number;
  response?: unknown;
}

const { steps } = JSON.parse(
  await Deno.readTextFile(new URL("rest-standalone.json", import.meta.url)),
) as { steps: Step[] };

/** What a route would answer: it is to check that there is a level, and to know scopes. */
function answer(log: WorkerLog, { method, path, request }: Step): unknown {
  const name = new URL(path, "http://worker").pathname.split("/")[3] ?? "";
  if (method === "PUT") return log.levels.set(name, String(request!.level));
  return name === "" ? log.levels.all() : log.levels.level(name);
}

Deno.test("LoggerLevels answers as Kafka's Loggers, step by step", async (t) => {
  const log = new WorkerLog({
    clock: systemClock,
    mask: (text) => text,
    write: (bytes) => Promise.resolve(bytes.length),
  });
  const played = steps.filter(({ path, method, request }) =>
    path.startsWith("/admin/loggers") &&
    (method === "GET" || typeof (request?.level ?? null) !== "object")
  );
  assert.equal(played.length, 33);
  for (const step of played) {
    await t.step(`${step.step}: ${step.method} ${step.path}`, () => {
      if (step.status === 404) {
        const { message } = step.response as { message: string };
        // That a logger is not there is the route's to say.
        if (step.method === "GET") return assert.equal(answer(log, step), null);
        return assert.throws(() => answer(log, step), new NotFoundError(message));
      }
      // Kafka: a blank level is an error of the server.
      if (step.status === 500) return assert.throws(() => answer(log, step), NotFoundError);
      const answered = JSON.parse(
        JSON.stringify(answer(log, step)),
        (key, value) => key === "last_modified" && value !== null ? "${TS}" : value,
      );
      const wanted = step.response;
      if (step.status === 204) return;
      if (Array.isArray(wanted) && wanted[0] === "(list, list cut)") {
        return assert.ok(answered.includes("gold.lv"));
      }
      if (/loggers\/?$/.test(step.path)) {
        return assert.deepEqual(answered, commonTo(answered, wanted));
      }
      assert.deepEqual(answered, wanted);
    });
  }
});

/** What was wanted of the loggers whose levels were those of the root: log4j was told of some others. */
function commonTo(answered: Record<string, unknown>, wanted: unknown): unknown {
  const recorded = Object.entries(wanted as Record<string, unknown>).filter(([name]) =>
    /^(root$|gold\.|.*\.runtime(\.Worker|\.WorkerSourceTask|\.WorkerSinkTask)?$)/.test(name)
  );
  assert.ok(recorded.length >= 2);
  return { ...answered, ...Object.fromEntries(recorded) };
}
