/** Batches that a broker finds too large, or refuses, between others under way; partitions that are added. */

import assert from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { BatchBuilder, readBatches, readRecords } from "../../src/batch/mod.ts";
import { KafkaTopics } from "../../src/topics/mod.ts";
import { until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

const decoder = new TextDecoder();

function batch(first: number, count: number, valueBytes: number): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1 << 20 });
  for (let i = first; i < first + count; i++) {
    builder.append(null, `${i} `.padEnd(valueBytes, "x"), [], Date.now());
  }
  return builder.seal();
}

/** The numbers of the records in a topic, in order. */
async function numbersIn(topics: KafkaTopics, topic: string): Promise<number[]> {
  const [{ partitions: [{ endOffset }] }] = await topics.describeTopics([topic]);
  const numbers: number[] = [];
  for (let offset = 0n; offset < endOffset;) {
    const { batches } = await topics.fetch(topic, 0, offset, {
      bytesMax: 1 << 20,
      waitMsMax: 1000,
    });
    for (const { value } of readRecords(batches)) numbers.push(parseInt(decoder.decode(value!)));
    for (const { header } of readBatches(batches)) {
      offset = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
    }
  }
  return numbers;
}

javaTest(
  "append() divides a batch that is too large, and refuses a record that is with all behind it",
  async () => {
    const cluster = await anyCluster();
    const topics = topicsOf(cluster.bootstrapServers, { connection: { metadataMaxAgeMs: 200 } });
    try {
      const topic = crypto.randomUUID();
      const configs = { "max.message.bytes": "20000" };
      await topics.createTopics([{ name: topic, replicationFactor: 1, configs }]);
      // The second takes 100 kB; those behind it are under way when it comes back.
      const sent = [
        batch(0, 10, 100),
        batch(10, 100, 1000),
        batch(110, 10, 100),
        batch(120, 1, 100),
      ];
      const offsets = await Promise.all(sent.map((bytes) => topics.append(topic, 0, bytes)));
      assert.deepEqual(offsets, [0n, 10n, 110n, 120n]);
      const numbers = await numbersIn(topics, topic);
      assert.deepEqual(numbers, Array.from({ length: 121 }, (_, i) => i));

      // One that is too large alone takes with it what is under way behind it, whether the broker has
      // heard of the producer in this partition or not.
      const fresh = crypto.randomUUID();
      await topics.createTopics([{ name: fresh, replicationFactor: 1, configs }]);
      for (const name of [topic, fresh]) {
        const refused = [
          batch(0, 1, 30_000),
          batch(1, 1, 100),
          batch(2, 10, 100),
          batch(12, 1, 100),
        ];
        for (const stored of refused.map((bytes) => topics.append(name, 0, bytes))) {
          await assert.rejects(stored, /one record takes 3\d{4} bytes/);
        }
        const sound = [batch(121, 1, 100), batch(122, 10, 100)];
        await Promise.all(sound.map((bytes) => topics.append(name, 0, bytes)));
      }
      const behind = Array.from({ length: 11 }, (_, i) => 121 + i);
      assert.deepEqual((await numbersIn(topics, topic)).slice(119), [119, 120, ...behind]);
      assert.deepEqual(await numbersIn(topics, fresh), behind);
    } finally {
      await topics.close();
      await cluster.stop();
    }
  },
);

javaTest("a producer tells of partitions that are added to a topic it writes to", async (java) => {
  const cluster = await anyCluster();
  const topics = topicsOf(cluster.bootstrapServers, { connection: { metadataMaxAgeMs: 200 } });
  const topic = crypto.randomUUID();
  const newTopic = (name: string) => ({ name, partitions: 2, replicationFactor: 1 });
  const producer = await topics.openProducer({ clientId: "producer", newTopic });
  const told: string[] = [];
  producer.listen({
    partitionsChanged: (name, count) => told.push(`${name} has ${count}`),
    topicRefused: (name) => told.push(`${name} is refused`),
  });
  try {
    assert.equal(await producer.partitionCount(topic), 2);
    const { code, stderr } = await java.run(
      "org.apache.kafka.tools.TopicCommand",
      ...["--bootstrap-server", cluster.bootstrapServers],
      ...["--alter", "--topic", topic, "--partitions", "5"],
    );
    assert.equal(code, 0, stderr);
    // Metadata are read again, when they are old, by what is written.
    await until(async () => {
      await producer.append(topic, 0, batch(0, 1, 10));
      return told.length > 0;
    });
    assert.deepEqual(told, [`${topic} has 5`]);
  } finally {
    await producer.close();
    await topics.close();
    await cluster.stop();
  }
});
