/** A standalone worker with a spool: it collects without a broker, through kills, and drains in order. */

import assert from "node:assert/strict";
import { Cluster } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";

const string = "org.apache.kafka.connect.storage.StringConverter";
const lineCount = 20_000;

function files(bootstrapServers: string) {
  return {
    worker: {
      "bootstrap.servers": bootstrapServers,
      "listeners": "http://127.0.0.1:0",
      "key.converter": string,
      "value.converter": string,
      "offset.storage.file.filename": "connect.offsets",
      "offset.flush.interval.ms": "200",
      "spool.dir": "spool",
    },
    source: {
      "name": "lines",
      "connector.class": "FileStreamSource",
      "file": "in.txt",
      "topic": "lines",
      "topic.creation.default.partitions": "1",
      "topic.creation.default.replication.factor": "-1",
    },
  };
}

function lines(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => `${from + i}\n`).join("");
}

interface Status {
  bytes: number;
  waitingRecords: string;
  partitions: { topic: string; waitingRecords: string }[];
}

async function status(connect: Connect): Promise<Status> {
  const args = ["spool", "status", "--worker", "worker.properties", "--json"];
  const { code, stdout, stderr } = await connect.run(...args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

javaTest(
  "a worker with a spool collects while its broker is away, and drains in order",
  async () => {
    const cluster = await Cluster.start();
    try {
      await inTemporaryFolder(async (folder) => {
        const [broker] = cluster.brokers;
        await broker.stop();
        await Deno.writeTextFile(`${folder}/in.txt`, lines(0, lineCount / 2));
        const connect = new Connect(folder);
        const all = files(cluster.bootstrapServers());
        await connect.start(all);
        const waiting = async (count: number) => {
          await until(async () => Number((await status(connect)).waitingRecords) >= count);
        };
        await waiting(lineCount / 2);
        await connect.stop("SIGKILL");
        await Deno.writeTextFile(`${folder}/in.txt`, lines(lineCount / 2, lineCount), {
          append: true,
        });
        await connect.start(all);
        await waiting(lineCount);
        await broker.start();
        await until(async () => (await status(connect)).waitingRecords === "0", () => connect.log);
        assert.equal(await connect.stop(), 0, connect.log);
        const topic = async (action: string, ...options: string[]) => {
          const args = ["topics", action, "lines", "--worker", "worker.properties", ...options];
          return (await connect.run(...args)).stdout;
        };
        // Those that were collected before the kill, and not committed, may be there twice.
        const [, count] = /EndOffset: (\d+)/.exec(await topic("describe"))!;
        const read = await topic("read", "--from-beginning", "--max-messages", count);
        let next = 0;
        for (const number of read.trimEnd().split("\n").map(Number)) {
          assert.ok(number <= next, `line ${next} is missing before ${number}`);
          next = Math.max(next, number + 1);
        }
        assert.equal(next, lineCount);
      });
    } finally {
      await cluster.stop();
    }
  },
);
