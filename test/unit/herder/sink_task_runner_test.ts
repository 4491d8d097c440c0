/** What the worker commits of what a sink task offers. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/mod.ts";
import { BatchBuilder } from "../../../src/batch/mod.ts";
import { Connectors, StandaloneHerder } from "../../../src/herder/mod.ts";
import { EmbeddedTopics } from "../../../src/topics/mod.ts";
import { inTemporaryFolder, until } from "../../e2e/connect.ts";
import { keptLog, MemoryDisk } from "../../faults/memory_disk.ts";

function batch(...values: string[]): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1000 });
  for (const value of values) builder.append(null, value, [], 0);
  return builder.seal();
}

/** A worker whose sink `it` reads topic `t`, in the embedded log. */
async function withWorker(
  { plugins = [], props = {} }: { plugins?: string[]; props?: Record<string, string> },
  test: (worker: {
    log: ReturnType<typeof keptLog>;
    topics: EmbeddedTopics;
    herder: StandaloneHerder;
    /** What the sink's group has committed. */
    committed(): Promise<[partition: number, offset: bigint][]>;
  }) => Promise<void>,
): Promise<void> {
  const log = keptLog();
  const disk = new MemoryDisk();
  const topics = await EmbeddedTopics.open({ disk, folder: "log", clock: systemClock, log });
  const files = plugins.map((name) =>
    new URL(`../../sandbox/plugins/${name}.js`, import.meta.url).href
  );
  const connectors = new Connectors(log, files, { onReconfigure() {}, onRaised() {} });
  const herder = new StandaloneHerder({
    workerProps: {
      "key.converter": "org.apache.kafka.connect.storage.StringConverter",
      "value.converter": "org.apache.kafka.connect.storage.StringConverter",
      "offset.storage.file.filename": "offsets",
      ...props,
    },
    workerId: "worker:8083",
    connectors,
    files,
    topics,
    internalTopics: new Set(),
    clients: null,
    offsets: {
      read: (_, partitions) => partitions.map(() => null),
      list: () => [],
      commit: async () => {},
    },
    clock: systemClock,
    log,
  });
  const committed = async () =>
    (await topics.groupOffsets("connect-it")).map((
      { partition, offset },
    ): [number, bigint] => [partition, offset]);
  try {
    await test({ log, topics, herder, committed });
  } finally {
    await herder.stop();
    await topics.close();
  }
}

Deno.test("a sink task commits what it was handed alone, and the rest of what it offers is named", async () => {
  const options = { plugins: ["overeager"], props: { "offset.flush.interval.ms": "50" } };
  await withWorker(options, async ({ log, topics, herder, committed }) => {
    await topics.createTopics([{ name: "t", partitions: 2 }]);
    for (const partition of [0, 1]) await topics.append("t", partition, batch("value"));
    await herder.putConnectorConfig("it", {
      ...{ name: "it", "connector.class": "Overeager", "tasks.max": "1", topics: "t" },
    }, false);
    const what = "warn it-0: Ignoring invalid task provided offset";
    const ignored = [
      `${what} t-0/2 -- not yet consumed, currentOffset=1`,
      `${what} other-0/1 -- partition not assigned`,
    ];
    await until(
      () => ignored.every((line) => log.lines.includes(line)),
      () => log.lines.join("\n"),
    );
    await until(async () => (await committed()).length > 0);
    assert.deepEqual(await committed(), [[1, 1n]]);
    assert.equal(herder.status("it").tasks[0].state, "RUNNING");
  });
});

