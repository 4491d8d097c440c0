/**
 * A client of a Kafka cluster: its brokers, who leads which partition, who takes care of which group,
 * and requests to the right one. Each producer, consumer and admin client is one, with connections of
 * its own.
 *
 * Nothing here retries for ever: {@linkcode KafkaClient.retrying} does, for those who ask, with a delay
 * that grows and a limit in time.
 *
 * @module
 */

import { type Clock, type Logger, NotFoundError, reasonOf } from "../base/mod.ts";
import { ConnectionError, isRetriable, KafkaError } from "./errors.ts";
import { BrokerConnection, type Lane } from "./broker_connection.ts";
import type { ConnectionOptions } from "./kafkajs.ts";
import {
  type BrokerAddress,
  type ClusterMetadata,
  findCoordinatorRequest,
  metadataRequest,
  type TopicMetadata,
} from "./protocol/metadata.ts";
import type { ApiRequest } from "./protocol/request.ts";

/** What a client is made with. Names of keys are those of Kafka's clients. */
export interface KafkaClientOptions extends ConnectionOptions {
  /** Where to begin: `host:port`, IPv6 addresses in brackets (`bootstrap.servers`). */
  bootstrapServers: readonly string[];
  /** The first wait before a request is sent again (`retry.backoff.ms`). */
  retryBackoffMs: number;
  /** The longest such wait (`retry.backoff.max.ms`). */
  retryBackoffMaxMs: number;
  /** How long what is known of topics is believed (`metadata.max.age.ms`). */
  metadataMaxAgeMs: number;
  /** Whether brokers may make a topic that is used and not there; not unless told. */
  makesTopics?: boolean;
  /** Time. */
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** Where connections that break are reported. */
  log: Logger;
  /** Hears of a topic whenever its metadata are read. */
  onTopic?: (topic: TopicMetadata) => void;
}

/** A client of a cluster. */
export class KafkaClient {
  readonly #options: KafkaClientOptions;
  readonly #seeds: Node[];
  readonly #nodes = new Map<number, Node>();
  readonly #topics = new Map<string, { metadata: TopicMetadata; readMs: number }>();
  readonly #coordinators = new Map<string, number>();
  readonly #closing = new AbortController();
  #clusterId: string | null = null;
  #controllerId = -1;

  /** A client; nothing is connected yet. */
  constructor(options: KafkaClientOptions) {
    this.#options = options;
    this.#seeds = options.bootstrapServers.map((server) => this.#node(parseAddress(server)));
  }

  /** What the client calls itself. */
  get clientId(): string {
    return this.#options.clientId;
  }

  /** The cluster's id, once metadata has been read. */
  get clusterId(): string | null {
    return this.#clusterId;
  }

  /** Aborted when the client is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /**
   * Reads what brokers know of topics; null: of all. With `makesTopics` a broker makes those that are
   * absent, if it is set up to.
   * @throws {ConnectionError} when no broker answers
   * @throws {AuthenticationError}
   */
  async metadata(
    topics: readonly string[] | null,
    options: { makesTopics?: boolean } = {},
  ): Promise<ClusterMetadata> {
    const metadata = await this.sendAny(metadataRequest(topics, options.makesTopics ?? false));
    this.#learn(metadata);
    return metadata;
  }

  /** A topic's partitions, as known for no longer than `metadata.max.age.ms`. @throws {KafkaError} */
  async topic(name: string): Promise<TopicMetadata> {
    const known = this.#topics.get(name);
    const { clock, metadataMaxAgeMs } = this.#options;
    if (known !== undefined && clock.monotonic() - known.readMs < metadataMaxAgeMs) {
      return known.metadata;
    }
    const { makesTopics } = this.#options;
    const [topic] = (await this.metadata([name], { makesTopics })).topics;
    if (topic.error !== 0) throw new KafkaError(`Cannot use topic "${name}"`, topic.error);
    return topic;
  }

  /**
   * The broker that leads a partition.
   * @throws {NotFoundError} when the topic has no such partition
   * @throws {KafkaError} when there is no leader now
   */
  async leader(topic: string, partition: number): Promise<number> {
    const find = async () =>
      (await this.topic(topic)).partitions.find((one) => one.partition === partition);
    let found = await find();
    if (found === undefined) {
      // It may have been added since.
      this.forgetTopic(topic);
      found = await find();
    }
    if (found === undefined) throw new NotFoundError(`There is no partition ${topic}-${partition}`);
    if (found.leader >= 0) return found.leader;
    this.forgetTopic(topic);
    throw new KafkaError(`Cannot use ${topic}-${partition}`, found.error || 5);
  }

  /** What is known of a topic is wrong: the next one to ask reads it anew. */
  forgetTopic(topic: string): void {
    this.#topics.delete(topic);
  }

  /** The broker that takes care of a group. @throws {KafkaError} */
  async coordinator(groupId: string): Promise<number> {
    const known = this.#coordinators.get(groupId);
    if (known !== undefined) return known;
    const { error, message, broker } = await this.sendAny(findCoordinatorRequest(groupId));
    if (error !== 0) {
      throw new KafkaError(`Cannot find the coordinator of ${groupId}`, error, message);
    }
    this.#keep(broker);
    this.#coordinators.set(groupId, broker.nodeId);
    return broker.nodeId;
  }

  /** What is known of a group's coordinator is wrong: the next one to ask looks for it anew. */
  forgetCoordinator(groupId: string): void {
    this.#coordinators.delete(groupId);
  }

