/**
 * `deno task bench:kafka`: the same lines through this worker, Java's Kafka Connect and kcat (when it is
 * installed), in one run against one broker: a file into Kafka as text, the same with HoistField,
 * InsertField and JSON, and Kafka into a file. What counts is what arrived. Generates its own data.
 *
 *     deno task bench:kafka [--lines N] [--command "./connect"] [--without-java]
 */

import { parseArgs } from "node:util";
import { Cluster } from "./kafka/cluster.ts";
import { connectCommand, cpuOf, generate, memoryOf, sizeOf, until } from "./measure.ts";
import { systemClock } from "../src/base/mod.ts";
import { connectionDefaults, consumerDefaults, producerDefaults } from "../src/kafka/mod.ts";
import { KafkaTopics } from "../src/topics/mod.ts";
import { Java } from "../test/kafka/java.ts";

const { values } = parseArgs({
  options: {
    lines: { type: "string", default: "2000000" },
    command: { type: "string" },
    "without-java": { type: "boolean", default: false },
  },
});
const lines = Number(values.lines);
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

/** A way to move the lines. */
interface Peer {
  name: string;
  /** Starts it, to move `from` to `to`. */
  start(task: Task): Deno.ChildProcess;
}

/** What is to be moved. */
interface Task {
  kind: "strings" | "json" | "sink";
  topic: string;
  output: string;
}

/** What one run took. */
interface Run {
  wallS: number;
  cpuS: number;
  peakMb: number;
}

const string = "org.apache.kafka.connect.storage.StringConverter";
const json = "org.apache.kafka.connect.json.JsonConverter";

function workerProps(kind: Task["kind"]): Record<string, string> {
  return {
    "bootstrap.servers": bootstrapServers,
    "listeners": "http://127.0.0.1:0",
    "key.converter": string,
    "value.converter": kind === "json" ? json : string,
    "value.converter.schemas.enable": "false",
    "offset.storage.file.filename": `${folder}/offsets-${crypto.randomUUID()}`,
    "offset.flush.interval.ms": "1000",
  };
}

function connectorProps({ kind, topic, output }: Task): Record<string, string> {
  if (kind === "sink") {
    return {
      "name": `sink-${crypto.randomUUID()}`,
      "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
      "file": output,
      "topics": topic,
    };
  }
  const transforms: Record<string, string> = kind === "strings" ? {} : {
    "transforms": "hoist,insert",
    "transforms.hoist.type": "org.apache.kafka.connect.transforms.HoistField$Value",
    "transforms.hoist.field": "line",
    "transforms.insert.type": "org.apache.kafka.connect.transforms.InsertField$Value",
    "transforms.insert.static.field": "data_source",
    "transforms.insert.static.value": "bench",
  };
  return {
    "name": `source-${crypto.randomUUID()}`,
    "connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
    "file": `${folder}/in.txt`,
    "topic": topic,
    ...transforms,
  };
}

/** Writes the files of a worker with one connector. @returns their paths */
function files(task: Task): string[] {
  return [workerProps(task.kind), connectorProps(task)].map((props) => {
    const path = `${folder}/${crypto.randomUUID()}.properties`;
    const text = Object.entries(props).map(([key, value]) => `${key}=${value}\n`).join("");
    Deno.writeTextFileSync(path, text);
    return path;
  });
}

const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;

