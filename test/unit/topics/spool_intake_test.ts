/** The room in a spool. */

import assert from "node:assert/strict";
import type { PartitionLog } from "../../../src/log/mod.ts";
import { SpoolIntake } from "../../../src/topics/spool_intake.ts";
import { keptLog } from "../../faults/memory_disk.ts";
import { batchOf } from "../log/partition.ts";

function batch(bytes: number): Uint8Array<ArrayBuffer> {
  return batchOf([{ key: null, value: "x".repeat(bytes) }], 0);
}

/** An intake into a queue that stores and refuses when it is told. */
function intakeOf(bytesMax: number) {
  const appends: PromiseWithResolvers<bigint>[] = [];
  const append = () => {
    const settle = Promise.withResolvers<bigint>();
    appends.push(settle);
    return settle.promise;
  };
  const log = keptLog();
  const intake = new SpoolIntake({
    folder: "spool",
    bytesMax,
    usedBytes: 0,
    log,
    queueFor: () => Promise.resolve({ append } as Partial<PartitionLog> as PartitionLog),
  });
  const newTopic = () => null;
  const put = (bytes: number) =>
    intake.append({
      ...{ writer: { mayWait: true }, topic: "t", partition: 0, newTopic },
      batch: batch(bytes),
    });
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return { intake, appends, log, put, settled };
}

Deno.test("SpoolIntake.append() gives the room of a refused batch to what waits for it", async () => {
  const { intake, appends, log, put, settled } = intakeOf(1000);
  const [first, second] = [put(900), put(800)];
  await settled();
  assert.equal(appends.length, 1);
  assert.equal(intake.isWaiting, true);
  appends[0].reject(new Error("the disk refuses"));
  await assert.rejects(first, /the disk refuses/);
  await settled();
  assert.equal(appends.length, 2);
  assert.equal(intake.usedBytes, batch(800).length);
  appends[1].resolve(0n);
  assert.equal(await second, 0n);
  intake.free(batch(800).length);
  assert.equal(intake.usedBytes, 0);
  assert.deepEqual(log.lines.map((line) => /is full|has room again/.exec(line)?.[0]), [
    "is full",
    "has room again",
  ]);
  await intake.close();
});
