/** Kafka keeps the contract of the topics port. */

import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { systemClock } from "../../src/base/mod.ts";
import { connectionDefaults, consumerDefaults, producerDefaults } from "../../src/kafka/mod.ts";
import { KafkaTopics } from "../../src/topics/mod.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { topicsContract } from "../unit/topics/contract.ts";
import { javaTest } from "./java.ts";

let cluster: Promise<Awaited<ReturnType<typeof anyCluster>>> | null = null;
Deno.test.afterAll(async () => await (await cluster)?.stop());

async function open(): Promise<KafkaTopics> {
  const { bootstrapServers } = await (cluster ??= anyCluster());
  return new KafkaTopics({
    connection: {
      ...connectionDefaults,
      bootstrapServers: bootstrapServers.split(","),
      clientId: "contract",
      metadataMaxAgeMs: 500,
    },
    producer: producerDefaults,
    // The contract is that of topics that nobody makes by asking for them.
    consumer: { ...consumerDefaults, heartbeatIntervalMs: 200, allowsTopicCreation: false },
    apiTimeoutMs: 10_000,
    clock: systemClock,
    random: Math.random,
    log: keptLog(),
  });
}

topicsContract(
  { name: "KafkaTopics", makesAbsentTopics: false, canDamage: false },
  async () => {
    let topics = await open();
    return {
      topics,
      async reopen() {
        await topics.close();
        return topics = await open();
      },
      damage: () => Promise.reject(new Error("the records of a broker are its own business")),
      close: () => topics.close(),
    };
  },
  (name, test) => javaTest(name, test),
);
