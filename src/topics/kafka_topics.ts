/** The topics port on Kafka: each producer and consumer is a client of its own, as Java's are. */

import {
  type Clock,
  ConnectError,
  CorruptError,
  type Logger,
  loggers,
  named,
  NotFoundError,
  OffsetOutOfRangeError,
  reasonOf,
} from "../base/mod.ts";
import {
  type ConnectionSettings,
  type ConsumerSettings,
  describeTopicConfigsRequest,
  FetchedBatches as Fetched,
  fetchGroupOffsets,
  fetchRequest,
  KafkaClient,
  KafkaError,
  KafkaProducer,
  listOffsets,
  type ProducerSettings,
  type TopicMetadata,
} from "../kafka/mod.ts";
import { KafkaConsumer } from "./kafka_consumer.ts";
import { KafkaGroupAdmin } from "./kafka_group_admin.ts";
import { keyOf } from "./partition_key.ts";
import { isUnknown, makeTopics, partitionCount } from "./made_topics.ts";
import type {
  ConsumerOptions,
  FetchedBatches,
  FetchOptions,
  GroupAdmin,
  GroupAdminOptions,
  GroupConsumer,
  NewTopic,
  PartitionOffset,
  Producer,
  ProducerListener,
  ProducerOptions,
  TopicDescription,
  Topics,
} from "./topics.ts";

/** What {@linkcode KafkaTopics} needs. */
export interface KafkaTopicsOptions {
  /** How the worker's own clients reach the cluster. */
  connection: ConnectionSettings;
  /** How the worker's own producer writes. */
  producer: ProducerSettings;
  /** How the worker's own consumers read. */
  consumer: ConsumerSettings;
  /** How long a call may take with all its retries, in milliseconds (`default.api.timeout.ms`). */
  apiTimeoutMs: number;
  /** Time. */
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** Where connections that break are reported. */
  log: Logger;
}

/** How long one fetch waits at a broker, in milliseconds. Kafka: `fetch.max.wait.ms`. */
const fetchWaitMsMax = 500;
/** How long after a refusal brokers are asked again what cluster they are, in milliseconds. */
const refusedRetryMs = 30_000;

/** Topics in Kafka. */
export class KafkaTopics implements Topics {
  readonly #options: KafkaTopicsOptions;
  readonly #admin: KafkaClient;
  readonly #consumers = new Set<KafkaConsumer>();
  /** The producer behind {@linkcode append}, once it is used. */
  #own: Promise<Producer> | null = null;

  /** Topics of a cluster; nothing is connected yet. */
  constructor(options: KafkaTopicsOptions) {
    this.#options = options;
    this.#admin = this.#client(options.connection, named(options.log, { name: loggers.admin }));
  }

  /** The cluster's id, once a broker has answered. */
  get clusterId(): string | null {
    return this.#admin.clusterId;
  }

  /** Waits until a broker answers, or all is closed; why it is refused is told once. */
  async connect(): Promise<void> {
    const { clock, log } = this.#options;
    const { closing, clientId } = this.#admin;
    for (let level: "error" | "debug" = "error"; !closing.aborted; level = "debug") {
      try {
        return void await this.#admin.retrying(() => this.#admin.metadata([]), Infinity);
      } catch (error) {
        if (closing.aborted) return;
        named(log, { name: loggers.admin })[level](`${clientId}: ${reasonOf(error)}`);
      }
      // Whoever keeps the brokers may yet let the client in.
      await clock.sleep(refusedRetryMs, closing);
    }
  }

