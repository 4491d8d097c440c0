/** What a spool tells about itself beside its owner. */

import assert from "node:assert/strict";
import { readSpool, Spool } from "../../../src/topics/mod.ts";
import { until } from "../../e2e/connect.ts";
import { hastyClock, keptLog, MemoryDisk } from "../../faults/memory_disk.ts";
import { batchOf } from "../log/partition.ts";
import { FakeTarget } from "./spool_target.ts";

const firstMs = 1_800_000_000_000;

Deno.test("readSpool() tells what waits, since when, and why, while the spool is in use", async () => {
  const disk = new MemoryDisk();
  const target = new FakeTarget();
  // Time that goes fast, so that what Kafka has taken is remembered soon.
  const clock = { ...hastyClock, monotonic: () => performance.now() * 1000 };
  const options = { disk, folder: "spool", bytesMax: 1 << 20, target, clock, log: keptLog() };
  const spool = await Spool.open(options);
  const producer = await spool.openProducer({ clientId: "test", newTopic: (name) => ({ name }) });
  const append = (topic: string, value: number) =>
    producer.append(topic, 0, batchOf([{ key: null, value: `${value}` }], firstMs + value));
  const read = () => readSpool(disk, "spool", (damage) => assert.fail(damage));

  await append("denied", 0);
  await append("other", 0);
  await until(async () => (await read()).partitions.every(({ waiting }) => waiting === 0n));
  const nothing = { partition: 0, position: 1n, waiting: 0n, oldestMs: null, problem: null };
  assert.deepEqual((await read()).partitions, [
    { topic: "denied", ...nothing },
    { topic: "other", ...nothing },
  ]);
  target.refused.set("denied", 29);
  for (const value of [1, 2, 3]) await append("denied", value);
  await until(async () => (await read()).partitions[0].problem !== null);
  const status = await read();
  assert.deepEqual(status.partitions[0], {
    topic: "denied",
    partition: 0,
    position: 1n,
    waiting: 3n,
    oldestMs: firstMs + 1,
    problem: status.partitions[0].problem,
  });
  assert.match(status.partitions[0].problem!, /^Cannot .*: TOPIC_AUTHORIZATION_FAILED$/);
  assert.equal(status.usedBytes, spool.usedBytes);
  assert.ok(status.rememberedMs > 0);
  await spool.close();
});

Deno.test("readSpool() says where there is no spool", async () => {
  const report = (damage: string) => assert.fail(damage);
  await assert.rejects(readSpool(new MemoryDisk(), "none", report), /There is no spool in "none"/);
});
