/**
 * A member of a consumer group in Kafka. It joins and rejoins in `poll`, as Java's consumer does, so that
 * nothing is taken from a caller that has not finished with it; heartbeats, joins under way and fetches
 * go on between polls.
 *
 * | phase    | what the next poll does                                                    | then     |
 * | -------- | -------------------------------------------------------------------------- | -------- |
 * | steady   | nothing, while the member is joined                                        | steady   |
 * |          | a rebalance has begun: an eager member tells that all it has is `revoked`   | revoking |
 * |          | the same, with nothing to give up: joins                                   | joining  |
 * | revoking | the caller is back, so it has finished: forgets what was revoked            | steady, or placing |
 * | joining  | waits; a cooperative member reads on                                       | joined   |
 * | joined   | tells what was taken away as `revoked`, if anything                         | revoking, then placing |
 * | placing  | waits for the positions of what is new, and tells that it is `assigned`      | steady   |
 *
 * When the member is not in the group any more, what it had is told as `lost`, and it is steady again.
 *
 * @module
 */

import { ConnectError, loggers, named, RetriableError } from "../base/mod.ts";
import {
  commitGroupOffsets,
  ConsumerProtocol,
  type ConsumerSettings,
  decodeAssignment,
  Fetcher,
  GroupMember,
  type Joined,
  KafkaClient,
  type KafkaClientOptions,
  KafkaError,
  partitionText,
  SubscribedTopics,
} from "../kafka/mod.ts";
import { kickedOut, rebalancing } from "./commit_words.ts";
import { place, type Placing } from "./placing.ts";
import type {
  ConsumerEvent,
  GroupConsumer,
  PartitionOffset,
  PollOptions,
  TopicPartition,
  TopicSelection,
} from "./topics.ts";

/** What a Kafka consumer is made with. */
export interface KafkaConsumerOptions {
  /** How brokers are reached. */
  client: KafkaClientOptions;
  /** How it reads. */
  settings: ConsumerSettings;
  /** The group. */
  groupId: string;
  /** What it reads. */
  selection: TopicSelection;
  /** It is closed. */
  onClosed(): void;
}

type Phase =
  | { name: "steady" }
  | { name: "revoking"; partitions: readonly TopicPartition[]; next: { name: "steady" } | Placing }
  | { name: "joining"; done: Promise<void> }
  | { name: "joined"; joined: Joined }
  | Placing;

/** A member of a group in Kafka. */
export class KafkaConsumer implements GroupConsumer {
  readonly #options: KafkaConsumerOptions;
  readonly #client: KafkaClient;
  readonly #topics: SubscribedTopics;
  readonly #protocol: ConsumerProtocol;
  readonly #member: GroupMember;
  readonly #fetcher: Fetcher;
  /** What the caller has been told that it has. */
  readonly #owned = new Map<string, TopicPartition>();
  #lost: TopicPartition[] = [];
  #phase: Phase = { name: "steady" };
  /** What it has given up is free only after another rebalance. */
  #mustRejoin = false;
  #failure: Error | null = null;
  #isPolling = false;
  #polledMs: number;
  #isClosed = false;
  #wakeUp = new AbortController();

