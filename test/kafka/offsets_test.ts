/**
 * The offsets of connectors, and odd requests, asked of Java's worker and of ours with the same words, on one
 * cluster: they answer the same, and Java's tools see the same of what ours has done.
 */

import assert from "node:assert/strict";
import { canonicalText, parseExact } from "../../mod.ts";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { startReader } from "./group_reader.ts";
import { type Java, javaTest } from "./java.ts";
import { JavaWorker } from "./java_worker.ts";
import { answersToOddRequests } from "./odd_requests.ts";
import { topicsOf } from "./topics_of.ts";

type Props = Record<string, string>;

let running: ReturnType<typeof anyCluster> | null = null;
Deno.test.afterAll(async () => await (await running)?.stop());

const place = '{"kafka_topic":"TOPIC","kafka_partition":0}';
const file = '{"filename":"IN"}';

/** What is asked of the source: partitions and offsets. */
const ofSource: [partition: string, offset: string][] = [
  ...[
    '{"position":0}',
    '{"position":9223372036854775807}',
    '{"position":9223372036854775808}',
    '{"position":1.5}',
    '{"position":true}',
    '{"position":null}',
    '{"position":[1]}',
    '{"position":{}}',
    '{"position":1,"more":{"a":1}}',
    '{"position":1,"more":1e400}',
    "null",
  ].map((offset): [string, string] => [file, offset]),
  ['{"filename":null}', '{"position":2}'],
  ['{"filename":"IN","a":[]}', '{"position":2}'],
  ['{"filename":1.5}', '{"position":2}'],
  ['{"filename":true}', '{"position":2}'],
  [String.raw`{"\u000a":1,"filename":"\u00e9\ud83d\ude00"}`, '{"position":9007199254740993}'],
  ['{"b":1,"filename":"x"}', '{"position":2}'],
  ['{"filename":"x","b":1}', '{"position":3}'],
  ["{}", "null"],
  ["null", "null"],
];

/** What is asked of the sink. */
const ofSink: [partition: string, offset: string][] = [
  ...["0", '"+0"', '"-0"', '"１"', "1.0", "1e0", '""', '" 0"', "true", "-1", "2147483648", "[0]"]
    .map(
      (partition): [string, string] => [
        `{"kafka_topic":"TOPIC","kafka_partition":${partition}}`,
        '{"kafka_offset":1}',
      ],
    ),
  ...['"9223372036854775807"', "9223372036854775808", "null", "true", '{"a":[1,null]}', "1e3", "-5"]
    .map((offset): [string, string] => [place, `{"kafka_offset":${offset}}`]),
  ['{"kafka_topic":"TOPIC-gone","kafka_partition":0}', "null"],
  ['{"kafka_topic":"","kafka_partition":0}', '{"kafka_offset":1}'],
  ['{"kafka_topic":"a b","kafka_partition":0}', '{"kafka_offset":1}'],
  ['{"kafka_topic":["TOPIC"],"kafka_partition":0}', '{"kafka_offset":1}'],
  ['{"kafka_topic":"TOPIC","kafka_partition":1}', "null"],
  [place, '{"kafka_offset":9007199254740993}'],
];

/** A worker with a source and a sink. */
class Side {
  readonly topic: string;
  readonly folder: string;
  readonly url: string;
  readonly stop: () => Promise<unknown>;

  constructor(topic: string, folder: string, url: string, stop: () => Promise<unknown>) {
    this.topic = topic;
    this.folder = folder;
    this.url = url.replace(/\/$/, "");
    this.stop = stop;
  }

  get group(): string {
    return `${this.topic}-own`;
  }

  /** What is answered, with the same names whoever answers. */
  async ask(method: string, kind: "source" | "sink", path: string, body?: string): Promise<string> {
    const given = body?.replaceAll("TOPIC", this.topic).replaceAll("IN", `${this.folder}/in.txt`);
    const headers = given === undefined ? undefined : { "content-type": "application/json" };
    const url = `${this.url}/connectors/${this.topic}-${kind}${path}`;
    const answer = await fetch(url, { method, headers, body: given });
    const text = await answer.text();
    const named = text.replaceAll(`${this.folder}/in.txt`, "IN").replaceAll(this.topic, "TOPIC");
    return `${answer.status} ${named}`;
  }

  alter(kind: "source" | "sink", ...pairs: (readonly [string, string])[]): Promise<string> {
    const offsets = pairs.map(([partition, offset]) =>
      `{"partition":${partition},"offset":${offset}}`
    );
    return this.ask("PATCH", kind, "/offsets", `{"offsets":[${offsets.join(",")}]}`);
  }

  /** Its offsets, in some order: Java's is that of a HashMap. */
  async offsets(kind: "source" | "sink"): Promise<string[]> {
    const text = await this.ask("GET", kind, "/offsets");
    assert.match(text, /^200 /);
    const { offsets } = parseExact(text.slice(4)) as { offsets: unknown[] };
    return offsets.map(canonicalText).sort();
  }
}

const workerProps = (bootstrapServers: string, folder: string): Props => ({
  "bootstrap.servers": bootstrapServers,
  "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
  "offset.storage.file.filename": `${folder}/offsets`,
  "offset.flush.interval.ms": "200",
  "listeners": "http://127.0.0.1:0",
});

