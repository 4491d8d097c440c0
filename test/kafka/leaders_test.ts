/**
 * A standalone worker on three brokers: leaders of its topics and of the brokers' own topics move, die and
 * come back while lines pass at full rate, and every line comes through in the order of its partition.
 */

import { Cluster } from "../../scripts/kafka/cluster.ts";
import { systemClock } from "../../src/base/mod.ts";
import { connectionDefaults, KafkaClient } from "../../src/kafka/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { javaTest } from "./java.ts";
import { Flows, workerProps } from "./lines.ts";

/** A leader that comes back gets its partitions again soon. */
const configs = {
  "default.replication.factor": "3",
  "min.insync.replicas": "2",
  "leader.imbalance.check.interval.seconds": "1",
  "leader.imbalance.per.broker.percentage": "0",
};

/** The broker that leads partition 0 of a topic. */
async function leaderOf(cluster: Cluster, topic: string) {
  const client = new KafkaClient({
    ...connectionDefaults,
    bootstrapServers: cluster.bootstrapServers().split(","),
    clientId: "who-leads",
    clock: systemClock,
    random: Math.random,
    log: keptLog(),
  });
  try {
    const id = await client.retrying(() => client.leader(topic, 0), 20_000);
    return cluster.brokers.find((broker) => broker.id === id)!;
  } finally {
    client.close();
  }
}

javaTest(
  "leaders among three brokers move, die and come back, and every line comes through",
  async () => {
    const cluster = await Cluster.start({ brokers: 3, configs });
    try {
      await inTemporaryFolder(async (folder) => {
        const flows = new Flows(folder);
        await flows.start(workerProps(cluster.bootstrapServers()));
        await flows.advance();
        const [topic] = flows.topics;
        const leader = await leaderOf(cluster, topic);
        await leader.stop("SIGTERM");
        await flows.advance();
        // It is first among those that keep its partitions, and so they are given back to it.
        await leader.start();
        await until(async () => await leaderOf(cluster, topic) === leader, () => flows.connect.log);
        await flows.advance();
        const successor = await leaderOf(cluster, topic);
        await successor.stop("SIGKILL");
        await flows.advance();
        await successor.start();
        await (await leaderOf(cluster, "__consumer_offsets")).stop("SIGKILL");
        await flows.advance();
        await flows.finish();
      });
    } finally {
      await cluster.stop();
    }
  },
);