  async append(topic: string, partition: number, batch: Uint8Array<ArrayBuffer>): Promise<bigint> {
    this.#checkOpen();
    const { clientId } = this.#options.connection;
    this.#own ??= this.openProducer({ clientId: `${clientId}-producer`, newTopic: () => null });
    return await (await this.#own).append(topic, partition, batch);
  }

  async openProducer(options: ProducerOptions): Promise<Producer> {
    this.#checkOpen();
    const { clock, log, connection: own, producer: settings, apiTimeoutMs } = this.#options;
    const { connection = { ...own, clientId: options.clientId }, producer = settings, admin } =
      options.kafka ?? {};
    const told = new Map<string, number>();
    let listener: ProducerListener | null = null;
    // Kafka: producers let brokers make anew what has been removed (`auto.create.topics.enable`).
    const writing = { ...connection, makesTopics: true };
    const scope = options.log ?? log;
    const clientLog = named(scope, { name: loggers.client });
    const client = this.#client(writing, clientLog, ({ name, partitions: { length } }) => {
      const before = told.get(name);
      if (before === undefined || before === length) return;
      told.set(name, length);
      listener?.partitionsChanged(name, length);
    });
    const sender = new KafkaProducer({
      client,
      settings: producer,
      requestTimeoutMs: connection.requestTimeoutMs,
      clock,
      warn: named(scope, { name: loggers.producer }).warn,
    });
    const maker = admin === undefined
      ? this.#admin
      : this.#client(admin.connection, named(scope, { name: loggers.admin }));
    this.#closeWithAll(client);
    if (admin !== undefined) this.#closeWithAll(maker);
    const making = {
      maker,
      newTopic: options.newTopic,
      blockMsMax: producer.blockMsMax,
      apiTimeoutMs: admin?.apiTimeoutMs ?? apiTimeoutMs,
    };
    return await Promise.resolve<Producer>({
      append: (topic, partition, batch) => append(sender, topic, partition, batch),
      partitionCount: async (topic) => {
        const count = await partitionCount(client, topic, making);
        told.set(topic, count);
        return count;
      },
      listen: (given) => void (listener = given),
      // What waits, waits for brokers, not for room.
      stopWaiting: () => {},
      close() {
        client.close();
        if (admin !== undefined) maker.close();
        return Promise.resolve();
      },
    });
  }

  async createTopics(topics: readonly NewTopic[]): Promise<void> {
    await this.#retrying(() => makeTopics(this.#admin, topics, this.#options.apiTimeoutMs));
  }

  async listTopics(): Promise<string[]> {
    const { topics } = await this.#retrying(() => this.#admin.metadata(null));
    return topics.filter(({ error }) => error === 0).map(({ name }) => name).sort();
  }

  async describeTopics(names: readonly string[]): Promise<TopicDescription[]> {
    return await this.#retrying(async () => {
      const { topics } = await this.#admin.metadata(names);
      for (const { name, error } of topics) {
        const failure = error === 0 ? null : new KafkaError(`Cannot use topic "${name}"`, error);
        if (failure === null) continue;
        if (!isUnknown(failure)) throw failure;
        throw new NotFoundError(`There is no topic "${name}"`, { cause: failure });
      }
      const all = topics.flatMap(({ name: topic, partitions }) =>
        partitions.map(({ partition }) => ({ topic, partition }))
      );
      const [starts, ends] = await Promise.all(
        (["earliest", "latest"] as const).map((which) => this.#offsets(all, which)),
      );
      const configs = await this.#configs(names);
      return names.map((name) => ({
        name,
        partitions: all.filter(({ topic }) => topic === name)
          .sort((a, b) => a.partition - b.partition)
          .map((position) => ({
            partition: position.partition,
            logStartOffset: starts.get(keyOf(position))!,
            endOffset: ends.get(keyOf(position))!,
          })),
        configs: configs.get(name) ?? {},
      }));
    });
  }

  async fetch(
    topic: string,
    partition: number,
    offset: bigint,
    { bytesMax, waitMsMax, signal, buffer }: FetchOptions,
  ): Promise<FetchedBatches> {
    const { clock } = this.#options;
    const endMs = clock.monotonic() + waitMsMax;
    const off = AbortSignal.any([this.#admin.closing, ...signal === undefined ? [] : [signal]]);
    let found: FetchedBatches = {
      batches: new Uint8Array(0),
      logStartOffset: offset,
      endOffset: offset,
    };
    do {
      // Never long at a time: what waits at a broker holds up what is asked next.
      const waitMs = Math.max(0, Math.min(fetchWaitMsMax, Math.round(endMs - clock.monotonic())));
      const answer = await this.#retrying(() =>
        this.#fetchOnce({ topic, partition, offset }, { bytesMax, waitMsMax: waitMs, signal: off })
      );
      if (answer === null) return found;
      const { records, logStartOffset, highWatermark: endOffset } = answer;
      const fetched = new Fetched(records, offset, []);
      if (!fetched.isEmpty) {
        return { batches: fetched.take(bytesMax, buffer).batches, logStartOffset, endOffset };
      }
      found = { ...found, logStartOffset, endOffset };
    } while (clock.monotonic() < endMs && !off.aborted);
    return found;
  }

  groupOffsets(groupId: string): Promise<PartitionOffset[]> {
    return this.#retrying(() => fetchGroupOffsets(this.#admin, groupId, null));
  }

  async openGroupAdmin(
    { groupId, clientId, kafka }: GroupAdminOptions,
  ): Promise<GroupAdmin> {
    this.#checkOpen();
    const { connection: own, apiTimeoutMs, log } = this.#options;
    const connection = kafka?.connection ?? { ...own, clientId };
    const client = this.#client(connection, named(log, { name: loggers.admin }));
    this.#closeWithAll(client);
    const admin = new KafkaGroupAdmin({
      groupId,
      client,
      apiTimeoutMs: kafka?.apiTimeoutMs ?? apiTimeoutMs,
    });
    return await Promise.resolve(admin);
  }

  async joinGroup(options: ConsumerOptions): Promise<GroupConsumer> {
    this.#checkOpen();
    const { clock, random, log, connection: own, consumer } = this.#options;
    const { connection = { ...own, clientId: options.clientId }, consumer: settings = consumer } =
      options.kafka ?? {};
    const { groupId, selection, autoOffsetReset, pollIntervalMsMax } = options;
    const member: KafkaConsumer = new KafkaConsumer({
      client: {
        ...connection,
        clock,
        random,
        log: named(options.log ?? log, { name: loggers.client }),
      },
      settings: {
        ...settings,
        autoOffsetReset,
        pollIntervalMsMax: pollIntervalMsMax ?? settings.pollIntervalMsMax,
      },
      groupId,
      selection,
      onClosed: () => this.#consumers.delete(member),
    });
    this.#consumers.add(member);
    return await Promise.resolve(member);
  }

  async close(): Promise<void> {
    this.#admin.close();
    await Promise.all([...this.#consumers].map((member) => member.close()));
    await (await this.#own)?.close();
  }

  /** One fetch; null when it is called off. */
  async #fetchOnce(
    { topic, partition, offset }: PartitionOffset,
    { bytesMax, waitMsMax, signal }: FetchOptions,
  ) {
    const limits = {
      fetchWaitMsMax: waitMsMax,
      fetchBytesMin: 1,
      fetchBytesMax: bytesMax,
      partitionFetchBytesMax: bytesMax,
      isolationLevel: "read_uncommitted",
      clientRack: "",
    } as const;
    const what = `Cannot read ${topic}-${partition} at offset ${offset}`;
    const calledOff = aborted(signal!);
    const leader = await Promise.race([this.#leader(topic, partition, what), calledOff]);
    if (leader === null) return null;
    try {
      const position = { topic, partition, offset, leaderEpoch: -1 };
      const asked = this.#admin.send(leader, fetchRequest([position], limits), "fetches");
      const answer = await Promise.race([asked, calledOff]);
      if (answer === null) {
        // It is nobody's any more.
        asked.catch(() => {});
        return null;
      }
      const [found] = answer.partitions;
      if (found.error !== 0) throw new KafkaError(what, found.error);
      return found;
    } catch (error) {
      if (error instanceof KafkaError && error.code === "OFFSET_OUT_OF_RANGE") {
        throw new OffsetOutOfRangeError(error.message, { cause: error });
      }
      // A broker may not know yet what it leads: whether that is there, metadata tell.
      this.#admin.forgetTopic(topic);
      throw error;
    }
  }

  async #leader(topic: string, partition: number, what: string): Promise<number> {
    try {
      return await this.#admin.leader(topic, partition);
    } catch (error) {
      if (isUnknown(error)) throw new NotFoundError(`${what}: there is none`, { cause: error });
      this.#admin.forgetTopic(topic);
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#admin.closing.aborted) throw new ConnectError("The topics are closed");
  }

  async #offsets(
    partitions: readonly { topic: string; partition: number }[],
    which: "earliest" | "latest",
  ): Promise<Map<string, bigint>> {
    const question = { which, isolationLevel: "read_uncommitted" } as const;
    const found = await listOffsets(this.#admin, partitions, question);
    return new Map(found.map((position) => [keyOf(position), position.offset]));
  }

  async #configs(names: readonly string[]): Promise<Map<string, Record<string, string>>> {
    const answers = await this.#admin.sendAny(describeTopicConfigsRequest(names));
    return new Map(answers.map(({ name, configs }) => [name, configs]));
  }

  #client(
    connection: ConnectionSettings,
    log: Logger,
    onTopic?: (topic: TopicMetadata) => void,
  ): KafkaClient {
    const { clock, random } = this.#options;
    return new KafkaClient({ ...connection, clock, random, log, onTopic });
  }

  /** A client is closed with the topics, if not before. */
  #closeWithAll(client: KafkaClient): void {
    this.#admin.closing.addEventListener("abort", () => client.close(), { signal: client.closing });
  }

  async #retrying<T>(attempt: () => Promise<T>): Promise<T> {
    this.#checkOpen();
    return await this.#admin.retrying(attempt, this.#options.apiTimeoutMs);
  }
}

async function append(
  sender: KafkaProducer,
  topic: string,
  partition: number,
  batch: Uint8Array<ArrayBuffer>,
): Promise<bigint> {
  try {
    return await sender.append(topic, partition, batch);
  } catch (cause) {
    if (!(cause instanceof CorruptError)) throw cause;
    const reason = `A record batch for ${topic}-${partition} is refused: ${cause.message}`;
    throw new ConnectError(reason, { cause });
  }
}

/** Resolves when a signal aborts. */
function aborted(signal: AbortSignal): Promise<null> {
  const { promise, resolve } = Promise.withResolvers<null>();
  if (signal.aborted) resolve(null);
  signal.addEventListener("abort", () => resolve(null), { once: true });
  return promise;
}
