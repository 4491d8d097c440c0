/** What becomes of the batches that a task's Worker has posted already when one of them is refused. */

import assert from "node:assert/strict";
import { BatchBuilder } from "../../../src/batch/mod.ts";
import { BatchIntake } from "../../../src/herder/batch_intake.ts";
import type { ToTask } from "../../../src/task/mod.ts";
import type { Producer } from "../../../src/topics/mod.ts";

function batch(value: string): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 1000 });
  builder.append(null, value, [], 0);
  return builder.seal();
}

/** An intake over a producer that takes and refuses when it is told. */
function intakeOf(options: { keepsOrder: boolean; isOneAtATime: boolean }) {
  const appended: { partition: number; settle: PromiseWithResolvers<bigint> }[] = [];
  const sent: string[] = [];
  const intake = new BatchIntake({
    producer: {
      append(_topic: string, partition: number) {
        const settle = Promise.withResolvers<bigint>();
        appended.push({ partition, settle });
        return settle.promise;
      },
    } as Partial<Producer> as Producer,
    bytesInFlightMax: 1000,
    checkTopic: () => {},
    isTolerable: () => false,
    keepsOrder: () => options.keepsOrder,
    isOneAtATime: options.isOneAtATime,
    send: (message: ToTask) => {
      if (message.type === "acked") sent.push(`${message.id} is stored`);
      if (message.type === "refused") sent.push(`${message.id} is refused: ${message.reason}`);
    },
  });
  const post = (id: number, partition = 0) =>
    assert.ok(
      intake.store({ type: "batch", id, topic: "t", partition, batch: batch(String(id)) }),
    );
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  return { intake, appended, sent, post, settled };
}

Deno.test("BatchIntake.store() refuses what was posted behind a refused batch, in any partition", async () => {
  const { appended, sent, post, settled } = intakeOf({ keepsOrder: true, isOneAtATime: false });
  for (const id of [0, 1]) post(id);
  appended[0].settle.reject(new Error("too large"));
  appended[1].settle.reject(new Error("behind one that is too large"));
  await settled();
  // The Worker does not know yet.
  for (const [id, partition] of [[2, 0], [3, 1]]) post(id, partition);
  await settled();
  assert.equal(appended.length, 2);
  assert.deepEqual(sent, [
    "0 is refused: too large",
    "1 is refused: behind one that is too large",
    "2 is refused: too large",
    "3 is refused: too large",
  ]);
});

Deno.test("BatchIntake.store() has a refused batch passed over where that is tolerated, one at a time", async () => {
  const { appended, sent, post, settled } = intakeOf({ keepsOrder: false, isOneAtATime: true });
  for (const [id, partition] of [[0, 0], [1, 0], [2, 1]]) post(id, partition);
  await settled();
  // Another partition does not wait.
  assert.deepEqual(appended.map(({ partition }) => partition), [0, 1]);
  appended[0].settle.reject(new Error("too large"));
  appended[1].settle.resolve(0n);
  await settled();
  appended[2].settle.resolve(0n);
  await settled();
  assert.deepEqual(sent.sort(), ["0 is refused: too large", "1 is stored", "2 is stored"]);
});

Deno.test("BatchIntake.store() takes no more than a task was granted, and a batch beyond", () => {
  const { intake } = intakeOf({ keepsOrder: true, isOneAtATime: false });
  const store = (bytes: number) =>
    intake.store({ type: "batch", id: 0, topic: "t", partition: 0, batch: new Uint8Array(bytes) });
  assert.deepEqual([4000, 1, 10].map(store), [true, true, false]);
});
