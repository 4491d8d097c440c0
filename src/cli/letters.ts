/**
 * `connect dlq replay`: runs a sink connector over the records of its dead letter queue, as they were before
 * they failed, up to where the queue ends when it starts.
 *
 * It is a connector of its own, with a group of its own: so that what has been replayed is not replayed again,
 * and the offsets of the connector itself stay as they are.
 *
 * @module
 */

import { ConfigError, localDisk, type Logger, type Secrets, systemClock } from "../base/mod.ts";
import { Connectors, type Props, StandaloneHerder } from "../herder/mod.ts";
import { EmbeddedTopics, groupOffsetsTopic, type Topics } from "../topics/mod.ts";
import { boundedBy } from "./bounded_reading.ts";
import { inFile } from "./files.ts";
import { type Plan, planStandalone } from "./plan.ts";

/** What `connect dlq replay` is told. */
export interface ReplayArguments {
  /** The dead letter queue. */
  topic: string;
  /** The worker's file. */
  workerFile: string;
  /** The connector's file. */
  connectorFile: string;
  /** Ends it early. */
  signal: AbortSignal;
}

/** How often it is looked how far the connector has come, in milliseconds. */
const lookAgainMs = 100;
/** How often that is told, in milliseconds. */
const tellEveryMs = 5_000;

/**
 * Replays a dead letter queue.
 * @returns what to print, and the exit code
 * @throws {ConfigError} naming what will not do
 */
export async function replayLetters(
  args: ReplayArguments,
  log: Logger,
  secrets: Secrets,
): Promise<{ text: string; code: number }> {
  const { topic, workerFile, connectorFile } = args;
  let herder: StandaloneHerder | null = null;
  const connectors = new Connectors(log, [], {
    onRaised: (name, trace) => herder?.connectorRaised(name, trace),
    onReconfigure: (name) => herder?.reconfigureTasks(name),
  });
  const planning = { connectors, log, secrets };
  const planned = await planStandalone([workerFile, connectorFile], planning);
  if (planned.plan === null) throw planned.error;
  const { plan } = planned;
  const [{ props, description }] = plan.connectors;
  if (description.type !== "sink") {
    throw new ConfigError(
      `${connectorFile}: connector.class: ${
        props["connector.class"]
      } is a source; dead letters are replayed ` +
        "through sinks, for those of a source are not what it reads",
    );
  }
  const topics = plan.kafka ?? await inFile(
    workerFile,
    () => EmbeddedTopics.open({ disk: localDisk, folder: plan.folder!, clock: systemClock, log }),
  );
  try {
    const replay = new Replay(topics, topic, replayProps(props, topic));
    await replay.open();
    const running = herder = new StandaloneHerder({
      ...herderOptions(plan, topics, connectors, log),
      readers: boundedBy(replay.ends, topics),
      restoresLetters: true,
    });
    try {
      if (replay.left > 0n) await running.startConnector(replay.props, description);
      return await replay.watch(running, log, args.signal);
    } finally {
      await running.stop();
    }
  } finally {
    await topics.close();
  }
}

/** One replay. */
class Replay {
  readonly props: Props;
  /** Where partitions end; those with nothing to replay are left out. */
  readonly ends = new Map<number, bigint>();
  readonly #topics: Topics;
  readonly #topic: string;
  /** The offsets where it begins. */
  readonly #starts = new Map<number, bigint>();
  /** How many offsets there were to come. */
  #total = 0n;
  /** How many there are still. */
  left = 0n;

  constructor(topics: Topics, topic: string, props: Props) {
    this.#topics = topics;
    this.#topic = topic;
    this.props = props;
  }

  /** Looks where the queue ends now. @throws {NotFoundError} when there is none */
  async open(): Promise<void> {
    const [{ partitions }] = await this.#topics.describeTopics([this.#topic]);
    const committed = await this.#committed();
    for (const { partition, logStartOffset, endOffset } of partitions) {
      const position = committed.get(partition) ?? 0n;
      const start = position > logStartOffset ? position : logStartOffset;
      if (start >= endOffset) continue;
      this.#starts.set(partition, start);
      this.ends.set(partition, endOffset);
      this.#total += endOffset - start;
    }
    this.left = this.#total;
  }

  /** Waits until all is replayed, the connector fails, or it is told to stop. */
  async watch(
    herder: StandaloneHerder,
    log: Logger,
    signal: AbortSignal,
  ): Promise<{ text: string; code: number }> {
    const what = `records of ${this.#topic}`;
    let toldMs = systemClock.monotonic();
    while (this.left > 0n && !signal.aborted) {
      const trace = failureOf(herder, this.props.name);
      if (trace !== null) {
        const told = `${this.#done} of ${this.#total} ${what} replayed, then it failed: `;
        return { text: `${told}${trace.trimEnd()}\n`, code: 1 };
      }
      await systemClock.sleep(lookAgainMs, signal);
      await this.#look();
      if (systemClock.monotonic() - toldMs < tellEveryMs) continue;
      toldMs = systemClock.monotonic();
      log.info(`${this.#done} of ${this.#total} ${what} replayed`);
    }
    const rest = this.left > 0n ? "; the rest is replayed next time" : "";
    return { text: `${this.#done} of ${this.#total} ${what} replayed${rest}\n`, code: 0 };
  }

  get #done(): bigint {
    return this.#total - this.left;
  }

  async #look(): Promise<void> {
    const committed = await this.#committed();
    this.left = 0n;
    for (const [partition, end] of this.ends) {
      const start = this.#starts.get(partition)!;
      const position = committed.get(partition) ?? start;
      this.left += end - (position > start ? position : start);
    }
  }

  async #committed(): Promise<Map<number, bigint>> {
    const offsets = await this.#topics.groupOffsets(`connect-${this.props.name}`);
    return new Map(
      offsets.filter(({ topic }) => topic === this.#topic)
        .map(({ partition, offset }) => [partition, offset]),
    );
  }
}

/** The connector's properties for a replay: another name and topic, and so a group of its own, from the start. */
function replayProps(props: Props, topic: string): Props {
  const own = new Set([
    "topics.regex",
    "consumer.override.group.id",
    "consumer.override.group.instance.id",
    "consumer.override.auto.offset.reset",
  ]);
  const kept = Object.entries(props).filter(([key]) => !own.has(key));
  return { ...Object.fromEntries(kept), name: `${props.name}-dlq-replay`, topics: topic };
}

function herderOptions(plan: Plan, topics: Topics, connectors: Connectors, log: Logger) {
  const { props, variables, clients, offsets } = plan;
  return {
    workerProps: {
      ...props,
      "offset.flush.interval.ms": String(lookAgainMs),
      "consumer.auto.offset.reset": "earliest",
    },
    variables,
    workerId: "replay",
    connectors,
    files: [],
    topics,
    internalTopics: new Set([groupOffsetsTopic]),
    clients,
    offsets,
    clock: systemClock,
    log,
  };
}

/** The trace of what has failed, the connector or a task of it; null while nothing has. */
function failureOf(herder: StandaloneHerder, name: string): string | null {
  const { connector, tasks } = herder.status(name);
  const failed = [connector, ...tasks].find(({ state }) => state === "FAILED");
  return failed === undefined ? null : failed.trace ?? "no reason is known";
}
