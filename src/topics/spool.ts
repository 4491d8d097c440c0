/**
 * Store and forward: batches of sources are durable in a folder first, and go on to Kafka in their
 * order whenever it can be reached.
 *
 * - What is appended is answered once it is synced here; source offsets are committed against that.
 *   The offset that the answer tells is the spool's, not Kafka's.
 * - Each partition has a queue of its own (spool_queue.ts): a partition in the embedded log. What Kafka
 *   has taken is remembered durably from time to time; after a crash what it took since then is sent
 *   again. Nothing is ever passed over.
 * - Segments that Kafka has taken whole are removed. When all of the spool's bytes are in use, appends
 *   wait, and so sources pause.
 *
 * @module
 */

import {
  type Clock,
  ConfigError,
  ConnectError,
  CorruptError,
  type Disk,
  type Logger,
  reasonOf,
} from "../base/mod.ts";
import { KafkaError } from "../kafka/mod.ts";
import { EmbeddedLog } from "../log/mod.ts";
import { keyOf } from "./partition_key.ts";
import {
  type Catalog,
  queueName,
  readCatalog,
  readForwarded,
  type SpooledTopic,
  writeCatalog,
  writeForwarded,
} from "./spool_folder.ts";
import { Forwarder } from "./spool_forwarder.ts";
import { type Arriving, spoolClosed, SpoolIntake } from "./spool_intake.ts";
import { SpoolProducer } from "./spool_producer.ts";
import type { QueueForwarder } from "./spool_queue.ts";
import type { NewTopic, Producer, ProducerOptions, Topics } from "./topics.ts";

/** How often it is remembered what Kafka has taken, in milliseconds. */
const rememberMs = 500;
/** How often room is looked for while appends wait, in milliseconds. */
const fullMs = 50;
/** A queue that has been empty for so long gives back its last segment, in milliseconds. */
const emptyMs = 10_000;
/** How long Kafka is waited for when a source asks how many partitions a topic has, in milliseconds. */
const partitionsMsMax = 1000;
/** How long after a refusal of the disk a queue is made again, in milliseconds. */
const createRetryMs = 500;
/** A segment takes at most this many bytes, and at most this part of the spool. */
const segmentBytesMax = 8 << 20;
const segmentsMin = 8;

/** What {@linkcode Spool.open} needs. */
export interface SpoolOptions {
  /** The disk. */
  disk: Disk;
  /** The spool's folder; it is made when it is not there. */
  folder: string;
  /** How many bytes its segments may take (`spool.max.bytes`). */
  bytesMax: number;
  /** Where records go in the end. */
  target: Pick<Topics, "openProducer" | "listTopics">;
  /** How the forwarder writes there; the target's own way unless told. */
  kafka?: ProducerOptions["kafka"];
  /** Time. */
  clock: Clock;
  /** Where recovery, faults, a full spool and what Kafka refuses are told. */
  log: Logger;
}

/** A queue, and since when it has had nothing to send. */
interface Queue {
  forwarder: QueueForwarder;
  seenOffset: bigint;
  seenMs: number;
}

