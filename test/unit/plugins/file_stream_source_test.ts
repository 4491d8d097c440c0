/** FileStreamSource: what the recorded cases of Kafka Connect do not show. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import process from "node:process";
import type { SourceTask } from "connect";
import plugin from "../../../plugins/connectors/file_stream_source.ts";
import { inTemporaryFolder } from "../../e2e/connect.ts";
import { pollRecords, startedTask, testSource } from "./source_contract.ts";

testSource(plugin, (folder) => {
  let count = 0;
  const file = `${folder}/in.txt`;
  return {
    props: { file, topic: "t", "batch.size": "2" },
    wrongProps: { file },
    async write(more) {
      const lines = Array.from({ length: more }, () => `line ${count++} é\n`);
      await Deno.writeTextFile(file, lines.join(""), { append: true });
    },
  };
});

const props = (file: string) => ({ file, topic: "t" });

async function pollLines(task: SourceTask, count: number): Promise<unknown[]> {
  return (await pollRecords(task, count)).map(({ value }) => value);
}

/** What is said on the console meanwhile. */
async function consoleOf(work: () => Promise<void>): Promise<string[]> {
  const { info, warn } = console;
  const said: string[] = [];
  console.info = console.warn = (message: string) => void said.push(message);
  try {
    await work();
  } finally {
    Object.assign(console, { info, warn });
  }
  return said;
}

Deno.test("poll() finds the same lines wherever reads of the file happen to end", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/in.txt`;
    // Longer than a read, with every kind of end and characters of every length.
    const ends = ["\n", "\r\n", "\r"];
    const lines = Array.from(
      { length: 3000 },
      (_, i) => `${i} ${"x".repeat(i % 301)}é猫😀`.slice(0, i % 17 === 0 ? 0 : undefined),
    );
    const text = lines.map((line, i) => line + ends[i % 3]).join("") + "\n";
    ok(text.length > 300_000);
    // A CR and an LF of an empty line that follow each other are one end.
    const expected = text.split(/\r\n|\n|\r/).slice(0, -1);
    await Deno.writeTextFile(file, text);
    const task = await startedTask(plugin, props(file));
    const found = await pollRecords(task, expected.length);
    await task.stop();
    deepStrictEqual(found.map(({ value }) => value), expected);
    const size = (await Deno.stat(file)).size;
    deepStrictEqual(found.at(-1)!.sourceOffset, { position: size });
    for (const at of [1, 1000, 2500]) {
      const resumed = await startedTask(plugin, props(file), found[at].sourceOffset);
      deepStrictEqual(await pollLines(resumed, expected.length - at - 1), expected.slice(at + 1));
      await resumed.stop();
    }
  });
});

Deno.test("poll() looks less often at a file that has been quiet for long, until it is not", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/in.txt`;
    await Deno.writeTextFile(file, "one\n");
    const { setTimeout } = globalThis;
    const now = performance.now;
    let quietMs = 0;
    const waits: unknown[] = [];
    performance.now = () => now.call(performance) + quietMs;
    globalThis.setTimeout = ((callback: () => void, delayMs: number) => {
      waits.push(Math.round(delayMs / 50) * 50);
      return setTimeout(callback, 0);
    }) as typeof setTimeout;
    try {
      const task = await startedTask(plugin, props(file));
      deepStrictEqual(await pollLines(task, 1), ["one"]);
      waits.length = 0;
      for (quietMs of [1000, 20_000, 3_600_000]) strictEqual(await task.poll(), null);
      await Deno.writeTextFile(file, "two\n", { append: true });
      deepStrictEqual(await pollLines(task, 1), ["two"]);
      strictEqual(await task.poll(), null);
      deepStrictEqual(waits, [50, 200, 500, 50]);
      await task.stop();
    } finally {
      Object.assign(globalThis, { setTimeout });
      performance.now = now;
    }
  });
});

