/** The spool: nothing lost, nothing out of order, whatever becomes of Kafka, the process and the disk. */

import assert from "node:assert/strict";
import type { Clock } from "../../../src/base/mod.ts";
import type { NewTopic, Producer } from "../../../src/topics/mod.ts";
import { Spool } from "../../../src/topics/mod.ts";
import { until } from "../../e2e/connect.ts";
import { seeded } from "../../faults/each_fault.ts";
import { hastyClock, keptLog, MemoryDisk } from "../../faults/memory_disk.ts";
import { batchOf } from "../log/partition.ts";
import { FakeTarget } from "./spool_target.ts";

/** A clock whose waits are short, and on which time goes a thousand times as fast. */
const fastClock: Clock = {
  ...hastyClock,
  monotonic: () => performance.now() * 1000,
};

const plain = (name: string): NewTopic => ({ name });

async function opened(
  options: { disk?: MemoryDisk; target?: FakeTarget; bytesMax?: number; clock?: Clock } = {},
) {
  const { disk = new MemoryDisk(), target = new FakeTarget(), bytesMax = 1 << 20 } = options;
  const log = keptLog();
  const spool = await Spool.open({
    disk,
    folder: "spool",
    bytesMax,
    target,
    clock: options.clock ?? fastClock,
    log,
  });
  const producer = await spool.openProducer({ clientId: "test", newTopic: plain });
  return { disk, target, log, spool, producer };
}

function batch(value: string | number, bytes = 0) {
  return batchOf([{ key: null, value: `${value}`.padEnd(bytes) }], 1_800_000_000_000);
}

async function appendAll(producer: Producer, from: number, to: number, topic = "t") {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  await Promise.all(numbers.map((number) => producer.append(topic, 0, batch(number))));
}

/** Every number below `count` comes for the first time in its order. */
function checkNumbers(values: readonly string[], count: number, where = ""): void {
  let next = 0;
  for (const value of values.map(Number)) {
    assert.ok(value <= next, `${where}: ${next} is missing before ${value}`);
    next = Math.max(next, value + 1);
  }
  assert.ok(next >= count, `${where}: ${next} of ${count} have come`);
}

Deno.test("append() resolves when Kafka is away, and all comes in order once it is there", async () => {
  const { target, spool, producer } = await opened();
  target.leave();
  await appendAll(producer, 0, 200);
  assert.deepEqual(target.values("t-0"), []);
  target.come();
  await until(() => target.values("t-0").length >= 200);
  assert.deepEqual(target.values("t-0").map(Number), Array.from({ length: 200 }, (_, i) => i));
  await spool.close();
});

Deno.test("what has come in many small batches goes on in few", async () => {
  const { target, spool, producer } = await opened();
  await appendAll(producer, 0, 1);
  await until(() => target.values("t-0").length === 1);
  target.leave();
  await appendAll(producer, 1, 2000);
  target.come();
  await until(() => target.values("t-0").length === 2000);
  assert.deepEqual(target.values("t-0").map(Number), Array.from({ length: 2000 }, (_, i) => i));
  assert.ok(target.batches < 100, `${target.batches} batches`);
  await spool.close();
});

Deno.test("open() sends what an earlier process left, and only that", async () => {
  const first = await opened();
  await appendAll(first.producer, 0, 50);
  await until(() => first.target.values("t-0").length === 50);
  first.target.leave();
  await appendAll(first.producer, 50, 100);
  await first.spool.close();
  const { target, disk } = first;
  // It starts while Kafka is away, and takes more.
  const second = await opened({ target, disk });
  await appendAll(second.producer, 100, 120);
  target.come();
  await until(() => target.values("t-0").length === 120, () => target.values("t-0").join());
  await second.spool.close();
  assert.deepEqual(target.values("t-0").map(Number), Array.from({ length: 120 }, (_, i) => i));
  const third = await opened({ target, disk });
  await third.producer.append("t", 0, batch(120));
  await until(() => target.values("t-0").length >= 121);
  assert.equal(target.values("t-0").length, 121);
  await third.spool.close();
});

