/** One member of a group of this process. */

import { ConnectError, loggers, named, OffsetOutOfRangeError } from "../base/mod.ts";
import { endOffsetOf } from "../batch/mod.ts";
import { kickedOut } from "./commit_words.ts";
import type { LocalGroup } from "./local_group.ts";
import { keyOf } from "./partition_key.ts";
import type {
  ConsumerEvent,
  ConsumerOptions,
  FetchOptions,
  GroupConsumer,
  PartitionOffset,
  PollOptions,
  TopicPartition,
} from "./topics.ts";

/** Kafka: `max.poll.interval.ms`. */
const pollIntervalMsDefault = 300_000;

/** A member. */
export class LocalConsumer implements GroupConsumer {
  /** Its id: the client id and a number. */
  readonly memberId: string;
  /** How it joined. */
  readonly options: ConsumerOptions;
  readonly #group: LocalGroup;
  readonly #owned = new Map<string, PartitionOffset>();
  readonly #paused = new Set<string>();
  #revoking: string[] = [];
  /** What it owned when it had to leave the group; null while it is a member. */
  #lost: TopicPartition[] | null = null;
  #isPolling = false;
  #polledMs: number;
  #isClosed = false;
  #wakeUp = new AbortController();

  /** A member that owns nothing yet. */
  constructor(group: LocalGroup, memberId: string, options: ConsumerOptions) {
    this.#group = group;
    this.memberId = memberId;
    this.options = options;
    this.#polledMs = group.topics.clock.monotonic();
  }

  /** Whether it should have polled by now. */
  get isOverdue(): boolean {
    const { pollIntervalMsMax = pollIntervalMsDefault } = this.options;
    return !this.#isPolling &&
      this.#group.topics.clock.monotonic() - this.#polledMs > pollIntervalMsMax;
  }

  async poll(options: PollOptions): Promise<ConsumerEvent> {
    this.#checkOpen();
    this.#isPolling = true;
    try {
      return await this.#poll(options);
    } finally {
      this.#isPolling = false;
      this.#polledMs = this.#group.topics.clock.monotonic();
    }
  }

  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    this.#checkOpen();
    if (this.#lost !== null) throw new ConnectError(kickedOut);
    const foreign = offsets.find((position) => !this.#owned.has(keyOf(position)));
    if (foreign !== undefined) {
      throw new ConnectError(
        `${this.options.clientId} cannot commit an offset of ${foreign.topic}-${foreign.partition}, ` +
          "which is not assigned to it",
      );
    }
    await this.#group.topics.commit(this.#group.id, offsets);
  }

  seek(position: PartitionOffset): void {
    const owned = this.#owned.get(keyOf(position));
    if (owned !== undefined) owned.offset = position.offset;
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const key of partitions.map(keyOf)) if (this.#owned.has(key)) this.#paused.add(key);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#paused.delete(keyOf(partition));
    this.wake();
  }

  lag(): number {
    return [...this.#owned.values()].reduce((sum, owned) => {
      const { end } = this.#group.topics.bounds(owned);
      return sum + Math.max(0, Number(end - owned.offset));
    }, 0);
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#owned.clear();
    this.#group.leave(this);
    this.wake();
    return Promise.resolve();
  }

  /** Something has changed that it may be waiting for. */
  wake(): void {
    this.#wakeUp.abort();
  }

  /** It had to leave the group: the next poll tells what it has lost. */
  expelled(): void {
    this.#lost = [...this.#owned.values()].map(withoutOffset);
    this.#owned.clear();
    this.#paused.clear();
    this.#revoking = [];
  }

