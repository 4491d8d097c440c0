/**
 * `deno task bench:kafka`: the same lines through this worker, Java's Kafka Connect and kcat (when it is
 * installed), in one run against one broker: a file into Kafka as text, the same with HoistField,
 * InsertField and JSON, Kafka into a file, and one line through a source and a sink from the start of the
 * process. What counts is what arrived. Generates its own data.
 *
 *     deno task bench:kafka [--lines N] [--tries N] [--command "./connect"] [--without-java]
 */

import { parseArgs } from "node:util";
import { systemClock } from "../src/base/mod.ts";
import { connectionDefaults, consumerDefaults, producerDefaults } from "../src/kafka/mod.ts";
import { KafkaTopics } from "../src/topics/mod.ts";
import { type Peer, peersOf, type Task } from "./benchmark_peers.ts";
import { Cluster } from "./kafka/cluster.ts";
import { cpuOf, generate, linesOf, medianOf, memoryOf, sizeOf, until } from "./measure.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "2000000" },
    tries: { type: "string", default: "3" },
    command: { type: "string" },
    "without-java": { type: "boolean", default: false },
  },
});
const lines = Number(values.lines);
/** How often the first line is timed. */
const tries = Number(values.tries);
const folder = await Deno.makeTempDir({ prefix: "connect-bench-kafka-" });
const cluster = await Cluster.start();
const bootstrapServers = cluster.bootstrapServers();
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const topics = new KafkaTopics({
  connection: { ...connectionDefaults, bootstrapServers: [bootstrapServers], clientId: "bench" },
  producer: producerDefaults,
  consumer: consumerDefaults,
  apiTimeoutMs: 60_000,
  clock: systemClock,
  random: Math.random,
  log: silent,
});

/** What one run took. */
interface Run {
  wallS: number;
  cpuS: number;
  peakMb: number;
  /** How many records, or lines, were where they should be at its end. */
  arrived: number;
}

/** How long one run may take, in milliseconds. */
const patienceMs = 600_000;
/** How often the broker is asked what it has: a question costs it as much as a small request. */
const everyMs = 20;

async function arrivedIn(topic: string): Promise<number> {
  const [{ partitions }] = await topics.describeTopics([topic]);
  return partitions.reduce((sum, { endOffset }) => sum + Number(endOffset), 0);
}

async function newTopic(): Promise<string> {
  const name = `bench-${crypto.randomUUID()}`;
  await topics.createTopics([{ name, partitions: 1, replicationFactor: 1 }]);
  // A broker that is busy may not know it at once.
  await until(() => arrivedIn(name).then(() => true, () => false), { patienceMs, everyMs });
  return name;
}

/** Ends a peer at once, if it has not ended by itself: what it has moved stays, and the next one needs its cores. */
async function end(child: Deno.ChildProcess): Promise<void> {
  try {
    child.kill("SIGKILL");
  } catch { /* it has */ }
  await child.status;
}

/** Runs a peer until all is where it should be. */
async function run(peer: Peer, kind: "strings" | "json" | "sink", topic: string): Promise<Run> {
  const output = `${folder}/${crypto.randomUUID()}.out`;
  const task: Task = { kind, topic, input: `${folder}/in.txt`, output };
  const startMs = performance.now();
  const child = peer.start(task);
  let [cpuS, peakMb] = [0, 0];
  const isSink = kind === "sink";
  await until(async () => {
    // A process that has ended has no figures any more.
    try {
      [cpuS, peakMb] = [cpuOf(child.pid), memoryOf(child.pid, "VmHWM")];
    } catch { /* the last ones count */ }
    return isSink ? sizeOf(output) >= bytes : await arrivedIn(topic) >= lines;
  }, { patienceMs, everyMs: isSink ? 5 : everyMs });
  const wallS = (performance.now() - startMs) / 1000;
  await end(child);
  const arrived = isSink ? await linesOf(output) : await arrivedIn(topic);
  await Deno.remove(output).catch(() => {});
  return { wallS, cpuS, peakMb, arrived };
}

