/** The contract for plugins: what authors are shown works. */

import assert from "node:assert/strict";
import recorded from "../../golden/config-values.json" with { type: "json" };
import { groupPartitions, type OffsetMap, type SourceConnectorPlugin } from "../../../mod.ts";

const root = new URL("../../../", import.meta.url).pathname;

/** The example of mod.ts, as a file. */
async function example(): Promise<string> {
  const text = await Deno.readTextFile(`${root}mod.ts`);
  const [, code] = /```ts\n([^]*?) \* ```/.exec(text)!;
  return code.replaceAll(/^ \* ?/gm, "");
}

Deno.test("the example of mod.ts is a plugin that type-checks, formatted and free of lint", async () => {
  const path = await Deno.makeTempFile({ dir: `${root}test`, suffix: "_example.ts" });
  try {
    await Deno.writeTextFile(path, await example());
    for (const command of [["check"], ["lint"], ["fmt", "--check"]]) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [...command, path],
        cwd: root,
        env: { NO_COLOR: "1" },
      }).output();
      assert.equal(code, 0, new TextDecoder().decode(stderr));
    }
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("the example of mod.ts counts, and goes on where its offsets say", async () => {
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, await example());
  const plugin: SourceConnectorPlugin = (await import(`file://${path}`)).default;
  await Deno.remove(path);
  const props = { topic: "t", counters: "a, b, c", "interval.ms": "1" };
  const connector = new plugin.connector();
  connector.initialize({ requestTaskReconfiguration: assert.fail, raiseError: assert.fail });
  await connector.start(props);
  const configs = await connector.taskConfigs(2);
  assert.deepEqual(configs.map(({ counters }) => counters), ["a,b", "c"]);
  const task = new plugin.task();
  const offsets: (OffsetMap | null)[] = [{ next: 7 }, null];
  task.initialize({
    configs: configs[0],
    offsetStorageReader: {
      offset: () => assert.fail("all are asked for at once"),
      offsets: (partitions) => {
        assert.deepEqual(partitions, [{ counter: "a" }, { counter: "b" }]);
        return Promise.resolve(offsets);
      },
    },
  });
  await task.start(configs[0]);
  const records = await task.poll();
  assert.deepEqual(
    records!.map(({ topic, key, value, sourceOffset }) => [topic, key, value, sourceOffset]),
    [["t", "a", 7n, { next: 8 }], ["t", "b", 0n, { next: 1 }]],
  );
  await task.stop();
});

Deno.test("groupPartitions() divides as Kafka does", () => {
  assert.ok(recorded.groupPartitions.length > 100);
  for (const { elements, groups, result, error } of recorded.groupPartitions) {
    const all = Array.from({ length: elements }, (_, at) => at);
    if (error === undefined) assert.deepEqual(groupPartitions(all, groups), result);
    else assert.throws(() => groupPartitions(all, groups), { name: "RangeError", message: error });
  }
});
