/** The Kafka side of the topics port, with defaults, for tests with a real broker. */

import { systemClock } from "../../src/base/mod.ts";
import {
  connectionDefaults,
  type ConnectionSettings,
  consumerDefaults,
  type ConsumerSettings,
  producerDefaults,
} from "../../src/kafka/mod.ts";
import { KafkaTopics } from "../../src/topics/mod.ts";
import { keptLog } from "../faults/memory_disk.ts";

/** The topics of these brokers, but for what is given as by default. */
export function topicsOf(
  bootstrapServers: string,
  { connection, consumer }: {
    connection?: Partial<ConnectionSettings>;
    consumer?: Partial<ConsumerSettings>;
  } = {},
): KafkaTopics {
  return new KafkaTopics({
    connection: {
      ...connectionDefaults,
      bootstrapServers: bootstrapServers.split(","),
      clientId: "test",
      ...connection,
    },
    producer: producerDefaults,
    consumer: { ...consumerDefaults, ...consumer },
    apiTimeoutMs: 20_000,
    clock: systemClock,
    random: Math.random,
    log: keptLog(),
  });
}
