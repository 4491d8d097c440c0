/** The topics port on Kafka: each producer and consumer is a client of its own, as Java's are. */

import { AlreadyExistsError, type Clock, ConfigError, type Logger } from "../base/mod.ts";
import {
  type ConnectionSettings,
  createTopicsRequest,
  KafkaClient,
  KafkaError,
  KafkaProducer,
  type ProducerSettings,
} from "../kafka/mod.ts";
import type { NewTopic, Producer, ProducerOptions } from "./topics.ts";

/** What {@linkcode KafkaTopics} needs. */
export interface KafkaTopicsOptions {
  /** How the worker's own clients reach the cluster. */
  connection: ConnectionSettings;
  /** How the worker's own producer writes. */
  producer: ProducerSettings;
  /** How long a call may take with all its retries, in milliseconds (`default.api.timeout.ms`). */
  apiTimeoutMs: number;
  /** Time. */
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** Where connections that break are reported. */
  log: Logger;
}

/** Errors of Kafka that say that a name, a number or a setting will not do. */
const mistakes = new Set([
  "INVALID_TOPIC_EXCEPTION",
  "INVALID_PARTITIONS",
  "INVALID_REPLICATION_FACTOR",
  "INVALID_CONFIG",
  "INVALID_REQUEST",
  "POLICY_VIOLATION",
]);

/** Topics in Kafka. */
export class KafkaTopics {
  readonly #options: KafkaTopicsOptions;
  readonly #admin: KafkaClient;
  /** The producer behind {@linkcode append}, once it is used. */
  #own: Promise<Producer> | null = null;

  /** Topics of a cluster; nothing is connected yet. */
  constructor(options: KafkaTopicsOptions) {
    this.#options = options;
    this.#admin = this.#client(options.connection);
  }

  async append(topic: string, partition: number, batch: Uint8Array<ArrayBuffer>): Promise<bigint> {
    const { clientId } = this.#options.connection;
    this.#own ??= this.openProducer({ clientId: `${clientId}-producer`, newTopic: () => null });
    return await (await this.#own).append(topic, partition, batch);
  }

  openProducer(options: ProducerOptions): Promise<Producer> {
    const { clock, log, connection: own, producer: settings } = this.#options;
    const { connection = { ...own, clientId: options.clientId }, producer = settings } =
      options.kafka ?? {};
    const client = this.#client(connection);
    const sender = new KafkaProducer({
      client,
      settings: producer,
      requestTimeoutMs: connection.requestTimeoutMs,
      sleep: clock.sleep,
      warn: log.warn,
    });
    return Promise.resolve({
      append: (topic, partition, batch) => sender.append(topic, partition, batch),
      partitionCount: (topic) => this.#partitionCount(client, topic, options.newTopic),
      close: () => Promise.resolve(client.close()),
    });
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    await this.#retrying(() => create(this.#admin, topics, this.#options.apiTimeoutMs));
  }

  async listTopics(): Promise<string[]> {
    const { topics } = await this.#retrying(() => this.#admin.metadata(null));
    return topics.filter(({ error }) => error === 0).map(({ name }) => name).sort();
  }

  /** Closes all that is not a producer's or a consumer's own. */
  async close(): Promise<void> {
    this.#admin.close();
    await (await this.#own)?.close();
  }

  async #partitionCount(
    client: KafkaClient,
    topic: string,
    newTopic: ProducerOptions["newTopic"],
  ): Promise<number> {
    // Kafka Connect's producers wait without end (max.block.ms): the topic may yet be made.
    return await client.retrying(async () => {
      try {
        return (await client.topic(topic)).partitions.length;
      } catch (error) {
        if (!isUnknown(error)) throw error;
        const wanted = newTopic(topic);
        if (wanted === null) {
          await client.metadata([topic], { makesTopics: true });
          throw error;
        }
        await create(client, [wanted], this.#options.apiTimeoutMs).catch((cause) => {
          // Another task, or another worker, may have made it meanwhile.
          if (!(cause instanceof AlreadyExistsError)) throw cause;
        });
        return (await client.topic(topic)).partitions.length;
      }
    }, Infinity);
  }

  #client(connection: ConnectionSettings): KafkaClient {
    const { clock, random, log } = this.#options;
    return new KafkaClient({ ...connection, clock, random, log });
  }

  #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    return this.#admin.retrying(attempt, this.#options.apiTimeoutMs);
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof KafkaError && error.code === "UNKNOWN_TOPIC_OR_PARTITION";
}

/** Makes topics. @throws what {@linkcode Topics.createTopics} throws */
async function create(
  client: KafkaClient,
  topics: readonly NewTopic[],
  timeoutMs: number,
): Promise<void> {
  const wanted = topics.map(({ name, partitions, replicationFactor, configs }) => ({
    name,
    partitions: partitions ?? 1,
    replicationFactor: replicationFactor ?? -1,
    configs: configs ?? {},
  }));
  const controller = await client.controller();
  for (const outcome of await client.send(controller, createTopicsRequest(wanted, timeoutMs))) {
    const { name, error, message } = outcome;
    if (error === 0) continue;
    const failure = new KafkaError(`Cannot make topic "${name}"`, error, message);
    if (failure.code === "TOPIC_ALREADY_EXISTS") {
      throw new AlreadyExistsError(message ?? failure.message, { cause: failure });
    }
    if (mistakes.has(failure.code)) throw new ConfigError(failure.message, { cause: failure });
    throw failure;
  }
}
