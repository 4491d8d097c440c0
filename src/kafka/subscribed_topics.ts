/**
 * The topics that a consumer reads, by name or by pattern, looked at again from time to time: new ones
 * are found while it runs. The leader of a group looks after the topics of all members, for it is the one
 * to divide new partitions.
 *
 * @module
 */

import type { Clock, Logger } from "../base/mod.ts";
import { reasonOf } from "../base/mod.ts";
import type { KafkaClient } from "./client.ts";
import { errorCode, isRetriable, KafkaError } from "./errors.ts";
import type { TopicMetadata } from "./protocol/metadata.ts";

/** Topics are looked at a little before the client forgets what it knows, so that it need not ask for each. */
const ageShare = 0.9;

/** What tells which topics are meant, by their whole names. */
export interface TopicPattern {
  /** Whether a topic is one of them. */
  matches(topic: string): boolean;
}

/** What is needed to look after topics. */
export interface SubscribedTopicsOptions {
  /** Who speaks to brokers. */
  client: KafkaClient;
  /** Names, or a pattern for whole names. */
  selection: { topics: readonly string[] } | { pattern: TopicPattern };
  /** Whether brokers may make topics that are named and not there (`allow.auto.create.topics`). */
  allowsTopicCreation: boolean;
  /** How often to look (`metadata.max.age.ms`). */
  metadataMaxAgeMs: number;
  /** Something is known that was not. */
  onChange(): void;
  /** The topics cannot be read for good. */
  onFailed(error: Error): void;
  /** Time. */
  clock: Clock;
  /** What cannot be seen now is reported here. */
  log: Logger;
}

/** The topics of a consumer. */
export class SubscribedTopics {
  readonly #options: SubscribedTopicsOptions;
  readonly #pattern: TopicPattern | null;
  readonly #closing = new AbortController();
  #wakeUp = new AbortController();
  /** Those that were missing when it was last said. */
  #missing = "";
  #names: readonly string[] | null;
  /** The names as they were when they were last told to the group. */
  #told = "";
  /** As the leader of the group: the partitions of all topics of its members when they were divided. */
  #divided: ReadonlyMap<string, number> | null = null;
  #hasNewPartitions = false;
  #watchesOwn = false;

  /** Begins to look. */
  constructor(options: SubscribedTopicsOptions) {
    this.#options = options;
    const { selection } = options;
    this.#pattern = "pattern" in selection ? selection.pattern : null;
    this.#names = "topics" in selection ? selection.topics : null;
    this.#run();
  }

  /** Whether it is known by now which topics there are to read. */
  get isKnown(): boolean {
    return this.#names !== null;
  }

  /** Whether the group should divide again: there are other topics or partitions than it was told of. */
  get hasChanged(): boolean {
    return this.#hasNewPartitions || String(this.#names) !== this.#told;
  }

  /** The names to tell the group. */
  tell(): readonly string[] {
    this.#divided = null;
    this.#hasNewPartitions = false;
    this.#watchesOwn = false;
    this.#told = String(this.#names);
    return this.#names ?? [];
  }

  /** As the leader: how many partitions there are to divide, of the topics that are there. */
  async count(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const { client } = this.#options;
    const counts = topics.length === 0
      ? new Map()
      : countsOf((await client.metadata(topics)).topics);
    this.#divided = new Map(topics.map((topic) => [topic, counts.get(topic) ?? 0]));
    return counts;
  }

  /**
   * Looks after the partitions of its own topics as they are now. A member with a name for good that comes back
   * may lead the group without being told. Kafka: KIP-814.
   */
  watchOwn(): void {
    this.#watchesOwn = true;
    this.lookAgain();
  }

  /** Looks again now: something is not as it was. */
  lookAgain(): void {
    this.#wakeUp.abort();
  }

  /** Looks no more. */
  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { client, clock, metadataMaxAgeMs, log, onChange, onFailed } = this.#options;
    const { signal } = this.#closing;
    for (let failures = 0; !signal.aborted;) {
      this.#wakeUp = new AbortController();
      // Kafka: metadata are asked for no more often than every retry.backoff.ms.
      let waitMs = Math.max(metadataMaxAgeMs * ageShare, client.backoffMs(0));
      try {
        const hasAll = await this.#look();
        // Kafka: what is named and not there is looked for without waiting for metadata.max.age.ms.
        if (hasAll) failures = 0;
        else waitMs = Math.min(waitMs, client.backoffMs(failures++));
        if (this.hasChanged) onChange();
      } catch (error) {
        if (signal.aborted) return;
        if (!isRetriable(error)) return onFailed(error as Error);
        log.debug(`${client.clientId}: ${reasonOf(error)}`);
        waitMs = client.backoffMs(failures++);
      }
      await clock.sleep(waitMs, AbortSignal.any([signal, this.#wakeUp.signal]));
    }
  }

  /** @returns whether all topics that are named are there */
  async #look(): Promise<boolean> {
    const { client, selection, allowsTopicCreation } = this.#options;
    const named = "topics" in selection ? selection.topics : [];
    const asked = this.#pattern === null
      ? [...new Set([...named, ...this.#divided?.keys() ?? []])]
      : null;
    const { topics } = await client.metadata(asked, {
      makesTopics: asked !== null && allowsTopicCreation,
    });
    const pattern = this.#pattern;
    if (pattern !== null) {
      this.#names = topics.filter(({ name, isInternal }) => !isInternal && pattern.matches(name))
        .map(({ name }) => name).sort();
    }
    for (const { name, error } of topics) {
      const isOurs = this.#names?.includes(name);
      if (isOurs && error !== 0 && !errorCode(error).retriable) {
        throw new KafkaError(`Cannot read topic "${name}"`, error);
      }
    }
    const counts = countsOf(topics);
    if (this.#watchesOwn) {
      this.#divided ??= new Map(this.#names?.map((topic) => [topic, counts.get(topic) ?? 0]));
    }
    for (const [topic, count] of this.#divided ?? []) {
      if ((counts.get(topic) ?? 0) !== count) this.#hasNewPartitions = true;
    }
    const missing = named.filter((name) => !counts.has(name)).join(", ");
    if (missing !== "" && missing !== this.#missing) {
      this.#options.log.warn(`${client.clientId}: there is nothing to read of ${missing} yet`);
    }
    this.#missing = missing;
    return missing === "";
  }
}

function countsOf(topics: readonly TopicMetadata[]): Map<string, number> {
  return new Map(
    topics.filter(({ error }) => error === 0)
      .map(({ name, partitions }) => [name, partitions.length]),
  );
}
