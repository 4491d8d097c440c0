/**
 * Records that no converter or transform can take, among others that they can: the bad ones go to the dead letter
 * queue, the good ones come out, in order, and every task goes on.
 */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import { BatchBuilder, readRecords } from "../../src/batch/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const json = "org.apache.kafka.connect.json.JsonConverter";
const string = "org.apache.kafka.connect.storage.StringConverter";
const smt = "org.apache.kafka.connect.transforms";
const encoder = new TextEncoder();
const timestamp = { type: "int64", name: "org.apache.kafka.connect.data.Timestamp", version: 1 };
const megabyte = 1 << 20;

/** A value with its schema, as JsonConverter reads it. */
const typed = (schema: unknown, payload: unknown) => JSON.stringify({ schema, payload });

interface Case {
  /** The keys of the sink, beside those that all have. */
  props: Record<string, string>;
  /** What it can take. */
  good: string | Uint8Array<ArrayBuffer>;
  /** How that comes out. */
  line: string;
  /** What it cannot. */
  bad: readonly (string | Uint8Array<ArrayBuffer>)[];
}

const cases: Record<string, Case> = {
  schemas: {
    props: { "value.converter": json },
    good: typed({ type: "string" }, "good"),
    line: "good",
    bad: [
      "{",
      "nul",
      "{} {",
      '{"schema":{"type":"int32"}}',
      typed({ type: "nope" }, 1),
      typed({}, 1),
      typed({ type: "struct", fields: [{ field: "a", type: "int32" }] }, {}),
      typed({ type: "struct", fields: [{ type: "int32" }] }, { a: 1 }),
      typed({ type: "array" }, [1]),
      typed({ type: "string", optional: false }, null),
      typed({ ...timestamp }, "x"),
      '{"schema":{"type":"double"},"payload":NaN}',
      `{"schema":${JSON.stringify(timestamp)},"payload":9223372036854775807}`,
      new Uint8Array([0x7b, 0xff, 0xfe, 0x80]),
      "[".repeat(100_000),
      "[".repeat(12 * megabyte),
      `{"schema":${'{"type":"array","items":'.repeat(5_000)}`,
    ],
  },
  fields: {
    props: {
      "value.converter": json,
      "value.converter.schemas.enable": "false",
      "transforms": "cast,time",
      "transforms.cast.type": `${smt}.Cast$Value`,
      "transforms.cast.spec": "n:int8",
      "transforms.time.type": `${smt}.TimestampConverter$Value`,
      "transforms.time.target.type": "unix",
      "transforms.time.field": "t",
      "transforms.time.format": "yyyy",
    },
    good: '{"n":"1","t":"1970"}',
    line: "{n=1, t=0}",
    bad: [
      '"text"',
      "[1]",
      '{"n":"x","t":"1970"}',
      '{"n":"128","t":"1970"}',
      '{"n":[],"t":"1970"}',
      '{"n":"1","t":"soon"}',
      '{"n":"1","t":true}',
      '{"n":"1","t":"999999999"}',
    ],
  },
  // Twenty-four letters that a pattern with nested repetitions can divide in millions of ways.
  xxxxxxxxxxxxxxxxxxxxxxxx: {
    props: {
      "value.converter": string,
      "transforms": "route",
      "transforms.route.type": `${smt}.RegexRouter`,
      "transforms.route.regex": "(x+x+)+\\\\1+(x+x+)+\\\\2+y",
      "transforms.route.replacement": "y",
      "transforms.route.predicate": "marked",
      "predicates": "marked",
      "predicates.marked.type": `${smt}.predicates.HasHeaderKey`,
      "predicates.marked.name": "bad",
    },
    good: "good",
    line: "good",
    bad: ["a", "b", "c"],
  },
};

/** Good records and bad ones by turns; the bad ones have a header that says so. */
async function fill(topics: EmbeddedTopics): Promise<void> {
  for (const [topic, { good, bad }] of Object.entries(cases)) {
    for (const value of [good, ...bad.flatMap((one) => [one, good])]) {
      const builder = new BatchBuilder({ sizeMax: 16 * megabyte });
      const bytes = typeof value === "string" ? encoder.encode(value) : value;
      const headers = value === good ? [] : [{ key: "bad", value: null }];
      assert.ok(builder.append(null, bytes, headers, systemClock.now()));
      await topics.append(topic, 0, builder.seal());
    }
  }
}

Deno.test("bad records are dead letters, good ones come out, and no task ends", async () => {
  await inTemporaryFolder(async (folder) => {
    const options = {
      disk: localDisk,
      folder: `${folder}/data`,
      clock: systemClock,
      log: keptLog(),
    };
    const before = await EmbeddedTopics.open(options);
    await fill(before);
    await before.close();

    const connect = new Connect(folder);
    const sinks = Object.entries(cases).map(([topic, { props }]) => [topic, {
      "name": topic,
      "connector.class": "FileStreamSink",
      "file": `${topic}.txt`,
      "topics": topic,
      "errors.tolerance": "all",
      "errors.deadletterqueue.topic.name": `${topic}-letters`,
      ...props,
    }]);
    const worker = {
      "listeners": "http://127.0.0.1:0",
      "key.converter": string,
      "value.converter": string,
      "offset.storage.file.filename": "connect.offsets",
    };
    const url = await connect.start({ worker, ...Object.fromEntries(sinks) });
    for (const [topic, { line, bad }] of Object.entries(cases)) {
      const whole = `${line}\n`.repeat(bad.length + 1);
      const text = () => Deno.readTextFile(`${folder}/${topic}.txt`);
      await until(async () => (await text()).length >= whole.length, () => connect.log);
      assert.equal(await text(), whole);
      const status = await (await fetch(`${url}connectors/${topic}/status`)).json();
      assert.equal(status.tasks[0].state, "RUNNING", connect.log);
    }
    assert.equal(await connect.stop(), 0, connect.log);

    const after = await EmbeddedTopics.open(options);
    try {
      for (const [topic, { bad }] of Object.entries(cases)) {
        const letters: Uint8Array[] = [];
        while (letters.length < bad.length) {
          const limits = { bytesMax: 64 * megabyte, waitMsMax: 0 };
          const at = BigInt(letters.length);
          const { batches } = await after.fetch(`${topic}-letters`, 0, at, limits);
          for (const { offset, value } of readRecords(batches)) {
            if (offset >= at) letters.push(value!.slice());
          }
        }
        const expected = bad.map((one) => typeof one === "string" ? encoder.encode(one) : one);
        assert.ok(
          letters.length === expected.length &&
            letters.every((letter, index) => Buffer.compare(letter, expected[index]) === 0),
          `the letters of ${topic} are not what was bad`,
        );
      }
    } finally {
      await after.close();
    }
  });
});
