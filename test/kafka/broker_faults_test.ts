/**
 * A standalone worker whose broker is killed, held, or cut off while lines pass at full rate: every line
 * comes through, in the order of its partition, and nobody restarts anything.
 */

import assert from "node:assert/strict";
import { Cluster } from "../../scripts/kafka/cluster.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { Flows, ofClients, overTls, type Props, workerProps } from "./lines.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** How long the broker is held, in milliseconds: as long as clients wait for an answer. */
const heldMs = 30_000;
/** How long nothing gets through, in milliseconds: longer than the group waits for a member. */
const lostMs = 8_000;

/** A network that is cut may be noticed soon; these are the least that a broker takes. */
const impatient: Props = {
  "producer.request.timeout.ms": "2000",
  "consumer.request.timeout.ms": "2000",
  "consumer.session.timeout.ms": "6000",
  "consumer.heartbeat.interval.ms": "1000",
};

javaTest("a worker waits for a broker that comes late; meanwhile REST answers", async () => {
  const cluster = await Cluster.start();
  try {
    await inTemporaryFolder(async (folder) => {
      const [broker] = cluster.brokers;
      await broker.stop();
      const flows = new Flows(folder);
      const url = await flows.start(workerProps(cluster.bootstrapServers()));
      await until(() => flows.connect.log.includes("ECONNREFUSED"), () => flows.connect.log);
      const root = await (await fetch(url)).json();
      assert.equal(root.kafka_cluster_id, null);
      await broker.start();
      await flows.advance();
      await flows.finish();
    });
  } finally {
    await cluster.stop();
  }
});

javaTest("a broker is killed, and held for 30 s, and every line comes through", async () => {
  const cluster = await Cluster.start();
  try {
    await inTemporaryFolder(async (folder) => {
      const [broker] = cluster.brokers;
      const flows = new Flows(folder);
      await flows.start(workerProps(cluster.bootstrapServers()));
      await flows.advance();
      await broker.stop("SIGKILL");
      await until(() => flows.connect.log.includes("no answer from"), () => flows.connect.log);
      await flows.checkRunning();
      await broker.start();
      await flows.advance();
      broker.pause();
      await new Promise((resolve) => setTimeout(resolve, heldMs));
      await flows.checkRunning();
      broker.resume();
      await flows.advance();
      await flows.finish();
    });
  } finally {
    await cluster.stop();
  }
});

javaTest(
  "a network drops, swallows and refuses TLS connections, and every line comes through",
  async () => {
    const proxy = new TcpProxy();
    const address = `127.0.0.1:${proxy.port}`;
    const cluster = await Cluster.start({
      // The broker itself has nobody to reach over the first.
      configs: { "advertised.listeners": `PLAINTEXT://${address},SSL://${address}` },
    });
    try {
      proxy.target = cluster.brokers[0].ports.SSL;
      const { authority, client } = cluster.certificates;
      const worker = workerProps(address, {
        ...ofClients(overTls(authority, client)),
        ...impatient,
      });
      await inTemporaryFolder(async (folder) => {
        const flows = new Flows(folder);
        await flows.start(worker);
        await flows.advance();
        proxy.drop();
        await flows.advance();
        proxy.swallow();
        await new Promise((resolve) => setTimeout(resolve, lostMs));
        await flows.checkRunning();
        proxy.mend();
        await flows.advance();
        proxy.refuse();
        await until(() => flows.connect.log.includes("ECONNREFUSED"), () => flows.connect.log);
        proxy.mend();
        await flows.advance();
        await flows.finish();
      });
    } finally {
      await cluster.stop();
      proxy.refuse();
    }
  },
);
