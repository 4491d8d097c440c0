/** Every sample in config/ can be used as it is: each is started, with nothing but ports changed, or tried. */

import assert from "node:assert/strict";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const config = new URL("../../config/", import.meta.url);
const samples = [...Deno.readDirSync(config)].map(({ name }) => name).sort();
const connectors = ["connect-file-sink.properties", "connect-file-source.properties"];
const workers = [
  "connect-secure.properties",
  "connect-spool.properties",
  "connect-standalone.properties",
];
/** Files that a worker's sample names. */
const named = ["connect-jaas.conf", "connect-users.properties"];
/** Started with brokers, in test/kafka/sample_test.ts. */
const withKafka = ["connect-kafka.properties"];

/** Tried by `connect test`, in test/e2e/trial_test.ts. */
const tried = ["connect-log-source.cases.json", "connect-log-source.properties"];

/** A folder with the samples; brokers are where none are. */
async function withSamples(test: (connect: Connect) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    await Deno.mkdir(`${folder}/config`);
    for (const name of samples) {
      const text = await Deno.readTextFile(new URL(name, config));
      const own = workers.includes(name) ? "listeners=http://127.0.0.1:0\n" : "";
      const moved = text.replace("localhost:9092", "127.0.0.1:1");
      await Deno.writeTextFile(`${folder}/config/${name}`, `${moved}${own}`);
    }
    await Deno.writeTextFile(`${folder}/test.txt`, "foo\nbar\n");
    await test(new Connect(folder));
  });
}

/** Starts a worker's sample with connectors' ones, and waits until all run. */
async function started(connect: Connect, ...names: string[]): Promise<void> {
  const url = await connect.startFiles(names.map((name) => `config/${name}`));
  const connectors: string[] = await (await fetch(`${url}connectors`)).json();
  assert.equal(connectors.length, names.length - 1);
  for (const name of connectors) {
    await until(async () => {
      const status = await (await fetch(`${url}connectors/${name}/status`)).json();
      const states = [status.connector, ...status.tasks].map(({ state }) => state);
      return states.length === 2 && states.every((state) => state === "RUNNING");
    }, () => connect.log);
  }
}

Deno.test("config/ holds no sample that no test uses", () => {
  assert.deepEqual(samples, [...connectors, ...workers, ...named, ...withKafka, ...tried].sort());
});

Deno.test("config/connect-standalone.properties moves lines from the source's sample to the sink's", async () => {
  await withSamples(async (connect) => {
    await started(connect, "connect-standalone.properties", ...connectors);
    const sunk = () => Deno.readTextFile(`${connect.folder}/test.sink.txt`);
    await until(async () => await sunk() === "foo\nbar\n", () => connect.log);
    assert.equal(await connect.stop(), 0, connect.log);
    assert.doesNotMatch(connect.log, / (WARN|ERROR) /);
  });
});

Deno.test("config/connect-spool.properties keeps the source's lines while there are no brokers", async () => {
  await withSamples(async (connect) => {
    await started(connect, "connect-spool.properties", "connect-file-source.properties");
    const args = ["spool", "status", "--worker", "config/connect-spool.properties", "--json"];
    const waiting = async () => JSON.parse((await connect.run(...args)).stdout).waitingRecords;
    await until(async () => await waiting() === "2", () => connect.log);
    assert.equal(await connect.stop(), 0, connect.log);
    // That nobody answers is all there is to say.
    const warnings = connect.log.split("\n").filter((line) => / (WARN|ERROR) /.test(line));
    for (const line of warnings) assert.match(line, /no answer from|Kafka does not tell/);
  });
});

Deno.test("config/connect-secure.properties lets users in, and its guest look", async () => {
  await withSamples(async (connect) => {
    const url = await connect.startFiles(["config/connect-secure.properties"]);
    const asked = async (user: string, method: string, path: string) => {
      const headers = { authorization: `Basic ${btoa(user)}` };
      const answer = await fetch(url + path, { method, headers });
      return [answer.status, await answer.text()];
    };
    assert.deepEqual(await asked("admin:wrong", "GET", "connectors"), [
      401,
      "User cannot access the resource.",
    ]);
    assert.deepEqual(await asked("guest:guest-secret", "GET", "connectors"), [200, "[]"]);
    assert.deepEqual(await asked("guest:guest-secret", "DELETE", "connectors/x"), [
      403,
      '{"error_code":403,"message":"User guest may only read, with GET, HEAD, OPTIONS"}',
    ]);
    assert.deepEqual(await asked("admin:admin-secret", "GET", "connectors"), [200, "[]"]);
    const [status] = await asked("admin:admin-secret", "DELETE", "connectors/x");
    assert.ok(status !== 401 && status !== 403, `${status}`);
    assert.equal(await connect.stop(), 0, connect.log);
    assert.doesNotMatch(connect.log, / (WARN|ERROR) |secret/);
  });
});
