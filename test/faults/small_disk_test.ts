/** A disk that is really full: `connect` waits, says so once, and goes on when there is room. */

import assert from "node:assert/strict";
import { localDisk } from "../../src/base/mod.ts";
import { EmbeddedLogReader } from "../../src/log/mod.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { readAll } from "../unit/log/partition.ts";

/** Mounts a file system in memory, if this user may. @returns whether it did */
async function mount(folder: string, sizeBytes: number): Promise<boolean> {
  await Deno.mkdir(folder);
  const args = ["-t", "tmpfs", "-o", `size=${sizeBytes}`, "tmpfs", folder];
  try {
    return (await new Deno.Command("mount", { args, stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function unmount(folder: string): Promise<void> {
  await new Deno.Command("umount", { args: [folder] }).output();
}

const worker = {
  "bootstrap.servers": "embedded:small/data",
  "listeners": "http://127.0.0.1:0",
  "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
  "offset.storage.file.filename": "connect.offsets",
  "offset.flush.interval.ms": "50",
};
const source = {
  "name": "lines",
  "connector.class": "FileStreamSource",
  "file": "lines.txt",
  "topic": "lines",
};

Deno.test("a full disk pauses a source, which goes on by itself when there is room", async () => {
  await inTemporaryFolder(async (folder) => {
    const small = `${folder}/small`;
    if (!await mount(small, 4 << 20)) {
      console.log(
        "left out: this user may not mount a small file system (the same is tested on a disk in memory)",
      );
      return;
    }
    try {
      // Something else fills most of it.
      await Deno.writeFile(`${small}/ballast`, new Uint8Array(3 << 20));
      const lineCount = 40_000;
      const lines = Array.from({ length: lineCount }, (_, i) => `line ${i} ${"x".repeat(50)}\n`);
      await Deno.writeTextFile(`${folder}/lines.txt`, lines.join(""));
      const connect = new Connect(folder);
      await connect.start({ worker, source });
      const said = () =>
        connect.log.split("\n").filter((line) => /Cannot write to lines-0/.test(line));
      await until(() => said().length > 0, () => connect.log);
      assert.match(said()[0], /producers wait until it succeeds: No space left on device/);
      await Deno.writeTextFile(`${folder}/lines.txt`, "the last line\n", { append: true });
      await Deno.remove(`${small}/ballast`);
      await resize(small, 16 << 20);
      const reader = new EmbeddedLogReader(localDisk, `${small}/data`, assert.fail);
      const partition = await reader.partition("lines", 0);
      await until(async () => {
        await partition.refresh();
        return partition.endOffset === BigInt(lineCount + 1);
      }, () => `${partition.endOffset} ${connect.log}`);
      const values = (await readAll(partition)).map(({ value }) => value);
      assert.deepEqual(values.slice(0, -1), lines.map((line) => line.trim()));
      assert.equal(values.at(-1), "the last line");
      partition.close();
      await until(() => /Writing to lines-0 succeeds again/.test(connect.log), () => connect.log);
      assert.equal(await connect.stop(), 0);
      assert.equal(said().length, 1);
    } finally {
      await unmount(small);
    }
  });
});

/** Gives a mounted file system another size. */
async function resize(folder: string, sizeBytes: number): Promise<void> {
  const args = ["-o", `remount,size=${sizeBytes}`, folder];
  await new Deno.Command("mount", { args }).output();
}
