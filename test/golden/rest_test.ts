/** A standalone worker answers the calls that Kafka's answered, in their order. */

import assert from "node:assert/strict";
import { request } from "node:http";
import { parseExact, stringifyExact } from "../../src/api/mod.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { completed, deletedBefore, type Difference, differences } from "./rest_differences.ts";
import { comparable, type Json, type Step } from "./rest_steps.ts";

/** How long a state may take to come about, in milliseconds. */
const patienceMs = 15_000;

/** What only a distributed worker was asked, though any answers it: what keys plugins have. */
const pluginSteps = (await recorded("rest.json")).filter(({ step }) =>
  step.startsWith("plugin config") && step !== "plugin config not found"
);
const steps = [...await recorded("rest-standalone.json"), ...pluginSteps];

/** The steps in a file, with exact numbers: one of them is beyond what a double can be. */
async function recorded(file: string): Promise<Step[]> {
  const text = await Deno.readTextFile(new URL(file, import.meta.url));
  return (parseExact(text) as { steps: Step[] }).steps.map(completed);
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

Deno.test("a standalone worker answers as Kafka's does", async (context) => {
  const unused = new Set(differences);
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    await Deno.writeTextFile(`${folder}/in.txt`, "one\ntwo\nthree\n");
    const url = await connect.start({
      worker: {
        "listeners": "http://127.0.0.1:0",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "offset.storage.file.filename": "connect.offsets",
        "offset.flush.interval.ms": "100",
      },
    });
    const worker = new RecordedWorker(url, folder);
    try {
      for (const [number, step] of steps.entries()) {
        const name = `${number} ${step.step}: ${step.method} ${step.path}`;
        const different = differences.find(({ when }) => when(step));
        if (different !== undefined) unused.delete(different);
        await context.step(name, () => play(worker, step, different));
      }
    } finally {
      await connect.stop();
    }
  });
  assert.deepEqual([...unused].map(({ why }) => why), []);
});

Deno.test("a distributed worker answers as Kafka's does", async (context) => {
  const standalone = Map.groupBy(steps, askedOf);
  const answered = (step: Step) =>
    stringifyExact([step.status, step.headers, comparable(step.response ?? null, step)]);
  let sameCount = 0;
  let followedCount = 0;
  for (const [number, step] of (await recorded("rest.json")).entries()) {
    const twin = standalone.get(askedOf(step))?.shift();
    const ours = twin && (differences.find(({ when }) => when(twin))?.answers(twin) ?? twin);
    if (twin !== undefined && answered(twin) === answered(step)) sameCount++;
    else if (ours !== undefined && answered(ours) === answered(step)) followedCount++;
    else {
      await context.step({
        name: `${number} ${step.step}: ${step.method} ${step.path} (waits for distributed workers)`,
        ignore: true,
        fn: () => {},
      });
    }
  }
  // A standalone worker answers these as well, see above.
  assert.ok(sameCount > 350, `${sameCount}`);
  // Kafka's standalone worker answers with 500 for what is not there, and has connectors of null values.
  assert.ok(followedCount >= 15, `${followedCount}`);
});

/** What a step asks. */
function askedOf({ step, method, path, request, requestText }: Step): string {
  return stringifyExact([step, method, path, request, requestText]);
}

/** Asks what was asked, and compares what is told; a state may take a while to come about. */
async function play(worker: RecordedWorker, step: Step, different?: Difference): Promise<void> {
  for (const name of deletedBefore(step)) {
    await worker.ask("DELETE", `/connectors/${encodeURIComponent(name)}`, {});
  }
  if (step.method !== "GET") await worker.settled(step.path);
  // Before it was deleted, it had written the file's lines: what comes later counts them.
  if (step.path === "/connectors/gold-x-is2") await worker.hasRead("gold-x-is2");
  const expected = different?.answers(step) ?? step;
  const isState = step.method === "GET" && expected.status === 200;
  const end = performance.now() + (isState ? patienceMs : 0);
  for (;;) {
    const answer = await worker.ask(step.method, step.path, step);
    try {
      return compare(answer, expected, worker, different?.shown);
    } catch (error) {
      if (performance.now() > end) {
        throw new Error(`${different?.why ?? ""}\n${error}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** A worker that is asked what another was asked. */
class RecordedWorker {
  readonly #url: URL;
  readonly #folder: string;

  constructor(url: string, folder: string) {
    this.#url = new URL(url);
    this.#folder = folder;
  }

  /** With what was recorded instead of what differs from worker to worker. */
  recorded(text: string): string {
    return text.replaceAll(this.#folder, "${DIR}").replaceAll(this.#url.host, "${WORKER}")
      .replaceAll(/("last_modified":)\d+/g, '$1"${TS}"')
      .replaceAll("embedded:data", "${CLUSTER_ID}");
  }

  /** Waits until nothing of a connector is on its way to another state: Kafka answers then only. */
  async settled(path: string): Promise<void> {
    const [, resource, name] = path.split("/");
    if (resource !== "connectors" || name === undefined) return;
    await until(async () => {
      const { text } = await this.ask("GET", `/connectors/${name}/status`, {});
      return !/"state":"(RESTARTING|UNASSIGNED)"/.test(text);
    });
  }

  /** Waits until a connector has read its file to the end. */
  async hasRead(name: string): Promise<void> {
    await until(async () => {
      const { text } = await this.ask("GET", `/connectors/${name}/offsets`, {});
      return text.includes('"position":14');
    });
  }

  /** Sends a request byte by byte as it was recorded: fetch would tidy up its path. */
  ask(method: string, path: string, step: Partial<Step>): Promise<Answer> {
    const text = step.requestText ??
      (step.request === undefined ? null : stringifyExact(step.request));
    const body = text?.replaceAll("${DIR}", this.#folder) ?? null;
    const json = body === null ? {} : { "Content-Type": "application/json" };
    const headers = {
      ...step.requestHeaders ?? json,
      ...body === null ? {} : { "Content-Length": `${new TextEncoder().encode(body).length}` },
    };
    const { hostname, port } = this.#url;
    return new Promise((resolve, reject) => {
      const sent = request({ hostname, port, method, path, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part) => text += part);
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode!,
            headers: response.headers as Record<string, string>,
            text,
          }));
      });
      sent.on("error", reject);
      sent.end(body ?? undefined);
    });
  }
}

function compare(
  answer: Answer,
  expected: Step,
  worker: RecordedWorker,
  shown: Difference["shown"] = (body) => body,
): void {
  const text = worker.recorded(answer.text);
  assert.equal(answer.status, expected.status, text);
  const isText = expected.responseText !== undefined;
  if (isText) assert.equal(text, expected.responseText);
  else if (expected.bodyEmpty) assert.equal(text, "");
  else {
    const body = shown(JSON.parse(text) as Json);
    assert.equal(
      JSON.stringify(comparable(body, expected), null, 1),
      JSON.stringify(comparable(expected.response!, expected), null, 1),
    );
  }
  for (const name of ["location", "allow"]) {
    const value = answer.headers[name];
    assert.equal(value && worker.recorded(value), expected.headers[name], name);
  }
  // Kafka leaves the content type off what its framework answers.
  const type = expected.headers["content-type"] ??
    (expected.bodyEmpty ? undefined : "application/json");
  assert.equal(answer.headers["content-type"], type);
}
