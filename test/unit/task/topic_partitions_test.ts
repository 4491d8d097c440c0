/** Which partitions records go to. */

import assert from "node:assert/strict";
import { SourceRecord } from "../../../src/api/mod.ts";
import { TopicPartitions } from "../../../src/task/topic_partitions.ts";

const record = new SourceRecord({ topic: "t" });

function partitions(count: number, ...random: number[]): TopicPartitions {
  const made = new TopicPartitions({ send() {} }, () => random.shift()!);
  made.receive({ type: "topic", topic: "t", partitions: count });
  return made;
}

Deno.test("TopicPartitions.of() keeps records without a key together until their batch is sealed", () => {
  const made = partitions(4, 0.6, 0.1);
  assert.deepEqual([made.of(record, null), made.of(record, null)], [2, 2]);
  made.batchSealed("t");
  assert.deepEqual([made.of(record, null), made.of(record, null)], [0, 0]);
});

Deno.test("TopicPartitions.of() uses partitions that are added, as soon as it is told", () => {
  const made = partitions(1, 0.9);
  assert.equal(made.of(record, null), 0);
  made.receive({ type: "topic", topic: "t", partitions: 4 });
  assert.equal(made.of(record, null), 3);
});

Deno.test("TopicPartitions.of() takes the partition that the record names, or its key", () => {
  const made = partitions(4);
  assert.equal(made.of(new SourceRecord({ topic: "t", kafkaPartition: 3 }), "k"), 3);
  assert.equal(made.of(record, "k"), made.of(record, new TextEncoder().encode("k")));
});

Deno.test("TopicPartitions.ask() fails with the worker's reason when a topic is refused", async () => {
  const made = new TopicPartitions({ send() {} }, () => 0);
  const asked = made.ask("t");
  made.receive({ type: "topicRefused", topic: "t", reason: "not yours", isTolerable: false });
  await assert.rejects(asked, /not yours/);
  assert.ok(!made.has("t"));
});