Deno.test("a paused sink has committed what it put, is a member still, and is handed nothing", async () => {
  await inTemporaryFolder(async (folder) => {
    await withWorker({}, async ({ log, topics, herder, committed }) => {
      const file = `${folder}/out.txt`;
      const written = () => Deno.readTextFile(file);
      const state = () => herder.status("it").tasks[0].state;
      await topics.createTopics([{ name: "t", partitions: 1 }]);
      await topics.append("t", 0, batch("value"));
      const props = { name: "it", "connector.class": "FileStreamSink", topics: "t", file };
      await herder.putConnectorConfig("it", props, false);
      await until(async () => await written() === "value\n", () => log.lines.join("\n"));
      // Offsets are due every minute only.
      assert.deepEqual(await committed(), []);
      await herder.pauseConnector("it");
      await until(() => state() === "PAUSED");
      assert.deepEqual(await committed(), [[0, 1n]]);
      await topics.append("t", 0, batch("value"));
      // What a member of the group would be handed is handed to nobody.
      const other = await topics.joinGroup({
        groupId: "connect-it",
        selection: { topics: ["t"] },
        autoOffsetReset: "earliest",
        clientId: "z",
      });
      const event = await other.poll({ bytesMax: 1000, waitMsMax: 200 });
      assert.equal(event.type, "idle");
      await other.close();
      assert.equal(await written(), "value\n");
      await herder.resumeConnector("it");
      await until(async () => await written() === "value\nvalue\n", () => log.lines.join("\n"));
      assert.equal(state(), "RUNNING");
    });
  });
});

Deno.test("a sink puts on while a commit waits for its coordinator, and loses neither", async () => {
  await inTemporaryFolder(async (folder) => {
    const props = { "offset.flush.interval.ms": "20" };
    await withWorker({ props }, async ({ log, topics, herder, committed }) => {
      const file = `${folder}/out.txt`;
      const { promise: comes, resolve: come } = Promise.withResolvers<void>();
      const asked: string[] = [];
      const joinGroup = topics.joinGroup.bind(topics);
      topics.joinGroup = async (options) => {
        const member = await joinGroup(options);
        const commit = member.commit.bind(member);
        member.commit = async (offsets) => {
          asked.push(offsets.map(({ offset }) => offset).join());
          await comes;
          await commit(offsets);
        };
        return member;
      };
      await topics.createTopics([{ name: "t", partitions: 1 }]);
      await topics.append("t", 0, batch("0"));
      await herder.putConnectorConfig("it", {
        ...{ name: "it", "connector.class": "FileStreamSink", topics: "t", file },
      }, false);
      await until(() => asked.length > 0, () => log.lines.join("\n"));
      for (let i = 1; i < 5; i++) {
        await topics.append("t", 0, batch(String(i)));
        const lines = Array.from({ length: i + 1 }, (_, line) => `${line}\n`).join("");
        await until(async () => await Deno.readTextFile(file) === lines);
      }
      // There is one commit at a time, and what is put at the end is committed after it.
      assert.deepEqual(asked, ["1"]);
      const stopped = herder.stopConnector("it");
      come();
      await stopped;
      assert.deepEqual(await committed(), [[0, 5n]]);
      assert.deepEqual(asked, ["1", "5"]);
    });
  });
});

Deno.test("a sink whose record is put again and again commits what stands before it, and stops", async () => {
  const options = { plugins: ["reluctant"], props: { "offset.flush.interval.ms": "20" } };
  await withWorker(options, async ({ log, topics, herder, committed }) => {
    const given = (value: string) =>
      log.lines.filter((line) => line.endsWith(`is given ${value}`)).length;
    await topics.createTopics([{ name: "t", partitions: 1 }]);
    await topics.append("t", 0, batch("taken"));
    const props = { name: "it", "connector.class": "Reluctant", topics: "t" };
    await herder.putConnectorConfig("it", props, false);
    await until(() => given("taken") === 1, () => log.lines.join("\n"));
    await topics.append("t", 0, batch("not yet"));
    await topics.append("t", 0, batch("behind"));
    await until(() => given("not yet") > 3, () => log.lines.join("\n"));
    await until(async () => (await committed()).length > 0);
    assert.deepEqual(await committed(), [[0, 1n]]);
    // Its partition is closed while it waits to put again: nobody ends it.
    await herder.restartTask({ connector: "it", task: 0 });
    const before = given("not yet");
    await until(() => given("not yet") > before, () => log.lines.join("\n"));
    assert.deepEqual([given("taken"), given("behind")], [1, 0]);
    assert.deepEqual(await committed(), [[0, 1n]]);
    assert.deepEqual(log.lines.filter((line) => line.includes("Graceful stop")), []);
  });
});
