/** What becomes of a source task whose records the spool cannot take, or Kafka not take from it. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/mod.ts";
import { Connectors, StandaloneHerder } from "../../../src/herder/mod.ts";
import { EmbeddedTopics, Spool } from "../../../src/topics/mod.ts";
import { inTemporaryFolder, until } from "../../e2e/connect.ts";
import { hastyClock, keptLog, MemoryDisk } from "../../faults/memory_disk.ts";
import { FakeTarget } from "../topics/spool_target.ts";

const workerProps = {
  "key.converter": "StringConverter",
  "value.converter": "StringConverter",
  "offset.storage.file.filename": "offsets",
  "offset.flush.interval.ms": "600000",
};

/** A worker that keeps its spool, offsets and Kafka when it is started anew. */
class Worker {
  readonly folder: string;
  readonly target = new FakeTarget();
  readonly disk = new MemoryDisk();
  readonly log = keptLog();
  readonly #offsets = new Map<string, string | null>();
  bytesMax = 1 << 20;
  herder!: StandaloneHerder;
  #spool!: Spool;
  #topics!: EmbeddedTopics;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Starts it with a connector for each topic, which reads the file of that name. */
  async start(...names: string[]): Promise<void> {
    const { disk, target, log, bytesMax } = this;
    const shared = { disk, clock: hastyClock, log };
    this.#topics = await EmbeddedTopics.open({ ...shared, folder: "log" });
    this.#spool = await Spool.open({ ...shared, folder: "spool", bytesMax, target });
    const nothing = { onReconfigure() {}, onRaised() {} };
    const connectors = new Connectors(log, [], nothing);
    this.herder = new StandaloneHerder({
      workerProps,
      workerId: "worker:8083",
      connectors,
      files: [],
      topics: this.#topics,
      writers: this.#spool,
      internalTopics: new Set(),
      clients: null,
      offsets: {
        read: (name, partitions) =>
          partitions.map((partition) => this.#offsets.get(name + partition) ?? null),
        list: () => [],
        commit: (name, offered) => {
          for (const [partition, offset] of offered) this.#offsets.set(name + partition, offset);
          return Promise.resolve();
        },
      },
      clock: systemClock,
      log,
    });
    for (const name of names) {
      target.topics.set(name, 1);
      const file = `${this.folder}/${name}`;
      const props = { name, "connector.class": "FileStreamSource", file, "topic": name };
      await this.herder.startConnector(props, await connectors.describe(props));
    }
  }

  async stop(): Promise<void> {
    await this.herder.stop();
    await this.#spool.close();
    await this.#topics.close();
  }

  async write(name: string, from: number, to: number): Promise<void> {
    const lines = Array.from({ length: to - from }, (_, i) => `${from + i}\n`);
    await Deno.writeTextFile(`${this.folder}/${name}`, lines.join(""), { append: true });
  }

  task(name: string) {
    return this.herder.status(name).tasks[0];
  }

  numbers(topic: string): number[] {
    return this.target.values(`${topic}-0`).map(Number);
  }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("a task is FAILED when Kafka refuses its topic, others go on, and a restart tries again", async () => {
  await inTemporaryFolder(async (folder) => {
    const worker = new Worker(folder);
    await worker.write("denied", 0, 10);
    await worker.write("fine", 0, 10);
    await worker.start("denied", "fine");
    await until(() =>
      worker.numbers("denied").length === 10 && worker.numbers("fine").length === 10
    );
    worker.target.refused.set("denied", 29);
    await worker.write("denied", 10, 20);
    await worker.write("fine", 10, 20);
    await until(() => worker.task("denied").state === "FAILED");
    assert.match(
      worker.task("denied").trace!,
      /^org\.apache\.kafka\.connect\.errors\.ConnectException: Kafka does not take the records of denied-0 for the topic "denied"; they are kept until it does: .*TOPIC_AUTHORIZATION_FAILED/,
    );
    await until(() => worker.numbers("fine").length === 20);
    assert.equal(worker.task("fine").state, "RUNNING");
    await worker.stop();

    await worker.start("denied", "fine");
    await worker.write("denied", 20, 30);
    await until(() => worker.task("denied").state === "FAILED");
    await worker.stop();

    worker.target.refused.clear();
    await worker.start("denied", "fine");
    await until(() => worker.numbers("denied").length === 30);
    // What the task had handed over was committed: nothing comes twice.
    assert.deepEqual(worker.numbers("denied"), numbers(30));
    assert.equal(worker.task("denied").state, "RUNNING");
    await worker.stop();
  });
});

Deno.test("a task stops at once while the spool is full, and goes on where it was", async () => {
  await inTemporaryFolder(async (folder) => {
    const worker = new Worker(folder);
    worker.bytesMax = 1 << 16;
    worker.target.leave();
    await worker.write("t", 0, 200_000);
    await worker.start("t");
    await until(() => worker.log.lines.some((line) => line.includes("is full")));
    const start = performance.now();
    await worker.stop();
    assert.ok(performance.now() - start < 2000, "task.shutdown.graceful.timeout.ms is 5000");
    assert.deepEqual(worker.log.lines.filter((line) => /^error/.test(line)), []);
    const stops = worker.log.lines.filter((line) => line.includes("stops before all is stored"));
    assert.equal(stops.length, 1);

    worker.target.come();
    await worker.start("t");
    await until(() => worker.numbers("t").at(-1) === 199_999);
    assert.deepEqual(worker.numbers("t"), numbers(200_000));
    await worker.stop();
  });
});
