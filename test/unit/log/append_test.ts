/** Appending to a partition. */

import assert from "node:assert/strict";
import { BatchBuilder, checkProducedBatch } from "../../../src/batch/mod.ts";
import { EmbeddedLog } from "../../../src/log/mod.ts";
import { keptLog, MemoryDisk, patientClock } from "../../faults/memory_disk.ts";

Deno.test("append() takes the next batch in the very turn in which it answers the one before", async () => {
  const disk = new MemoryDisk();
  const log = await EmbeddedLog.open({ disk, folder: "log", clock: patientClock, log: keptLog() });
  await log.createTopic("t", 1, {});
  const partition = log.partition("t", 0);
  for (let offset = 0n; offset < 5n; offset++) {
    const builder = new BatchBuilder({ sizeMax: 1024 });
    builder.append(null, "value", [], 0);
    const batch = builder.seal();
    const header = checkProducedBatch(batch);
    // Nothing but `await` between answer and append: no promise of ours in between that takes a turn.
    assert.equal(await partition.append(batch, header), offset);
  }
  await log.close();
});
