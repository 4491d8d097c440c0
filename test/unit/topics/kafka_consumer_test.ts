/** What a consumer of Kafka asks of brokers while it finds out what to read. */

import assert from "node:assert/strict";
import { RetriableError } from "../../../src/base/mod.ts";
import { BatchBuilder } from "../../../src/batch/mod.ts";
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
async function bench(
  cluster: ScriptedCluster,
  settings: Partial<ConsumerSettings> = {},
  metadataMaxAgeMs: number = connectionDefaults.metadataMaxAgeMs,
) {
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
      metadataMaxAgeMs,
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

/** A consumer that has `t-0` from generation 1 on, and what it rejects with when it commits. */
async function committing(cluster: ScriptedCluster, settings: Partial<ConsumerSettings> = {}) {
  cluster.topics.set("t", [{ leader: 1, epoch: 0 }]);
  cluster.standing.set("OffsetFetch", haveNoOffset);
  cluster.standing.set("ListOffsets", (asked) => answerOffset(asked, { offset: 0n }));
  cluster.standing.set("Heartbeat", ({ answer }) => answer((writer) => writer.int32(0).int16(0)));
  const { topics, consumer } = await bench(cluster, settings);
  const assigned = event(consumer);
  await makeLeader(await cluster.next("JoinGroup"), 1);
  await assign(await cluster.next("SyncGroup"), true);
  assert.equal((await assigned).type, "assigned");
  /** Commits, and is answered with these codes one after another. @returns the error, or null */
  const commit = async (...codes: number[]) => {
    const done = consumer.commit([{ topic: "t", partition: 0, offset: 7n }]);
    const outcome = done.then(() => null, (error: Error) => error);
    for (const code of codes) {
      await (await cluster.next("OffsetCommit")).answer((writer) =>
        writer.int32(0).int32(1).string("t").int32(1).int32(0).int16(code)
      );
    }
    return await outcome;
  };
  return { topics, consumer, commit };
}

scriptedTest("commit() goes on with what may pass, and tells what does not", async (cluster) => {
  const { topics, consumer, commit } = await committing(cluster);
  // COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, REQUEST_TIMED_OUT
  assert.equal(await commit(14, 15, 16, 7, 0), null);
  assert.equal(cluster.looks.filter((look) => look.startsWith("FindCoordinator")).length, 5);
  const refusals: [code: number, says: RegExp][] = [
    [3, /there is no such partition$/],
    [12, /OFFSET_METADATA_TOO_LARGE$/],
    [28, /INVALID_COMMIT_OFFSET_SIZE$/],
    [29, /offset 7 of t-0 for group g: TOPIC_AUTHORIZATION_FAILED$/],
    [30, /GROUP_AUTHORIZATION_FAILED$/],
    [-1, /UNKNOWN_SERVER_ERROR$/],
  ];
  for (const [code, says] of refusals) {
    const error = await commit(code);
    assert.match(error!.message, says);
    assert.equal(error instanceof RetriableError, false);
  }
  // It is a member still, and may commit again.
  assert.equal((await consumer.poll({ bytesMax: 1000, waitMsMax: 0 })).type, "idle");
  assert.equal(await commit(0), null);
  await topics.close();
});

scriptedTest("commit() in a rebalance may be tried again once it is over", async (cluster) => {
  const { topics, consumer, commit } = await committing(cluster);
  const error = await commit(27);
  assert.ok(error instanceof RetriableError);
  assert.match(error.message, /consumer is undergoing a rebalance for auto partition assignment/);
  assert.equal((await event(consumer)).type, "revoked");
  const assigned = event(consumer);
  await makeLeader(await cluster.next("JoinGroup"), 2);
  await assign(await cluster.next("SyncGroup"), true);
  assert.equal((await assigned).type, "assigned");
  assert.equal(await commit(0), null);
  await topics.close();
});

for (const [code, name] of [[22, "ILLEGAL_GENERATION"], [25, "UNKNOWN_MEMBER_ID"]] as const) {
  scriptedTest(`commit() that is told ${name} loses all, and joins again`, async (cluster) => {
    const { topics, consumer, commit } = await committing(cluster);
    assert.match((await commit(code))!.message, /likely that the consumer was kicked out/);
    // Nothing is asked for what may be another's.
    assert.match((await commit())!.message, /likely that the consumer was kicked out/);
    const lost = { type: "lost", partitions: [{ topic: "t", partition: 0 }] };
    assert.deepEqual(await event(consumer), lost);
    const assigned = event(consumer);
    const asked = await cluster.next("JoinGroup");
    await makeLeader(asked, 2);
    await assign(await cluster.next("SyncGroup"), true);
    assert.equal((await assigned).type, "assigned");
    assert.equal(await commit(0), null);
    await topics.close();
  });
}

scriptedTest("commit() of a member whose name another has taken is its last", async (cluster) => {
  const { topics, consumer, commit } = await committing(cluster, { groupInstanceId: "me" });
  assert.match((await commit(82))!.message, /likely that the consumer was kicked out/);
  assert.equal((await event(consumer)).type, "lost");
  await assert.rejects(event(consumer), /FENCED_INSTANCE_ID/);
  await topics.close();
});

scriptedTest(
  "close() of topics ends their consumers and producers, and all they are asked then",
  async (cluster) => {
    const { topics, consumer } = await committing(cluster);
    const polling = consumer.poll({ bytesMax: 1000, waitMsMax: 60_000 });
    const commit = consumer.commit([{ topic: "t", partition: 0, offset: 7n }]);
    await cluster.next("OffsetCommit");
    const described = topics.describeTopics(["t"]);
    const producer = await topics.openProducer({ clientId: "p", newTopic: () => null });
    const builder = new BatchBuilder({ sizeMax: 1000 });
    builder.append(null, "x", [], 0);
    const stored = producer.append("t", 0, builder.seal());
    await Promise.all([
      assert.rejects(stored, /p is closed/),
      topics.close(),
      assert.rejects(commit, /closed/),
      assert.rejects(described, /closed/),
    ]);
    assert.deepEqual(await polling, { type: "idle" });
    await assert.rejects(consumer.poll({ bytesMax: 1000, waitMsMax: 0 }), /us is closed/);
    await assert.rejects(topics.listTopics(), /The topics are closed/);
    await assert.rejects(
      topics.openProducer({ clientId: "p", newTopic: () => null }),
      /The topics are closed/,
    );
  },
);

scriptedTest(
  "a member with a name for good finds new partitions, though it is not told that it leads",
  async (cluster) => {
    cluster.topics.set("t", [{ leader: 1, epoch: 0 }]);
    cluster.standing.set("OffsetFetch", haveNoOffset);
    cluster.standing.set("ListOffsets", (asked) => answerOffset(asked, { offset: 0n }));
    const { topics, consumer } = await bench(cluster, { groupInstanceId: "me" }, 50);
    const assigned = event(consumer);
    // Who comes back under its name is told who has led before.
    await (await cluster.next("JoinGroup")).answer((writer) =>
      writer.int32(0).int16(0).int32(1).string("range").string("me-1").string("me-2").int32(0)
    );
    await assign(await cluster.next("SyncGroup"), true);
    assert.equal((await assigned).type, "assigned");
    cluster.topics.set("t", [{ leader: 1, epoch: 0 }, { leader: 1, epoch: 0 }]);
    assert.equal((await event(consumer)).type, "revoked");
    const polling = event(consumer).catch(() => {});
    await makeLeader(await cluster.next("JoinGroup"), 2);
    await topics.close();
    await polling;
  },
);
