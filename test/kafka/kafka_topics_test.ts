/** Kafka keeps the contract of the topics port. */

import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { KafkaTopics } from "../../src/topics/mod.ts";
import { topicsContract } from "../unit/topics/contract.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

let cluster: Promise<Awaited<ReturnType<typeof anyCluster>>> | null = null;
Deno.test.afterAll(async () => await (await cluster)?.stop());

async function open(): Promise<KafkaTopics> {
  const { bootstrapServers } = await (cluster ??= anyCluster());
  return topicsOf(bootstrapServers, {
    connection: { metadataMaxAgeMs: 500 },
    // The contract is that of topics that nobody makes by asking for them.
    consumer: { heartbeatIntervalMs: 200, allowsTopicCreation: false },
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
