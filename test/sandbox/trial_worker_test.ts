/** Records that are tried end, whatever a transform does to them. */

import assert from "node:assert/strict";
import { taskSpec } from "../../src/herder/mod.ts";
import { tryRecords } from "../../src/sandbox/mod.ts";
import type { TrialInput } from "../../src/task/mod.ts";
import { until } from "../e2e/connect.ts";
import { HeldClock } from "../faults/held_clock.ts";
import { keptLog } from "../faults/memory_disk.ts";

const file = new URL("plugins/stumbling.js", import.meta.url);
const string = "org.apache.kafka.connect.storage.StringConverter";
const worker = {
  "key.converter": string,
  "value.converter": string,
  "offset.storage.file.filename": "none",
};

function specWith(mood: string) {
  const connector = {
    ...{ "name": "it", "connector.class": "FileStreamSource", "transforms": "x" },
    ...{ "transforms.x.type": "Stumbling", "transforms.x.mood": mood },
  };
  return taskSpec({ kind: "source", worker, connector, task: 0, config: {} });
}

const inputs = ["loop", "a", "close", "throw", "drop", "b"].map((value): TrialInput => ({
  ...{ topic: "t", partition: null, timestampMs: null, headers: [] },
  key: { schema: null, value: "null" },
  value: { schema: null, value: JSON.stringify(value) },
}));

Deno.test("tryRecords() goes on behind a record that loops, closes its Worker or is dropped", async () => {
  const clock = new HeldClock();
  const files = [file.href];
  const log = keptLog();
  const tried = tryRecords({ spec: specWith("works"), inputs, files, clock, log });
  await until(() => log.lines.includes("info it loops"));
  clock.advance(10_000);
  const told = (await tried).map((outcome) => {
    if (outcome.is === "bytes") return new TextDecoder().decode(outcome.record.value!);
    if (outcome.is === "dropped") return `dropped ${outcome.at}`;
    assert.ok(outcome.is === "failed");
    return `failed ${outcome.at}: ${outcome.message}`;
  });
  assert.deepEqual(
    told.map((one) => one.replace(/^failed : (?:\S+\.ConnectException: )?/, "ended: ")),
    [
      "ended: it did not end within 10000 ms",
      "a",
      "ended: the plugin has closed its Worker",
      "failed transforms.x: not this one",
      "dropped transforms.x",
      "b",
    ],
  );
});

Deno.test("tryRecords() says why transforms cannot be made", async () => {
  const options = { inputs, files: [file.href], clock: new HeldClock(), log: keptLog() };
  await assert.rejects(tryRecords({ spec: specWith("refuses"), ...options }), {
    name: "ConnectError",
    message: /not with these keys/,
  });
});
