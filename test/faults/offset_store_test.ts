/** The offsets file keeps what it has acknowledged, whichever operation of the disk goes wrong. */

import assert from "node:assert/strict";
import { FileOffsetStore } from "../../src/store/mod.ts";
import { eachOperation, type Scenario } from "./each_fault.ts";
import { type Fault, MemoryDisk } from "./memory_disk.ts";

const path = "data/deep/connect.offsets";
const partitions = ['{"filename":"a"}', '{"filename":"b"}'];

interface Run {
  store: FileOffsetStore;
  /** The last acknowledged position of each partition, and the last offered. */
  acknowledged: number[];
  offered: number[];
  isDone: boolean;
}

async function commit(run: Run, partition: number, position: number): Promise<void> {
  run.offered[partition] = position;
  await run.store.commit("c", [[partitions[partition], `{"position":${position}}`]]);
  run.acknowledged[partition] = Math.max(run.acknowledged[partition], position);
}

const committing: Scenario<Run> = {
  async prepare(disk) {
    const store = await FileOffsetStore.open(disk, path);
    return { store, acknowledged: [0, 0], offered: [0, 0], isDone: false };
  },
  async act(run) {
    for (let position = 1; position <= 4; position++) {
      // Like a task, which offers its next offsets whether or not the last could be stored.
      await Promise.allSettled([commit(run, 0, position), commit(run, 1, position * 10)]);
    }
    const last = () => Promise.all([commit(run, 0, 5), commit(run, 1, 50)]);
    await last().catch(last);
    run.isDone = true;
  },
  close: () => Promise.resolve(),
  async check(run, disk, where) {
    const store = await FileOffsetStore.open(disk.afterKill(), path);
    const found = store.read("c", partitions).map((offset) =>
      offset === null ? 0 : JSON.parse(offset).position
    );
    for (const partition of [0, 1]) {
      const [low, high] = [run.acknowledged[partition], run.offered[partition]];
      assert.ok(
        found[partition] >= low && found[partition] <= high,
        `${where}: ${partition} is at ${found[partition]}, not from ${low} to ${high}`,
      );
    }
  },
};

for (const fault of ["fail", "crash", "crashAfter"] satisfies Fault[]) {
  Deno.test(`committed offsets survive each operation's ${fault}, and commits go on`, async () => {
    const count = await eachOperation(fault, {
      ...committing,
      async check(run, disk, where) {
        if (fault === "fail") assert.ok(run.isDone, where);
        await committing.check(run, disk, where);
      },
    });
    assert.ok(count > 25, `${count} operations`);
  });
}

Deno.test("FileOffsetStore.commit() names the file that it cannot write, and the next one stores both", async () => {
  const disk = new MemoryDisk();
  const store = await FileOffsetStore.open(disk, path);
  await store.commit("c", [[partitions[0], '{"position":1}']]);
  disk.capacityBytes = disk.usedBytes;
  await assert.rejects(store.commit("c", [[partitions[1], '{"position":2}']]), {
    name: "ConnectError",
    message: `Cannot write the offsets file "${path}": No space left on device (os error 28)`,
  });
  const before = await FileOffsetStore.open(disk, path);
  assert.deepEqual(before.read("c", partitions), ['{"position":1}', null]);
  disk.capacityBytes = Infinity;
  await store.commit("c", [[partitions[0], '{"position":3}']]);
  const after = await FileOffsetStore.open(disk, path);
  assert.deepEqual(after.read("c", partitions), ['{"position":3}', '{"position":2}']);
});

Deno.test("FileOffsetStore.commit() writes a whole file after one that was longer has failed", async () => {
  const disk = new MemoryDisk();
  const store = await FileOffsetStore.open(disk, path);
  disk.fault = (operation) => operation === "rename" ? "fail" : "none";
  const long = JSON.stringify({ position: 1, name: "x".repeat(500) });
  await assert.rejects(store.commit("c", [[partitions[0], long]]), /injected fault/);
  disk.fault = () => "none";
  await store.commit("c", [[partitions[0], '{"position":2}']]);
  const after = await FileOffsetStore.open(disk, path);
  assert.deepEqual(after.read("c", partitions), ['{"position":2}', null]);
});

Deno.test("FileOffsetStore.commit() makes its folder again when it was removed", async () => {
  const disk = new MemoryDisk();
  const store = await FileOffsetStore.open(disk, path);
  await store.commit("c", [[partitions[0], '{"position":1}']]);
  await disk.remove("data");
  await assert.rejects(store.commit("c", [[partitions[0], '{"position":2}']]), /no such file/);
  await store.commit("c", [[partitions[0], '{"position":3}']]);
  const after = await FileOffsetStore.open(disk.afterCrash(), path);
  assert.deepEqual(after.read("c", partitions), ['{"position":3}', null]);
});
