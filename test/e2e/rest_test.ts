/** The REST API of a running worker: clients as they are, and requests as nobody should send them. */

import assert from "node:assert/strict";
import { request } from "node:http";
import fc from "fast-check";
import { type RandomRequest, randomRequest, wrongAnswer } from "../unit/rest/random_requests.ts";
import { Connect, type Files, inTemporaryFolder, until } from "./connect.ts";

const files: Files = {
  worker: {
    "listeners": "http://127.0.0.1:0",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    "offset.storage.file.filename": "connect.offsets",
  },
};
const source = { "connector.class": "FileStreamSource", "topic": "t", "file": "in.txt" };

async function withWorker(
  test: (url: string, connect: Connect, folder: string) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/in.txt`, "one\n");
    const connect = new Connect(folder);
    const url = await connect.start(files);
    try {
      await test(url.replace(/\/$/, ""), connect, folder);
    } finally {
      await connect.stop();
    }
  });
}

interface Answer {
  status: number;
  type: string | null;
  text: string;
}

/** Sends it as it is; null when it cannot be sent at all. */
function send(
  url: string,
  { method, target, headers, body }: RandomRequest,
): Promise<Answer | null> {
  const { hostname, port } = new URL(url);
  const length = body === null ? {} : { "content-length": `${new Blob([body]).size}` };
  const { promise, resolve, reject } = Promise.withResolvers<Answer | null>();
  try {
    const options = { hostname, port, method, path: target, headers: { ...headers, ...length } };
    const sent = request(options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => text += part);
      response.on("error", reject);
      const type = response.headers["content-type"] ?? null;
      response.on("end", () => resolve({ status: response.statusCode!, type, text }));
    });
    sent.on("error", reject);
    sent.end(body ?? undefined);
  } catch {
    resolve(null);
  }
  return promise;
}

Deno.test("a worker answers whatever it is asked, and goes on as before", async () => {
  await withWorker(async (url, connect) => {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ name: "kept", config: source });
    await fetch(`${url}/connectors`, { method: "POST", headers, body }).then((made) => made.text());
    const keptNow = async () => (await fetch(`${url}/connectors/kept/status`)).json();
    await until(async () => (await keptNow()).tasks[0]?.state === "RUNNING");
    const before = await keptNow();
    const pid = connect.pid;
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(randomRequest, async (random) => {
        const answer = await send(url, random);
        if (answer === null) return;
        const { status, type, text } = answer;
        statuses.add(status);
        assert.equal(wrongAnswer(status, type, text), null, text);
      }),
      { numRuns: 500 },
    );
    for (const status of [200, 400, 404, 405, 415]) {
      assert.ok(statuses.has(status), `${status}`);
    }
    assert.deepEqual(await keptNow(), before);
    assert.equal((await (await fetch(`${url}/health`)).json()).status, "healthy");
    assert.equal(connect.pid, pid);
    const names: string[] = await (await fetch(`${url}/connectors`)).json();
    for (const name of names.filter((name) => name !== "kept")) {
      const target = `/connectors/${encodeURIComponent(name)}`;
      const deleted = await send(url, { method: "DELETE", target, headers: {}, body: null });
      assert.equal(deleted?.status, 204, target);
    }
    assert.deepEqual(await (await fetch(`${url}/connectors`)).json(), ["kept"]);
    assert.doesNotMatch(
      connect.log,
      /Uncaught exception in REST call.*(Type|Range|Reference)Error/,
    );
  });
});

Deno.test("clients that ask as Java's and Python's do are answered", async () => {
  await withWorker(async (url) => {
    const asked = async (method: string, path: string, headers: HeadersInit, body?: string) => {
      const answer = await fetch(url + path, { method, headers, body });
      await answer.body?.cancel();
      return answer.status;
    };
    const java = { accept: "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2" };
    const python = { "accept": "*/*", "accept-encoding": "gzip, deflate" };
    const json = { "content-type": "application/json" };
    const strimzi = { "accept": "application/json", ...json };
    const config = JSON.stringify({ ...source, "tasks.max": 1 });
    assert.equal(await asked("PUT", "/connectors/a/config", strimzi, config), 201);
    assert.equal(await asked("GET", "/connectors/a", java), 200);
    assert.equal(await asked("GET", "/connectors?expand=status&expand=info", python), 200);
    assert.equal(await asked("PUT", "/connectors/a/pause", python), 202);
    assert.equal(await asked("PUT", "/connectors/a/resume", { ...python, ...json }), 202);
    assert.equal(await asked("POST", "/connectors/a/restart", { ...java, ...json }, "{}"), 204);
    assert.equal(await asked("POST", "/connectors/a/restart?includeTasks=true", python), 202);
    assert.equal(await asked("DELETE", "/connectors/a", { ...python, ...json }), 204);
  });
});

const hasCurl = await new Deno.Command("curl", { args: ["--version"], stdout: "null" }).output()
  .then(() => true, () => false);

Deno.test({
  name: `curl is answered${hasCurl ? "" : " (there is no curl here)"}`,
  ignore: !hasCurl,
  async fn() {
    await withWorker(async (url, _, folder) => {
      const curl = async (...args: string[]) => {
        const command = { args: ["-sS", "-m", "20", "-w", "%{http_code}", ...args], cwd: folder };
        const { stdout, stderr } = await new Deno.Command("curl", command).output();
        return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
      };
      const json = "Content-Type: application/json";
      const large = { ...source, padding: "x".repeat(200_000) };
      await Deno.writeTextFile(`${folder}/a.json`, JSON.stringify({ name: "a", config: large }));
      const created = ["-X", "POST", "-H", json, "--data-binary", "@a.json", `${url}/connectors`];
      assert.match(await curl("-H", "Expect: 100-continue", ...created), /"type":"source"\}201$/);
      assert.match(await curl("-H", "Transfer-Encoding: chunked", ...created), /exists"\}409$/);
      assert.match(await curl("-0", `${url}/connectors`), /^\["a"\]200$/);
      assert.match(
        await curl("-I", `${url}/connectors/a`),
        /content-type: application\/json[^]*200$/i,
      );
      assert.equal(await curl("-X", "PUT", `${url}/connectors/a/pause`), "202");
      assert.equal(await curl("-X", "PUT", "-H", json, `${url}/connectors/a/resume`), "202");
      // As with Java, a form is none of what is taken.
      assert.match(await curl("-X", "PUT", "-d", "", `${url}/connectors/a/pause`), /415$/);
      assert.match(await curl(`${url}/`, `${url}/health`), /200\{.*healthy.*200$/);
      const dots = ["--path-as-is", `${url}/connectors/..`];
      assert.match(await curl(...dots), /"Connector \.\. not found"\}404$/);
      assert.equal(await curl("-X", "DELETE", `${url}/connectors/a`), "204");
    });
  },
});
