/** A worker with a spool whose brokers never come: what it collects, what it tells, and how it stops. */

import assert from "node:assert/strict";
import { Connect, inTemporaryFolder, until } from "./connect.ts";

const string = "org.apache.kafka.connect.storage.StringConverter";
const bytesMax = 1 << 20;

/** Nobody listens on this port: it was free, and is let go again. */
function deadPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

function files(port: number) {
  return {
    worker: {
      "bootstrap.servers": `127.0.0.1:${port}`,
      "listeners": "http://127.0.0.1:0",
      "key.converter": string,
      "value.converter": string,
      "offset.storage.file.filename": "connect.offsets",
      "spool.dir": "spool",
      "spool.max.bytes": String(bytesMax),
    },
    source: {
      "name": "lines",
      "connector.class": "FileStreamSource",
      "file": "in.txt",
      "topic": "lines",
    },
  };
}

const statusArgs = ["spool", "status", "--worker", "worker.properties"];

async function status(connect: Connect) {
  const { code, stdout, stderr } = await connect.run(...statusArgs, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

Deno.test("a worker whose brokers never come spools, tells how much, and stops at once when it is full", async () => {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const all = files(deadPort());
    await connect.write(all);
    const none = await connect.run(...statusArgs);
    assert.equal(none.code, 78);
    assert.equal(none.stderr, 'connect: There is no spool in "spool"\n');

    await Deno.writeTextFile(`${folder}/in.txt`, "one\ntwo\nthree\n");
    await connect.start(all);
    await until(async () => (await status(connect)).waitingRecords === "3", () => connect.log);
    const running = await status(connect);
    assert.deepEqual(
      { ...running, bytes: 0, oldestAgeMs: 0, partitions: running.partitions.length },
      {
        dir: "spool",
        bytes: 0,
        maxBytes: bytesMax,
        waitingRecords: "3",
        oldestAgeMs: 0,
        recordsPerSecond: 0,
        partitions: 1,
      },
    );
    assert.ok(running.bytes > 90 && running.bytes < 1000, `${running.bytes} bytes`);
    assert.ok(running.oldestAgeMs > 0 && running.oldestAgeMs < 60_000, `${running.oldestAgeMs} ms`);

    const second = await connect.run("standalone", "worker.properties", "source.properties");
    assert.equal(second.code, 1, second.stderr);
    assert.match(second.stderr, /^connect: The log folder "spool" is in use by another process$/m);

    const more = Array.from({ length: 300_000 }, (_, i) => `${i}\n`).join("");
    await Deno.writeTextFile(`${folder}/in.txt`, more, { append: true });
    await until(() => connect.log.includes('The spool "spool" is full'), () => connect.log);
    const start = performance.now();
    assert.equal(await connect.stop(), 0, connect.log);
    const tookMs = performance.now() - start;
    assert.ok(tookMs < 4000, `it took ${tookMs} ms; it may wait 5000 for its task`);
    assert.doesNotMatch(connect.log, / ERROR /i);

    const stopped = await status(connect);
    assert.ok(stopped.bytes > bytesMax / 2 && stopped.bytes <= bytesMax, `${stopped.bytes} bytes`);
    assert.ok(stopped.oldestAgeMs > running.oldestAgeMs);
    assert.equal(stopped.recordsPerSecond, 0);
    const text = await connect.run(...statusArgs);
    const [line, partition] = text.stdout.split("\n");
    assert.match(line, /^Spool: spool\tBytes: \d+ of 1048576\tWaiting: \d+\tOldest: \d+\.\d s\t/);
    assert.match(partition, /^\tlines-0\tWaiting: \d+\tOldest: \d+\.\d s\tForwarding: 0\/s$/);
  });
});
