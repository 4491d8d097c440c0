/** 200 SIGKILLs of a worker between a file, Kafka and a file: no line is lost, and the order is kept. */

import assert from "node:assert/strict";
import { Cluster } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { type Props, workerProps } from "./lines.ts";

const killCount = 200;
/** So many of them, the last ones, hit a worker with a spool. */
const spooledKillCount = 50;
/** How often lines are written, in milliseconds, and how many. */
const writeEveryMs = 10;
const writeLines = 50;
const lineLength = "line 000000000".length;

const source: Props = {
  "name": "source",
  "connector.class": "FileStreamSource",
  "file": "in.txt",
  "topic": "lines",
  "topic.creation.default.partitions": "1",
  "topic.creation.default.replication.factor": "1",
};
const sink: Props = {
  "name": "sink",
  "connector.class": "FileStreamSink",
  "file": "out.txt",
  "topics": "lines",
  "consumer.override.allow.auto.create.topics": "false",
  // A member that is killed does not leave its group: with a name for good the next one takes its place at
  // once, and does not wait until the session of the first is over.
  "consumer.override.group.instance.id": "sink",
};

/** Appends numbered lines until it is told to stop. @returns how many */
function startWriting(path: string): { stop(): Promise<number> } {
  let count = 0;
  let isOver = false;
  const writing = (async () => {
    using file = await Deno.open(path, { append: true, create: true });
    const encoder = new TextEncoder();
    while (!isOver) {
      const numbers = Array.from({ length: writeLines }, () => count++);
      const lines = numbers.map((number) => `line ${String(number).padStart(9, "0")}\n`);
      await file.write(encoder.encode(lines.join("")));
      await new Promise((resolve) => setTimeout(resolve, writeEveryMs));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await writing;
      return count;
    },
  };
}

/** The numbers of the lines that have come out. */
async function numbersIn(path: string): Promise<number[]> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").slice(0, -1).map((line) => {
    // A write that was cut short by a kill leaves the beginning of a line before the one that comes next.
    const [_, number] = /line (\d{9})$/.exec(line.slice(-lineLength)) ?? assert.fail(line);
    return Number(number);
  });
}

javaTest(`${killCount} SIGKILLs lose no line between two files, and keep their order`, async () => {
  const cluster = await Cluster.start();
  try {
    await inTemporaryFolder(async (folder) => {
      const worker = workerProps(cluster.bootstrapServers(), { "offset.flush.interval.ms": "50" });
      const spooling = { ...worker, "spool.dir": "spool" };
      const out = `${folder}/out.txt`;
      const writer = startWriting(`${folder}/in.txt`);
      const connect = new Connect(folder);
      const sizeOfOut = () => Deno.stat(out).then(({ size }) => size, () => 0);
      let lifeMsMax = 0;
      // How long it takes here and now until more comes out: lives are to be long enough for that. The first,
      // which has the topics made, takes longer than all others.
      for (const _ of ["first", "second"]) {
        const [startMs, size] = [performance.now(), await sizeOfOut()];
        await connect.start({ worker, source, sink });
        await until(async () => await sizeOfOut() > size, () => connect.log);
        lifeMsMax = performance.now() - startMs + 150;
        await connect.stop("SIGKILL");
      }
      for (let kill = 2; kill < killCount; kill++) {
        const isSpooled = kill >= killCount - spooledKillCount;
        const files = { worker: isSpooled ? spooling : worker, source, sink };
        // At any moment, also while it starts.
        await connect.killAfter(Math.random() * lifeMsMax, files);
      }
      const before = (await numbersIn(out)).reduce((most, number) => Math.max(most, number));
      await connect.start({ worker: spooling, source, sink });
      const count = await writer.stop();
      await until(async () => (await numbersIn(out)).at(-1) === count - 1, () => connect.log);
      assert.equal(await connect.stop(), 0, connect.log);

      let next = 0;
      let repetitions = 0;
      for (const number of await numbersIn(out)) {
        assert.ok(number <= next, `line ${next} is lost or late: ${number} comes before it`);
        if (number < next) repetitions++;
        else next++;
      }
      assert.equal(next, count);
      console.log(`${count} lines, ${before} before the last start; ${repetitions} repetitions`);
      assert.ok(before > count / 10, `only ${before} of ${count} lines came out between kills`);
    });
  } finally {
    await cluster.stop();
  }
});
