/** What connectors override of their clients has an effect that one can see on a broker, or says why not. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Cluster } from "../../scripts/kafka/cluster.ts";
import { systemClock } from "../../src/base/mod.ts";
import { type BatchHeader, compressionName, readBatches } from "../../src/batch/mod.ts";
import { KafkaTopics } from "../../src/topics/mod.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

type Props = Record<string, string>;

const lineCount = 1000;
const lines = Array.from(
  { length: lineCount },
  (_, i) => `${i} of ${lineCount} lines that are alike, but not the same: ${(i * 7919) % 1003}`,
);

/** What sources override, by their names and topics. */
const sources: Record<string, Props> = {
  plain: {},
  small: { "batch.size": "2000" },
  gzip1: { "compression.type": "gzip", "compression.gzip.level": "1" },
  gzip9: { "compression.type": "gzip", "compression.gzip.level": "9" },
  zstd1: { "compression.type": "zstd", "compression.zstd.level": "1" },
  zstd19: { "compression.type": "zstd", "compression.zstd.level": "19" },
  lz4: { "compression.type": "lz4", "compression.lz4.level": "17" },
};

/** Sources that make their topics, with the client that `admin.` settings tell of. */
const making: Record<string, Props> = {
  made: {
    "topic.creation.default.partitions": "2",
    "topic.creation.default.replication.factor": "1",
  },
  elsewhere: {
    "topic.creation.default.partitions": "1",
    "topic.creation.default.replication.factor": "1",
    "admin.override.bootstrap.servers": "127.0.0.1:1",
  },
};

/** Sources whose tasks fail, with what they override and why. */
const failing: Record<string, [props: Props, reason: RegExp]> = {
  wrong: [
    { "acks": "nope" },
    /^org\.apache\.kafka\.common\.config\.ConfigException: Invalid value nope for configuration acks: String must/,
  ],
  large: [
    { "max.request.size": "100" },
    /\nCaused by: .*: The message is 1\d\d bytes when serialized which is larger than 100, which is the/,
  ],
  absent: [
    { "max.block.ms": "500" },
    /\nCaused by: .*: Topic absent not present in metadata after 500 ms\./,
  ],
};

function workerProps(bootstrapServers: string): Props {
  return {
    "bootstrap.servers": bootstrapServers,
    "key.converter": "StringConverter",
    "value.converter": "StringConverter",
    "offset.storage.file.filename": "offsets",
    "listeners": "http://127.0.0.1:0",
  };
}

function connectorProps(kind: "source" | "sink", name: string, overrides: Props): Props {
  const client = kind === "source" ? "producer" : "consumer";
  return {
    "name": name,
    "connector.class": kind === "source" ? "FileStreamSource" : "FileStreamSink",
    ...kind === "source"
      ? { "file": "in.txt", "topic": name }
      : { "file": `${name}.txt`, "topics": "plain" },
    ...Object.fromEntries(
      Object.entries(overrides).map(([key, value]) => [`${client}.override.${key}`, value]),
    ),
  };
}

/** The headers of all batches of a topic, once it has so many records. */
async function headersOf(
  topics: KafkaTopics,
  topic: string,
  count: number,
): Promise<BatchHeader[]> {
  const headers: BatchHeader[] = [];
  let next = 0n;
  await until(async () => {
    const options = { bytesMax: 1 << 20, waitMsMax: 0 };
    const { batches } = await topics.fetch(topic, 0, next, options);
    for (const { header } of readBatches(batches)) {
      headers.push(header);
      next = header.baseOffset + BigInt(header.recordCount);
    }
    return next >= BigInt(count);
  }, () => `${topic} has ${next} records`);
  return headers;
}

const bytesOf = (headers: readonly BatchHeader[]) =>
  headers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

async function checkBatches(topics: KafkaTopics): Promise<void> {
  const found: Record<string, BatchHeader[]> = {};
  for (const name of Object.keys(sources)) found[name] = await headersOf(topics, name, lineCount);
  for (const [name, { "compression.type": type = "none" }] of Object.entries(sources)) {
    const types = new Set(found[name].map(({ compression }) => compressionName(compression)));
    deepStrictEqual([...types], [type], name);
  }
  ok(found.small.every(({ sizeBytes }) => sizeBytes <= 2000));
  ok(found.plain.some(({ sizeBytes }) => sizeBytes > 10_000));
  ok(bytesOf(found.gzip9) < bytesOf(found.gzip1));
  ok(bytesOf(found.zstd19) < bytesOf(found.zstd1));
}

