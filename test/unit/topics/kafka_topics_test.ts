/** How a worker's own client finds the cluster, and what it makes of answers to fetches. */

import assert from "node:assert/strict";
import { type Clock, NotFoundError, systemClock } from "../../../src/base/mod.ts";
import {
  connectionDefaults,
  type ConnectionSettings,
  consumerDefaults,
  producerDefaults,
} from "../../../src/kafka/mod.ts";
import { KafkaTopics } from "../../../src/topics/mod.ts";
import { until } from "../../e2e/connect.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import { type Asked, type ScriptedCluster, scriptedTest } from "../kafka/scripted_cluster.ts";

/** The topics of these brokers, and what is said of them. */
function topicsOf(
  cluster: ScriptedCluster,
  { sasl = null, clock = systemClock }: Partial<ConnectionSettings> & { clock?: Clock } = {},
) {
  const log = keptLog();
  const { bootstrapServers, random } = cluster.connection;
  const own = { bootstrapServers, clientId: "admin", sasl, retryBackoffMs: 1 };
  const topics = new KafkaTopics({
    connection: { ...connectionDefaults, ...own },
    producer: producerDefaults,
    consumer: consumerDefaults,
    apiTimeoutMs: 10_000,
    clock,
    random,
    log,
  });
  return { topics, log };
}

scriptedTest(
  "connect() asks again after a login that was refused, and says so once",
  async (cluster) => {
    let isLetIn = false;
    let logins = 0;
    cluster.standing.set(
      "SaslHandshake",
      ({ answer }) => answer((writer) => writer.int16(0).int32(1).string("PLAIN")),
    );
    cluster.standing.set("SaslAuthenticate", ({ answer }) => {
      logins++;
      return answer((writer) =>
        writer.int16(isLetIn ? 0 : 58).string(isLetIn ? null : "who are you?")
          .nullableBytes(new Uint8Array(0)).int64(0n)
      );
    });
    const clock = new HeldClock();
    const sasl = { mechanism: "plain", username: "us", password: "wrong" } as const;
    const { topics, log } = topicsOf(cluster, { sasl, clock });
    const connecting = topics.connect();
    const errors = () => log.lines.filter((line) => line.startsWith("error"));
    await until(() => errors().length === 1);
    assert.match(errors()[0], /^error admin: .*: SASL PLAIN authentication failed: who are you\?/);
    clock.advance(30_000);
    await until(() => logins === 2);
    assert.equal(topics.clusterId, null);
    isLetIn = true;
    await until(() => {
      clock.advance(30_000);
      return topics.clusterId !== null;
    });
    await connecting;
    assert.equal(topics.clusterId, "scripted");
    assert.equal(errors().length, 1);
    await topics.close();
    await topics.connect();
  },
);

scriptedTest("fetch() waits for a broker that does not know yet what it leads", async (cluster) => {
  cluster.topics.set("t", [{ leader: 1, epoch: 0 }]);
  let isKnown = false;
  cluster.standing.set("Fetch", ({ answer }) => {
    const [error, endOffset] = isKnown ? [0, 7n] as const : [3, -1n] as const;
    isKnown = !isKnown;
    return answer((writer) =>
      writer.int32(0).int16(0).int32(0).int32(1).string("t").int32(1).int32(0).int16(error)
        .int64(endOffset).int64(endOffset).int64(endOffset).int32(0).int32(-1)
        .nullableBytes(new Uint8Array(0))
    );
  });
  const { topics } = topicsOf(cluster);
  const options = { bytesMax: 1000, waitMsMax: 0 };
  const { logStartOffset, endOffset } = await topics.fetch("t", 0, 7n, options);
  assert.deepEqual([logStartOffset, endOffset], [7n, 7n]);
  // What brokers do not know, and metadata neither, is not there.
  cluster.topics.delete("t");
  await assert.rejects(
    topics.fetch("t", 0, 7n, options),
    (error: Error) =>
      error instanceof NotFoundError && error.message.endsWith("offset 7: there is none"),
  );
  await topics.close();
});

for (const fate of ["goes away", "is not the controller any more"]) {
  scriptedTest(
    `a producer has topics made by another broker when the controller ${fate}`,
    async (cluster) => {
      const { topics } = topicsOf(cluster);
      const newTopic = (name: string) => ({ name });
      const producer = await topics.openProducer({ clientId: "p", newTopic });
      const make = async (asked: Asked, name: string) => {
        cluster.topics.set(name, [{ leader: 1, epoch: 0 }]);
        await asked.answer((writer) => writer.int32(0).int32(1).string(name).int16(0).string(null));
      };
      const first = producer.partitionCount("t1");
      await make(await cluster.next("CreateTopics"), "t1");
      assert.equal(await first, 1);
      const second = producer.partitionCount("t2");
      const asked = await cluster.next("CreateTopics");
      assert.equal(asked.nodeId, 1);
      cluster.controller = 2;
      if (fate === "goes away") asked.hangUp();
      else {
        // NOT_CONTROLLER
        await asked.answer((writer) =>
          writer.int32(0).int32(1).string("t2").int16(41).string(null)
        );
      }
      const again = await cluster.next("CreateTopics");
      assert.equal(again.nodeId, 2);
      await make(again, "t2");
      assert.equal(await second, 1);
      await topics.close();
    },
    2,
  );
}
