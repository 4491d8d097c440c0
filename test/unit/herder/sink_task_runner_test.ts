/** What the worker commits of what a sink task offers. */

import assert from "node:assert/strict";
import { systemClock } from "../../../src/base/mod.ts";
import { BatchBuilder } from "../../../src/batch/mod.ts";
import { Connectors, StandaloneHerder } from "../../../src/herder/mod.ts";
import { EmbeddedTopics } from "../../../src/topics/mod.ts";
import { inTemporaryFolder, until } from "../../e2e/connect.ts";
import { keptLog, MemoryDisk } from "../../faults/memory_disk.ts";

function batch(): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1000 });
  builder.append(null, "value", [], 0);
  return builder.seal();
}

Deno.test("a sink task commits what it was handed alone, and the rest of what it offers is named", async () => {
  const log = keptLog();
  const disk = new MemoryDisk();
  const topics = await EmbeddedTopics.open({ disk, folder: "log", clock: systemClock, log });
  const files = [new URL("../../sandbox/plugins/overeager.js", import.meta.url).href];
  const connectors = new Connectors(log, files, { onReconfigure() {}, onRaised() {} });
  const herder = new StandaloneHerder({
    workerProps: {
      "key.converter": "StringConverter",
      "value.converter": "StringConverter",
      "offset.storage.file.filename": "offsets",
      "offset.flush.interval.ms": "50",
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
  try {
    await topics.createTopics([{ name: "t", partitions: 2 }]);
    for (const partition of [0, 1]) await topics.append("t", partition, batch());
    const props = { "name": "it", "connector.class": "Overeager", "tasks.max": "1", "topics": "t" };
    await herder.startConnector(props, await connectors.describe(props));
    const what = "warn it-0: Ignoring invalid task provided offset";
    const ignored = [
      `${what} t-0/2 -- not yet consumed, currentOffset=1`,
      `${what} other-0/1 -- partition not assigned`,
    ];
    await until(
      () => ignored.every((line) => log.lines.includes(line)),
      () => log.lines.join("\n"),
    );
    await until(async () => (await topics.groupOffsets("connect-it")).length > 0);
    assert.deepEqual(await topics.groupOffsets("connect-it"), [
      { topic: "t", partition: 1, offset: 1n },
    ]);
    assert.equal(herder.status("it").tasks[0].state, "RUNNING");
  } finally {
    await herder.stop();
    await topics.close();
  }
});

Deno.test("a paused sink has committed what it put, is a member still, and is handed nothing", async () => {
  await inTemporaryFolder(async (folder) => {
    const log = keptLog();
    const disk = new MemoryDisk();
    const topics = await EmbeddedTopics.open({ disk, folder: "log", clock: systemClock, log });
    const connectors = new Connectors(log, [], { onReconfigure() {}, onRaised() {} });
    const herder = new StandaloneHerder({
      workerProps: {
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "offset.storage.file.filename": "offsets",
      },
      workerId: "worker:8083",
      connectors,
      files: [],
      topics,
      internalTopics: new Set(),
      clients: null,
      offsets: { read: () => [], list: () => [], commit: async () => {} },
      clock: systemClock,
      log,
    });
    const file = `${folder}/out.txt`;
    const written = () => Deno.readTextFile(file);
    const state = () => herder.status("it").tasks[0].state;
    const committed = async () => await topics.groupOffsets("connect-it");
    try {
      await topics.createTopics([{ name: "t", partitions: 1 }]);
      await topics.append("t", 0, batch());
      const props = { name: "it", "connector.class": "FileStreamSink", topics: "t", file };
      await herder.putConnectorConfig("it", props, false);
      await until(async () => await written() === "value\n", () => log.lines.join("\n"));
      // Offsets are due every minute only.
      assert.deepEqual(await committed(), []);
      await herder.pauseConnector("it");
      await until(() => state() === "PAUSED");
      assert.deepEqual(await committed(), [{ topic: "t", partition: 0, offset: 1n }]);
      await topics.append("t", 0, batch());
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
    } finally {
      await herder.stop();
      await topics.close();
    }
  });
});
