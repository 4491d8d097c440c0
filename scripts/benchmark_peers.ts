/** What `deno task bench:kafka` compares: this worker, kcat and Java's Kafka Connect, and how each is started. */

import { Java } from "../test/kafka/java.ts";
import { connectCommand } from "./measure.ts";

/** What is to be moved. */
export interface Task {
  /** A file into a topic as text, or as JSON with two transforms; a topic into a file; or both at once, as text. */
  kind: "strings" | "json" | "sink" | "both";
  topic: string;
  input: string;
  output: string;
}

/** A way to move lines. */
export interface Peer {
  name: string;
  /** What it can do. */
  kinds: readonly Task["kind"][];
  /** Starts it. */
  start(task: Task): Deno.ChildProcess;
}

/** What peers are started with. */
export interface PeerOptions {
  /** Where their files go. */
  folder: string;
  bootstrapServers: string;
  /** What starts this worker; an executable made for this run unless told. */
  command: string | undefined;
  withJava: boolean;
}

const string = "org.apache.kafka.connect.storage.StringConverter";
const json = "org.apache.kafka.connect.json.JsonConverter";
const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;

/** The peers that this machine has, this worker first. */
export async function peersOf(options: PeerOptions): Promise<Peer[]> {
  const { folder, bootstrapServers, command, withJava } = options;
  const [program, ...args] = await connectCommand(command, folder);
  const peers: Peer[] = [{
    name: "connect",
    kinds: ["strings", "json", "sink", "both"],
    start: (task) =>
      new Deno.Command(program, {
        args: [...args, "standalone", ...files(task, options)],
        ...quiet,
      })
        .spawn(),
  }];
  const kcat = await new Deno.Command("sh", { args: ["-c", "command -v kcat"] }).output();
  if (kcat.success) {
    peers.push({
      name: "kcat",
      kinds: ["strings", "sink"],
      start: ({ kind, topic, input, output }) => {
        const args = kind === "strings"
          ? ["-P", "-t", topic, "-l", "-X", "acks=all", input]
          : ["-C", "-t", topic, "-o", "beginning", "-u", "-q"];
        const command = `kcat -b ${bootstrapServers} ${args.join(" ")} > ${output}`;
        return new Deno.Command("sh", { args: ["-c", `exec ${command}`], ...quiet }).spawn();
      },
    });
  }
  if (withJava) {
    const java = await Java.open();
    peers.push({
      name: "Java's Connect",
      kinds: ["strings", "json", "sink", "both"],
      start: (task) =>
        java.command("org.apache.kafka.connect.cli.ConnectStandalone", files(task, options), {
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
  return peers;
}

/** Writes the files of a worker and its connectors. @returns their paths */
function files(task: Task, { folder, bootstrapServers }: PeerOptions): string[] {
  const { kind } = task;
  const worker = {
    "bootstrap.servers": bootstrapServers,
    "listeners": "http://127.0.0.1:0",
    "key.converter": string,
    "value.converter": kind === "json" ? json : string,
    "value.converter.schemas.enable": "false",
    "offset.storage.file.filename": `${folder}/offsets-${crypto.randomUUID()}`,
    "offset.flush.interval.ms": "1000",
  };
  const all: Record<string, string>[] = [
    worker,
    ...kind === "sink" ? [] : [sourceProps(task)],
    ...kind === "sink" || kind === "both" ? [sinkProps(task)] : [],
  ];
  return all.map((props) => {
    const path = `${folder}/${crypto.randomUUID()}.properties`;
    const text = Object.entries(props).map(([key, value]) => `${key}=${value}\n`).join("");
    Deno.writeTextFileSync(path, text);
    return path;
  });
}

function sinkProps({ topic, output }: Task): Record<string, string> {
  return {
    "name": `sink-${crypto.randomUUID()}`,
    "connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
    "file": output,
    "topics": topic,
  };
}

function sourceProps({ kind, topic, input }: Task): Record<string, string> {
  const transforms: Record<string, string> = kind !== "json" ? {} : {
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
    "file": input,
    "topic": topic,
    ...transforms,
  };
}
