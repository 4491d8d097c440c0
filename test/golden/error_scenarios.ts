/**
 * What Kafka Connect 4.2 did with records that fail, scenario by scenario (errors-dlq.json), and how to play
 * the same with ours: wherever topics are, in one worker.
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { systemClock } from "../../src/base/mod.ts";
import { BatchBuilder, readRecords } from "../../src/batch/mod.ts";
import { type ClientSources, Connectors, StandaloneHerder } from "../../src/herder/mod.ts";
import type { OffsetStore } from "../../src/store/mod.ts";
import type { Topics } from "../../src/topics/mod.ts";
import { until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import golden from "./errors-dlq.json" with { type: "json" };

type Props = Record<string, string>;

/** A scenario as it was recorded. */
export interface Scenario {
  scenario: string;
  config: Props;
  input?: { timestamp: number; key: string | null; value: string | null; headers?: string[][] }[];
  inputFile?: string;
  taskState: string;
  traceNonFrameLines?: string[];
  sinkFile?: string;
  logLines: string[];
  dlqTopic?: { partitions: number; configs: Props };
  dlqRecords?: DlqRecord[];
  offsets?: { offsets: unknown[] };
}

interface DlqRecord {
  partition: number;
  offset: number;
  timestamp: number;
  key: string | null;
  value: string | null;
  headers: { name: string; utf8: string; nonFrameLines?: string[]; endsWithNewline?: boolean }[];
}

/** All scenarios. */
export const scenarios = golden.scenarios as unknown as Scenario[];

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What scenarios need, each under the name of its connector, and what they leave behind. */
export class Scenery {
  readonly #topics: Topics;
  readonly #folder: string;

  /** Topics are wherever they are; files go into `folder`. */
  constructor(topics: Topics, folder: string) {
    this.#topics = topics;
    this.#folder = folder;
  }

  /** Makes all that a scenario needs. @returns the connector's configuration */
  async prepare({ config, input, inputFile }: Scenario, name: string): Promise<Props> {
    const actual = (text: string) => this.actual(text, name);
    await Deno.mkdir(actual("${DIR}"));
    if (input !== undefined) await this.#produce(actual("${TOPIC}"), input);
    if (inputFile !== undefined) await Deno.writeTextFile(actual("${DIR}/in.txt"), inputFile);
    const props: Props = { name };
    for (const [key, value] of Object.entries(config)) props[key] = actual(value);
    return props;
  }

  /** Text with what its placeholders stand for. */
  actual(text: string, name: string): string {
    return this.#names(name).reduce(
      (text, [placeholder, it]) => text.replaceAll(placeholder, it),
      text,
    );
  }

  /** Text as it is recorded: with placeholders. */
  recorded(text: string, name: string): string {
    return this.#names(name).reduce(
      (text, [placeholder, it]) => text.replaceAll(it, placeholder),
      text,
    );
  }

  #names(name: string): [placeholder: string, it: string][] {
    return [
      ["${TOPIC}", `${name}-in`],
      ["${DLQ}", `${name}-dlq`],
      ["${DIR}", `${this.#folder}/${name}`],
      ["${NAME}", name],
    ];
  }

  /** Whether a sink has committed that it has seen all of its input. */
  async isConsumed({ input = [] }: Scenario, name: string): Promise<boolean> {
    const [position] = await this.#topics.groupOffsets(`connect-${name}`);
    return position?.offset === BigInt(input.length);
  }

  /** The dead letters of a connector and their topic, as they are recorded. */
  async deadLetters(name: string): Promise<Pick<Scenario, "dlqTopic" | "dlqRecords">> {
    const topic = this.actual("${DLQ}", name);
    if (!(await this.#topics.listTopics()).includes(topic)) return {};
    const [{ partitions, configs }] = await this.#topics.describeTopics([topic]);
    const found = JSON.stringify(await this.#read(topic, partitions[0].endOffset));
    return {
      dlqTopic: { partitions: partitions.length, configs },
      dlqRecords: JSON.parse(this.recorded(found, name)),
    };
  }

  async #produce(topic: string, records: NonNullable<Scenario["input"]>): Promise<void> {
    await this.#topics.createTopics([{ name: topic, replicationFactor: 1 }]);
    const builder = new BatchBuilder({ sizeMax: 1 << 16 });
    for (const { key, value, headers = [], timestamp } of records) {
      const bytes = headers.map(([key, value]) => ({ key, value: encoder.encode(value) }));
      builder.append(key, value, bytes, timestamp);
    }
    await this.#topics.append(topic, 0, builder.seal());
  }

  async #read(topic: string, end: bigint): Promise<DlqRecord[]> {
    const found: DlqRecord[] = [];
    for (let offset = 0n; offset < end; offset = BigInt(found.length)) {
      const options = { bytesMax: 1 << 20, waitMsMax: 0 };
      const { batches } = await this.#topics.fetch(topic, 0, offset, options);
      for (const view of readRecords(batches)) {
        const headers = view.headers.map(({ key, value }) => headerOf(key, decoder.decode(value!)));
        found.push({
          partition: 0,
          offset: Number(view.offset),
          timestamp: view.timestampMs,
          key: view.key && decoder.decode(view.key),
          value: view.value && decoder.decode(view.value),
          headers,
        });
      }
    }
    return found;
  }
}

