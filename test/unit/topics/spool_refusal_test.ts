/** What a spool does when Kafka, or the disk, refuses; and what it tells those who write. */

import assert from "node:assert/strict";
import type { Clock } from "../../../src/base/mod.ts";
import { type Producer, Spool } from "../../../src/topics/mod.ts";
import { until } from "../../e2e/connect.ts";
import { hastyClock, keptLog, MemoryDisk, patientClock } from "../../faults/memory_disk.ts";
import { batchOf } from "../log/partition.ts";
import { FakeTarget } from "./spool_target.ts";

const fastClock: Clock = { ...hastyClock, monotonic: () => performance.now() * 1000 };

/** Short waits, but no end to that after a refusal: it has to be called off. */
const refusedForEver: Clock = {
  ...fastClock,
  sleep: (delayMs, signal) => (delayMs < 30_000 ? hastyClock : patientClock).sleep(delayMs, signal),
};

async function opened(
  options: { disk?: MemoryDisk; target?: FakeTarget; bytesMax?: number; clock?: Clock } = {},
) {
  const { disk = new MemoryDisk(), target = new FakeTarget(), bytesMax = 1 << 20 } = options;
  const { clock = refusedForEver } = options;
  const log = keptLog();
  const shared = { disk, folder: "spool", bytesMax, target, clock, log };
  const spool = await Spool.open(shared);
  /** A producer, and what it has been told. */
  const producing = async (newTopics = true) => {
    const newTopic = (name: string) => newTopics ? { name } : null;
    const producer = await spool.openProducer({ clientId: "test", newTopic });
    const told: string[] = [];
    producer.listen({
      partitionsChanged: (topic, partitions) => told.push(`${topic} has ${partitions}`),
      topicRefused: (topic, reason) => told.push(`${topic}: ${reason}`),
    });
    return { producer, told };
  };
  return { disk, target, log, spool, producing };
}

function batch(value: string | number, bytes = 0) {
  return batchOf([{ key: null, value: `${value}`.padEnd(bytes) }], 1_800_000_000_000);
}