function report(what: string, name: string, run: Run, first: Run): void {
  const figures = [
    `${run.wallS.toFixed(2)} s`,
    `${(run.wallS / first.wallS).toFixed(2)} × ours`,
    `${run.cpuS.toFixed(1)} CPU s`,
    `${(run.cpuS / first.cpuS).toFixed(2)} × ours`,
    `peak ${run.peakMb.toFixed(0)} MB`,
    `${run.arrived} arrived`,
  ].map((text) => text.padStart(17));
  console.log(`${what.padEnd(24)}${name.padEnd(16)}${figures.join("")}`);
}

/** All lines through all peers. */
async function allLines(peers: readonly Peer[]): Promise<void> {
  // The broker is slow at first: that is not for whoever comes first to bear.
  await run(peers[0], "strings", await newTopic());
  /** The last topic that was filled with text. */
  let loaded = "";
  for (
    const [kind, what] of [
      ["json", "file → JSON → Kafka"],
      ["strings", "file → Kafka"],
      ["sink", "Kafka → file"],
    ] as const
  ) {
    const able = peers.filter(({ kinds }) => kinds.includes(kind));
    let first: Run | null = null;
    // The second run of ours shows the noise.
    for (const peer of [able[0], ...able]) {
      const topic = kind === "sink" ? loaded : await newTopic();
      const took = await run(peer, kind, topic);
      report(what, peer.name, took, first ??= took);
      loaded = topic;
    }
  }
}

/** From the start of a process to its first line through a source and a sink, and what it holds then. */
async function firstLine(peer: Peer): Promise<{ firstMs: number; idleMb: number }> {
  const took: number[] = [];
  let idleMb = 0;
  await Deno.writeTextFile(`${folder}/one.txt`, "one line\n");
  for (let i = 1; i <= tries; i++) {
    const output = `${folder}/${crypto.randomUUID()}.out`;
    const topic = await newTopic();
    const startMs = performance.now();
    const child = peer.start({ kind: "both", topic, input: `${folder}/one.txt`, output });
    await until(() => sizeOf(output) > 0);
    took.push(performance.now() - startMs);
    if (i === tries) {
      await new Promise((resolve) => setTimeout(resolve, idleMs));
      idleMb = memoryOf(child.pid, "VmRSS");
    }
    await end(child);
  }
  return { firstMs: medianOf(took), idleMb };
}

/** When a process that has nothing to do is taken to be idle, in milliseconds. */
const idleMs = 3000;

/** The first lines of all peers that have sources and sinks. */
async function firstLines(peers: readonly Peer[]): Promise<void> {
  let first: Awaited<ReturnType<typeof firstLine>> | null = null;
  const able = peers.filter(({ kinds }) => kinds.includes("both"));
  for (const peer of [able[0], ...able]) {
    const took = await firstLine(peer);
    first ??= took;
    const figures = [
      `${took.firstMs.toFixed(0)} ms`,
      `${(took.firstMs / first.firstMs).toFixed(2)} × ours`,
      `idle ${took.idleMb.toFixed(0)} MB`,
      `${(took.idleMb / first.idleMb).toFixed(2)} × ours`,
    ].map((text) => text.padStart(17));
    console.log(`${"start to first line".padEnd(24)}${peer.name.padEnd(16)}${figures.join("")}`);
  }
}

let bytes = 0;
try {
  bytes = await generate(`${folder}/in.txt`, lines);
  console.log(
    `${lines} lines, ${(bytes / 1e6).toFixed(0)} MB, ${navigator.hardwareConcurrency} cores\n`,
  );
  const peers = await peersOf({
    folder,
    bootstrapServers,
    command: values.command,
    withJava: !values["without-java"],
  });
  await allLines(peers);
  await firstLines(peers);
} finally {
  await topics.close();
  await cluster.stop();
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);
