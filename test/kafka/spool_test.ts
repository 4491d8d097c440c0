/**
 * A standalone worker with a spool: it collects without a broker until the spool is full, through kills,
 * and drains in order.
 */

import assert from "node:assert/strict";
import { Cluster } from "../../scripts/kafka/cluster.ts";
import { readRecords } from "../../src/batch/mod.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

const string = "org.apache.kafka.connect.storage.StringConverter";
const lineCount = 200_000;

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
      "spool.max.bytes": "1048576",
    },
    source: {
      "name": "lines",
      "connector.class": "FileStreamSource",
      "file": "in.txt",
      "topic": "lines",
      "topic.creation.default.partitions": "3",
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

/** Waits until nothing waits any more. */
async function drained(connect: Connect): Promise<Status> {
  let now = await status(connect);
  await until(async () => {
    now = await status(connect);
    return now.waitingRecords === "0";
  }, () => connect.log);
  return now;
}

/** The numbers in each partition of the topic, in order. */
async function numbersIn(bootstrapServers: string): Promise<number[][]> {
  const topics = topicsOf(bootstrapServers);
  const decoder = new TextDecoder();
  try {
    const [{ partitions }] = await topics.describeTopics(["lines"]);
    return await Promise.all(partitions.map(async ({ partition, endOffset }) => {
      const numbers: number[] = [];
      while (BigInt(numbers.length) < endOffset) {
        const limits = { bytesMax: 1 << 20, waitMsMax: 1000 };
        const from = BigInt(numbers.length);
        const { batches } = await topics.fetch("lines", partition, from, limits);
        for (const { offset, value } of readRecords(batches)) {
          if (offset >= from) numbers.push(Number(decoder.decode(value!)));
        }
      }
      return numbers;
    }));
  } finally {
    await topics.close();
  }
}

/** All are there, and those of each partition came in order; some may have come again. */
function checkNumbers(partitions: readonly number[][], count: number): void {
  for (const numbers of partitions) {
    const seen = new Set<number>();
    let last = -1;
    for (const number of numbers) {
      assert.ok(number > last || seen.has(number), `${number} came after ${last}`);
      last = Math.max(last, number);
      seen.add(number);
    }
  }
  assert.equal(new Set(partitions.flat()).size, count);
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
        const append = (text: string) =>
          Deno.writeTextFile(`${folder}/in.txt`, text, { append: true });
        const isFull = () => until(() => connect.log.includes("is full"), () => connect.log);
        await connect.start(all);
        await isFull();
        const start = performance.now();
        assert.equal(await connect.stop(), 0, connect.log);
        assert.ok(performance.now() - start < 4000, "it may wait 5000 ms for its task");
        await append(lines(lineCount / 2, lineCount));
        await connect.start(all);
        await isFull();
        await connect.stop("SIGKILL");
        await connect.start(all);
        await isFull();
        await broker.start();
        const { partitions } = await drained(connect);
        assert.deepEqual(partitions.map(({ topic }) => topic), ["lines"]);

        // While there was no broker all went to one partition; the task has been told that there are more.
        let count = lineCount;
        await until(async () => {
          await append(lines(count, ++count));
          const found = await numbersIn(cluster.bootstrapServers());
          return found.slice(1).some(({ length }) => length > 0);
        }, () => connect.log);
        await drained(connect);
        assert.equal(await connect.stop(), 0, connect.log);
        checkNumbers(await numbersIn(cluster.bootstrapServers()), count);
      });
    } finally {
      await cluster.stop();
    }
  },
);