  /** The broker that takes changes to topics. */
  async controller(): Promise<number> {
    if (this.#controllerId < 0) await this.metadata([]);
    return this.#controllerId;
  }

  /** What is known of the controller is wrong: the next one to ask looks for it anew. */
  forgetController(): void {
    this.#controllerId = -1;
  }

  /**
   * Sends a request to a broker.
   * @throws {ConnectionError} when it cannot be reached or does not answer
   * @throws {AuthenticationError}
   */
  async send<T>(nodeId: number, request: ApiRequest<T>, lane?: Lane): Promise<T> {
    let node = this.#nodes.get(nodeId);
    if (node === undefined) {
      await this.metadata([]);
      node = this.#nodes.get(nodeId);
    }
    if (node === undefined) throw new ConnectionError(`Broker ${nodeId} is not there`);
    return await this.#sendTo(node, request, lane);
  }

  /**
   * Calls `attempt` until it succeeds, fails for good, or `timeoutMs` is over: the last error is then
   * thrown. Waits between two calls grow from `retry.backoff.ms` to `retry.backoff.max.ms`.
   * @param signal ends the wait between two calls; the last error is then thrown
   */
  async retrying<T>(
    attempt: () => Promise<T>,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<T> {
    const { clock } = this.#options;
    const startMs = clock.monotonic();
    const ends = AbortSignal.any([this.closing, ...signal === undefined ? [] : [signal]]);
    for (let failures = 0;; failures++) {
      try {
        return await attempt();
      } catch (error) {
        const waitMs = this.backoffMs(failures);
        const isLate = clock.monotonic() - startMs + waitMs > timeoutMs;
        if (ends.aborted || isLate || !isRetriable(error)) throw error;
        await clock.sleep(waitMs, ends);
        if (ends.aborted) throw error;
      }
    }
  }

  /** How long to wait before the next try after so many have failed, less or more by a fifth. */
  backoffMs(failures: number): number {
    const { retryBackoffMs, retryBackoffMaxMs, random } = this.#options;
    const waitMs = Math.min(retryBackoffMaxMs, retryBackoffMs * 2 ** failures);
    return waitMs * (0.8 + 0.4 * random());
  }

  /** Closes all connections; what is under way is rejected. */
  close(): void {
    this.#closing.abort();
    for (const { connection } of [...this.#seeds, ...this.#nodes.values()]) connection.close();
  }

  /**
   * Sends a request to a broker that answers, whichever that is.
   * @throws {ConnectionError} when none does
   * @throws {AuthenticationError}
   */
  async sendAny<T>(request: ApiRequest<T>): Promise<T> {
    const nodes = [...this.#nodes.values(), ...this.#seeds];
    // Those that are connected first, the others in an order of chance, those that did not answer last.
    const placeOf = ({ connection, isDown }: Node) =>
      isDown ? 1 : connection.isConnected ? -1 : this.#options.random();
    const places = new Map(nodes.map((node) => [node, placeOf(node)]));
    nodes.sort((a, b) => places.get(a)! - places.get(b)!);
    const reasons = new Set<string>();
    for (const node of nodes) {
      try {
        return await this.#sendTo(node, request);
      } catch (error) {
        if (!(error instanceof ConnectionError) || this.closing.aborted) throw error;
        reasons.add(reasonOf(error));
      }
    }
    throw new ConnectionError(
      `No broker of bootstrap.servers=${this.#options.bootstrapServers.join(",")} answers: ` +
        [...reasons].join("; "),
    );
  }

  async #sendTo<T>(node: Node, request: ApiRequest<T>, lane?: Lane): Promise<T> {
    if (this.closing.aborted) throw new ConnectionError(`${this.clientId} is closed`);
    const { log, clientId } = this.#options;
    try {
      const answer = await node.connection.send(request, lane);
      if (node.isDown) log.info(`${clientId}: ${node.address} answers again`);
      node.isDown = false;
      return answer;
    } catch (error) {
      const isNews = error instanceof ConnectionError && !node.isDown && !this.closing.aborted;
      if (isNews) log.warn(`${clientId}: no answer from ${reasonOf(error)}`);
      node.isDown ||= isNews;
      throw error;
    }
  }

  #learn({ brokers, clusterId, controllerId, topics }: ClusterMetadata): void {
    this.#clusterId = clusterId;
    this.#controllerId = controllerId;
    for (const broker of brokers) this.#keep(broker);
    const readMs = this.#options.clock.monotonic();
    for (const topic of topics) {
      if (topic.error === 0) {
        this.#topics.set(topic.name, { metadata: topic, readMs });
        this.#options.onTopic?.(topic);
      } else this.#topics.delete(topic.name);
    }
  }

  #keep({ nodeId, ...address }: BrokerAddress): void {
    const known = this.#nodes.get(nodeId);
    if (known?.host === address.host && known.port === address.port) return;
    known?.connection.close();
    this.#nodes.set(nodeId, this.#node(address));
  }

  #node({ host, port }: { host: string; port: number }): Node {
    const connection = new BrokerConnection(host, port, this.#options, this.#options.log);
    return { host, port, address: `${host}:${port}`, connection, isDown: false };
  }
}

interface Node {
  host: string;
  port: number;
  address: string;
  connection: BrokerConnection;
  /** Whether its last request found no answer: that is told once. */
  isDown: boolean;
}

/** The host and port of `host:port`. @throws {RangeError} for anything else */
export function parseAddress(server: string): { host: string; port: number } {
  const found = /^(?:[a-zA-Z_]+:\/\/)?(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(server.trim());
  if (found === null) throw new RangeError(`Invalid url in bootstrap.servers: ${server}`);
  return { host: found[1] ?? found[2], port: Number(found[3]) };
}
