import assert from "node:assert/strict";
import { Secrets } from "../../../src/base/mod.ts";
import { failureHeaders } from "../../../src/task/failure_report.ts";

Deno.test("failureHeaders() tells variables instead of what they stand for", () => {
  const error = new Error("no login with hunter2", { cause: new TypeError("hunter2 is wrong") });
  const headers = failureHeaders({
    ...{ connector: "it", task: 0, error, secrets: new Secrets([["hunter2", "${env:PASSWORD}"]]) },
    operation: { stage: "TRANSFORMATION", className: "X" },
  });
  const told = Object.fromEntries(
    headers.map(({ key, value }) => [key, new TextDecoder().decode(value!)]),
  );
  assert.equal(told["__connect.errors.exception.message"], "no login with ${env:PASSWORD}");
  const trace = told["__connect.errors.exception.stacktrace"];
  assert.match(trace, /no login with \$\{env:PASSWORD\}/);
  assert.match(trace, /Caused by: .*\$\{env:PASSWORD\} is wrong/);
  assert.ok(!trace.includes("hunter2"), trace);
});
