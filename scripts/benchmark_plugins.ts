/**
 * `deno task bench:plugins`: what each transform, predicate and converter takes for a record, in
 * nanoseconds and in records a second, beside those of Java's Connect with the same configuration and data.
 * Each is warmed up, and the median of many short rounds counts; the first is measured once more at the end (A/A),
 * which shows the noise. Without Java or Maven, or with --no-java, ours alone.
 *
 *     deno task bench:plugins [--warm-ms N] [--rounds N] [--round-ms N] [--no-java]
 */

import { parseArgs } from "node:util";
import type { ConnectRecord, SourceRecord } from "../mod.ts";
import { pluginByJavaName, recordOf } from "../test/golden/answered_transforms.ts";
import { schemaOfJson, valueOf } from "../test/golden/tagged_values.ts";
import { Java } from "../test/kafka/java.ts";
import { medianOf } from "./measure.ts";
import {
  type ConverterWorkload,
  converterWorkloads,
  type RecordWorkload,
  recordWorkloads,
  type Workload,
} from "./plugin_workloads.ts";

const { values } = parseArgs({
  options: {
    "warm-ms": { type: "string", default: "400" },
    "rounds": { type: "string", default: "31" },
    "round-ms": { type: "string", default: "10" },
    "no-java": { type: "boolean", default: false },
  },
});
const [warmMs, rounds, roundMs] = [values["warm-ms"], values.rounds, values["round-ms"]];

/** Where results go, so that none is left unmade. */
const results: unknown[] = new Array(64).fill(null);

/** Text becomes bytes where it is written; here, always in the same place. */
const encoder = new TextEncoder();
const written = new Uint8Array(64 * 1024);

function nameOf(workload: Workload): string {
  return "converter" in workload ? workload.converter : workload.transform ?? workload.predicate!;
}

function callOf(workload: Workload): () => unknown {
  return "converter" in workload ? conversion(workload) : change(workload);
}

function change(workload: RecordWorkload): () => unknown {
  const plugin = pluginByJavaName.get(nameOf(workload))!;
  const record = recordOf(workload.input, "source") as ConnectRecord<SourceRecord>;
  if (plugin.type === "predicate") {
    const predicate = new plugin.create();
    predicate.configure(workload.config);
    return () => predicate.test(record as SourceRecord);
  }
  if (plugin.type !== "transformation") throw new Error(`${plugin.name} is no transform`);
  const transformation = new plugin.create();
  transformation.configure(workload.config);
  return () => transformation.apply(record as SourceRecord);
}

function conversion({ converter: name, config, way, datum }: ConverterWorkload): () => unknown {
  const schema = schemaOfJson(datum.schema);
  const value = valueOf(datum.tagged, schema);
  const plugin = pluginByJavaName.get(name)!;
  let write: () => Uint8Array | string | null;
  let read: (bytes: Uint8Array) => unknown;
  if (plugin.type === "header_converter") {
    const converter = new plugin.create();
    converter.configure(config);
    write = () => converter.fromConnectHeader("t", "h", schema, value);
    read = (bytes) => converter.toConnectHeader("t", "h", bytes);
  } else if (plugin.type === "converter") {
    const converter = new plugin.create();
    converter.configure(config, false);
    write = () => converter.fromConnectData("t", schema, value);
    read = (bytes) => converter.toConnectData("t", bytes);
  } else throw new Error(`${plugin.name} is no converter`);
  const inPlace = () => {
    const made = write();
    return typeof made === "string" ? encoder.encodeInto(made, written) : made;
  };
  if (way === "write") return inPlace;
  const made = write();
  const bytes = typeof made === "string" ? encoder.encode(made) : made!;
  return () => read(bytes);
}

/** The nanoseconds that a call takes; PluginBenchmark.java does the same. */
function measure(call: () => unknown): number {
  let [count, perCallMs] = [1, 0];
  const endMs = performance.now() + Number(warmMs);
  do {
    perCallMs = round(call, count) / count;
    if (perCallMs * count < 1) count *= 2;
  } while (performance.now() < endMs);
  const many = Math.max(1, Math.floor(Number(roundMs) / perCallMs));
  return 1e6 * medianOf(Array.from({ length: Number(rounds) }, () => round(call, many) / many));
}

function round(call: () => unknown, count: number): number {
  const startMs = performance.now();
  for (let i = 0; i < count; i++) results[i & 63] = call();
  return performance.now() - startMs;
}

/** The same of Java's, in the order of the workloads. */
async function measureJava(workloads: readonly Workload[]): Promise<number[]> {
  const java = await (await Java.open()).withPrograms();
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, JSON.stringify(workloads));
    // As Kafka's scripts start it, with all optimizations.
    const jvm = ["-XX:TieredStopAtLevel=4", "-XX:-UseSerialGC", "-XX:+UseG1GC", "-Xmx512m"];
    const args = [path, warmMs, rounds, roundMs];
    const { code, stdout, stderr } = await java.command("PluginBenchmark", args, { jvm }).output();
    if (code !== 0) throw new Error(`Java's benchmark failed: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim().split("\n").map(Number);
  } finally {
    await Deno.remove(path);
  }
}

function report(title: string, ns: number, javaNs: number | undefined): void {
  const ours = `${ns.toFixed(0)} ns  ${(1e6 / ns).toFixed(0)}k records/s`;
  const theirs = javaNs === undefined ? "" : `  Java ${javaNs.toFixed(0)} ns  ` +
    `${(ns / javaNs).toFixed(2)} × Java's`;
  console.log(`${title}  ${ours}${theirs}`);
}

function titleOf(workload: Workload): string {
  return `${nameOf(workload).split(".").at(-1)}, ${workload.case}`;
}

const workloads = [...recordWorkloads, ...converterWorkloads]
  .filter((workload) => pluginByJavaName.has(nameOf(workload)));
const again = [...workloads, workloads[0]];
const ours = again.map((workload) => measure(callOf(workload)));
const theirs = values["no-java"] ? [] : await measureJava(again);
again.forEach((workload, at) => {
  const isAgain = at === workloads.length;
  report(titleOf(workload) + (isAgain ? " (A/A)" : ""), ours[at], theirs[at]);
});
