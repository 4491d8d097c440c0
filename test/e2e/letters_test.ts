/** `connect dlq replay`: what fails goes to the dead letter queue, and comes back from there. */

import assert from "node:assert/strict";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const string = "org.apache.kafka.connect.storage.StringConverter";
const json = "org.apache.kafka.connect.json.JsonConverter";
const smt = "org.apache.kafka.connect.transforms";

const worker = {
  "listeners": "http://127.0.0.1:0",
  "key.converter": string,
  "value.converter": string,
  "offset.storage.file.filename": "connect.offsets",
  "offset.flush.interval.ms": "100",
};
const source = {
  name: "in",
  "connector.class": "FileStreamSource",
  file: "in.txt",
  topic: "lines",
};
const sink = {
  "name": "out",
  "connector.class": "FileStreamSink",
  "file": "out.txt",
  "topics": "lines",
  "value.converter": json,
  "value.converter.schemas.enable": "false",
  "errors.tolerance": "all",
  "errors.deadletterqueue.topic.name": "letters",
  "errors.deadletterqueue.topic.replication.factor": "1",
  "errors.deadletterqueue.context.headers.enable": "true",
};
/** It reads what the first one cannot, and shows the topic of each record. */
const mended = {
  ...sink,
  "value.converter": string,
  "transforms": "line,topic",
  "transforms.line.type": `${smt}.HoistField$Value`,
  "transforms.line.field": "line",
  "transforms.topic.type": `${smt}.InsertField$Value`,
  "transforms.topic.topic.field": "topic",
};
const replay = [
  ...["dlq", "replay", "letters", "--worker", "worker.properties"],
  ...["--connector", "sink.properties"],
];

Deno.test("dlq replay puts failed records through a sink, as they were, and none of them twice", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const out = () => Deno.readTextFile(`${folder}/out.txt`);
    const replayed = async (code: number, text: string | RegExp) => {
      const ran = await connect.run(...replay);
      assert.equal(ran.code, code, ran.stderr);
      if (typeof text === "string") assert.equal(ran.stdout, text, ran.stderr);
      else assert.match(ran.stdout, text, ran.stderr);
    };
    await Deno.writeTextFile(`${folder}/in.txt`, '"good"\nbad\n"fine"\nworse\n"end"\n');
    await connect.start({ worker, source, sink });
    await until(async () => (await out()) === "good\nfine\nend\n", () => connect.log);
    // Its folder is in use.
    const early = await connect.run(...replay);
    assert.equal(early.code, 1, early.stderr);
    assert.match(early.stderr, /^connect: The log folder ".*" is in use by another process$/m);
    assert.equal(await connect.stop(), 0, connect.log);

    // What fails again is a dead letter again, behind the end of this time.
    await replayed(0, "2 of 2 records of letters replayed\n");
    await connect.write({ sink: { ...sink, "errors.tolerance": "none" } });
    await replayed(1, /^0 of 2 records of letters replayed, then it failed: .*Tolerance exceeded/);
    await connect.write({ sink: mended });
    // Kafka: what ends a task is a dead letter too, so that the first of them is there twice.
    await replayed(0, "3 of 3 records of letters replayed\n");
    await replayed(0, "0 of 0 records of letters replayed\n");
    const lines = ["bad", "worse", "bad"].map((line) => `Struct{line=${line},topic=lines}\n`);
    assert.equal(await out(), `good\nfine\nend\n${lines.join("")}`);

    await connect.write({ sink: source });
    const { code, stderr } = await connect.run(...replay);
    assert.equal(code, 78);
    assert.match(
      stderr,
      /^connect: sink.properties: connector.class: FileStreamSource is a source;/,
    );
    const absent = await connect.run("dlq", "replay", "none", ...replay.slice(3));
    assert.equal(absent.code, 78);
  });
});

for (
  const [args, message] of [
    [["dlq", "show"], 'dlq: unknown action "show"; it must be replay'],
    [["dlq", "replay"], "dlq replay: the topic is missing"],
    [["dlq", "replay", "t", "u"], 'dlq replay: unexpected argument "u"'],
    [
      ["dlq", "replay", "t", "--worker", "w"],
      "dlq replay: --connector CONNECTOR.properties is missing; see connect dlq --help",
    ],
  ] as const
) {
  Deno.test(`connect ${args.join(" ")} is refused`, async () => {
    await inTemporaryFolder(async (folder) => {
      const { code, stderr } = await new Connect(folder).run(...args);
      assert.deepEqual([code, stderr], [78, `connect: ${message}\n`]);
    });
  });
}