function connectorsOf(topic: string, folder: string): Props[] {
  const name = "org.apache.kafka.connect.file.FileStream";
  return [{
    "name": `${topic}-source`,
    "connector.class": `${name}SourceConnector`,
    "topic": topic,
    "file": `${folder}/in.txt`,
  }, {
    "name": `${topic}-sink`,
    "connector.class": `${name}SinkConnector`,
    "topics": topic,
    "file": `${folder}/out.txt`,
    "consumer.override.group.id": `${topic}-own`,
  }];
}

async function startTheirs(java: Java, bootstrapServers: string, topic: string, folder: string) {
  const worker = workerProps(bootstrapServers, folder);
  const started = await JavaWorker.start(java, folder, worker, connectorsOf(topic, folder));
  return new Side(topic, folder, await started.url(), () => started.stop());
}

async function startOurs(bootstrapServers: string, topic: string, folder: string) {
  const connect = new Connect(folder);
  const [source, sink] = connectorsOf(topic, folder);
  const worker = workerProps(bootstrapServers, folder);
  const url = await connect.start({ worker, source, sink });
  return new Side(topic, folder, url, () => connect.stop());
}

/** What is asked of a worker, in order, with what it answers. */
async function play(
  side: Side,
  zombie: () => ReturnType<typeof startReader>,
  look: () => Promise<void>,
): Promise<unknown[]> {
  const answers: unknown[] = [];
  const note = async (what: string, answer: Promise<unknown>) =>
    void answers.push(`${what}: ${JSON.stringify(await answer)}`);
  await until(
    async () =>
      (await side.ask("GET", "sink", "/offsets")).includes('"kafka_offset":3') &&
      (await side.ask("GET", "source", "/offsets")).includes('"position":14'),
  );
  for (const kind of ["source", "sink"] as const) {
    await note(`${kind} topics`, side.ask("GET", kind, "/topics"));
    await note(`${kind} running`, side.ask("DELETE", kind, "/offsets"));
    await side.ask("PUT", kind, "/stop");
  }
  for (const pair of ofSource) await note(`source ${pair}`, side.alter("source", pair));
  await note("source, two", side.alter("source", ofSource[0], ["{}", '{"position":1}']));
  await note("source", side.offsets("source"));
  await note("source reset", side.ask("DELETE", "source", "/offsets"));
  await note("source", side.offsets("source"));
  // A member of the group that is no task, as one that does not end.
  const member = await zombie();
  await note("zombie, altered", side.alter("sink", ofSink[0]));
  await note("zombie, removed", side.alter("sink", [place, "null"]));
  await note("zombie, reset", side.ask("DELETE", "sink", "/offsets"));
  await member.leave();
  for (const pair of ofSink) await note(`sink ${pair}`, side.alter("sink", pair));
  const gone = ofSink.find(([partition]) => partition.includes("gone"))!;
  await note("sink, two", side.alter("sink", [gone[0], '{"kafka_offset":1}'], ofSink[0]));
  await note("sink", side.offsets("sink"));
  await look();
  await note("sink reset", side.ask("DELETE", "sink", "/offsets"));
  await note("sink reset again", side.ask("DELETE", "sink", "/offsets"));
  await note("sink, no group", side.alter("sink", [place, "null"]));
  await note("sink", side.ask("GET", "sink", "/offsets"));
  return answers;
}

/** What Java's tool says of a group: its topics, partitions, offsets, ends and lags. */
async function describedBy(java: Java, bootstrapServers: string, group: string): Promise<string> {
  const tool = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
  const asked = ["--bootstrap-server", bootstrapServers, "--describe", "--group", group];
  const { stdout, stderr } = await java.run(tool, ...asked);
  return stdout + stderr;
}

javaTest(
  "offsets are altered and reset as by Java's worker, odd requests are answered so",
  async (java) => {
    const { bootstrapServers } = await (running ??= anyCluster());
    const topics = topicsOf(bootstrapServers);
    const id = crypto.randomUUID().slice(0, 8);
    try {
      await inTemporaryFolder(async (folder) => {
        const playOn = async (
          who: string,
          start: (topic: string, folder: string) => Promise<Side>,
        ): Promise<unknown> => {
          const [topic, own] = [`${who}-${id}`, `${folder}/${who}`];
          await Deno.mkdir(own);
          await Deno.writeTextFile(`${own}/in.txt`, "one\ntwo\nthree\n");
          await topics.createTopics([{ name: topic, partitions: 2, replicationFactor: 1 }]);
          const side = await start(topic, own);
          try {
            const offsets = await play(side, async () => {
              const props = {
                "bootstrap.servers": bootstrapServers,
                "group.id": side.group,
                "key.deserializer": "org.apache.kafka.common.serialization.StringDeserializer",
                "value.deserializer": "org.apache.kafka.common.serialization.StringDeserializer",
                "enable.auto.commit": "false",
              };
              const reader = await startReader(java, own, topic, props);
              await until(() => reader.lines.includes("assigned: 2"), () => `${reader.lines}`);
              return reader;
            }, async () => {
              if (who !== "ours") return;
              const line = `${side.group} +${topic} +0 +1 `;
              assert.match(await describedBy(java, bootstrapServers, side.group), new RegExp(line));
            });
            return { offsets, odd: await answersToOddRequests(side.url) };
          } finally {
            await side.stop();
          }
        };
        const ours = await playOn("ours", (...where) => startOurs(bootstrapServers, ...where));
        const theirs = await playOn(
          "java",
          (...where) => startTheirs(java, bootstrapServers, ...where),
        );
        assert.deepEqual(ours, theirs);
      });
    } finally {
      await topics.close();
    }
  },
);
