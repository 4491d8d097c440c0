/**
 * A hundred connectors come, restart and go: nothing of them is left in the process, neither Web Workers
 * (threads), nor open files and sockets, nor memory.
 */

import assert from "node:assert/strict";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const rounds = 5;
const connectorsAtOnce = 20;
/** How much more memory the process may have after the last round than after the first, in MiB: a Web Worker takes ten. */
const growthMiBMax = 100;

interface Counts {
  threads: number;
  descriptors: number;
  memoryMiB: number;
}

/** What a process has, by what the system knows of it. */
async function countsOf(pid: number): Promise<Counts> {
  const count = async (folder: string) => (await Array.fromAsync(Deno.readDir(folder))).length;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return {
    threads: await count(`/proc/${pid}/task`),
    descriptors: await count(`/proc/${pid}/fd`),
    memoryMiB: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024,
  };
}

Deno.test("100 connectors come, restart and go, and leave nothing behind", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/in.txt`, "one\ntwo\n");
    const connect = new Connect(folder);
    const url = (await connect.start({
      worker: {
        "bootstrap.servers": "embedded:data",
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.storage.StringConverter",
        "offset.storage.file.filename": "connect.offsets",
        "config.storage.file.filename": "connectors.json",
        "listeners": "http://127.0.0.1:0",
      },
    })).replace(/\/$/, "");
    // What a client keeps open is not the worker's.
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const ask = async (method: string, path: string, body?: unknown) => {
      const init = body === undefined ? {} : {
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      };
      const response = await fetch(`${url}${path}`, { method, client, ...init });
      const text = await response.text();
      assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`);
      return text;
    };
    let names: string[] = [];
    const config = (name: string) =>
      name.endsWith("0")
        ? { "connector.class": "FileStreamSource", "file": "in.txt", "topic": "lines" }
        : { "connector.class": "FileStreamSink", "file": `out-${name}.txt`, "topics": "lines" };
    const all = (ask: (name: string) => Promise<unknown>) => Promise.all(names.map(ask));
    const untilAll = (state: string, timesEach: number) =>
      until(async () => {
        const text = await ask("GET", "/connectors?expand=status");
        return text.split(`"${state}"`).length - 1 === timesEach * names.length;
      }, () => connect.log);
    const run = async (round: number) => {
      names = Array.from({ length: connectorsAtOnce }, (_, i) => `c${round}-${i}`);
      await all((name) => ask("POST", "/connectors", { name, config: config(name) }));
      await untilAll("RUNNING", 2);
      await all((name) => ask("POST", `/connectors/${name}/restart?includeTasks=true`));
      await untilAll("RUNNING", 2);
      await all((name) => ask("DELETE", `/connectors/${name}`));
      assert.equal(await ask("GET", "/connectors"), "[]");
    };
    const idle = await countsOf(connect.pid);
    await run(0);
    const first = await countsOf(connect.pid);
    for (let round = 1; round < rounds; round++) await run(round);
    let last = await countsOf(connect.pid);
    await until(async () => {
      last = await countsOf(connect.pid);
      return last.threads <= idle.threads && last.descriptors <= first.descriptors &&
        last.memoryMiB <= first.memoryMiB + growthMiBMax;
    }, () => JSON.stringify({ idle, first, last }));
    assert.equal(await connect.stop(), 0);
  });
});
