/** Batches that a broker finds too large, between others under way. */

import assert from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { systemClock } from "../../src/base/mod.ts";
import { BatchBuilder, readBatches, readRecords } from "../../src/batch/mod.ts";
import { connectionDefaults, consumerDefaults, producerDefaults } from "../../src/kafka/mod.ts";
import { KafkaTopics } from "../../src/topics/mod.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { javaTest } from "./java.ts";

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

javaTest("append() divides a batch that is too large, and names a record that is", async () => {
  const cluster = await anyCluster();
  const topics = new KafkaTopics({
    connection: {
      ...connectionDefaults,
      bootstrapServers: cluster.bootstrapServers.split(","),
      clientId: "producer-test",
    },
    producer: producerDefaults,
    consumer: consumerDefaults,
    apiTimeoutMs: 20_000,
    clock: systemClock,
    random: Math.random,
    log: keptLog(),
  });
  try {
    const topic = crypto.randomUUID();
    const configs = { "max.message.bytes": "20000" };
    await topics.createTopics([{ name: topic, replicationFactor: 1, configs }]);
    // The second takes 100 kB; those behind it are under way when it comes back.
    const sent = [batch(0, 10, 100), batch(10, 100, 1000), batch(110, 10, 100), batch(120, 1, 100)];
    const offsets = await Promise.all(sent.map((bytes) => topics.append(topic, 0, bytes)));
    assert.deepEqual(offsets, [0n, 10n, 110n, 120n]);
    await assert.rejects(
      topics.append(topic, 0, batch(0, 1, 30_000)),
      /one record takes 3\d{4} bytes/,
    );
    assert.equal(await topics.append(topic, 0, batch(121, 1, 100)), 121n);
    const numbers = await numbersIn(topics, topic);
    assert.deepEqual(numbers, Array.from({ length: 122 }, (_, i) => i));
  } finally {
    await topics.close();
    await cluster.stop();
  }
});
