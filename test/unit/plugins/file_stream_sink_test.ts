/** FileStreamSink: what the recorded cases of Kafka Connect do not show. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import plugin from "../../../plugins/connectors/file_stream_sink.ts";
import { inTemporaryFolder } from "../../e2e/connect.ts";
import { startedSinkTask, testSink, textRecord } from "./sink_contract.ts";

testSink(plugin, (folder) => {
  const file = `${folder}/out.txt`;
  return {
    props: { file, topics: "t" },
    wrongProps: { file: `${folder}/none/out.txt`, topics: "t" },
    read: async () => (await Deno.readTextFile(file)).split("\n").slice(0, -1),
  };
});

Deno.test("put() fails, and names the file, when there is no space left", async () => {
  const props = { file: "/dev/full", topics: "t" };
  const task = await startedSinkTask(plugin, props, []);
  const message = /^Cannot write to "\/dev\/full": No space left on device/;
  await rejects(async () => await task.put([textRecord("x", 0n)]), {
    name: "ConnectError",
    message,
  });
  await task.stop();
});

Deno.test("put() keeps lines of several tasks whole in one file", async () => {
  await inTemporaryFolder(async (folder) => {
    const props = { file: `${folder}/out.txt`, topics: "t" };
    const tasks = await Promise.all([0, 1, 2].map(() => startedSinkTask(plugin, props, [])));
    await Promise.all(tasks.map(async (task, t) => {
      for (let i = 0; i < 20; i++) {
        const records = Array.from({ length: 100 }, (_, n) => `${t} ${i} ${n} ${"x".repeat(50)}`)
          .map((value) => textRecord(value, 0n));
        await task.put(records);
      }
    }));
    await Promise.all(tasks.map((task) => task.stop()));
    const lines = (await Deno.readTextFile(props.file)).split("\n");
    strictEqual(lines.pop(), "");
    strictEqual(lines.length, 3 * 20 * 100);
    for (const line of lines) match(line, /^\d \d+ \d+ x{50}$/);
    deepStrictEqual(
      lines.filter((line) => line.startsWith("1 ")).map((line) => line.split(" ")[1]),
      Array.from({ length: 2000 }, (_, n) => String(Math.floor(n / 100))),
    );
  });
});