async function appendAll(producer: Producer, from: number, to: number, topic = "t") {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  await Promise.all(numbers.map((number) => producer.append(topic, 0, batch(number))));
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

Deno.test("a topic that Kafka refuses is told to those who write to it, and to no other", async () => {
  const { target, spool, producing } = await opened();
  const [one, other] = [await producing(), await producing()];
  await one.producer.partitionCount("denied");
  await other.producer.partitionCount("fine");
  target.refused.set("denied", 29);
  await appendAll(one.producer, 0, 10, "denied");
  await appendAll(other.producer, 0, 10, "fine");
  await until(() => one.told.length > 0 && target.values("fine-0").length === 10);
  assert.deepEqual(one.told, ["denied: Cannot write to denied-0: TOPIC_AUTHORIZATION_FAILED"]);
  assert.deepEqual(other.told, []);
  await spool.close();
});

Deno.test("whoever writes to a refused topic anew has it tried at once, from where it was", async () => {
  const { target, spool, producing } = await opened();
  const first = await producing();
  await first.producer.partitionCount("t");
  await appendAll(first.producer, 0, 5);
  await until(() => target.values("t-0").length === 5);
  target.refused.set("t", 29);
  await appendAll(first.producer, 5, 20);
  await until(() => first.told.length > 0);
  await first.producer.close();
  const second = await producing();
  // Kafka may let a topic be described and not be written to.
  await assert.rejects(second.producer.partitionCount("t"), /TOPIC_AUTHORIZATION_FAILED/);
  await until(() => second.told.length > 0);
  assert.equal(first.told.length, 1, "it is closed");
  target.refused.clear();
  const third = await producing();
  assert.equal(await third.producer.partitionCount("t"), 1);
  await until(() => target.values("t-0").length === 20);
  assert.deepEqual(target.values("t-0").map(Number), numbers(20));
  assert.deepEqual(third.told, []);
  await spool.close();
});

Deno.test("a login that is refused is waited for: the topic is not to blame", async () => {
  const { target, log, spool, producing } = await opened({ clock: fastClock });
  const { producer, told } = await producing();
  await producer.partitionCount("t");
  await appendAll(producer, 0, 5);
  await until(() => target.values("t-0").length === 5);
  target.refusesLogin = true;
  await appendAll(producer, 5, 10);
  assert.equal(await producer.partitionCount("t"), 1);
  await until(() => log.lines.some((line) => /^error .*: wrong password$/.test(line)));
  await appendAll(producer, 10, 15);
  target.refusesLogin = false;
  await until(() => target.values("t-0").length === 15);
  assert.deepEqual(target.values("t-0").map(Number), numbers(15));
  assert.deepEqual(told, []);
  await spool.close();
});

Deno.test("append() waits while the disk is full, also for a partition's first queue", async () => {
  const { disk, target, log, spool, producing } = await opened();
  const { producer } = await producing();
  await producer.append("t", 0, batch(0));
  disk.fault = (operation) => operation === "write" ? "fail" : "none";
  let stored = 0;
  const all = ["t", "u"].map((topic) => producer.append(topic, 0, batch(1)).then(() => stored++));
  const told = () => log.lines.filter((line) => /^error .*wait until it succeeds/.test(line));
  await until(() => told().length === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual([stored, told().length], [0, 2]);
  disk.fault = () => "none";
  await Promise.all(all);
  await until(() => target.values("t-0").length === 2 && target.values("u-0").length === 1);
  await spool.close();
});

Deno.test("what Kafka has taken of a batch is not sent again with the rest", async () => {
  const { disk, target, spool, producing } = await opened();
  target.topics.set("t", 1);
  target.refusedValue = "3";
  const { producer, told } = await producing();
  await producer.partitionCount("t");
  const records = numbers(6).map((number) => ({ key: null, value: `${number}` }));
  await producer.append("t", 0, batchOf(records, 1_800_000_000_000));
  await until(() => told.length > 0);
  assert.match(told[0], /^t: Cannot write to t-0: MESSAGE_TOO_LARGE$/);
  // Tried again, and again by another process.
  await (await producing()).producer.partitionCount("t");
  await spool.close();
  const second = await opened({ disk, target });
  await appendAll((await second.producing()).producer, 6, 8);
  await until(() => second.log.lines.some((line) => /stay in the spool/.test(line)));
  assert.deepEqual(target.values("t-0").map(Number), numbers(3));
  target.refusedValue = null;
  await (await second.producing()).producer.partitionCount("t");
  await until(() => target.values("t-0").length === 8);
  assert.deepEqual(target.values("t-0").map(Number), numbers(8));
  await second.spool.close();
});

Deno.test("a topic that is gone and cannot be made again is told to those who write to it", async () => {
  const { target, log, spool, producing } = await opened();
  target.topics.set("t", 1);
  const { producer, told } = await producing(false);
  await producer.partitionCount("t");
  await appendAll(producer, 0, 5);
  await until(() => target.values("t-0").length === 5);
  target.topics.clear();
  await appendAll(producer, 5, 10);
  await until(() => told.length > 0);
  assert.equal(told[0], 't: Kafka has no topic "t" that this worker may see');
  assert.equal(log.lines.filter((line) => line.startsWith("error")).length, 1);
  target.topics.set("t", 1);
  await until(() => target.values("t-0").length === 10);
  assert.deepEqual(target.values("t-0").map(Number), numbers(10));
  await spool.close();
});

Deno.test("partitions that become known, or are added, are told to those who asked", async () => {
  const { target, spool, producing } = await opened();
  target.topics.set("t", 5);
  target.leave();
  const [one, other] = [await producing(), await producing()];
  assert.equal(await one.producer.partitionCount("t"), 1);
  await other.producer.append("u", 0, batch(0));
  target.come();
  await until(() => one.told.length === 1);
  target.addPartitions("t", 7);
  assert.equal(await one.producer.partitionCount("t"), 7);
  assert.deepEqual(one.told, ["t has 5", "t has 7"]);
  assert.deepEqual(other.told, []);
  await spool.close();
});

Deno.test("stopWaiting() rejects what a full spool keeps waiting, all of it, and of no other", async () => {
  const { target, spool, producing } = await opened({ bytesMax: 1000 });
  target.leave();
  const [one, other] = [await producing(), await producing()];
  await one.producer.append("t", 0, batch(0, 500));
  // The second would have room.
  const rejected = [batch(1, 600), batch(2)].map((each) =>
    assert.rejects(one.producer.append("t", 0, each), /The spool "spool" is full/)
  );
  const kept = other.producer.append("u", 0, batch(3, 600));
  one.producer.stopWaiting();
  await Promise.all(rejected);
  target.come();
  await kept;
  await until(() => target.values("u-0").length === 1 && target.values("t-0").length === 1);
  await one.producer.append("t", 0, batch(1));
  await until(() => target.values("t-0").length === 2);
  await spool.close();
});

Deno.test("open() sends all again, and says so, when what Kafka has taken cannot be read", async () => {
  // On this one segments are kept for a while.
  const { disk, target, spool, producing } = await opened({ clock: hastyClock });
  const { producer } = await producing();
  await appendAll(producer, 0, 5);
  await until(() => target.values("t-0").length === 5);
  await spool.close();
  disk.put("spool/forwarded.json", new TextEncoder().encode("{"));
  const again = await opened({ disk, target });
  await until(() => target.values("t-0").length === 10);
  assert.match(again.log.lines.join("\n"), /^warn Cannot read .*forwarded.json.*sent again$/m);
  await again.spool.close();
});

Deno.test("open() does not take new records for sent where a queue's folder was lost", async () => {
  const { disk, target, spool, producing } = await opened();
  const { producer } = await producing();
  await appendAll(producer, 0, 20);
  await until(() => target.values("t-0").length === 20);
  await spool.close();
  for (const { name } of await disk.list("spool/queue-1-0")) {
    await disk.remove(`spool/queue-1-0/${name}`);
  }
  await disk.remove("spool/queue-1-0");
  target.leave();
  const second = await opened({ disk, target });
  // From here on it could be killed: nothing is remembered of it any more.
  second.disk.fault = (operation, path) =>
    operation === "rename" && path.includes("forwarded") ? "fail" : "none";
  await appendAll((await second.producing()).producer, 20, 30);
  const killed = disk.afterKill();
  await second.spool.close();
  target.come();
  const third = await opened({ disk: killed, target });
  await until(() => target.values("t-0").length === 30);
  assert.deepEqual(target.values("t-0").map(Number), numbers(30));
  await third.spool.close();
});

Deno.test("a disk that removes nothing is told of once, and what other queues give back counts", async () => {
  const { disk, target, log, spool, producing } = await opened({ bytesMax: 4000 });
  const { producer } = await producing();
  disk.fault = (operation, path) =>
    operation === "remove" && path.includes("queue-1-0") ? "fail" : "none";
  await producer.append("stuck", 0, batch(0));
  // More than it holds at once.
  for (let i = 0; i < 20; i++) await producer.append("t", 0, batch(i, 1000));
  await until(() => target.values("t-0").length === 20);
  const told = () => log.lines.filter((line) => line.includes("remove what Kafka has taken"));
  await until(() => told().length > 0);
  assert.match(told()[0], /^error Cannot remove what Kafka has taken from the spool "spool": /);
  disk.fault = () => "none";
  await until(() => told().length === 2);
  assert.match(told()[1], /^info It succeeds again /);
  await spool.close();
});
