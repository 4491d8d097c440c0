/** The embedded log keeps the contract of the topics port; and what is its own. */

import assert from "node:assert/strict";
import { localDisk, systemClock } from "../../../src/base/mod.ts";
import { BatchBuilder, readBatches } from "../../../src/batch/mod.ts";
import { EmbeddedTopics, type GroupConsumer } from "../../../src/topics/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog, MemoryDisk } from "../../faults/memory_disk.ts";
import { topicsContract } from "./contract.ts";

const traits = { name: "EmbeddedTopics", makesAbsentTopics: true, canDamage: true };

topicsContract(traits, async () => {
  const folder = await Deno.makeTempDir({ prefix: "connect-test-" });
  const open = () =>
    EmbeddedTopics.open({ disk: localDisk, folder, clock: systemClock, log: keptLog() });
  let topics = await open();
  let isClosed = false;
  return {
    topics,
    async reopen() {
      await topics.close();
      return topics = await open();
    },
    async damage(topic, offset) {
      const path = `${folder}/${topic}-0/00000000000000000000.log`;
      const bytes = await Deno.readFile(path);
      const hit = [...readBatches(bytes)].find(({ header }) => header.baseOffset === offset)!;
      const file = await Deno.open(path, { write: true });
      const last = hit.start + hit.header.sizeBytes - 1;
      await file.seek(last, Deno.SeekMode.Start);
      await file.write(Uint8Array.of(bytes[last] ^ 0xff));
      file.close();
    },
    async close() {
      await topics.close();
      if (!isClosed) await Deno.remove(folder, { recursive: true });
      isClosed = true;
    },
  };
});

function batch(value: string) {
  const builder = new BatchBuilder({ sizeMax: 1 << 16 });
  builder.append("key", value, [], 0);
  return builder.seal();
}

/** Lets what has been resolved go on. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** A member that has the partition `t-0`. */
async function memberOf(topics: EmbeddedTopics): Promise<GroupConsumer> {
  const member = await topics.joinGroup({
    groupId: "connect-sink",
    selection: { topics: ["t"] },
    autoOffsetReset: "earliest",
    clientId: "connector-consumer-sink-0",
  });
  assert.equal((await member.poll({ bytesMax: 1, waitMsMax: 0 })).type, "assigned");
  return member;
}

Deno.test("100,000 commits of a group stay in a few segments", async () => {
  const [disk, clock, log] = [new MemoryDisk(), new HeldClock(), keptLog()];
  const open = () => EmbeddedTopics.open({ disk, folder: "log", clock, log });
  let topics = await open();
  await topics.createTopics([{ name: "t" }]);
  const member = await memberOf(topics);
  const segments = async () =>
    (await disk.list("log/__consumer_offsets-0")).filter(({ name }) => name.endsWith(".log"));
  let most = 0;
  for (let i = 1; i <= 100_000; i += 1000) {
    // A commit every ten seconds, for eleven days and a half.
    await Promise.all(
      Array.from(
        { length: 1000 },
        (_, j) => member.commit([{ topic: "t", partition: 0, offset: BigInt(i + j) }]),
      ),
    );
    clock.advance(10_000 * 1000);
    await settle();
    most = Math.max(most, (await segments()).length);
  }
  assert.ok(most <= 4, `${most} segments`);
  // The last pass may still be under way.
  await topics.close();
  let bytes = 0;
  for (const { name } of await segments()) {
    bytes += (await disk.readFile(`log/__consumer_offsets-0/${name}`))!.length;
  }
  assert.ok(bytes < 3 << 20, `${bytes} bytes`);
  topics = await open();
  assert.deepEqual(await topics.groupOffsets("connect-sink"), [
    { topic: "t", partition: 0, offset: 100_000n },
  ]);
  await topics.close();
  assert.deepEqual(log.lines.filter((line) => /^(warn|error)/.test(line)), []);
});

Deno.test("commit() of several members at once makes the topic of group offsets once", async () => {
  const [disk, clock, log] = [new MemoryDisk(), new HeldClock(), keptLog()];
  const topics = await EmbeddedTopics.open({ disk, folder: "log", clock, log });
  await topics.createTopics([{ name: "t" }]);
  const member = await memberOf(topics);
  await Promise.all(
    [1n, 2n, 3n].map((offset) => member.commit([{ topic: "t", partition: 0, offset }])),
  );
  assert.equal((await topics.groupOffsets("connect-sink"))[0].offset, 3n);
  await topics.close();
});

Deno.test("append() to a topic that cannot be made waits until it can, and says so once", async () => {
  const [disk, clock, log] = [new MemoryDisk(), new HeldClock(), keptLog()];
  const topics = await EmbeddedTopics.open({ disk, folder: "log", clock, log });
  disk.fault = () => "fail";
  const appends = Array.from({ length: 3 }, (_, i) => topics.append("t", 0, batch(`${i}`)));
  const told = () => log.lines.filter((line) => /^error/.test(line));
  for (let i = 0; i < 5; i++) {
    await settle();
    clock.advance(500);
  }
  await settle();
  assert.equal(told().length, 1);
  assert.match(told()[0], /Cannot make the topic "t": .*; producers wait until it succeeds/);
  disk.fault = () => "none";
  clock.advance(500);
  assert.deepEqual(await Promise.all(appends), [0n, 1n, 2n]);
  assert.match(log.lines.at(-1)!, /The topic "t" is made/);
  await topics.close();
});

Deno.test("what is changed of a group from outside outlives a crash once it is answered", async () => {
  const [disk, clock, log] = [new MemoryDisk(), new HeldClock(), keptLog()];
  const options = { groupId: "connect-sink", clientId: "admin" };
  const after = async () => {
    const found = await EmbeddedTopics.open({
      disk: disk.afterCrash(),
      folder: "log",
      clock,
      log,
    });
    const offsets = await found.groupOffsets("connect-sink");
    const group = await found.openGroupAdmin(options);
    const isThere = await group.deleteGroup().then(() => true, () => false);
    await found.close();
    return { offsets, isThere };
  };
  const topics = await EmbeddedTopics.open({ disk, folder: "log", clock, log });
  await topics.createTopics([{ name: "t", partitions: 2 }]);
  const group = await topics.openGroupAdmin(options);
  const [one, other] = [0, 1].map((partition) => ({ topic: "t", partition, offset: 5n }));
  await group.alterOffsets([one, other]);
  assert.deepEqual(await after(), { offsets: [one, other], isThere: true });
  await group.deleteOffsets([one]);
  assert.deepEqual(await after(), { offsets: [other], isThere: true });
  await group.deleteGroup();
  assert.deepEqual(await after(), { offsets: [], isThere: false });
  await topics.close();
});
