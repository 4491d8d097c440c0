/** What a consumer of Kafka asks of brokers while it finds out what to read. */

import assert from "node:assert/strict";
import {
  connectionDefaults,
  consumerDefaults,
  type ConsumerSettings,
  producerDefaults,
} from "../../../src/kafka/mod.ts";
import { encodeAssignment } from "../../../src/kafka/protocol/consumer_group.ts";
import { type ConsumerEvent, type GroupConsumer, KafkaTopics } from "../../../src/topics/mod.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import { type Asked, type ScriptedCluster, scriptedTest } from "../kafka/scripted_cluster.ts";

/** A consumer of topic `t` in group `g`, polled all the time. */
async function bench(cluster: ScriptedCluster, settings: Partial<ConsumerSettings> = {}) {
  cluster.standing.set(
    "LeaveGroup",
    ({ answer }) => answer((writer) => writer.int32(0).int16(0).int32(0)),
  );
  const log = keptLog();
  const { clock, random } = cluster.connection;
  const topics = new KafkaTopics({
    connection: {
      ...connectionDefaults,
      bootstrapServers: cluster.connection.bootstrapServers,
      clientId: "us",
      retryBackoffMs: 1,
    },
    producer: producerDefaults,
    consumer: { ...consumerDefaults, ...settings },
    apiTimeoutMs: 10_000,
    clock,
    random,
    log,
  });
  const consumer = await topics.joinGroup({
    groupId: "g",
    selection: { topics: ["t"] },
    autoOffsetReset: "earliest",
    clientId: "us",
  });
  return { topics, consumer, log };
}

/** Answers a JoinGroup as to the one member of the group. */
async function makeLeader(asked: Asked, generation: number): Promise<void> {
  const { body } = asked;
  body.string();
  body.int32();
  body.int32();
  body.string();
  body.nullableString();
  body.string();
  const [metadata] = body.array(() => [body.string(), body.nullableBytes()!] as const)
    .map(([, told]) => told);
  await asked.answer((writer) =>
    writer.int32(0).int16(0).int32(generation).string("range").string("me").string("me").int32(1)
      .string("me").string(null).nullableBytes(metadata)
  );
}

/** Assigns partition 0 of `t`, or nothing. */
async function assign(asked: Asked, isAny: boolean): Promise<void> {
  const partitions = isAny ? [{ topic: "t", partition: 0 }] : [];
  await asked.answer((writer) =>
    writer.int32(0).int16(0).nullableBytes(encodeAssignment(partitions))
  );
}

/** Answers that a group has no offset in partition 0 of `t`. */
async function haveNoOffset(asked: Asked): Promise<void> {
  await asked.answer((writer) =>
    writer.int32(0).int32(1).string("t").int32(1).int32(0).int64(-1n).int32(-1).string(null)
      .int16(0).int16(0)
  );
}

/** Answers where partition 0 of `t` begins. */
async function answerOffset(asked: Asked, { error = 0, offset = -1n }): Promise<void> {
  await asked.answer((writer) =>
    writer.int32(0).int32(1).string("t").int32(1).int32(0).int16(error).int64(-1n).int64(offset)
      .int32(0)
  );
}

/** Polls until there is something but `idle`. */
async function event(consumer: GroupConsumer): Promise<ConsumerEvent> {
  for (;;) {
    const event = await consumer.poll({ bytesMax: 1000, waitMsMax: 1000 });
    if (event.type !== "idle") return event;
  }
}

scriptedTest(
  "poll() waits for a topic that goes away before its position is known",
  async (cluster) => {
    cluster.topics.set("t", [{ leader: 1, epoch: 0 }]);
    cluster.standing.set("OffsetFetch", haveNoOffset);
    const { topics, consumer, log } = await bench(cluster);
    const assigned = event(consumer);
    await makeLeader(await cluster.next("JoinGroup"), 1);
    await assign(await cluster.next("SyncGroup"), true);
    const asked = await cluster.next("ListOffsets");
    cluster.topics.delete("t");
    cluster.standing.set(
      "ListOffsets",
      (asked) => answerOffset(asked, cluster.topics.has("t") ? { offset: 4n } : { error: 3 }),
    );
    await answerOffset(asked, { error: 3 });
    // The leader finds that there is nothing left to divide, and joins again.
    const rejoin = await cluster.next("JoinGroup");
    assert.deepEqual(log.lines.filter((line) => line.startsWith("warn")), [
      "warn us cannot read on yet: Cannot find the earliest offset of t-0: UNKNOWN_TOPIC_OR_PARTITION",
      "warn us: there is nothing to read of t yet",
    ]);
    await makeLeader(rejoin, 2);
    await assign(await cluster.next("SyncGroup"), false);
    cluster.topics.set("t", [{ leader: 1, epoch: 0 }]);
    await makeLeader(await cluster.next("JoinGroup"), 3);
    await assign(await cluster.next("SyncGroup"), true);
    const partitions = [{ topic: "t", partition: 0, offset: 4n }];
    assert.deepEqual(await assigned, { type: "assigned", partitions });
    await topics.close();
  },
);

for (const allowsTopicCreation of [true, false]) {
  scriptedTest(
    `a consumer asks brokers ${allowsTopicCreation ? "to make" : "for"} a topic that is not there`,
    async (cluster) => {
      const { topics, consumer, log } = await bench(cluster, { allowsTopicCreation });
      const polling = consumer.poll({ bytesMax: 1000, waitMsMax: 10_000 });
      await makeLeader(await cluster.next("JoinGroup"), 1);
      await assign(await cluster.next("SyncGroup"), false);
      const look = `Metadata t${allowsTopicCreation ? ", to be made" : ""}`;
      assert.equal(cluster.looks[0], look);
      assert.ok(log.lines.includes("warn us: there is nothing to read of t yet"));
      // It looks again until the topic is there.
      cluster.topics.set("t", [{ leader: 1, epoch: 0 }]);
      await cluster.next("JoinGroup");
      await topics.close();
      assert.deepEqual(await polling, { type: "idle" });
    },
  );
}
