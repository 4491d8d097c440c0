/** How a worker's own client finds the cluster. */

import assert from "node:assert/strict";
import { connectionDefaults, consumerDefaults, producerDefaults } from "../../../src/kafka/mod.ts";
import { KafkaTopics } from "../../../src/topics/mod.ts";
import { until } from "../../e2e/connect.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import { scriptedTest } from "../kafka/scripted_cluster.ts";

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
    const log = keptLog();
    const { bootstrapServers, random } = cluster.connection;
    const sasl = { mechanism: "plain", username: "us", password: "wrong" } as const;
    const topics = new KafkaTopics({
      connection: { ...connectionDefaults, bootstrapServers, clientId: "admin", sasl },
      producer: producerDefaults,
      consumer: consumerDefaults,
      apiTimeoutMs: 10_000,
      clock,
      random,
      log,
    });
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
