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
import { BUILT_IN } from "../../plugins/mod.ts";
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
  logLines?: string[];
  dlqTopic?: { partitions: number };
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

/** The classes of a scenario that no plugin of ours stands in for. */
export function missingClasses({ config }: Scenario): string[] {
  const named = Object.values(config).filter((value) => value.startsWith("org.apache.kafka."));
  return named.filter((name) => !BUILT_IN.some(({ names }) => names.includes(name)));
}

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A worker that plays scenarios, each with a connector and topics of its own. */
export class Stage {
  readonly #topics: Topics;
  readonly #folder: string;
  readonly #log = keptLog();
  readonly #connectors = new Connectors(this.#log, [], { onReconfigure() {}, onRaised() {} });
  readonly #herder: StandaloneHerder;
  readonly #committed = new Map<string, unknown>();

  /** `prefix` is what its connectors' names begin with. */
  constructor(topics: Topics, folder: string, workerProps: Props, clients: ClientSources | null) {
    this.#topics = topics;
    this.#folder = folder;
    const offsets: OffsetStore = {
      read: (_, partitions) => partitions.map(() => null),
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
    const { input, inputFile, taskState } = scenario;
    const topic = `${name}-in`;
    const dlq = `${name}-dlq`;
    const dir = `${this.#folder}/${name}`;
    await Deno.mkdir(dir);
    const actual = (text: string) =>
      text.replaceAll("${TOPIC}", topic).replaceAll("${DLQ}", dlq)
        .replaceAll("${DIR}", dir).replaceAll("${NAME}", name);
    const props: Props = { name };
    for (const [key, value] of Object.entries(scenario.config)) props[key] = actual(value);
    if (input !== undefined) await this.#produce(topic, input);
    if (inputFile !== undefined) await Deno.writeTextFile(`${dir}/in.txt`, inputFile);
    await this.#herder.startConnector(props, await this.#connectors.describe(props));
    const task = () => this.#herder.status(name).tasks[0];
    await until(
      async () => task().state === taskState && await this.#isDone(scenario, name),
      () => `${scenario.scenario}: ${JSON.stringify(task())}\n${this.#log.lines.join("\n")}`,
    );
    deepStrictEqual(nonFrameLines(task().trace ?? ""), scenario.traceNonFrameLines ?? []);
    if (scenario.sinkFile !== undefined) {
      strictEqual(await Deno.readTextFile(props.file), scenario.sinkFile);
    }
    deepStrictEqual(this.#logLines(name), logLinesOf(scenario, actual));
    if (scenario.offsets !== undefined) {
      deepStrictEqual(scenario.offsets.offsets, []);
      strictEqual(this.#committed.get(name), undefined);
    }
    const { dlqTopic } = scenario;
    strictEqual((await this.#topics.listTopics()).includes(dlq), dlqTopic !== undefined);
    if (dlqTopic === undefined) return;
    const [{ partitions }] = await this.#topics.describeTopics([dlq]);
    strictEqual(partitions.length, dlqTopic.partitions);
    const expected = JSON.stringify(scenario.dlqRecords);
    deepStrictEqual(await this.#read(dlq, partitions[0].endOffset), JSON.parse(actual(expected)));
  }

  /** Stops it. */
  async stop(): Promise<void> {
    await this.#herder.stop();
  }

  /** Whether all that will come about has, as far as that can be seen. */
  async #isDone({ taskState, input, logLines = [] }: Scenario, name: string): Promise<boolean> {
    if (this.#logLines(name).length < logLines.length) return false;
    if (taskState === "FAILED" || input === undefined) return true;
    const [position] = await this.#topics.groupOffsets(`connect-${name}`);
    return position?.offset === BigInt(input.length);
  }

  async #produce(topic: string, records: NonNullable<Scenario["input"]>): Promise<void> {
    await this.#topics.createTopics([{ name: topic }]);
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

  #logLines(name: string): string[] {
    const pattern = new RegExp(`^error ${name}-0: (Error encountered in task .*)`);
    return this.#log.lines.flatMap((line) => pattern.exec(line)?.[1] ?? [])
      .map((line) => line.replace(/timestamp=\d+, headers/, "timestamp=NOW, headers"));
  }
}

function logLinesOf({ logLines = [] }: Scenario, actual: (text: string) => string): string[] {
  return logLines.map((line) => {
    const [said] = /Error encountered in task .*(?= \(org\.apache)/.exec(line)!;
    return actual(said).replace(/timestamp=\d+, headers/, "timestamp=NOW, headers");
  });
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

function nonFrameLines(trace: string): string[] {
  return trace.split("\n").filter((line) => line !== "" && !/^\t(at |\.\.\. \d+ more)/.test(line));
}
