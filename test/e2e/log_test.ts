/** The worker's log as its user has it: formats, levels at the start and over REST, and readers that go. */

import assert from "node:assert/strict";
import { Connect, connectCommand, inTemporaryFolder, until } from "./connect.ts";

const json = "org.apache.kafka.connect.json.JsonConverter";
const worker = {
  "key.converter": json,
  "value.converter": json,
  "offset.storage.file.filename": "connect.offsets",
  listeners: "http://127.0.0.1:0",
};
const source = {
  name: "local",
  "connector.class": "FileStreamSource",
  file: "in.txt",
  topic: "lines",
};
const fileLogger = "org.apache.kafka.connect.file.FileStreamSourceTask";

async function setLevel(url: string, logger: string, level: string): Promise<string[]> {
  const answer = await fetch(`${url}admin/loggers/${logger}`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ level }),
  });
  assert.equal(answer.status, 200);
  return await answer.json();
}

Deno.test("with log.format=json each line is an object, from the first to the last", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const files = { worker: { ...worker, "log.format": "json", "no.such.key": "1" }, source };
    await connect.start(files);
    // The file is not there yet, which the task says.
    await until(() => connect.log.includes("Couldn't find file"), () => connect.log);
    assert.equal(await connect.stop(), 0);
    const lines = connect.log.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.match(lines[0].message, /These configurations '\[no.such.key\]' were supplied/);
    assert.equal(lines.at(-1)!.message, "Kafka Connect worker stopped");
    const { timestamp: _, ...missing } = lines.find(({ logger }) => logger === fileLogger)!;
    assert.deepEqual({ ...missing, message: "" }, {
      ...{ level: "WARN", logger: fileLogger, message: "", connector: "local", task: 0 },
    });
  });
});

Deno.test("levels are those of the file, and then those that REST sets, also in tasks that run", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const levels = { [`log.level.${fileLogger}`]: "error" };
    const url = await connect.start({ worker: { ...worker, ...levels }, source });
    await Deno.writeTextFile(`${folder}/in.txt`, "one\n");
    await until(async () => {
      const topic = ["topics", "read", "lines", "--worker", "worker.properties"];
      const { stdout } = await connect.run(...topic, "--from-beginning", "--max-messages", "1");
      return stdout !== "";
    });
    assert.deepEqual(await setLevel(url, fileLogger, "INFO"), [fileLogger]);
    await Deno.writeTextFile(`${folder}/in.txt`, "");
    const said = () => connect.log.split("\n").filter((line) => line.endsWith(`(${fileLogger})`));
    await until(() => said().length > 0, () => connect.log);
    // That the file was not there at first was a warning, and is not shown.
    assert.match(
      said()[0],
      /INFO \[local\|task-0\] .* has been truncated; reading it from its beginning/,
    );
    await connect.stop();
  });
});

Deno.test("a level and a format that are none are refused before anything starts", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const wrong: [Record<string, string>, RegExp][] = [
      [
        { "log.format": "xml" },
        /xml for configuration log\.format: String must be one of: text, json/,
      ],
      [{ "log.level": "loud" }, /loud for configuration log\.level: String must be one of/],
      [
        { "log.level.a.b": "loud" },
        /loud for configuration log\.level\.a\.b: String must be one of/,
      ],
    ];
    for (const [keys, message] of wrong) {
      await connect.write({ worker: { ...worker, ...keys } });
      const { code, stderr } = await connect.run("standalone", "worker.properties");
      assert.equal(code, 78);
      assert.match(stderr, message);
    }
  });
});

Deno.test("a worker goes on and stops when nobody reads its log, whether the pipe is full or broken", async () => {
  for (const end of ["full", "broken"] as const) {
    await inTemporaryFolder(async (folder) => {
      const connect = new Connect(folder);
      await connect.write({ worker });
      const child = new Deno.Command(Deno.execPath(), {
        args: [...connectCommand, "standalone", "worker.properties"],
        ...{ cwd: folder, stdin: "null", stdout: "null", stderr: "piped", env: { NO_COLOR: "1" } },
      }).spawn();
      const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
      let log = "";
      while (!log.includes("worker started")) log += (await reader.read()).value;
      if (end === "broken") await reader.cancel();
      const url = /REST API at (\S+)/.exec(log)![1];
      // Each is a line: a pipe, which holds 64 KiB, is full before long.
      const long = `x.${"y".repeat(4000)}`;
      for (let i = 0; i < 100; i++) {
        await setLevel(url, `${long}${i}`, i % 2 === 0 ? "WARN" : "ERROR");
      }
      assert.equal((await (await fetch(url)).json()).version, "4.2.0");
      child.kill("SIGTERM");
      assert.equal((await child.status).code, 0);
      if (end === "full") await reader.cancel();
    });
  }
});