  /** A member; it joins when it is polled. */
  constructor(options: KafkaConsumerOptions) {
    this.#options = options;
    const { settings, groupId, selection } = options;
    const { clock, metadataMaxAgeMs } = options.client;
    const log = named(options.client.log, { name: loggers.group });
    const client = this.#client = new KafkaClient(options.client);
    this.#polledMs = clock.monotonic();
    const onNews = () => this.#wakeUp.abort();
    const onFailed = (error: Error) => this.#fail(error);
    this.#topics = new SubscribedTopics({
      ...{ client, selection, metadataMaxAgeMs, onChange: onNews, onFailed, clock, log },
      allowsTopicCreation: settings.allowsTopicCreation,
    });
    this.#protocol = new ConsumerProtocol({
      ...settings,
      topics: this.#topics,
      owned: () => ({
        partitions: [...this.#owned.values()],
        generation: this.#member.membership.generation,
      }),
    });
    this.#member = new GroupMember({
      ...settings,
      ...{ client, groupId, protocol: this.#protocol, onFailed, clock, log },
      rebalanceTimeoutMs: settings.pollIntervalMsMax,
      overdue: () => this.#isOverdue ? unpolled : null,
      onStale: onNews,
      onLost: () => this.#lose(),
    });
    const onUnknown = () => this.#topics.lookAgain();
    this.#fetcher = new Fetcher({
      ...{ client, settings, metadataMaxAgeMs, onNews, onUnknown, clock },
      log: named(log, { name: loggers.fetcher }),
    });
  }

  async poll(options: PollOptions): Promise<ConsumerEvent> {
    this.#checkOpen();
    this.#isPolling = true;
    try {
      return await this.#poll(options);
    } finally {
      this.#isPolling = false;
      this.#polledMs = this.#clock.monotonic();
    }
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    this.#checkMayCommit(offsets);
    // The generation that is being joined is the one to commit in.
    if (this.#phase.name === "joining") await this.#phase.done;
    this.#checkMayCommit(offsets);
    if (offsets.length === 0) return;
    const { membership } = this.#member;
    try {
      await this.#client.retrying(
        () => commitGroupOffsets(this.#client, membership, offsets),
        this.#options.settings.apiTimeoutMs,
      );
    } catch (error) {
      throw this.#commitError(error, membership);
    }
  }

  seek(position: PartitionOffset): void {
    this.#fetcher.seek(position);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.pause(partitions, false);
    this.#wakeUp.abort();
  }

  lag(): number | null {
    return this.#fetcher.lag();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#abandon();
    this.#wakeUp.abort();
    this.#topics.close();
    this.#fetcher.close();
    await this.#member.close();
    this.#client.close();
    this.#options.onClosed();
  }

  get #clock() {
    return this.#options.client.clock;
  }

  get #isOverdue(): boolean {
    const { pollIntervalMsMax } = this.#options.settings;
    return !this.#isPolling && this.#clock.monotonic() - this.#polledMs > pollIntervalMsMax;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ConnectError(`${this.#client.clientId} is closed`);
  }

  #checkMayCommit(offsets: readonly PartitionOffset[]): void {
    this.#checkOpen();
    if (this.#lost.length > 0 || this.#member.state === "unjoined") {
      throw new ConnectError(kickedOut);
    }
    const foreign = offsets.find((position) => !this.#owned.has(partitionText(position)));
    if (foreign !== undefined) {
      throw new ConnectError(
        `${this.#client.clientId} cannot commit an offset of ${partitionText(foreign)}, ` +
          "which is not assigned to it",
      );
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#wakeUp.abort();
  }

  async #poll(options: PollOptions): Promise<ConsumerEvent> {
    const { waitMsMax, signal } = options;
    const startMs = this.#clock.monotonic();
    this.#forgetRevoked();
    const wake = () => this.#wakeUp.abort();
    signal?.addEventListener("abort", wake);
    try {
      for (;;) {
        this.#wakeUp = new AbortController();
        if (this.#isClosed) return { type: "idle" };
        const event = this.#next(options);
        if (event !== null) return event;
        const leftMs = startMs + waitMsMax - this.#clock.monotonic();
        if (leftMs <= 0 || signal?.aborted) return { type: "idle" };
        await this.#clock.sleep(leftMs, this.#wakeUp.signal);
      }
    } finally {
      signal?.removeEventListener("abort", wake);
    }
  }

  /** The next thing to tell, if there is one now. */
  #next({ bytesMax, buffer, withoutBatches }: PollOptions): ConsumerEvent | null {
    if (this.#lost.length > 0) return { type: "lost", partitions: this.#lost.splice(0) };
    if (this.#failure !== null) throw this.#failure;
    const event = this.#rebalance();
    if (event !== null) return event;
    const taken = withoutBatches ? null : this.#fetcher.take(bytesMax, buffer);
    if (taken === null) return null;
    const { topic, partition, position, batches } = taken;
    return { type: "batches", topic, partition, position, batches };
  }

  #rebalance(): ConsumerEvent | null {
    switch (this.#phase.name) {
      case "steady":
        return this.#prepare();
      case "joined":
        return this.#adopt(this.#phase.joined) ?? this.#rebalance();
      case "placing":
        return this.#assign(this.#phase);
      default:
        return null;
    }
  }

  /** Makes ready to join where the member must, and joins. */
  #prepare(): ConsumerEvent | null {
    if (this.#mustRejoin) {
      this.#mustRejoin = false;
      this.#member.requestRejoin("what it has given up can be assigned now");
    }
    this.#heedTopics();
    if (this.#member.state === "joined" || !this.#topics.isKnown) return null;
    if (!this.#protocol.isCooperative && this.#owned.size > 0) {
      return this.#revoke([...this.#owned.values()], { name: "steady" });
    }
    const done = this.#member.join().then(
      (joined) => {
        this.#phase = { name: "joined", joined };
        if (this.#options.settings.groupInstanceId !== null && !joined.isLeader) {
          this.#topics.watchOwn();
        }
      },
      (error) => {
        this.#phase = { name: "steady" };
        this.#failure = error;
      },
    ).then(() => this.#wakeUp.abort());
    this.#phase = { name: "joining", done };
    return null;
  }

  #heedTopics(): void {
    if (!this.#topics.hasChanged) return;
    this.#member.requestRejoin("there are other topics or partitions than before");
  }

  #revoke(
    partitions: readonly TopicPartition[],
    next: { name: "steady" } | Placing,
  ): ConsumerEvent {
    this.#fetcher.unfollow(partitions);
    this.#phase = { name: "revoking", partitions, next };
    return { type: "revoked", partitions: [...partitions] };
  }

  /** The caller has finished with what was revoked last time. */
  #forgetRevoked(): void {
    if (this.#phase.name !== "revoking") return;
    for (const partition of this.#phase.partitions) this.#owned.delete(partitionText(partition));
    this.#phase = this.#phase.next;
  }

  /** Compares what is assigned with what it has. */
  #adopt({ assignment }: Joined): ConsumerEvent | null {
    const assigned = new Map(decodeAssignment(assignment).map((one) => [partitionText(one), one]));
    const placing = this.#place(
      [...assigned].flatMap(([key, one]) => this.#owned.has(key) ? [] : [one]),
    );
    const taken = [...this.#owned].flatMap(([key, one]) => assigned.has(key) ? [] : [one]);
    this.#phase = placing;
    if (taken.length === 0) return null;
    this.#mustRejoin = true;
    return this.#revoke(taken, placing);
  }

  /** Begins to look for where to read partitions. */
  #place(added: readonly TopicPartition[]): Placing {
    const { client: { log }, groupId, settings } = this.#options;
    return place(added, {
      ...{ client: this.#client, groupId, settings },
      log: named(log, { name: loggers.group }),
      onFailedTry: () => this.#topics.lookAgain(),
      onDone: () => this.#wakeUp.abort(),
    });
  }

  /** Tells what is new, once its positions are known. */
  #assign(placing: Placing): ConsumerEvent | null {
    const { positions, error, added } = placing;
    this.#heedTopics();
    if (this.#member.state !== "joined") {
      this.#abandon();
      return this.#rebalance();
    }
    if (error !== null) {
      this.#phase = this.#place(added);
      throw error;
    }
    if (positions === null) return null;
    this.#phase = { name: "steady" };
    for (const { topic, partition } of positions) {
      this.#owned.set(partitionText({ topic, partition }), { topic, partition });
    }
    this.#fetcher.follow(positions);
    return positions.length > 0 ? { type: "assigned", partitions: positions } : this.#rebalance();
  }

  /** What was joined, and not told yet, is of no use. */
  #abandon(): void {
    if (this.#phase.name === "placing") this.#phase.abandoned.abort();
    if (this.#phase.name === "placing" || this.#phase.name === "joined") {
      this.#phase = { name: "steady" };
    }
    if (this.#phase.name === "revoking" && this.#phase.next.name === "placing") {
      this.#phase.next.abandoned.abort();
      this.#phase.next = { name: "steady" };
    }
  }

  /** The group does not count on the member any more. */
  #lose(): void {
    this.#abandon();
    const going = this.#phase.name === "revoking" ? this.#phase.partitions : [];
    for (const partition of going) this.#owned.delete(partitionText(partition));
    this.#lost.push(...this.#owned.values());
    this.#fetcher.unfollow(this.#lost);
    this.#owned.clear();
    this.#mustRejoin = false;
    this.#wakeUp.abort();
  }

  /** Says what has become of a commit in the terms of the port. */
  #commitError(error: unknown, membership: GroupMember["membership"]): unknown {
    const code = error instanceof KafkaError ? error.code : "";
    switch (code) {
      case "UNKNOWN_MEMBER_ID":
      case "ILLEGAL_GENERATION":
      case "FENCED_INSTANCE_ID":
        this.#member.wasRefused(error as KafkaError, membership);
        return new ConnectError(kickedOut, { cause: error });
      case "REBALANCE_IN_PROGRESS":
        this.#member.requestRejoin("the group rebalances");
        return new RetriableError(rebalancing, { cause: error });
      default:
        return error;
    }
  }
}

const unpolled = "it has not polled for more than max.poll.interval.ms";
