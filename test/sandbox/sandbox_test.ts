/** What a plugin cannot do, and how tasks end that end badly. */

import assert from "node:assert/strict";
import { systemClock } from "../../src/base/mod.ts";
import { SourceTaskRunner } from "../../src/herder/source_task_runner.ts";
import { nothing, resolvePermissions, webWorkers } from "../../src/sandbox/mod.ts";
import type { TaskSpec } from "../../src/task/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { keptLog, MemoryDisk, patientClock } from "../faults/memory_disk.ts";
import { taskSpec } from "../unit/task/task_spec.ts";
import { attackNames } from "./plugins/attacker.js";

const plugin = new URL("./plugins/attacker.js", import.meta.url);

function spec(props: Record<string, string>): TaskSpec {
  return taskSpec({
    kind: "source",
    connector: "attacker",
    className: "Attacker",
    props,
    offsetFlushIntervalMs: 1000,
  });
}

/** Runs the attacker with read permission on `file` and itself. */
async function attack(name: string, file: string) {
  const log = keptLog();
  const disk = new MemoryDisk();
  const topics = await EmbeddedTopics.open({ disk, folder: "log", clock: patientClock, log });
  const runner = new SourceTaskRunner({
    spec: spec({ attack: name, file }),
    permissions: { ...nothing, read: [file, plugin.pathname] },
    files: [plugin.href],
    producer: await topics.openProducer({ clientId: "attacker", newTopic: () => null }),
    internalTopics: new Set(["__consumer_offsets"]),
    makesTopics: false,
    refusesBehind: false,
    offsets: {
      read: (_, partitions) => partitions.map(() => null),
      list: () => [],
      commit: async () => {},
    },
    clock: systemClock,
    log,
  });
  const close = async (timeoutMs = 2000) => {
    await runner.stop(timeoutMs);
    await topics.close();
  };
  return { runner, log, close };
}

async function withFile(test: (file: string) => Promise<void>): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/granted`, "granted");
    await Deno.writeTextFile(`${folder}/granted.secret`, "secret");
    await test(`${folder}/granted`);
  });
}

for (const name of attackNames.filter((name) => name !== "read what it is granted")) {
  Deno.test(`a task cannot ${name}`, async () => {
    await withFile(async (file) => {
      const { log, close } = await attack(name, file);
      await until(() => log.lines.some((line) => line.includes("RESULT")), () => log.lines.join());
      await close();
      const result = log.lines.find((line) => line.includes("RESULT"))!;
      assert.ok(!result.includes("succeeded"), result);
      assert.equal(await Deno.readTextFile(file), "granted");
      const left = [...Deno.readDirSync(file.replace(/\/granted$/, ""))].length;
      assert.equal(left, 2);
    });
  });
}

Deno.test("a task can read what it is granted", async () => {
  await withFile(async (file) => {
    const { log, close } = await attack("read what it is granted", file);
    await until(() => log.lines.some((line) => line.includes("RESULT succeeded")));
    await close();
  });
});

const ends: [name: string, trace: RegExp][] = [
  ["throw in start", /Error: start has failed\n.*attacker\.js/],
  ["throw in poll", /TypeError: poll has failed/],
  ["reject out of turn", /nobody waited for this/],
  ["throw out of turn", /nobody caught this/],
  ["close itself", /closed its Worker/],
  ["send what is no message", /broke the protocol/],
  ["send a batch that is none", /refused|batch/],
];

for (const [name, trace] of ends) {
  Deno.test(`a task that wants to ${name} is FAILED with a trace`, async () => {
    await withFile(async (file) => {
      const { runner, close } = await attack(name, file);
      await until(() => runner.status.state === "FAILED", () => JSON.stringify(runner.status));
      assert.match(runner.status.trace!, trace);
      await close();
      assert.equal(runner.status.state, "FAILED");
    });
  });
}

Deno.test("a task for which too many files are open is FAILED, and the process goes on", async () => {
  await withFile(async (file) => {
    // As if there were so many already.
    webWorkers.alive += 1e9;
    webWorkers.starting += 1;
    const { runner, close } = await attack("read what it is granted", file).finally(() => {
      webWorkers.alive -= 1e9;
      webWorkers.starting -= 1;
    });
    await until(() => runner.status.state === "FAILED");
    assert.match(
      runner.status.trace!,
      /^Error: Cannot start attacker-0: there is no room for another Web Worker: this process has \d+ files open, and may have \d+ \(ulimit -n\)$/,
    );
    await close();
    assert.equal(webWorkers.starting, 0);
  });
});

Deno.test("a task that loops when it stops is ended after its time and FAILED", async () => {
  await withFile(async (file) => {
    const { runner, close } = await attack("loop when it stops", file);
    await until(() => runner.status.state === "RUNNING");
    const startMs = performance.now();
    await close(300);
    assert.ok(performance.now() - startMs < 2000);
    assert.equal(runner.status.state, "FAILED");
    assert.match(runner.status.trace!, /did not stop within 300 ms/);
  });
});

Deno.test("resolvePermissions() grants nothing for keys that are absent or empty", async () => {
  const declared = { read: ["${file}", "${other}", "${empty}"], net: ["${host}:${port}"] };
  const granted = await resolvePermissions(declared, { file: "/a/b", empty: " ", host: "h" });
  assert.deepEqual(granted, { read: ["/a/b"], write: [], net: [], env: [] });
});

Deno.test("resolvePermissions() refuses a folder with a link that leads out of it", async () => {
  await inTemporaryFolder(async (folder) => {
    const real = await Deno.realPath(folder);
    await Deno.mkdir(`${folder}/open/below`, { recursive: true });
    await Deno.writeTextFile(`${folder}/secret`, "secret");
    await Deno.symlink(`${folder}/open/below`, `${folder}/open/inside`);
    const props = { dir: `${folder}/open` };
    const granted = await resolvePermissions({ read: ["${dir}"] }, props);
    assert.ok(granted.read.includes(`${real}/open`));
    await Deno.symlink(`${folder}/secret`, `${folder}/open/below/out`);
    await assert.rejects(resolvePermissions({ read: ["${dir}"] }, props), /leads out of it/);
  });
});
