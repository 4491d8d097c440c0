/** Connectors over REST, as a user changes them, and what is left of that after a restart of the worker. */

import assert from "node:assert/strict";
import { Connect, type Files, inTemporaryFolder, until } from "./connect.ts";

const worker = {
  "bootstrap.servers": "embedded:data",
  "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
  "offset.storage.file.filename": "connect.offsets",
  "config.storage.file.filename": "state/connectors.json",
  "offset.flush.interval.ms": "100",
  "listeners": "http://127.0.0.1:0",
};
const source = { "connector.class": "FileStreamSource", "topic": "lines", "file": "in.txt" };
const sink = { "connector.class": "FileStreamSink", "topics": "lines", "file": "out.txt" };

type Ask = (method: string, path: string, body?: unknown) => Promise<unknown>;

/** Asks the REST API at a URL. @returns the body, once the status is good */
function asking(url: string): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${url.replace(/\/$/, "")}${path}`, {
      method,
      ...body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } },
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
}

/** The states of connectors with those of their tasks: `{c: "RUNNING PAUSED"}`. */
async function states(ask: Ask): Promise<Record<string, string>> {
  type Status = { connector: { state: string }; tasks: { state: string }[] };
  const all = await ask("GET", "/connectors?expand=status") as Record<string, { status: Status }>;
  return Object.fromEntries(
    Object.entries(all).map(([name, { status: { connector, tasks } }]) => [
      name,
      [connector, ...tasks].map(({ state }) => state).join(" "),
    ]),
  );
}

async function untilStates(ask: Ask, expected: Record<string, string>): Promise<void> {
  let last = {};
  await until(async () => {
    last = await states(ask);
    return JSON.stringify(last) === JSON.stringify(expected);
  }, () => JSON.stringify(last));
}

/** A worker in a folder, with what it has in its files. */
async function withWorker(
  test: (start: (files?: Files) => Promise<Ask>, connect: Connect) => Promise<void>,
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    await Deno.writeTextFile(`${folder}/in.txt`, "one\n");
    await test(async (files = {}) => asking(await connect.start({ worker, ...files })), connect);
  });
}

Deno.test("what is made, paused, stopped, changed and deleted over REST is so after a restart", async () => {
  await withWorker(async (start, connect) => {
    const files = { kept: { name: "kept", ...source }, gone: { name: "gone", ...source } };
    let ask = await start(files);
    await ask("POST", "/connectors", { name: "made", config: sink });
    await ask("POST", "/connectors", { name: "still", config: source, initial_state: "STOPPED" });
    await ask("PUT", "/connectors/made/pause");
    await ask("PATCH", "/connectors/kept/config", { "batch.size": "7" });
    await ask("DELETE", "/connectors/gone");
    const expected = { kept: "RUNNING RUNNING", made: "PAUSED PAUSED", still: "STOPPED" };
    await untilStates(ask, expected);
    assert.equal(await connect.stop(), 0);
    ask = await start(files);
    // One that begins paused has no tasks before it is resumed, as Kafka's.
    await untilStates(ask, { ...expected, made: "PAUSED" });
    const config = await ask("GET", "/connectors/kept/config") as Record<string, string>;
    assert.equal(config["batch.size"], "7");
    assert.match(connect.log, /Connector gone was deleted over REST/);
    await ask("PUT", "/connectors/made/resume");
    await ask("PUT", "/connectors/still/resume");
    await untilStates(ask, {
      kept: "RUNNING RUNNING",
      made: "RUNNING RUNNING",
      still: "RUNNING RUNNING",
    });
    // A file that says something else counts again.
    assert.equal(await connect.stop(), 0);
    ask = await start({
      kept: { ...files.kept, "batch.size": "8" },
      gone: { ...files.gone, "batch.size": "8" },
    });
    const again = await ask("GET", "/connectors/kept/config") as Record<string, string>;
    assert.equal(again["batch.size"], "8");
    assert.deepEqual(Object.keys(await states(ask)), ["gone", "kept", "made", "still"]);
    assert.equal(await connect.stop(), 0);
  });
});

Deno.test("a connector file may begin paused or stopped (KIP-980)", async () => {
  await withWorker(async (_start, connect) => {
    await connect.write({ worker });
    const files = ["PAUSED", "STOPPED", "running"].map((state) => {
      const name = state.toLowerCase();
      const text = JSON.stringify({ name, config: source, initial_state: state });
      return [`${name}.json`, text] as const;
    });
    for (const [file, text] of files) await Deno.writeTextFile(`${connect.folder}/${file}`, text);
    const ask = asking(
      await connect.startFiles(["worker.properties", ...files.map(([file]) => file)]),
    );
    await untilStates(ask, { paused: "PAUSED", running: "RUNNING RUNNING", stopped: "STOPPED" });
    await ask("PUT", "/connectors/paused/resume");
    await ask("PUT", "/connectors/stopped/resume");
    const running = "RUNNING RUNNING";
    await untilStates(ask, { paused: running, running, stopped: running });
    assert.equal(await connect.stop(), 0);
  });
});

Deno.test("a paused source reads no more and a paused sink puts no more; both go on where they were", async () => {
  await withWorker(async (start, connect) => {
    const ask = await start({
      source: { name: "source", ...source },
      sink: { name: "sink", ...sink },
      // Shows what the source has written.
      other: { name: "other", ...sink, file: "all.txt" },
    });
    const explain = () => connect.log;
    const untilFile = (name: string, text: string) =>
      until(async () => await Deno.readTextFile(`${connect.folder}/${name}`) === text, explain);
    const append = (text: string) =>
      Deno.writeTextFile(`${connect.folder}/in.txt`, text, { append: true });
    const runs = "RUNNING RUNNING";
    const paused = "PAUSED PAUSED";
    await untilFile("out.txt", "one\n");
    await ask("PUT", "/connectors/sink/pause");
    await untilStates(ask, { other: runs, sink: paused, source: runs });
    await append("two\n");
    await untilFile("all.txt", "one\ntwo\n");
    await ask("PUT", "/connectors/source/pause");
    await untilStates(ask, { other: runs, sink: paused, source: paused });
    await append("three\n");
    await untilFile("out.txt", "one\n");
    await ask("PUT", "/connectors/sink/resume");
    await untilFile("out.txt", "one\ntwo\n");
    await untilFile("all.txt", "one\ntwo\n");
    await ask("PUT", "/connectors/source/resume");
    await untilFile("out.txt", "one\ntwo\nthree\n");
    assert.equal(await connect.stop(), 0);
  });
});

Deno.test("a kept connector that will not do is FAILED, and keeps nobody from starting", async () => {
  await withWorker(async (start, connect) => {
    await Deno.mkdir(`${connect.folder}/state`);
    const kept = (name: string, config: Record<string, string>, target_state: string) => (
      { name, config: { ...config, name }, target_state, file: null }
    );
    const connectors = [
      kept("nope", { ...source, "connector.class": "Nope" }, "STARTED"),
      kept("well", source, "STARTED"),
      kept("idle", { ...source, "connector.class": "Nope" }, "PAUSED"),
    ];
    const text = JSON.stringify({ version: 1, connectors });
    const path = `${connect.folder}/state/connectors.json`;
    await Deno.writeTextFile(path, text);
    const ask = await start();
    await untilStates(ask, { idle: "PAUSED", nope: "FAILED", well: "RUNNING RUNNING" });
    const { type, connector: { trace } } = await ask("GET", "/connectors/nope/status") as {
      type: string;
      connector: { trace: string };
    };
    assert.equal(type, "unknown");
    assert.match(trace, /Failed to find any class .* Nope/);
    await ask("PUT", "/connectors/nope/config", source);
    await ask("DELETE", "/connectors/idle");
    await untilStates(ask, { nope: "RUNNING RUNNING", well: "RUNNING RUNNING" });
    // Configurations may hold passwords.
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    assert.equal(await connect.stop(), 0);
  });
});

Deno.test("a worker does not start with a file of connectors that is none, and says where it is wrong", async () => {
  await withWorker(async (_start, connect) => {
    await Deno.mkdir(`${connect.folder}/state`);
    const text =
      '{"version": 1, "connectors": [{"name": "c", "config": {}, "target_state": "ON"}]}';
    await Deno.writeTextFile(`${connect.folder}/state/connectors.json`, text);
    await connect.write({ worker });
    const { code, stderr } = await connect.run("standalone", "worker.properties");
    assert.equal(code, 78, stderr);
    const what = 'The connectors file "state/connectors.json" (config.storage.file.filename)';
    assert.ok(stderr.includes(`worker.properties: ${what} cannot be used: connectors.0.`), stderr);
  });
});

Deno.test("a task that fails is restarted by itself until it can run", async () => {
  await withWorker(async (_start, connect) => {
    const restarting = {
      ...worker,
      "task.auto.restart.enable": "true",
      "task.auto.restart.backoff.unit.ms": "50",
    };
    const file = "later/out.txt";
    const url = await connect.start({
      worker: restarting,
      source: { name: "source", ...source },
      sink: { name: "sink", ...sink, file },
    });
    const ask = asking(url);
    type Restarts = { auto_restart: { count: number; next_restart_timestamp: number | null } };
    const status = () => ask("GET", "/connectors/sink/status") as Promise<Restarts>;
    await until(async () => (await status()).auto_restart.count >= 2, () => connect.log);
    await Deno.mkdir(`${connect.folder}/later`);
    await untilStates(ask, { sink: "RUNNING RUNNING", source: "RUNNING RUNNING" });
    const written = () => Deno.readTextFile(`${connect.folder}/${file}`);
    await until(async () => await written() === "one\n", () => connect.log);
    assert.equal((await status()).auto_restart.next_restart_timestamp, null);
    assert.equal(await connect.stop(), 0);
  });
});
