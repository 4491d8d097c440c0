/**
 * The offsets and the topics of connectors over REST, step by step as Kafka Connect's standalone worker has
 * answered: with a herder, its file connectors and the embedded log.
 */

import assert from "node:assert/strict";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import { Connectors, StandaloneHerder } from "../../src/herder/mod.ts";
import { createApps } from "../../src/rest/mod.ts";
import { FileOffsetStore } from "../../src/store/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import recorded from "./rest-standalone.json" with { type: "json" };

interface Step {
  step: string;
  method: string;
  path: string;
  request?: unknown;
  requestText?: string;
  requestHeaders?: Record<string, string>;
  status: number;
  response?: { offsets?: unknown[]; error_code?: number; message?: string };
  bodyEmpty?: boolean;
}

/** What brings the connectors into the state that is asked about. */
const preparing = [
  "create source",
  "PUT config, create",
  "pause",
  "resume",
  "stop",
  "PUT config on a stopped one",
  "sink stop",
];
/** Where Java's JSON library has failed, ours says 400 in its own words: see docs/differences.md. */
const malformed = ["malformed", "null body", "unknown field"].map((what) =>
  `PATCH offsets: ${what}`
);
/** Java's worker was restarted meanwhile, and had written three lines twice. */
const twice = ["sink offsets running", "sink offsets stopped"];

const steps = (recorded.steps as unknown as Step[]).filter(({ step, path }) =>
  (/\/(offsets|topics|topics\/reset)$/.test(path) || preparing.includes(step)) &&
  !/init-stopped|gold-x-fail/.test(path)
);

Deno.test("the offsets and topics of connectors are what Kafka's worker says they are", async (context) => {
  assert.ok(steps.length > 75, `${steps.length}`);
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/in.txt`, "one\ntwo\nthree\n");
  const log = keptLog();
  const clock = systemClock;
  const topics = await EmbeddedTopics.open({
    disk: localDisk,
    folder: `${folder}/log`,
    clock,
    log,
  });
  const connectors = new Connectors(log, [], { onReconfigure() {}, onRaised() {} });
  const herder = new StandaloneHerder({
    workerProps: {
      "key.converter": "JsonConverter",
      "value.converter": "JsonConverter",
      "offset.storage.file.filename": "offsets",
      "offset.flush.interval.ms": "50",
    },
    workerId: "worker:8083",
    connectors,
    files: [],
    topics,
    internalTopics: new Set(),
    clients: null,
    offsets: await FileOffsetStore.open(localDisk, `${folder}/offsets`),
    clock,
    log,
  });
  const { main } = createApps({
    herder: () => herder,
    commit: "",
    clusterId: () => null,
    clock,
    log,
  });
  const ask = async (step: Step) => {
    const given = step.requestText ?? (step.request && JSON.stringify(step.request));
    const body = (given as string | undefined)?.replaceAll("${DIR}", folder);
    const headers = { ...body && { "content-type": "application/json" }, ...step.requestHeaders };
    const answer = await main.request(step.path, { method: step.method, headers, body });
    const text = (await answer.text()).replaceAll(folder, "${DIR}");
    return { status: answer.status, response: text === "" ? undefined : JSON.parse(text) };
  };
  try {
    for (const step of steps) {
      await context.step(`${step.step}: ${step.method} ${step.path}`, async () => {
        if (preparing.includes(step.step)) {
          assert.equal((await ask(step)).status, step.status);
        } else if (malformed.includes(step.step)) {
          assert.equal((await ask(step)).status, 400);
        } else {
          const expected = expectedOf(step);
          // Records, and the offsets of what is read and written, come some time after a start.
          let answer = answerOf(await ask(step));
          if (step.method === "GET") {
            await until(async () => {
              answer = answerOf(await ask(step));
              return JSON.stringify(answer) === JSON.stringify(expected);
            }, () => JSON.stringify(answer));
          }
          assert.deepEqual(answer, expected);
        }
      });
    }
  } finally {
    await herder.stop();
    await topics.close();
    await Deno.remove(folder, { recursive: true });
  }
});

function expectedOf(step: Step) {
  const { status, response } = step;
  const text = JSON.stringify(response)?.replaceAll('"kafka_offset":6', '"kafka_offset":3');
  const isTwice = twice.includes(step.step);
  return answerOf({ status, response: isTwice ? JSON.parse(text!) : response });
}

/** An answer with its offsets in some order: Java's is that of a HashMap. */
function answerOf({ status, response }: Pick<Step, "status" | "response">) {
  if (response?.offsets === undefined) return { status, response };
  const offsets = response.offsets.map((one) => JSON.stringify(one)).sort();
  return { status, response: { offsets } };
}
