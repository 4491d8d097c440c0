/** How a client finds its brokers. */

import assert from "node:assert/strict";
import net from "node:net";
import { ConnectionError, KafkaError } from "../../../src/kafka/mod.ts";
import { metadataRequest } from "../../../src/kafka/protocol/metadata.ts";
import { initProducerIdRequest } from "../../../src/kafka/protocol/produce.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import { scriptedTest } from "./scripted_cluster.ts";

scriptedTest("a client finds a broker whose host has no address at first", async (cluster) => {
  // Stands in for name servers: the host is this machine from some time on.
  const connect = net.connect;
  let isNamed = false;
  net.connect = ((options: net.TcpNetConnectOpts, done: () => void) =>
    connect({ ...options, host: isNamed ? "127.0.0.1" : options.host }, done)) as typeof connect;
  try {
    const [server] = cluster.connection.bootstrapServers;
    const later = server.replace("127.0.0.1", "kafka.invalid");
    const log = keptLog();
    const client = cluster.client({ bootstrapServers: [later], retryBackoffMs: 1, log });
    await assert.rejects(client.metadata([]), (error: Error) => {
      assert.ok(error instanceof ConnectionError);
      assert.match(error.message, /^No broker of bootstrap\.servers=kafka\.invalid:\d+ answers: /);
      return true;
    });
    const asked = client.retrying(() =>
      client.metadata([]), 30_000);
    isNamed = true;
    assert.equal((await asked).clusterId, "scripted");
    const told = log.lines.filter((line) => !line.startsWith("debug"));
    assert.match(told[0], /^warn us: no answer from kafka\.invalid:\d+: /);
    assert.match(told[1], /^info us: kafka\.invalid:\d+ answers again$/);
    assert.equal(told.length, 2);
  } finally {
    net.connect = connect;
  }
});

scriptedTest(
  "sendAny() asks another broker than one that did not answer, also the next time",
  async (cluster) => {
    const { promise: answered, resolve } = Promise.withResolvers<number>();
    const asked: number[] = [];
    cluster.standing.set("InitProducerId", async ({ nodeId, answer, hangUp }) => {
      asked.push(nodeId);
      if (asked.length === 1) hangUp();
      else await answer((writer) => writer.int32(0).int16(0).int64(7n).int16(0));
      if (asked.length === 3) resolve(nodeId);
    });
    const client = cluster.client();
    for (const id of [1, 2]) await client.send(id, metadataRequest([], false));
    for (let i = 0; i < 2; i++) {
      assert.equal((await client.sendAny(initProducerIdRequest())).producerId, 7n);
    }
    const good = await answered;
    assert.deepEqual(asked, [3 - good, good, good]);
  },
  2,
);

for (
  const [versions, known] of [[[0, 0], "0 to 0"], [[2, 5], "2 to 5"], [null, "none of it"]] as const
) {
  scriptedTest(
    `send() says that a broker knows ${known} of what it would be asked`,
    async (cluster) => {
      cluster.versions.set("InitProducerId", versions === null ? [0, -1] : [...versions]);
      const client = cluster.client();
      await client.metadata([]);
      await assert.rejects(client.send(1, initProducerIdRequest()), (error: Error) => {
        assert.ok(error instanceof KafkaError && !error.retriable);
        const says =
          `knows ${known}, where version 1 of InitProducerId is needed: UNSUPPORTED_VERSION`;
        assert.match(error.message, new RegExp(`^127\\.0\\.0\\.1:\\d+ ${says}$`));
        return true;
      });
    },
  );
}
