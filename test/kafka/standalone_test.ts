/** A standalone worker on brokers: what comes through when they die, hang, are late or not there. */

import assert from "node:assert/strict";
import { Cluster } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";

const string = "org.apache.kafka.connect.storage.StringConverter";

function files(bootstrapServers: string) {
  const topic = `lines-${crypto.randomUUID()}`;
  return {
    worker: {
      "bootstrap.servers": bootstrapServers,
      "listeners": "http://127.0.0.1:0",
      "key.converter": string,
      "value.converter": string,
      "offset.storage.file.filename": "connect.offsets",
      "offset.flush.interval.ms": "500",
    },
    source: {
      "name": `source-${topic}`,
      "connector.class": "FileStreamSource",
      "file": "in.txt",
      "topic": topic,
      "topic.creation.default.partitions": "1",
      "topic.creation.default.replication.factor": "-1",
    },
    sink: {
      "name": `sink-${topic}`,
      "connector.class": "FileStreamSink",
      "file": "out.txt",
      "topics": topic,
    },
  };
}

/** Appends numbered lines until it is told to stop. @returns how many there are */
function writeLines(path: string): { stop(): Promise<number> } {
  let count = 0;
  let isOver = false;
  const writing = (async () => {
    const file = await Deno.open(path, { append: true, create: true });
    const encoder = new TextEncoder();
    while (!isOver) {
      let text = "";
      for (let i = 0; i < 200; i++) text += `${count++}\n`;
      await file.write(encoder.encode(text));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    file.close();
  })();
  return {
    async stop() {
      isOver = true;
      await writing;
      return count;
    },
  };
}

/** Waits for the last line; each must be there, in order but for repetitions. */
async function checkLines(path: string, count: number, log: () => string): Promise<void> {
  await until(async () => (await Deno.readTextFile(path)).endsWith(`\n${count - 1}\n`), log);
  let next = 0;
  for (const line of (await Deno.readTextFile(path)).trimEnd().split("\n")) {
    const number = Number(line);
    assert.ok(number <= next, `line ${next} is lost: after it comes ${line}`);
    next = Math.max(next, number + 1);
  }
  assert.equal(next, count);
}

function linesIn(path: string): number {
  try {
    return Deno.readTextFileSync(path).split("\n").length - 1;
  } catch {
    return 0;
  }
}

javaTest("a broker is killed, held and started again, and every line comes through", async () => {
  const cluster = await Cluster.start();
  try {
    await inTemporaryFolder(async (folder) => {
      const [broker] = cluster.brokers;
      const out = `${folder}/out.txt`;
      const connect = new Connect(folder);
      const writer = writeLines(`${folder}/in.txt`);
      await connect.start(files(cluster.bootstrapServers()));
      const more = async () => {
        const count = linesIn(out) + 1000;
        await until(() => linesIn(out) > count, () => connect.log);
      };
      await more();
      await broker.stop("SIGKILL");
      await until(() => connect.log.includes("no answer from"), () => connect.log);
      await broker.start();
      await more();
      broker.pause();
      await new Promise((resolve) => setTimeout(resolve, 3000));
      broker.resume();
      await more();
      await checkLines(out, await writer.stop(), () => connect.log);
      assert.equal(await connect.stop(), 0, connect.log);
      assert.ok(!connect.log.includes("has failed"), connect.log);
    });
  } finally {
    await cluster.stop();
  }
});

javaTest("a worker waits for a broker that comes late; meanwhile REST answers", async () => {
  const cluster = await Cluster.start();
  try {
    await inTemporaryFolder(async (folder) => {
      const [broker] = cluster.brokers;
      await broker.stop();
      await Deno.writeTextFile(`${folder}/in.txt`, "0\n1\n2\n");
      const connect = new Connect(folder);
      const url = await connect.start(files(cluster.bootstrapServers()));
      await until(() => connect.log.includes("ECONNREFUSED"), () => connect.log);
      const root = await (await fetch(url)).json();
      assert.equal(root.kafka_cluster_id, null);
      await broker.start();
      await checkLines(`${folder}/out.txt`, 3, () => connect.log);
      assert.equal(await connect.stop(), 0, connect.log);
    });
  } finally {
    await cluster.stop();
  }
});