/** Runs a spool on a disk until chance stops the machine or kills the process. @returns the disk then */
async function runUntilKilled(
  disk: MemoryDisk,
  target: FakeTarget,
  random: () => number,
  append: (producer: Producer) => Promise<void>,
): Promise<MemoryDisk> {
  const { spool, producer } = await opened({ disk, target, bytesMax: 1 << 14 });
  let left = Math.floor(random() * 150);
  disk.fault = () => left-- === 0 ? (random() < 0.5 ? "crash" : "crashAfter") : "none";
  const appending = append(producer).catch(() => {});
  const { promise: killed, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, random() * 20);
  await Promise.race([appending, disk.stopped, killed]);
  clearTimeout(timer);
  const found = random() < 0.5 ? disk.afterKill() : disk.afterCrash(random);
  disk.fault = () => "crash";
  await disk.syncDirectory("spool").catch(() => {});
  await spool.close();
  await appending;
  return found;
}

Deno.test("Spool loses nothing that it has answered, and keeps the order, over kills and crashes", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = seeded(seed);
    const target = new FakeTarget();
    let disk = new MemoryDisk();
    let answered = 0;
    for (let round = 0; round < 6; round++) {
      target.come();
      target.allowance = random() < 0.5 ? 1 + Math.floor(random() * 20) : Infinity;
      if (random() < 0.4) target.leave();
      disk = await runUntilKilled(disk, target, random, async (producer) => {
        // What was offered and not answered is offered again, as a source does.
        for (let from = answered; from < 400; from += 10) {
          await appendAll(producer, from, from + 10);
          answered = from + 10;
        }
      });
    }
    target.come();
    const { spool, producer } = await opened({ disk, target, bytesMax: 1 << 14 });
    await appendAll(producer, answered, 420);
    await until(() => target.values("t-0").at(-1) === "419");
    checkNumbers(target.values("t-0"), 420, `seed ${seed}`);
    await spool.close();
  }
});

Deno.test("append() waits while the spool is full, and goes on when Kafka has taken some of it", async () => {
  const { disk, target, log, spool, producer } = await opened({ bytesMax: 1 << 16 });
  target.leave();
  let answered = 0;
  const all = Array.from({ length: 40 }, async (_, i) => {
    await producer.append("t", 0, batch(i, 4000));
    answered++;
  });
  await until(() => log.lines.some((line) => line.includes("is full")));
  const taken = Math.floor((1 << 16) / batch(0, 4000).length);
  await until(() => answered === taken);
  assert.ok(disk.usedBytes < (1 << 16) + 4096, `${disk.usedBytes} bytes are on disk`);
  target.come();
  await Promise.all(all);
  await until(() => target.values("t-0").length === 40);
  checkNumbers(target.values("t-0"), 40);
  // Once empty it gives its last segment back too.
  await until(() => spool.usedBytes === 0);
  assert.equal(disk.peek("spool/queue-1-0/00000000000000000040.log")?.length, 0);
  assert.equal((await disk.list("spool/queue-1-0")).length, 3);
  const lines = log.lines.filter((line) => /full|room/.test(line));
  assert.equal(lines.length, 2, lines.join("\n"));
  await spool.close();
});

Deno.test("append() takes a batch that is larger than the whole spool once it is empty", async () => {
  const { target, spool, producer } = await opened({ bytesMax: 1000 });
  await producer.append("t", 0, batch(0));
  await producer.append("t", 0, batch(1, 5000));
  await producer.append("t", 0, batch(2));
  await until(() => target.values("t-0").length === 3);
  checkNumbers(target.values("t-0"), 3);
  await spool.close();
});

Deno.test("a producer that is closed has what it waits with rejected; others keep their turn", async () => {
  const { target, spool, producer } = await opened({ bytesMax: 1000 });
  target.leave();
  const other = await spool.openProducer({ clientId: "other", newTopic: plain });
  await producer.append("t", 0, batch(0, 900));
  const rejected = assert.rejects(producer.append("t", 0, batch("x", 500)), /spool is closed/);
  const kept = other.append("t", 0, batch(1, 500));
  await producer.close();
  await rejected;
  target.come();
  await kept;
  await until(() => target.values("t-0").length === 2);
  checkNumbers(target.values("t-0"), 2);
  await assert.rejects(producer.append("t", 0, batch(2)), /spool is closed/);
  await spool.close();
  await assert.rejects(other.append("t", 0, batch(2)), /spool is closed/);
});

