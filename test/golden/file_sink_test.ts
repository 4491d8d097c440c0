/** FileStreamSink against what Kafka Connect's wrote for the same records, case by case. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { type SinkConnector, SinkRecord, type SinkTask } from "connect";
import plugin from "../../plugins/connectors/file_stream_sink.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { startedSinkTask, textRecord } from "../unit/plugins/sink_contract.ts";
import golden from "./file-connector.json" with { type: "json" };
import { type RecordedSchema, schemaOf, type Tagged, valueOf } from "./tagged_values.ts";

/** Opens and closes a task around some work. */
async function withTask(
  props: Record<string, string>,
  work: (task: SinkTask) => Promise<void>,
): Promise<void> {
  const task = await startedSinkTask(plugin, props, [{ topic: "t", partition: 0 }]);
  try {
    await work(task);
  } finally {
    await task.stop();
  }
}

for (const [i, { schema, value, written }] of golden.sinkRendering.entries()) {
  const name = `${i}: ${schema?.type ?? "no schema"}, ${JSON.stringify(value)}`;
  Deno.test(`FileStreamSinkTask writes as Java: ${name}`, async () => {
    await inTemporaryFolder(async (folder) => {
      const file = `${folder}/out.txt`;
      const valueSchema = schemaOf(schema as RecordedSchema | null);
      await withTask({ file, topics: "t" }, async (task) => {
        await task.put([
          new SinkRecord({
            topic: "t",
            kafkaPartition: 0,
            kafkaOffset: 0n,
            valueSchema,
            value: valueOf(value as Tagged, valueSchema),
          }),
        ]);
        await task.flush([]);
      });
      // Java writes the address of a byte array, which means nothing; ours its content, 01 here.
      strictEqual(await Deno.readTextFile(file), written.replace("[B@HASH", "[B@01"));
    });
  });
}

for (const { config, maxTasks, taskConfigs } of golden.sinkConnector) {
  const name = `${JSON.stringify(config)}, ${maxTasks} tasks`;
  Deno.test(`FileStreamSinkConnector does as Java: ${name}`, async () => {
    const connector: SinkConnector = new plugin.connector();
    await connector.start(config as Record<string, string>);
    deepStrictEqual(await connector.taskConfigs(maxTasks), taskConfigs);
    await connector.stop();
  });
}

Deno.test("FileStreamSinkConnector.alterOffsets() leaves offsets to the worker, as Java", async () => {
  const connector: SinkConnector = new plugin.connector();
  const offsets = [{ topic: "t", partition: 0, offset: 5n }];
  strictEqual(await connector.alterOffsets({}, offsets), golden.sinkAlterOffsetsResult);
});

type SinkCase = typeof golden.sinkTask[number];

/** The recorded cases of the task, by their names. */
const cases: Record<string, (recorded: SinkCase, folder: string) => Promise<void>> = {
  async "existing file is appended to"({ result }, folder) {
    const file = `${folder}/out.txt`;
    await Deno.writeTextFile(file, "already\n");
    await withTask({ file, topics: "t" }, async (task) => await task.put([textRecord("x", 0n)]));
    strictEqual(await Deno.readTextFile(file), result);
  },
  async "file in a missing directory"({ message }) {
    const props = { file: "/nonexistent-golden/x/out", topics: "t" };
    await rejects(() => startedSinkTask(plugin, props, []), { name: "ConnectError", message });
  },
  async "no file: standard output"({ stdout }) {
    strictEqual(await printed({ topics: "t" }), stdout);
  },
  async "file is empty text"() {
    strictEqual(await printed({ file: "", topics: "t" }), "x\nnull\n");
  },
  async "start only, no records: file is created"(recorded, folder) {
    const file = `${folder}/out.txt`;
    await withTask({ file, topics: "t" }, async (task) => {
      strictEqual((await Deno.stat(file)).isFile, recorded.exists);
      await task.put([textRecord("x".repeat(8), 0n)]);
      const size = async () => (await Deno.stat(file)).size;
      strictEqual(await size(), recorded["bytes after put, before flush"]);
      await task.flush([]);
      strictEqual(await size(), recorded["bytes after flush"]);
    });
  },
};

/** What the task prints for text and for null. */
async function printed(props: Record<string, string>): Promise<string> {
  const { write } = Deno.stdout;
  let text = "";
  Deno.stdout.write = (bytes) => {
    text += new TextDecoder().decode(bytes);
    return Promise.resolve(bytes.length);
  };
  try {
    await withTask(props, async (task) => {
      const nothing = new SinkRecord({ topic: "t", kafkaPartition: 0, kafkaOffset: 1n });
      await task.put([textRecord("x", 0n), nothing]);
    });
  } finally {
    Deno.stdout.write = write;
  }
  return text;
}

for (const recorded of golden.sinkTask) {
  Deno.test(`FileStreamSinkTask does as Java: ${recorded.case}`, async () => {
    await inTemporaryFolder((folder) => cases[recorded.case](recorded, folder));
  });
}
