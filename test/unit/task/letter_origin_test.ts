/** What dead letters were before they failed. */

import assert from "node:assert/strict";
import { originOf } from "../../../src/task/letter_origin.ts";

const encoder = new TextEncoder();
const keys = ["topic", "partition", "offset", "connector.name", "task.id", "stage", "class.name"];
const causes = ["exception.class.name", "exception.message", "exception.stacktrace"];

function header(key: string, text: string | null) {
  return { key, value: text === null ? null : encoder.encode(text) };
}

/** The headers of a failure; the first three say where the record was. */
function context(...where: (string | null)[]) {
  return [...keys, ...causes].map((key, index) =>
    header(`__connect.errors.${key}`, index < where.length ? where[index] : "x")
  );
}

function letter(headers: ReturnType<typeof header>[]) {
  return {
    topic: "letters",
    partition: 0,
    view: {
      offset: 5n,
      timestampMs: 1,
      timestampType: "CreateTime",
      key: null,
      value: encoder.encode("v"),
      headers,
    } as const,
  };
}

Deno.test("originOf() gives the record as it was consumed first, without what tells of the failure", () => {
  const own = header("h", "own");
  const { topic, partition, view } = originOf(letter([own, ...context("lines", "3", "42")]));
  assert.deepEqual([topic, partition, view.offset, view.headers], ["lines", 3, 42n, [own]]);
  assert.equal(view.timestampMs, 1);
});

Deno.test("originOf() keeps headers of an earlier failure, which the record had when it failed", () => {
  const headers = [...context("a", "1", "1"), ...context("b", "2", "2")];
  const { topic, view } = originOf(letter(headers));
  assert.equal(topic, "b");
  assert.deepEqual(view.headers, headers.slice(0, 10));
});

for (
  const [what, headers] of [
    ["has no headers", []],
    ["has headers of its own alone", [header("h", "x")]],
    ["has other headers last", [...context("lines", "3", "42"), header("h", "x")]],
    ["says no topic", context(null, "3", "42")],
    ["says an empty topic", context("", "3", "42")],
    ["says a partition that is none", context("lines", "-1", "42")],
    ["says an offset that is none", context("lines", "3", "4x")],
    ["lacks one of the ten", context("lines", "3", "42").slice(0, 9)],
  ] as const
) {
  Deno.test(`originOf() leaves a letter as it is that ${what}`, () => {
    const same = letter([...headers]);
    assert.equal(originOf(same), same);
  });
}