async function peers(): Promise<Peer[]> {
  const [program, ...args] = await connectCommand(values.command, folder);
  const found: Peer[] = [{
    name: "connect",
    start: (task) =>
      new Deno.Command(program, { args: [...args, "standalone", ...files(task)], ...quiet })
        .spawn(),
  }];
  const kcat = await new Deno.Command("sh", { args: ["-c", "command -v kcat"] }).output();
  if (kcat.success) {
    found.push({
      name: "kcat",
      start: ({ kind, topic, output }) => {
        const args = kind === "strings"
          ? ["-P", "-t", topic, "-l", "-X", "acks=all", `${folder}/in.txt`]
          : ["-C", "-t", topic, "-o", "beginning", "-u", "-q"];
        const command = `kcat -b ${bootstrapServers} ${args.join(" ")} > ${output}`;
        return new Deno.Command("sh", { args: ["-c", `exec ${command}`], ...quiet }).spawn();
      },
    });
  }
  if (!values["without-java"]) {
    const java = await Java.open();
    found.push({
      name: "Java's Connect",
      start: (task) =>
        java.command("org.apache.kafka.connect.cli.ConnectStandalone", files(task), {
          // As bin/connect-standalone.sh starts it, and not in the haste of tests.
          jvm: [
            "-XX:TieredStopAtLevel=4",
            "-XX:-UseSerialGC",
            "-XX:+UseG1GC",
            "-Xms256M",
            "-Xmx2G",
          ],
          ...quiet,
        }).spawn(),
    });
  }
  return found;
}

async function arrived(topic: string): Promise<number> {
  const [{ partitions }] = await topics.describeTopics([topic]);
  return partitions.reduce((sum, { endOffset }) => sum + Number(endOffset), 0);
}

async function newTopic(): Promise<string> {
  const name = `bench-${crypto.randomUUID()}`;
  await topics.createTopics([{ name, partitions: 1, replicationFactor: 1 }]);
  return name;
}

/** Runs a peer until all is where it should be. */
async function run(peer: Peer, kind: Task["kind"], source: string): Promise<Run> {
  const topic = kind === "sink" ? source : await newTopic();
  const output = `${folder}/${crypto.randomUUID()}.out`;
  const startMs = performance.now();
  const child = peer.start({ kind, topic, output });
  let [cpuS, peakMb] = [0, 0];
  await until(async () => {
    // A process that has ended has no figures any more.
    try {
      [cpuS, peakMb] = [cpuOf(child.pid), memoryOf(child.pid, "VmHWM")];
    } catch { /* the last ones count */ }
    return kind === "sink" ? sizeOf(output) >= bytes : await arrived(topic) >= lines;
  }, 600_000);
  const wallS = (performance.now() - startMs) / 1000;
  try {
    child.kill("SIGTERM");
  } catch { /* it has ended by itself */ }
  await child.status;
  await Deno.remove(output).catch(() => {});
  if (kind !== "sink") loaded = topic;
  return { wallS, cpuS, peakMb };
}

function report(what: string, name: string, { wallS, cpuS, peakMb }: Run, first: Run): void {
  const figures = [
    `${wallS.toFixed(2)} s`,
    `${(wallS / first.wallS).toFixed(2)} × ours`,
    `${cpuS.toFixed(1)} CPU s`,
    `${(cpuS / first.cpuS).toFixed(2)} × ours`,
    `peak ${peakMb.toFixed(0)} MB`,
  ].map((text) => text.padStart(13));
  console.log(`${what.padEnd(24)}${name.padEnd(16)}${figures.join("")}`);
}

let bytes = 0;
/** The last topic that was filled with text. */
let loaded = "";
try {
  bytes = await generate(`${folder}/in.txt`, lines);
  console.log(
    `${lines} lines, ${(bytes / 1e6).toFixed(0)} MB, ${navigator.hardwareConcurrency} cores\n`,
  );
  const all = await peers();
  for (
    const [kind, what] of [["json", "file → JSON → Kafka"], ["strings", "file → Kafka"], [
      "sink",
      "Kafka → file",
    ]] as const
  ) {
    const able = all.filter(({ name }) => kind !== "json" || name !== "kcat");
    let first: Run | null = null;
    // The second run of ours shows the noise.
    for (const peer of [able[0], ...able]) {
      const took = await run(peer, kind, loaded);
      report(what, peer.name, took, first ??= took);
    }
  }
} finally {
  await topics.close();
  await cluster.stop();
  await Deno.remove(folder, { recursive: true });
}
Deno.exit(0);
