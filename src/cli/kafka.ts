/** The Kafka clients of a worker itself. */

import { ConfigError, localDisk, type Logger, systemClock } from "../base/mod.ts";
import {
  adminConfigs,
  adminSettings,
  type ClientSources,
  consumerConfigs,
  consumerSettings,
  producerConfigs,
  producerSettings,
  type Props,
  type SpoolConfig,
  spoolConfig,
} from "../herder/mod.ts";
import { KafkaTopics, type ProducerOptions } from "../topics/mod.ts";

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

/**
 * Where a worker spools its sources, and how that writes to Kafka: as its producers do that no connector
 * configures. Null when it does not. @throws {ConfigError}
 */
export async function plannedSpool(
  worker: Props,
  bootstrapServers: readonly string[],
  clients: ClientSources | null,
): Promise<SpoolConfig & Pick<ProducerOptions, "kafka"> | null> {
  const spool = spoolConfig(worker, bootstrapServers);
  if (spool === null || clients === null) return null;
  const configs = producerConfigs({ worker, connector: {}, clientId: "connect-spool" });
  const { connection, settings: producer } = await producerSettings(configs, clients);
  if (producer.acks === 0) {
    throw new ConfigError("spool.dir does not go with acks=0: nobody says what Kafka has taken");
  }
  // The spool never gives up what it holds.
  const patience = { deliveryTimeoutMs: Infinity, retriesMax: Infinity, blockMsMax: Infinity };
  return { ...spool, kafka: { connection, producer: { ...producer, ...patience } } };
}
