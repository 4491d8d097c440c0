/** What who looks after a group in Kafka asks its coordinator, and makes of what that answers. */

import assert from "node:assert/strict";
import type { Writer } from "../../../src/kafka/protocol/wire.ts";
import { type GroupAdmin, KafkaTopics } from "../../../src/topics/mod.ts";
import { connectionDefaults, consumerDefaults, producerDefaults } from "../../../src/kafka/mod.ts";
import { type ScriptedCluster, scriptedTest } from "../kafka/scripted_cluster.ts";

/** A test with the group `g`. */
function groupTest(
  name: string,
  test: (group: GroupAdmin, cluster: ScriptedCluster, topics: KafkaTopics) => Promise<void>,
): void {
  scriptedTest(name, async (cluster) => {
    const { clock, random, log, bootstrapServers } = cluster.connection;
    const topics = new KafkaTopics({
      connection: { ...connectionDefaults, bootstrapServers, clientId: "us", retryBackoffMs: 1 },
      producer: producerDefaults,
      consumer: consumerDefaults,
      apiTimeoutMs: 10_000,
      clock,
      random,
      log,
    });
    const group = await topics.openGroupAdmin({ groupId: "g", clientId: "admin" });
    try {
      await test(group, cluster, topics);
    } finally {
      await group.close();
      await topics.close();
    }
  }, 2);
}

const position = { topic: "t", partition: 0 };

const committed = (code: number) => (writer: Writer) =>
  writer.int32(0).array(
    ["t"],
    (topic) => writer.string(topic).array([0], (partition) => writer.int32(partition).int16(code)),
  );
const deleted = (groupCode: number, code: number) => (writer: Writer) =>
  writer.int16(groupCode).int32(0).array(
    ["t"],
    (topic) => writer.string(topic).array([0], (partition) => writer.int32(partition).int16(code)),
  );
const ended = (code: number) => (writer: Writer) =>
  writer.int32(0).array(["g"], (id) => writer.string(id).int16(code));

groupTest(
  "alterOffsets() commits as nobody, of no generation, by a client of its own",
  async (group, cluster) => {
    const altering = group.alterOffsets([{ ...position, offset: 7n }]);
    const asked = await cluster.next("OffsetCommit");
    const { body, clientId } = asked;
    const who = [clientId, body.string(), body.int32(), body.string(), body.nullableString()];
    assert.deepEqual(who, ["admin", "g", -1, "", null]);
    await asked.answer(committed(0));
    await altering;
  },
);

groupTest("a coordinator that moves, or is not ready, is asked again", async (group, cluster) => {
  const deleting = group.deleteGroup();
  const first = await cluster.next("DeleteGroups");
  assert.equal(first.nodeId, 1);
  cluster.coordinator = 2;
  // NOT_COORDINATOR
  await first.answer(ended(16));
  const second = await cluster.next("DeleteGroups");
  assert.equal(second.nodeId, 2);
  // COORDINATOR_LOAD_IN_PROGRESS
  await second.answer(ended(14));
  await (await cluster.next("DeleteGroups")).answer(ended(0));
  await deleting;

  const removing = group.deleteOffsets([position]);
  await (await cluster.next("OffsetDelete")).answer(deleted(14, 0));
  (await cluster.next("OffsetDelete")).hangUp();
  await (await cluster.next("OffsetDelete")).answer(deleted(0, 0));
  await removing;
});

groupTest("errors tell whether a group has members, or is not there", async (group, cluster) => {
  const expect = async (
    call: Promise<void>,
    apiName: string,
    answer: (writer: Writer) => void,
    name: string,
  ) => {
    const rejected = assert.rejects(call, { name });
    await (await cluster.next(apiName)).answer(answer);
    await rejected;
  };
  const altering = () => group.alterOffsets([{ ...position, offset: 1n }]);
  const removing = () => group.deleteOffsets([position]);
  const deleting = () => group.deleteGroup();
  // UNKNOWN_MEMBER_ID, GROUP_SUBSCRIBED_TO_TOPIC, NON_EMPTY_GROUP
  await expect(altering(), "OffsetCommit", committed(25), "GroupNotEmptyError");
  await expect(removing(), "OffsetDelete", deleted(0, 86), "GroupNotEmptyError");
  await expect(removing(), "OffsetDelete", deleted(68, 0), "GroupNotEmptyError");
  await expect(deleting(), "DeleteGroups", ended(68), "GroupNotEmptyError");
  // UNKNOWN_TOPIC_OR_PARTITION, GROUP_ID_NOT_FOUND
  await expect(altering(), "OffsetCommit", committed(3), "NotFoundError");
  await expect(removing(), "OffsetDelete", deleted(0, 3), "NotFoundError");
  await expect(removing(), "OffsetDelete", deleted(69, 0), "NotFoundError");
  await expect(deleting(), "DeleteGroups", ended(69), "NotFoundError");
  // GROUP_AUTHORIZATION_FAILED
  await expect(altering(), "OffsetCommit", committed(30), "KafkaError");
  await expect(deleting(), "DeleteGroups", ended(30), "KafkaError");
});

groupTest(
  "close(), of the group or of the topics, ends what is under way",
  async (group, cluster, topics) => {
    const rejected = assert.rejects(group.deleteGroup(), { name: "ConnectionError" });
    await cluster.next("DeleteGroups");
    await group.close();
    await rejected;
    await assert.rejects(group.deleteGroup(), { name: "ConnectError", message: "admin is closed" });
    const other = await topics.openGroupAdmin({ groupId: "g", clientId: "other" });
    const ended = assert.rejects(other.deleteGroup(), { name: "ConnectionError" });
    await cluster.next("DeleteGroups");
    await topics.close();
    await ended;
  },
);