Deno.test("a topic that Kafka refuses waits, is told of once, and keeps no other waiting", async () => {
  const { target, log, spool, producer } = await opened();
  await appendAll(producer, 0, 10, "denied");
  await until(() => target.values("denied-0").length === 10);
  target.refused.set("denied", 29);
  await appendAll(producer, 10, 20, "denied");
  await appendAll(producer, 0, 20, "other");
  await until(() => target.values("other-0").length === 20);
  const told = () => log.lines.filter((line) => /"denied"/.test(line));
  await until(() => told().length > 0);
  assert.match(told()[0], /^error .*"denied" stay in the spool .*: .* TOPIC_AUTHORIZATION_FAILED$/);
  target.refused.clear();
  await until(() => target.values("denied-0").length >= 20);
  checkNumbers(target.values("denied-0"), 20);
  await until(() => told().length === 2);
  assert.match(told()[1], /^info Kafka takes records of the topic "denied" again$/);
  await spool.close();
});

Deno.test("a topic that is gone is made again as its connector says", async () => {
  const { target, log, spool, producer } = await opened();
  await appendAll(producer, 0, 10);
  await until(() => target.values("t-0").length === 10);
  target.topics.clear();
  await appendAll(producer, 10, 20);
  await until(() => log.lines.some((line) => /Kafka has no topic "t"/.test(line)));
  await until(() => target.values("t-0").length === 20);
  assert.equal(target.topics.get("t"), 1);
  await spool.close();
});

Deno.test("partitionCount() asks Kafka, and remembers the answer for when it is away", async () => {
  const first = await opened();
  const { disk, target } = first;
  target.topics.set("t", 5);
  assert.equal(await first.producer.partitionCount("t"), 5);
  target.leave();
  assert.equal(await first.producer.partitionCount("t"), 5);
  assert.equal(await first.producer.partitionCount("unseen"), 1);
  await first.spool.close();
  const second = await opened({ disk, target });
  assert.equal(await second.producer.partitionCount("t"), 5);
  assert.match(second.log.lines.at(-1)!, /^warn Kafka does not tell .*"t" has; it had 5$/);
  await second.spool.close();
});

Deno.test("records for a partition that the topic lacks wait until it is there", async () => {
  const { target, log, spool, producer } = await opened();
  target.topics.set("t", 1);
  await producer.append("t", 3, batch(0));
  await producer.append("t", 0, batch(0));
  await until(() => target.values("t-0").length === 1);
  await until(() => log.lines.some((line) => /has 1 partitions/.test(line)));
  target.topics.set("t", 4);
  await until(() => target.values("t-3").length === 1);
  await spool.close();
});

Deno.test("Forwarder keeps no more than some bytes under way while Kafka is slow", async () => {
  const { target, spool, producer } = await opened({ bytesMax: 1 << 30 });
  const stored = () => [...target.stored.values()].flat().length;
  for (let i = 0; i < 48; i++) {
    if (i === 6) {
      await until(() => stored() === 6);
      target.leave();
    }
    await producer.append(`t${i % 6}`, 0, batch(i, 1 << 20));
  }
  await until(() => target.bytes >= 16 << 20);
  target.come();
  await until(() => stored() === 48);
  assert.ok(target.bytesMax <= 24 << 20, `${target.bytesMax} bytes were under way`);
  await spool.close();
});

Deno.test("names of topics may be anything legal", async () => {
  const { target, spool, producer } = await opened();
  const names = ["__proto__", "queue-1", "a-0", "spool.json", "t".repeat(249), "..."];
  for (const name of names) {
    await producer.partitionCount(name);
    await producer.append(name, 0, batch(0));
  }
  await until(() => names.every((name) => target.values(`${name}-0`).length === 1));
  await spool.close();
});

Deno.test("open() refuses a folder that says not where its records go", async () => {
  const { disk, target, spool, producer } = await opened();
  target.leave();
  await producer.append("t", 0, batch(0));
  await spool.close();
  const [catalog] = [disk.peek("spool/spool.json")!];
  await disk.remove("spool/spool.json");
  await assert.rejects(opened({ disk, target }), /does not say what is in queue-1/);
  disk.put("spool/spool.json", new TextEncoder().encode("{"));
  await assert.rejects(opened({ disk, target }), /Cannot read the spool's "spool\/spool.json"/);
  disk.put("spool/spool.json", catalog);
  target.come();
  const again = await opened({ disk, target });
  await until(() => target.values("t-0").length === 1);
  await again.spool.close();
});
