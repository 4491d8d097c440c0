/** What a user does with a running worker from the command line, the same with ours and with Kafka's. */

import assert from "node:assert/strict";
import { Connect, until } from "./connect.ts";

/** Makes a connector in `folder`, looks at it, changes how it is, and takes it away. */
export async function playRemoteStory(folder: string, url: string): Promise<void> {
  const connect = new Connect(folder, { CONNECT_REST_URL: url });
  const ask = async (...args: string[]) => {
    const { code, stdout, stderr } = await connect.run(...args);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, args.join(" "));
    return stdout;
  };
  const states = async () => {
    const { connector, tasks } = JSON.parse(await ask("status", "lines", "--json"));
    return [connector, ...tasks].map(({ state }: { state: string }) => state).join(" ");
  };
  const become = async (wanted: string) => {
    let seen = "";
    await until(async () => (seen = await states()) === wanted, () => `${seen}, not ${wanted}`);
  };

  assert.equal(await ask("connectors", "list"), "");
  assert.match(
    await ask("status"),
    /^Worker: http.*\nKafka Connect: 4.2.0\n[^]*\nNo connectors\n$/,
  );
  await Deno.writeTextFile(`${folder}/in.txt`, "one\ntwo\n");
  const props = {
    name: "lines",
    "connector.class": "FileStreamSource",
    "tasks.max": "1",
    file: `${folder}/in.txt`,
    topic: "lines",
  };
  await connect.write({ lines: props });
  assert.equal(await ask("connectors", "create", "lines.properties"), "Created lines\n");
  assert.equal(await ask("connectors", "list"), "lines\n");
  await become("RUNNING RUNNING");
  assert.match(await ask("status"), /\nlines +source +RUNNING +1 RUNNING /);
  assert.deepEqual(JSON.parse(await ask("connectors", "config", "lines")), props);
  const rows = JSON.parse(await ask("top", "--json")).rows;
  assert.deepEqual(rows.map(({ state }: { state: string }) => state), ["RUNNING", "RUNNING"]);

  const twice = await connect.run("connectors", "create", "lines.properties");
  assert.deepEqual([twice.code, twice.stderr], [
    78,
    "connect: lines.properties: Connector lines already exists\n",
  ]);
  await connect.write({ wrong: { name: "wrong", "connector.class": "FileStreamSource" } });
  const wrong = await connect.run("connectors", "create", "wrong.properties");
  assert.equal(wrong.code, 78);
  assert.match(
    wrong.stderr,
    /^connect: wrong.properties: Connector configuration is invalid .*\n$/,
  );

  assert.equal(await ask("connectors", "pause", "lines"), "Pausing lines\n");
  await become("PAUSED PAUSED");
  assert.equal(await ask("connectors", "resume", "lines"), "Resuming lines\n");
  await become("RUNNING RUNNING");
  const restart = ["connectors", "restart", "lines", "--include-tasks"];
  assert.equal(await ask(...restart), "Restarting lines\n");
  await become("RUNNING RUNNING");
  await until(async () => (await ask("connectors", "offsets", "lines")).includes('"position": 8'));
  assert.equal(await ask("connectors", "stop", "lines"), "Stopping lines\n");
  await become("STOPPED");
  assert.equal(await ask("connectors", "delete", "lines"), "Deleted lines\n");
  const gone = await connect.run("status", "lines");
  assert.deepEqual([gone.code, gone.stderr], [
    78,
    "connect: No status found for connector lines\n",
  ]);
}
