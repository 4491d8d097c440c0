/** The whole way: a file, two transforms, a topic in the embedded log, a sink file. */

import assert from "node:assert/strict";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const transforms = {
  "transforms": "MakeMap,InsertSource",
  "transforms.MakeMap.type": "org.apache.kafka.connect.transforms.HoistField$Value",
  "transforms.MakeMap.field": "line",
  "transforms.InsertSource.type": "org.apache.kafka.connect.transforms.InsertField$Value",
  "transforms.InsertSource.static.field": "data_source",
  "transforms.InsertSource.static.value": "test-file-source",
};

const worker = {
  "listeners": "http://127.0.0.1:0",
  "key.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
  "key.converter.schemas.enable": "false",
  "value.converter.schemas.enable": "false",
  "offset.storage.file.filename": "connect.offsets",
  "offset.flush.interval.ms": "1000",
};

const source = {
  "name": "local-file-source",
  "connector.class": "FileStreamSource",
  "tasks.max": "1",
  "file": "test.txt",
  "topic": "connect-test",
  ...transforms,
};

const sink = {
  "name": "local-file-sink",
  "connector.class": "FileStreamSink",
  "tasks.max": "1",
  "file": "test.sink.txt",
  "topics": "connect-test",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
};

const foo = '{"line":"foo","data_source":"test-file-source"}';
const bar = '{"line":"bar","data_source":"test-file-source"}';
const baz = '{"line":"baz","data_source":"test-file-source"}';

Deno.test("standalone moves a file through transforms, the embedded log and a sink", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/test.txt`, "foo\nbar\n");
    const connect = new Connect(folder);
    await connect.start({ worker, source, sink });
    const out = `${folder}/test.sink.txt`;
    await until(async () => (await Deno.readTextFile(out)).split("\n").length > 2);
    await Deno.writeTextFile(`${folder}/test.txt`, "baz\n", { append: true });
    await until(async () => (await Deno.readTextFile(out)).split("\n").length > 3);
    assert.equal(await connect.stop(), 0);
    assert.equal(await Deno.readTextFile(out), `${foo}\n${bar}\n${baz}\n`);
    const read = ["topics", "read", "connect-test", "--worker", "worker.properties"];
    const topic = await connect.run(...read, "--from-beginning", "--max-messages", "3");
    assert.equal(topic.stdout, `${foo}\n${bar}\n${baz}\n`);
  });
});

Deno.test("standalone goes on where it stopped, without a line twice or lost", async () => {
  await inTemporaryFolder(async (folder) => {
    const out = `${folder}/test.sink.txt`;
    const connect = new Connect(folder);
    for (const [round, text] of ["foo\n", "bar\n", "baz\n"].entries()) {
      await Deno.writeTextFile(`${folder}/test.txt`, text, { append: true });
      await connect.start({ worker, source, sink });
      await until(async () => (await Deno.readTextFile(out)).split("\n").length > round + 1);
      assert.equal(await connect.stop("SIGINT"), 0);
    }
    assert.equal(await Deno.readTextFile(out), `${foo}\n${bar}\n${baz}\n`);
  });
});

Deno.test("REST shows connectors and their status", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/test.txt`, "foo\n");
    const connect = new Connect(folder);
    const url = await connect.start({ worker, source, sink });
    const get = async (path: string) => await (await fetch(url + path)).json();
    assert.equal((await get("")).version, "4.2.0");
    assert.equal((await get("health")).status, "healthy");
    assert.deepEqual(await get("connectors"), ["local-file-sink", "local-file-source"]);
    await until(async () =>
      (await get("connectors/local-file-source/status")).tasks[0].state === "RUNNING"
    );
    assert.deepEqual(await get("connectors/nope/status"), {
      error_code: 404,
      message: "No status found for connector nope",
    });
    assert.equal(await connect.stop(), 0);
  });
});

Deno.test("topics lists, describes and follows topics while the worker runs", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/test.txt`, "foo\n");
    const connect = new Connect(folder);
    await connect.start({ worker, source });
    const topics = (...args: string[]) =>
      connect.run("topics", ...args, "--worker", "worker.properties");
    await until(async () => (await topics("list")).stdout === "connect-test\n");
    const read = ["read", "connect-test", "--max-messages"];
    const first = await topics(...read, "1", "--from-beginning", "--property", "print.key=true");
    assert.deepEqual([first.stdout, first.stderr, first.code], [`null\t${foo}\n`, "", 0]);
    const described = await topics("describe", "connect-test");
    assert.equal(
      described.stdout,
      "Topic: connect-test\tPartitionCount: 1\tConfigs: \n" +
        "\tPartition: 0\tLogStartOffset: 0\tEndOffset: 1\n",
    );
    // It follows: the line comes while it waits for a second record.
    const following = topics(...read, "2", "--from-beginning");
    await Deno.writeTextFile(`${folder}/test.txt`, "bar\n", { append: true });
    assert.equal((await following).stdout, `${foo}\n${bar}\n`);
    const unknown = await topics("describe", "nope");
    assert.deepEqual(
      [unknown.stderr, unknown.code],
      ['connect: There is no topic "nope" in "data"\n', 78],
    );
    assert.equal(await connect.stop(), 0);
  });
});
