/** A log has one owner at a time, by a lock that does not survive its process. */

import assert from "node:assert/strict";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import { BatchBuilder } from "../../src/batch/mod.ts";
import { EmbeddedLogReader } from "../../src/log/mod.ts";
import { EmbeddedTopics } from "../../src/topics/mod.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { readAll } from "../unit/log/partition.ts";
import { keptLog } from "./memory_disk.ts";

const open = (folder: string) =>
  EmbeddedTopics.open({ disk: localDisk, folder, clock: systemClock, log: keptLog() });

Deno.test("a second process is refused with the folder's name, and let in at once when the first is killed", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/data`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", new URL("lock_holder.ts", import.meta.url).pathname, path],
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const reader = child.stdout.getReader();
    assert.match(new TextDecoder().decode((await reader.read()).value), /open/);
    await assert.rejects(open(path), {
      name: "ConnectError",
      message: `The log folder "${path}" is in use by another process`,
    });
    // Reading needs no lock.
    const beside = new EmbeddedLogReader(localDisk, path, assert.fail);
    assert.equal((await beside.topics()).size, 0);
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const topics = await open(path);
    await topics.close();
  });
});

Deno.test("the same process is refused too, until the log is closed", async () => {
  await inTemporaryFolder(async (folder) => {
    const topics = await open(folder);
    await assert.rejects(open(folder), /is in use by another process/);
    await topics.close();
    await (await open(folder)).close();
  });
});

Deno.test("EmbeddedLog.open() names a folder that it cannot use", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assert.rejects(open(`${folder}/file`), {
      name: "ConfigError",
      message: new RegExp(`^Cannot use the log folder "${folder}/file": `),
    });
  });
});

Deno.test("a reader beside the owner sees all while the owner writes and rolls", async () => {
  await inTemporaryFolder(async (folder) => {
    const topics = await open(folder);
    await topics.createTopics([{ name: "t", configs: { "segment.bytes": "4000" } }]);
    const beside = await new EmbeddedLogReader(localDisk, folder, assert.fail).partition("t", 0);
    let written = 0;
    const writing = (async () => {
      for (; written < 400; written++) {
        const builder = new BatchBuilder({ sizeMax: 1000 });
        builder.append(null, `${written} ${"x".repeat(50)}`, [], 0);
        await topics.append("t", 0, builder.seal());
      }
    })();
    const numbers: number[] = [];
    while (numbers.length < 400) {
      await beside.refresh();
      for (const { value } of await readAll(beside, BigInt(numbers.length))) {
        numbers.push(Number(value!.split(" ")[0]));
      }
    }
    await writing;
    assert.deepEqual(numbers, Array.from({ length: 400 }, (_, i) => i));
    beside.close();
    await topics.close();
  });
});
