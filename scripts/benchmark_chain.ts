/**
 * `deno task bench:chain`: the CPU time that a source task's loop takes for a record, from the line to the sealed batch: text
 * alone, twice (A/A), and a chain of HoistField, InsertField, ReplaceField, RegexRouter and a Filter that keeps
 * all, with JSON. Schemas are counted that are built after the first record: there must be none.
 *
 *     deno task bench:chain [--lines N] [--rounds N]
 */

import process from "node:process";
import { parseArgs } from "node:util";
import {
  type Converter,
  type HeaderConverter,
  type Predicate,
  type Props,
  SchemaBuilder,
  Schemas,
  SourceRecord,
  SourceTask,
  type Transformation,
} from "../mod.ts";
import { systemClock } from "../src/base/mod.ts";
import { type ChainStep, SourceLoop, strictErrors, TaskCounts } from "../src/task/mod.ts";
import { pluginByJavaName } from "../test/golden/answered_transforms.ts";
import { medianOf } from "./measure.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "1000000" },
    rounds: { type: "string", default: "5" },
  },
});
const lines = Number(values.lines);
const rounds = Number(values.rounds);

const string = "org.apache.kafka.connect.storage.StringConverter";
const json = "org.apache.kafka.connect.json.JsonConverter";
const transforms = "org.apache.kafka.connect.transforms";
const chainConfig: [className: string, props: Props, predicate?: string][] = [
  [`${transforms}.HoistField$Value`, { field: "line" }],
  [`${transforms}.InsertField$Value`, { "static.field": "source", "static.value": "bench" }],
  [`${transforms}.ReplaceField$Value`, { renames: "source:data_source" }],
  [`${transforms}.RegexRouter`, { regex: "(.*)", replacement: "$1-routed" }],
  [`${transforms}.Filter`, {}, `${transforms}.predicates.RecordIsTombstone`],
];

let schemasBuilt = 0;
const { build } = SchemaBuilder.prototype;
SchemaBuilder.prototype.build = function () {
  schemasBuilt++;
  return build.call(this);
};

function made<T>(className: string): T {
  const { create } = pluginByJavaName.get(className) as unknown as { create: new () => T };
  return new create();
}

function converter(className: string, props: Props): Converter & HeaderConverter {
  const converter = made<Converter & HeaderConverter>(className);
  converter.configure(props, false);
  return converter;
}

function chain(): ChainStep[] {
  return chainConfig.map(([className, props, predicateName]) => {
    const transformation = made<Transformation>(className);
    transformation.configure(props);
    if (predicateName === undefined) return { transformation, className, predicate: null };
    const predicate = made<Predicate>(predicateName);
    predicate.configure({});
    return { transformation, className, predicate: { predicate, negate: false } };
  });
}

/** Gives log lines as FileStreamSource does: pieces of a longer text. */
class Lines extends SourceTask {
  /** Schemas built by the second poll, which is when all have had their first record. */
  schemasBuiltFirst = 0;
  readonly #block = Array.from(
    { length: 500 },
    (_, i) =>
      `2026-11-24T12:00:00.${i}Z host app[${i % 99}]: request ${i * 7919} took ${i} ms ` +
      "and was answered with status 200",
  ).join("\n");
  readonly #stopped = Promise.withResolvers<null>();
  #given = 0;

  start(): void {}

  poll(): SourceRecord[] | Promise<null> {
    if (this.#given > 0 && this.schemasBuiltFirst === 0) this.schemasBuiltFirst = schemasBuilt;
    if (this.#given >= lines) return this.#stopped.promise;
    const timestamp = Date.now();
    return this.#block.split("\n").map((value) =>
      new SourceRecord({
        topic: "t",
        valueSchema: Schemas.string,
        value,
        timestamp,
        sourcePartition: {},
        sourceOffset: { position: ++this.#given },
      })
    );
  }

  stop(): void {
    this.#stopped.resolve(null);
  }
}

/** Moves all lines once. @returns nanoseconds a record, and how many schemas were built that need not be */
async function run(steps: ChainStep[], value: Converter): Promise<{ ns: number; late: number }> {
  const task = new Lines();
  const key = converter(string, {});
  const spec = { className: "", props: {} };
  const moved = Promise.withResolvers<void>();
  let count = 0;
  const loop: SourceLoop = new SourceLoop({
    counts: new TaskCounts(),
    task,
    spec: {
      ...{ kind: "source", connector: "bench", task: 0, className: "Lines", props: {} },
      ...{ transforms: [], keyConverter: spec, valueConverter: spec, headerConverter: spec },
      ...{ bytesInFlightMax: 4 << 20, batchBytesMax: 1_000_000, offsetFlushIntervalMs: 60_000 },
      ...{ lingerMs: 0, compression: "none", compressionLevel: null, requestBytesMax: null },
      ...{ putRecordsMax: 500, errors: strictErrors, secrets: [] },
    },
    chain: steps,
    converters: { key, value, header: key, classNames: { key: "", value: "", header: "" } },
    clock: systemClock,
    random: Math.random,
    port: {
      send(message) {
        if (message.type === "readTopic") {
          const { topic } = message;
          queueMicrotask(() => loop.receive({ type: "topic", topic, partitions: 1 }));
        }
        if (message.type !== "batch") return;
        const { id, batch } = message;
        count += new DataView(batch.buffer).getInt32(57);
        setTimeout(() => {
          loop.receive({ type: "acked", id, baseOffset: 0n, buffer: batch.buffer });
          if (count >= lines) moved.resolve();
        });
      },
    },
  });
  const start = process.cpuUsage();
  const running = loop.run();
  await moved.promise;
  const { user, system } = process.cpuUsage(start);
  const ns = (user + system) * 1e3 / lines;
  loop.receive({ type: "stop" });
  await running;
  return { ns, late: schemasBuilt - task.schemasBuiltFirst };
}

const text = () => run([], converter(string, {}));
const ways: [name: string, run: typeof text][] = [
  ["text", text],
  ["text (A/A)", text],
  ["chain, JSON", () => run(chain(), converter(json, { "schemas.enable": "false" }))],
  ["chain, JSON with schemas", () => run(chain(), converter(json, {}))],
];
const took = new Map(ways.map(([name]) => [name, [] as number[]]));
let late = 0;
// One round to warm up, and ways by turns, so that all have their share of the noise.
for (let round = 0; round <= rounds; round++) {
  for (const [name, run] of ways) {
    const result = await run();
    late += result.late;
    if (round > 0) took.get(name)!.push(result.ns);
  }
}
console.log(`${lines} lines, ${late} schemas built after the first record\n`);
const first = medianOf(took.get("text")!);
for (const [name, all] of took) {
  const ns = medianOf(all);
  const figures = [`${ns.toFixed(0)} ns`, `${(ns - first).toFixed(0)} ns more than text`];
  console.log(name.padEnd(26) + figures.map((figure) => figure.padStart(24)).join(""));
}
Deno.exit(late === 0 ? 0 : 1);
