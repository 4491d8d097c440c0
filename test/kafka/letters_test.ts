/** `connect dlq replay` with a broker: dead letters of several partitions come back once, as they were. */

import assert from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { BatchBuilder } from "../../src/batch/mod.ts";
import type { KafkaTopics } from "../../src/topics/mod.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

const string = "org.apache.kafka.connect.storage.StringConverter";
const smt = "org.apache.kafka.connect.transforms";
const sinkName = `letters-${crypto.randomUUID().slice(0, 8)}`;
const [lines, letters] = [`${sinkName}-in`, `${sinkName}-dlq`];

const sink = {
  "name": sinkName,
  "connector.class": "FileStreamSink",
  "file": "out.txt",
  "topics": lines,
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter.schemas.enable": "false",
  "errors.tolerance": "all",
  "errors.deadletterqueue.topic.name": letters,
  "errors.deadletterqueue.topic.replication.factor": "1",
  "errors.deadletterqueue.context.headers.enable": "true",
};
/** It reads what the first one cannot, and shows the topic that each record was for. */
const mended = {
  ...sink,
  "value.converter": string,
  "transforms": "hoist,insert",
  "transforms.hoist.type": `${smt}.HoistField$Value`,
  "transforms.hoist.field": "line",
  "transforms.insert.type": `${smt}.InsertField$Value`,
  "transforms.insert.topic.field": "topic",
};

/** Writes numbers, and in every third place what is no JSON. */
async function write(
  topics: KafkaTopics,
  partition: number,
  from: number,
  to: number,
): Promise<void> {
  const builder = new BatchBuilder({ sizeMax: 1 << 16 });
  for (let i = from; i < to; i++) {
    const value = i % 3 === 0 ? `bad ${partition} ${i}` : `${i}`;
    builder.append(`${partition}-${i}`, value, [], 1700000000000 + i);
  }
  await topics.append(lines, partition, builder.seal());
}

async function ends(topics: KafkaTopics): Promise<bigint[]> {
  const [{ partitions }] = await topics.describeTopics([letters]);
  return partitions.map(({ endOffset }) => endOffset);
}

async function committed(topics: KafkaTopics): Promise<unknown> {
  const offsets = await topics.groupOffsets(`connect-${sinkName}-dlq-replay`);
  assert.ok(offsets.every(({ topic }) => topic === letters));
  return offsets.toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset);
}

javaTest("dlq replay puts dead letters in Kafka through a sink, none of them twice", async () => {
  const cluster = await anyCluster();
  const topics = topicsOf(cluster.bootstrapServers);
  try {
    await inTemporaryFolder(async (folder) => {
      const connect = new Connect(folder);
      const worker = {
        "bootstrap.servers": cluster.bootstrapServers,
        "listeners": "http://127.0.0.1:0",
        "key.converter": string,
        "value.converter": string,
        "offset.storage.file.filename": "connect.offsets",
        "offset.flush.interval.ms": "100",
      };
      const replay = async () => {
        const files = ["--worker", "worker.properties", "--connector", "sink.properties"];
        const { code, stdout, stderr } = await connect.run("dlq", "replay", letters, ...files);
        assert.equal(code, 0, stderr);
        return stdout;
      };
      const two = { partitions: 2, replicationFactor: 1 };
      await topics.createTopics([{ name: lines, ...two }, { name: letters, ...two }]);
      for (const partition of [0, 1]) await write(topics, partition, 0, 60);
      const fail = async (count: number) => {
        await connect.start({ worker, sink });
        await until(
          async () => (await ends(topics)).reduce((sum, end) => sum + end) === BigInt(count),
          () => connect.log,
        );
        assert.equal(await connect.stop(), 0, connect.log);
      };
      await fail(40);
      assert.ok((await ends(topics)).every((end) => end > 0n), "one partition has all letters");

      await connect.write({ sink: { ...mended, file: "again.txt" } });
      assert.equal(await replay(), `40 of 40 records of ${letters} replayed\n`);
      assert.deepEqual(await committed(topics), await ends(topics));
      assert.equal(await replay(), `0 of 0 records of ${letters} replayed\n`);

      // Those that are new since then come, and no others.
      await write(topics, 1, 60, 64);
      await fail(42);
      await connect.write({ sink: { ...mended, file: "again.txt" } });
      assert.equal(await replay(), `2 of 2 records of ${letters} replayed\n`);
      assert.deepEqual(await committed(topics), await ends(topics));

      const found = (await Deno.readTextFile(`${folder}/again.txt`)).trimEnd().split("\n");
      const expected = [[0, 20], [1, 22]].flatMap(([partition, count]) =>
        Array.from(
          { length: count },
          (_, i) => `Struct{line=bad ${partition} ${3 * i},topic=${lines}}`,
        )
      );
      assert.deepEqual(found.toSorted(), expected.toSorted());
    });
  } finally {
    await topics.close();
    await cluster.stop();
  }
});
