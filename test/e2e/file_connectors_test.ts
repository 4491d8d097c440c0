/** The file connectors in a worker: standard input and output, how soon news get through, and rotation. */

import { match, ok, strictEqual } from "node:assert/strict";
import { Connect, type Files, inTemporaryFolder, until } from "./connect.ts";

const files: Files = {
  worker: {
    "listeners": "http://127.0.0.1:0",
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    "offset.storage.file.filename": "connect.offsets",
  },
  source: { "name": "source", "connector.class": "FileStreamSource", "topic": "t" },
  sink: { "name": "sink", "connector.class": "FileStreamSink", "topics": "t" },
};

const encoder = new TextEncoder();

function withFiles(input: string, output: string): Files {
  return {
    ...files,
    source: { ...files.source, file: input },
    sink: { ...files.sink, file: output },
  };
}

async function textOf(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

Deno.test("standalone reads standard input and writes standard output when there is no file", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    await connect.start(files, { stdin: "piped" });
    const input = connect.stdin.getWriter();
    await input.write(encoder.encode("foo\nbar é猫😀\n"));
    await until(() => connect.stdout.endsWith("😀\n"), () => connect.stdout + connect.log);
    await input.write(encoder.encode("no end"));
    await input.close();
    await until(() => connect.stdout.endsWith("no end\n"), () => connect.stdout + connect.log);
    strictEqual(await connect.stop(), 0);
    strictEqual(connect.stdout, "foo\nbar é猫😀\nno end\n");
  });
});

Deno.test("standalone stops while a source waits for standard input", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    await connect.start(files, { stdin: "piped" });
    const input = connect.stdin.getWriter();
    await input.write(encoder.encode("foo\n"));
    await until(() => connect.stdout === "foo\n", () => connect.log);
    const start = performance.now();
    strictEqual(await connect.stop(), 0);
    const tookMs = performance.now() - start;
    ok(tookMs < 3000, `it took ${tookMs} ms`);
    await input.close().catch(() => {});
  });
});

Deno.test("a line is through within 100 ms, and waiting for it costs next to nothing", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const [input, output] = [`${folder}/in.txt`, `${folder}/out.txt`];
    await Deno.writeTextFile(input, "begin\n");
    await connect.start(withFiles("in.txt", "out.txt"));
    let expected = "begin\n";
    await until(async () => await textOf(output) === expected);
    const delaysMs: number[] = [];
    for (let i = 0; i < 15; i++) {
      // The times between looks must not decide which delays are seen.
      await new Promise((resolve) => setTimeout(resolve, 17 * (i % 4)));
      const line = `${i}\n`;
      expected += line;
      const start = performance.now();
      await Deno.writeTextFile(input, line, { append: true });
      while (await textOf(output) !== expected) {
        ok(performance.now() - start < 10_000, connect.log);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      delaysMs.push(performance.now() - start);
    }
    const before = await cpuMs(connect.pid);
    const start = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const share = (await cpuMs(connect.pid) - before) / (performance.now() - start);
    strictEqual(await connect.stop("SIGHUP"), 0);
    delaysMs.sort((a, b) => a - b);
    const medianMs = delaysMs[7];
    console.log(
      `a line takes ${Math.round(medianMs)} ms (at most ${Math.round(delaysMs[14])} ms); ` +
        `idle takes ${(share * 100).toFixed(1)} % of one core`,
    );
    // Machines that run tests are busy: the bound on the median is what must hold, twice as wide.
    ok(medianMs < 200, `${delaysMs}`);
    ok(share < 0.1, `idle takes ${share} of one core`);
  });
});

/** The time that a process has had of all cores. */
async function cpuMs(pid: number): Promise<number> {
  const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).split(") ")[1].split(" ");
  // User and system time, in ticks of a hundredth of a second.
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

Deno.test("a source follows a rotated file, also behind a link, without losing a line", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/app.log`, "");
    await Deno.symlink("app.log", `${folder}/current.log`);
    const connect = new Connect(folder);
    await connect.start(withFiles("current.log", "out.txt"));
    let expected = "";
    for (let rotation = 0; rotation < 3; rotation++) {
      const app = await Deno.open(`${folder}/app.log`, { append: true, create: true });
      const write = async (line: string) => {
        expected += `${rotation} ${line}\n`;
        await app.write(encoder.encode(`${rotation} ${line}\n`));
      };
      for (let i = 0; i < 5; i++) await write(String(i));
      // A file that comes and goes between two looks is one that nobody can have seen.
      await until(async () => await textOf(`${folder}/out.txt`) === expected, () => connect.log);
      await Deno.rename(`${folder}/app.log`, `${folder}/app.log.${rotation}`);
      await write("late");
      app.close();
    }
    await until(async () => await textOf(`${folder}/out.txt`) === expected, () => connect.log);
    strictEqual(await connect.stop(), 0);
  });
});

Deno.test("a source with a line that is too long is FAILED, and says where; the rest goes on", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/in.txt`, "short\n");
    for (let i = 0; i < 100; i++) {
      await Deno.writeTextFile(`${folder}/in.txt`, "x".repeat(1 << 20), { append: true });
    }
    const connect = new Connect(folder);
    const url = await connect.start(withFiles("in.txt", "out.txt"));
    await until(async () => await textOf(`${folder}/out.txt`) === "short\n", () => connect.log);
    const status = async () => await (await fetch(`${url}connectors/source/status`)).json();
    await until(async () => (await status()).tasks[0].state === "FAILED");
    match((await status()).tasks[0].trace, /the line at byte 6 is longer than 16777216 bytes/);
    const peak = /VmHWM:\s+(\d+) kB/.exec(await Deno.readTextFile(`/proc/${connect.pid}/status`))!;
    ok(Number(peak[1]) < 400 * 1024, `${peak[1]} KiB at peak`);
    strictEqual(await connect.stop(), 0);
  });
});