  async #poll(options: PollOptions): Promise<ConsumerEvent> {
    if (this.#lost !== null) {
      const partitions = this.#lost;
      this.#lost = null;
      this.#group.add(this);
      if (partitions.length > 0) return { type: "lost", partitions };
    }
    // The caller has finished with what was revoked last time.
    for (const key of this.#revoking) this.#owned.delete(key);
    if (this.#revoking.length > 0) this.#group.release(this.#revoking.splice(0));
    this.#group.expelOverdue();
    this.#wakeUp = new AbortController();
    const event = this.#reassign();
    if (event !== null) return event;
    const fetched = options.withoutBatches ? null : await this.#fetch(options);
    return fetched ?? await this.#wait(options);
  }

  #checkOpen(): void {
    this.#group.topics.checkOpen();
    if (this.#isClosed) throw new ConnectError(`${this.options.clientId} is closed`);
  }

  #reassign(): ConsumerEvent | null {
    const share = this.#group.share(this);
    const going = [...this.#owned].filter(([key]) => !share.has(key));
    if (going.length > 0) {
      this.#revoking = going.map(([key]) => key);
      for (const key of this.#revoking) this.#paused.delete(key);
      return { type: "revoked", partitions: going.map(([, position]) => withoutOffset(position)) };
    }
    const coming: PartitionOffset[] = [];
    for (const [key, partition] of share) {
      if (this.#owned.has(key) || !this.#group.isFree(key)) continue;
      coming.push({ ...partition, offset: this.#begin(partition) });
    }
    for (const position of coming) {
      const key = keyOf(position);
      this.#group.take(this, key);
      this.#owned.set(key, { ...position });
    }
    return coming.length > 0 ? { type: "assigned", partitions: coming } : null;
  }

  #begin(partition: TopicPartition): bigint {
    const committed = this.#group.topics.committed(this.#group.id, partition);
    const { start, end } = this.#group.topics.bounds(partition);
    if (committed === null) {
      if (this.options.autoOffsetReset === "none") {
        // Kafka: NoOffsetForPartitionException, in its words.
        throw new OffsetOutOfRangeError(
          `Undefined offset with no reset policy for partitions: [${nameOf(partition)}]`,
        );
      }
      return this.#reset(partition, "has no committed offset");
    }
    if (committed >= start && committed <= end) return committed;
    return this.#reset(
      partition,
      `has the committed offset ${committed}, which is not in ${start} to ${end}`,
    );
  }

  /** Where reading begins when there is no telling. */
  #reset(partition: TopicPartition, why: string): bigint {
    const { autoOffsetReset, clientId } = this.options;
    const { start, end } = this.#group.topics.bounds(partition);
    const what = `${clientId}: ${nameOf(partition)} ${why}`;
    if (autoOffsetReset === "none") {
      throw new OffsetOutOfRangeError(`${what}, and auto.offset.reset is none`);
    }
    const offset = autoOffsetReset === "earliest" ? start : end;
    const log = named(this.options.log ?? this.#group.topics.log, { name: loggers.fetcher });
    log.info(`${what}: reading begins at ${offset} (auto.offset.reset)`);
    return offset;
  }

  async #fetch(options: FetchOptions): Promise<ConsumerEvent | null> {
    const { topics } = this.#group;
    for (const [key, owned] of [...this.#owned]) {
      if (this.#paused.has(key) || owned.offset === topics.bounds(owned).end) continue;
      let batches: Uint8Array<ArrayBuffer>;
      try {
        batches = await topics.read(owned, options);
      } catch (error) {
        if (!(error instanceof OffsetOutOfRangeError)) throw error;
        owned.offset = this.#reset(owned, "does not hold the position any more");
        continue;
      }
      if (this.#isClosed) return { type: "idle" };
      const position = owned.offset;
      owned.offset = endOffsetOf(batches, position);
      // The next poll begins with another partition.
      this.#owned.delete(key);
      this.#owned.set(key, owned);
      return { type: "batches", ...withoutOffset(owned), position, batches };
    }
    return null;
  }

  async #wait(options: PollOptions): Promise<ConsumerEvent> {
    if (this.#isClosed) return { type: "idle" };
    const { signal } = options;
    const wake = () => this.wake();
    signal?.addEventListener("abort", wake);
    if (signal?.aborted) wake();
    const active = [...this.#owned].filter(([key]) =>
      !options.withoutBatches && !this.#paused.has(key)
    );
    const positions = active.map(([, position]) => position);
    try {
      await this.#group.topics.wait(positions, { ...options, signal: this.#wakeUp.signal });
    } finally {
      signal?.removeEventListener("abort", wake);
    }
    return { type: "idle" };
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

function withoutOffset({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