Deno.test("poll() reads on in a file that was renamed until the new one has content", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/app.log`;
    const old = await Deno.open(file, { append: true, create: true });
    const write = (text: string) => old.write(new TextEncoder().encode(text));
    const said = await consoleOf(async () => {
      await write("one\n");
      const task = await startedTask(plugin, props(file));
      deepStrictEqual(await pollLines(task, 1), ["one"]);
      await Deno.rename(file, `${file}.1`);
      await write("two\n");
      deepStrictEqual(await pollLines(task, 1), ["two"]);
      await Deno.writeTextFile(file, "");
      await task.poll();
      await write("three\nunfinished");
      deepStrictEqual(await pollLines(task, 1), ["three"]);
      await Deno.writeTextFile(file, "new\n");
      deepStrictEqual(await pollLines(task, 2), ["unfinished", "new"]);
      await task.stop();
    });
    old.close();
    deepStrictEqual(said, [`"${file}" has been replaced; reading it from its beginning`]);
  });
});

Deno.test("poll() follows a file that is copied and truncated while it is written", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/app.log`;
    const task = await startedTask(plugin, props(file));
    const expected: string[] = [];
    const found: unknown[] = [];
    const said = await consoleOf(async () => {
      for (let i = 0; i < 10; i++) {
        const lines = Array.from({ length: 50 }, (_, j) => `${i}.${j}`);
        expected.push(...lines);
        await Deno.writeTextFile(file, lines.join("\n") + "\n", { append: true });
        found.push(...await pollLines(task, 50));
        await Deno.truncate(file, 0);
      }
      await task.stop();
    });
    deepStrictEqual(found, expected);
    strictEqual(said.filter((line) => line.includes("has been truncated")).length, 9);
  });
});

Deno.test("poll() says once that there is no file, and once that it is a directory", async () => {
  await inTemporaryFolder(async (folder) => {
    for (
      const [file, expected] of [
        [`${folder}/none`, /Couldn't find file .*none for FileStreamSourceTask, waiting/],
        [folder, /^Cannot read ".*": it is a directory$/],
      ] as const
    ) {
      const said = await consoleOf(async () => {
        const task = await startedTask(plugin, props(file));
        for (let i = 0; i < 3; i++) strictEqual(await task.poll(), null);
        await task.stop();
      });
      strictEqual(said.length, 1);
      match(said[0], expected);
    }
  });
});

Deno.test("poll() fails on a file that it may not read", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/secret`;
    await Deno.writeTextFile(file, "x\n");
    await Deno.chmod(folder, 0o755);
    await Deno.chmod(file, 0o000);
    const task = await startedTask(plugin, props(file));
    // Root may read everything, so it is somebody else meanwhile.
    const isRoot = Deno.uid() === 0;
    if (isRoot) process.seteuid!(65534);
    try {
      const message = `Cannot open "${file}": permission denied`;
      await rejects(async () => await task.poll(), { name: "ConnectError", message });
    } finally {
      if (isRoot) process.seteuid!(0);
      await task.stop();
    }
  });
});

Deno.test("poll() names what it cannot open", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/loop`;
    await Deno.symlink(file, file);
    const task = await startedTask(plugin, props(file));
    await rejects(async () => await task.poll(), {
      name: "ConnectError",
      message: /^Cannot open ".*loop": .*symbolic links/,
    });
    await task.stop();
  });
});

Deno.test("poll() takes a line of 16 MiB, and fails on a longer one", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/in.txt`;
    const line = "x".repeat(16 << 20);
    await Deno.writeTextFile(file, `short\n${line}\nshort again\n`);
    const task = await startedTask(plugin, props(file));
    const lines = await pollLines(task, 3);
    deepStrictEqual(lines.map((value) => (value as string).length), [5, 16 << 20, 11]);
    await Deno.writeTextFile(file, line.repeat(6), { append: true });
    await rejects(async () => await pollRecords(task, 1), {
      name: "ConnectError",
      message: `Cannot read "${file}": the line at byte ${
        6 + (16 << 20) + 13
      } is longer than 16777216 bytes`,
    });
    await task.stop();
  });
});

Deno.test("poll() reads a named pipe, from one writer after another, and is not held up by it", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/pipe`;
    strictEqual((await new Deno.Command("mkfifo", { args: [file] }).output()).code, 0);
    const task = await startedTask(plugin, props(file));
    strictEqual((await task.poll())?.length ?? 0, 0);
    for (const text of ["one\ntwo\n", "three\nno end"]) {
      const written = Deno.writeTextFile(file, text);
      const lines = text.trim().split("\n");
      deepStrictEqual(await pollLines(task, 2), lines);
      await written;
    }
    const poll = task.poll();
    await task.stop();
    strictEqual((await poll)?.length ?? 0, 0);
  });
});

Deno.test("stop() ends a poll that waits for a named pipe to be opened", async () => {
  await inTemporaryFolder(async (folder) => {
    const file = `${folder}/pipe`;
    strictEqual((await new Deno.Command("mkfifo", { args: [file] }).output()).code, 0);
    const task = await startedTask(plugin, props(file));
    const poll = task.poll();
    await task.stop();
    strictEqual((await poll)?.length ?? 0, 0);
    // Lets the open end that still waits, so that the test leaves nothing behind.
    await Deno.writeTextFile(file, "");
  });
});
