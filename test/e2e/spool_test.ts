/** A worker with a spool whose brokers never come: what it collects, what it tells, and how it stops. */

import assert from "node:assert/strict";
import { localDisk, Secrets, systemClock } from "../../src/base/mod.ts";
import { spoolStatus } from "../../src/cli/spool.ts";
import { Spool } from "../../src/topics/mod.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { batchOf } from "../unit/log/partition.ts";
import { FakeTarget } from "../unit/topics/spool_target.ts";
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
    // Full is where the next batch does not fit, and how large that is depends on what was read at once.
    assert.ok(
      stopped.bytes >= running.bytes && stopped.bytes <= bytesMax,
      `${stopped.bytes} bytes`,
    );
    assert.ok(stopped.oldestAgeMs > running.oldestAgeMs);
    assert.equal(stopped.recordsPerSecond, 0);
    const text = await connect.run(...statusArgs);
    const [line, partition] = text.stdout.split("\n");
    assert.match(line, /^Spool: spool\tBytes: \d+ of 1048576\tWaiting: \d+\tOldest: \d+\.\d s\t/);
    assert.match(partition, /^\tlines-0\tWaiting: \d+\tOldest: \d+\.\d s\tForwarding: 0\/s$/);
  });
});

Deno.test("spool status tells how much a second Kafka takes, also of a spool that was idle for long", async () => {
  await inTemporaryFolder(async (folder) => {
    const text = Object.entries({ ...files(9092).worker, "spool.dir": `${folder}/spool` });
    const workerFile = `${folder}/worker.properties`;
    await Deno.writeTextFile(workerFile, text.map(([key, value]) => `${key}=${value}\n`).join(""));
    const target = new FakeTarget();
    const spool = await Spool.open({
      disk: localDisk,
      folder: `${folder}/spool`,
      bytesMax,
      target,
      clock: systemClock,
      log: keptLog(),
    });
    const producer = await spool.openProducer({ clientId: "it", newTopic: (name) => ({ name }) });
    const rate = async () => {
      const { recordsPerSecond, partitions } = JSON.parse(
        await spoolStatus(workerFile, true, keptLog(), new Secrets()),
      );
      assert.equal(partitions[0].recordsPerSecond, recordsPerSecond);
      return recordsPerSecond;
    };
    const append = () =>
      producer.append("t", 0, batchOf([{ key: null, value: "x" }], systemClock.now()));
    await append();
    await until(() => target.values("t-0").length === 1);
    assert.equal(await rate(), 0);
    // It is idle for longer than the rate is measured.
    await systemClock.sleep(1500);
    const measured = rate();
    const before = target.values("t-0").length;
    const start = performance.now();
    let isDone = false;
    void measured.finally(() => isDone = true);
    while (!isDone) {
      await append();
      await systemClock.sleep(5);
    }
    const taken = (target.values("t-0").length - before) / (performance.now() - start) * 1000;
    const told = await measured;
    assert.ok(told > taken / 2 && told < taken * 1.5, `${told}/s are told, ${taken}/s were taken`);
    await spool.close();
  });
});