/** A worker of ours that plays scenarios. */
export class Stage {
  readonly #scenery: Scenery;
  readonly #log = keptLog();
  readonly #connectors = new Connectors(this.#log, [], { onReconfigure() {}, onRaised() {} });
  readonly #herder: StandaloneHerder;
  readonly #committed = new Map<string, unknown>();

  /** A worker without connectors; what they need goes into `folder`. */
  constructor(topics: Topics, folder: string, workerProps: Props, clients: ClientSources | null) {
    this.#scenery = new Scenery(topics, folder);
    const offsets: OffsetStore = {
      read: (_, partitions) => partitions.map(() => null),
      list: () => [],
      commit: (connector, offsets) => {
        this.#committed.set(connector, offsets);
        return Promise.resolve();
      },
    };
    this.#herder = new StandaloneHerder({
      workerProps: {
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "offset.storage.file.filename": "offsets",
        "offset.flush.interval.ms": "100",
        ...workerProps,
      },
      workerId: "worker:8083",
      connectors: this.#connectors,
      files: [],
      topics,
      internalTopics: new Set(),
      clients,
      offsets,
      clock: systemClock,
      log: this.#log,
    });
  }

  /** Plays a scenario with a connector of this name, and compares all that is recorded of it. */
  async play(scenario: Scenario, name: string): Promise<void> {
    const { taskState, sinkFile, offsets, dlqTopic, dlqRecords } = scenario;
    const props = await this.start(scenario, name);
    await until(
      async () => this.task(name).state === taskState && await this.#isDone(scenario, name),
      () =>
        `${scenario.scenario}: ${JSON.stringify(this.task(name))}\n${this.#log.lines.join("\n")}`,
    );
    const { trace = "" } = this.task(name);
    deepStrictEqual(nonFrameLines(trace), scenario.traceNonFrameLines ?? []);
    if (sinkFile !== undefined) strictEqual(await Deno.readTextFile(props.file), sinkFile);
    deepStrictEqual(this.#logLines(name), scenario.logLines.map(saidIn));
    if (offsets !== undefined) {
      deepStrictEqual(offsets.offsets, []);
      strictEqual(this.#committed.get(name), undefined);
    }
    const expected = dlqTopic === undefined ? {} : { dlqTopic, dlqRecords };
    deepStrictEqual(await this.#scenery.deadLetters(name), expected);
  }

  /** Starts a scenario's connector. @returns its configuration */
  async start(scenario: Scenario, name: string): Promise<Props> {
    const props = await this.#scenery.prepare(scenario, name);
    await this.#herder.startConnector(props, await this.#connectors.describe(props));
    return props;
  }

  /** How a connector's task is. */
  task(name: string) {
    return this.#herder.status(name).tasks[0];
  }

  /** Stops it. */
  async stop(): Promise<void> {
    await this.#herder.stop();
  }

  /** Whether all that will come about has, as far as that can be seen. */
  async #isDone(scenario: Scenario, name: string): Promise<boolean> {
    const { taskState, input, logLines } = scenario;
    if (this.#logLines(name).length < logLines.length) return false;
    if (taskState === "FAILED" || input === undefined) return true;
    return await this.#scenery.isConsumed(scenario, name);
  }

  #logLines(name: string): string[] {
    const pattern = new RegExp(`^error (Error encountered in task ${name}-0.*)`);
    return this.#log.lines.flatMap((line) => pattern.exec(line)?.[1] ?? [])
      .map((line) => withoutTime(this.#scenery.recorded(line, name)));
  }
}

/** What Java's log says of a record that fails, without who says it. */
function saidIn(line: string): string {
  return /Error encountered in task .*(?= \(org\.apache)/.exec(line)![0];
}

/** A line of the log without the time at which a record came about. */
export function withoutTime(line: string): string {
  return line.replace(/timestamp=\d+, headers/, "timestamp=${NOW}, headers");
}

/** A header as it was recorded: of a stack trace the lines that tell of no frame, for those differ. */
function headerOf(name: string, utf8: string) {
  if (!name.endsWith(".stacktrace")) return { name, utf8 };
  const lines = nonFrameLines(utf8);
  return {
    name,
    utf8: `${lines[0]} ...`,
    nonFrameLines: lines,
    lineSeparator: "\\n",
    endsWithNewline: utf8.endsWith("\n"),
  };
}

/** The lines of a trace that tell of no frame. */
export function nonFrameLines(trace: string): string[] {
  return trace.split("\n").filter((line) => line !== "" && !/^\t(at |\.\.\. \d+ more)/.test(line));
}