/** A spool as its owner has it. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #log: EmbeddedLog;
  readonly #forwarder: Forwarder;
  readonly #closing = new AbortController();
  readonly #catalog: Catalog;
  readonly #topics: Map<string, SpooledTopic>;
  readonly #queues = new Map<string, Queue>();
  readonly #producers = new Set<SpoolProducer>();
  readonly #maintenance: Promise<void>;
  readonly #intake: SpoolIntake;
  #saving: Promise<void> = Promise.resolve();
  #isCatalogStale = false;
  #rememberedText = "";
  #rememberedMs: number;
  /** What the disk refuses now. */
  readonly #refused = new Set<string>();

  private constructor(
    options: SpoolOptions,
    log: EmbeddedLog,
    catalog: Catalog,
    positions: Readonly<Record<string, bigint>>,
  ) {
    const { target, clock } = options;
    this.#options = options;
    this.#log = log;
    this.#catalog = catalog;
    this.#topics = new Map(catalog.topics.map((topic) => [topic.name, topic]));
    this.#forwarder = new Forwarder({
      openProducer: () =>
        target.openProducer({
          clientId: "connect-spool",
          newTopic: (topic) => this.#topics.get(topic)?.newTopic ?? null,
          kafka: options.kafka,
        }),
      target,
      clock,
      log: options.log,
      onPartitions: (topic, partitions) => {
        this.#learn(topic, { partitions });
        for (const producer of this.#producers) producer.partitionsAre(topic, partitions);
      },
      onRefused: (topic, reason) => {
        for (const producer of [...this.#producers]) producer.refused(topic, reason);
      },
    });
    for (const index of catalog.queues.keys()) {
      if (log.partitions(queueName(index)) !== null) this.#addQueue(index, positions);
    }
    this.#intake = new SpoolIntake({
      ...options,
      usedBytes: [...this.#queues.values()]
        .reduce((sum, { forwarder }) => sum + forwarder.log.sizeBytes, 0),
      queueFor: async (arrival) => (await this.#queueFor(arrival)).forwarder.log,
    });
    this.#rememberedMs = clock.monotonic();
    this.#maintenance = this.#maintain();
  }

  /**
   * Opens a spool, taking ownership, and goes on sending what it holds.
   * @throws {ConfigError} when the folder cannot be used
   * @throws {ConnectError} when another process owns it, or its files are not what they should be
   */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { disk, folder } = options;
    const log = await EmbeddedLog.open(options);
    try {
      const catalog = await readCatalog(disk, folder);
      const known = new Set(catalog.queues.keys().map(queueName));
      const lost = log.topicNames.filter((name) => !known.has(name));
      if (lost.length > 0) {
        throw new ConnectError(
          `Cannot use the spool "${folder}": its spool.json does not say what is in ${
            lost.join(", ")
          }`,
        );
      }
      return new Spool(options, log, catalog, await positionsIn(options, log));
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  /** How many bytes its segments take, with those that are being written. */
  get usedBytes(): number {
    return this.#intake.usedBytes;
  }

  /** Opens a way to write for a source task. Its own settings for Kafka do not matter here. */
  openProducer({ newTopic }: ProducerOptions): Promise<Producer> {
    const producer = new SpoolProducer({
      intake: this.#intake,
      newTopic,
      closing: this.#closing.signal,
      partitionCount: (topic, newTopic) => this.#partitionCount(topic, newTopic),
      closed: (producer) => void this.#producers.delete(producer),
    });
    this.#producers.add(producer);
    return Promise.resolve(producer);
  }

  /** Stops taking and sending, remembers what Kafka has taken, and lets go of files and connections. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#intake.close();
    await this.#maintenance;
    await this.#forwarder.close();
    await this.#makeRoom();
    await this.#remember();
    await this.#saving;
    await this.#log.close();
  }

  /** The queue for a partition; it is made, durably, however long the disk refuses. */
  async #queueFor({ topic, partition, newTopic }: Arriving): Promise<Queue> {
    const key = keyOf({ topic, partition });
    const found = this.#queues.get(key);
    if (found !== undefined) return found;
    if (!this.#topics.has(topic)) this.#learn(topic, { newTopic: newTopic(topic) });
    let index = this.#catalog.queues.findIndex((queue) => keyOf(queue) === key);
    if (index < 0) index = this.#catalog.queues.push({ topic, partition }) - 1;
    const { clock, bytesMax, log } = this.#options;
    for (let refused = false;; refused = true) {
      try {
        await this.#saveCatalog();
        await this.#log.createTopic(queueName(index), 1, {
          "segment.bytes": String(Math.min(segmentBytesMax, Math.ceil(bytesMax / segmentsMin))),
          "segment.ms": String(Number.MAX_SAFE_INTEGER),
          "retention.ms": "-1",
        });
        return this.#addQueue(index, {});
      } catch (error) {
        if (this.#closing.signal.aborted) throw spoolClosed();
        if (!refused) log.error(`${reasonOf(error)}; sources wait until it succeeds`);
      }
      await clock.sleep(createRetryMs, this.#closing.signal);
    }
  }

  #addQueue(index: number, positions: Readonly<Record<string, bigint>>): Queue {
    const name = queueName(index);
    const target = this.#catalog.queues[index];
    const log = this.#log.partition(name, 0);
    const forwarder = this.#forwarder.add(target, log, positions[name] ?? 0n);
    const queue = { forwarder, seenOffset: log.endOffset, seenMs: this.#options.clock.monotonic() };
    this.#queues.set(keyOf(target), queue);
    return queue;
  }

  async #partitionCount(topic: string, newTopic: NewTopic | null): Promise<number> {
    this.#learn(topic, { newTopic });
    // Whoever begins to write finds out anew what Kafka has against it.
    this.#forwarder.retry(topic);
    const { clock, log } = this.#options;
    const answered = new AbortController();
    let refusal: unknown = null;
    const asked = this.#forwarder.partitionCount(topic).catch((error) => {
      refusal = error;
      return null;
    }).finally(() => answered.abort());
    const late = clock.sleep(partitionsMsMax, answered.signal).then(() => null);
    const count = await Promise.race([
      asked,
      late.then(() => answered.signal.aborted ? asked : null),
    ]);
    if (count !== null) return count;
    // Brokers that cannot be reached are waited for; what they have against a topic is told.
    if (refusal instanceof KafkaError || refusal instanceof ConfigError) throw refusal;
    const known = this.#topics.get(topic)!.partitions;
    log.warn(
      `Kafka does not tell how many partitions the topic "${topic}" has` +
        `${refusal === null ? "" : ` (${reasonOf(refusal)})`}; ` +
        (known === null ? "it is taken to have one" : `it had ${known}`),
    );
    return known ?? 1;
  }

  /** Remembers what a topic is; it is written by and by. */
  #learn(name: string, news: Partial<SpooledTopic>): void {
    const known = this.#topics.get(name);
    const topic = { name, partitions: null, newTopic: null, ...known, ...news };
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(topic)) return;
    this.#topics.set(name, topic);
    this.#isCatalogStale = true;
  }

  #saveCatalog(): Promise<void> {
    const { disk, folder } = this.#options;
    const saved = this.#saving.then(async () => {
      this.#catalog.topics = [...this.#topics.values()];
      this.#isCatalogStale = false;
      try {
        await writeCatalog(disk, folder, this.#catalog);
      } catch (error) {
        this.#isCatalogStale = true;
        throw error;
      }
    });
    this.#saving = saved.catch(() => {});
    return saved;
  }

  async #maintain(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#closing;
    for (;;) {
      await clock.sleep(this.#intake.isWaiting ? fullMs : rememberMs, signal);
      if (signal.aborted) return;
      await this.#makeRoom();
      if (clock.monotonic() - this.#rememberedMs >= rememberMs) await this.#remember();
      void this.#forwarder.checkStalled();
    }
  }

  /** Removes what Kafka has taken. After a crash what is not there any more needs no remembering. */
  async #makeRoom(): Promise<void> {
    const nowMs = this.#options.clock.monotonic();
    let refusal: unknown = null;
    for (const queue of this.#queues.values()) {
      const { log: records, position } = queue.forwarder;
      if (records.endOffset !== queue.seenOffset) {
        queue.seenOffset = records.endOffset;
        queue.seenMs = nowMs;
      }
      // Else a queue that is emptied again and again would get a segment for every batch.
      const withLast = this.#intake.isWaiting || nowMs - queue.seenMs >= emptyMs;
      try {
        await records.removeBefore(position, withLast, (bytes) => this.#intake.free(bytes));
      } catch (error) {
        refusal ??= error;
      }
    }
    this.#tell("remove what Kafka has taken from", refusal);
  }

  /** Writes down what has changed. */
  async #remember(): Promise<void> {
    const { disk, folder, clock } = this.#options;
    this.#rememberedMs = clock.monotonic();
    const names = this.#catalog.queues.map((queue, index) =>
      [queueName(index), this.#queues.get(keyOf(queue))?.forwarder] as const
    );
    const positions = Object.fromEntries(
      names.flatMap(([name, queue]) => queue === undefined ? [] : [[name, queue.position]]),
    );
    const problems = Object.fromEntries(
      names.flatMap(([name, queue]) => queue?.problem == null ? [] : [[name, queue.problem]]),
    );
    const text = JSON.stringify([Object.entries(positions).map(String), problems]);
    try {
      if (this.#isCatalogStale) await this.#saveCatalog();
      if (text !== this.#rememberedText) {
        await writeForwarded(disk, folder, { writtenMs: clock.now(), positions, problems });
      }
      this.#rememberedText = text;
      this.#tell("remember what Kafka has taken from", null);
    } catch (error) {
      this.#tell("remember what Kafka has taken from", error);
    }
  }

  /** What the disk refuses is tried again and again; that is told once, and once when it is over. */
  #tell(what: string, refusal: unknown): void {
    const { folder, log } = this.#options;
    const wasRefused = this.#refused.has(what);
    if (refusal === null) this.#refused.delete(what);
    else this.#refused.add(what);
    if (wasRefused === (refusal !== null)) return;
    if (refusal === null) log.info(`It succeeds again to ${what} the spool "${folder}"`);
    else log.error(`Cannot ${what} the spool "${folder}": ${reasonOf(refusal)}`);
  }
}

/**
 * How far Kafka has taken each queue, as far as that was remembered. Where records at a queue's end are
 * lost, those that come next get their offsets: they must not pass for taken.
 */
async function positionsIn(
  { disk, folder, clock, log: { warn } }: SpoolOptions,
  log: EmbeddedLog,
): Promise<Record<string, bigint>> {
  const remembered = await readForwarded(disk, folder).catch((error) => {
    if (!(error instanceof CorruptError)) throw error;
    warn(`${error.message}; all that is in the spool is sent again`);
    return { positions: {} };
  });
  const positions = Object.fromEntries(
    Object.entries<bigint>(remembered.positions).map(([name, position]) => {
      const endOffset = log.partitions(name)?.[0].endOffset ?? 0n;
      return [name, position < endOffset ? position : endOffset];
    }),
  );
  const isBeyond = Object.entries(remembered.positions).some(([name, position]) =>
    position !== positions[name]
  );
  if (isBeyond) {
    await writeForwarded(disk, folder, { writtenMs: clock.now(), positions, problems: {} });
  }
  return positions;
}
