/** The Kafka clients of a worker itself. */

import { localDisk, type Logger, systemClock } from "../base/mod.ts";
import {
  adminConfigs,
  adminSettings,
  type ClientSources,
  consumerConfigs,
  consumerSettings,
  producerConfigs,
  producerSettings,
  type Props,
} from "../herder/mod.ts";
import { KafkaTopics } from "../topics/mod.ts";

/** What clients are made with on this machine. */
export function clientSources(log: Logger): ClientSources {
  return { readFile: localDisk.readFile, fetch, clock: systemClock, log };
}

/** Topics of the brokers that a worker names. @throws {ConfigError} */
export async function kafkaTopics(worker: Props, clients: ClientSources): Promise<KafkaTopics> {
  const owner = { worker, connector: {}, clientId: "connect-admin" };
  const { connection, settings } = await adminSettings(adminConfigs(owner), clients);
  const { settings: producer } = await producerSettings(producerConfigs(owner), clients);
  const { settings: consumer } = await consumerSettings(consumerConfigs(owner), clients);
  const { apiTimeoutMs } = settings;
  return new KafkaTopics({
    connection,
    producer,
    consumer,
    apiTimeoutMs,
    clock: systemClock,
    random: Math.random,
    log: clients.log,
  });
}