javaTest("What connectors override of their producers has an effect, or is named", async () => {
  const cluster = await Cluster.start({ configs: { "auto.create.topics.enable": "false" } });
  const topics = topicsOf(cluster.bootstrapServers());
  try {
    const names = [...Object.keys(sources), "wrong", "large"];
    await topics.createTopics(names.map((name) => ({ name, replicationFactor: 1 })));
    await inTemporaryFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/in.txt`, lines.map((line) => `${line}\n`).join(""));
      const connect = new Connect(folder);
      const all = {
        ...sources,
        ...Object.fromEntries(Object.entries(failing).map(([name, [props]]) => [name, props])),
      };
      const rest = await connect.start({
        worker: workerProps(cluster.bootstrapServers()),
        ...Object.fromEntries(
          Object.entries(all).map(([name, props]) => [name, connectorProps("source", name, props)]),
        ),
        ...Object.fromEntries(
          Object.entries(making).map(([name, props]) => [
            name,
            { ...connectorProps("source", name, {}), ...props },
          ]),
        ),
      });
      await checkBatches(topics);
      for (const [name, [, reason]] of Object.entries(failing)) {
        const task = await failedTask(rest, name);
        match(task.trace, reason);
      }
      await until(async () => (await topics.listTopics()).includes("made"));
      strictEqual((await topics.describeTopics(["made"]))[0].partitions.length, 2);
      await until(() =>
        /connector-adminclient-elsewhere-0: no answer from 127\.0\.0\.1:1:/.test(connect.log)
      );
      strictEqual((await topics.listTopics()).includes("elsewhere"), false);
      const warned = [
        ...connect.log.matchAll(/WARN \[lz4\|task-0\] (.* is not supported, and has no effect)/g),
      ];
      deepStrictEqual(warned.map(([_, warning]) => warning), [
        "connector-producer-lz4-0: compression.lz4.level is not supported, and has no effect",
      ]);
      strictEqual(await connect.stop(), 0, connect.log);
    });
  } finally {
    await topics.close();
    await cluster.stop();
  }
});

/** The task of a connector that runs itself, once the task has failed. */
async function failedTask(rest: string, name: string): Promise<{ trace: string }> {
  let found = { connector: { state: "" }, tasks: [{ state: "", trace: "" }] };
  await until(async () => {
    found = await (await fetch(`${rest}connectors/${name}/status`)).json();
    return found.tasks[0].state === "FAILED";
  }, () => JSON.stringify(found));
  strictEqual(found.connector.state, "RUNNING", name);
  return found.tasks[0];
}

javaTest("Batches linger, and sinks begin where and as whom they are told", async () => {
  const cluster = await Cluster.start();
  const topics = topicsOf(cluster.bootstrapServers());
  try {
    for (const name of ["plain", "linger"]) {
      await topics.createTopics([{ name, replicationFactor: 1 }]);
    }
    await inTemporaryFolder(async (folder) => {
      const append = (file: string, line: string) =>
        Deno.writeTextFile(`${folder}/${file}`, `${line}\n`, { append: true });
      const linesIn = async (name: string) =>
        (await Deno.readTextFile(`${folder}/${name}.txt`)).split("\n").slice(0, -1);
      await append("in.txt", "one");
      const connect = new Connect(folder);
      const source = {
        worker: workerProps(cluster.bootstrapServers()),
        plain: connectorProps("source", "plain", {}),
      };
      await connect.start(source);
      await headersOf(topics, "plain", 1);
      strictEqual(await connect.stop(), 0, connect.log);

      const linger = connectorProps("source", "linger", { "linger.ms": "3000" });
      await connect.start({
        ...source,
        linger: { ...linger, file: "apart.txt" },
        first: connectorProps("sink", "first", { "group.id": "another" }),
        latest: connectorProps("sink", "latest", { "auto.offset.reset": "latest" }),
      });
      await append("apart.txt", "one");
      // The source looks at its file 20 times a second.
      await systemClock.sleep(200);
      await append("apart.txt", "two");
      const lingered = await headersOf(topics, "linger", 2);
      deepStrictEqual(lingered.map(({ recordCount }) => recordCount), [2]);

      await until(async () => {
        await append("in.txt", "more");
        return (await linesIn("latest")).length > 0;
      });
      await until(async () => (await linesIn("first")).length > 1);
      strictEqual((await linesIn("first"))[0], "one");
      strictEqual((await linesIn("latest")).includes("one"), false);
      strictEqual(await connect.stop(), 0, connect.log);
      const [{ offset }] = await topics.groupOffsets("another");
      strictEqual(Number(offset), (await linesIn("first")).length);
      deepStrictEqual(await topics.groupOffsets("connect-first"), []);
    });
  } finally {
    await topics.close();
    await cluster.stop();
  }
});
