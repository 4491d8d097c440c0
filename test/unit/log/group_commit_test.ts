/** Group commit: one sync for all that wait, and no wait longer than that. */

import assert from "node:assert/strict";
import type { Disk, DiskFile } from "../../../src/base/mod.ts";
import { BatchBuilder, checkProducedBatch } from "../../../src/batch/mod.ts";
import { EmbeddedLog } from "../../../src/log/mod.ts";
import { HeldClock } from "../../faults/held_clock.ts";
import { keptLog, MemoryDisk } from "../../faults/memory_disk.ts";

/** A disk whose syncs of `.log` files last until they are let go, and that notes what each group wrote. */
class SlowDisk extends MemoryDisk {
  readonly groups: number[] = [];
  #bytes = 0;
  #letGo: (() => void) | null = null;
  isHeld = false;
  /** Whether what is written is kept, not only counted. */
  keepsBytes = true;

  override async open(...args: Parameters<Disk["open"]>): Promise<DiskFile> {
    const file = await super.open(...args);
    if (!args[0].endsWith(".log")) return file;
    return {
      ...file,
      write: (data, position) => {
        this.#bytes += data.length;
        return this.keepsBytes ? file.write(data, position) : Promise.resolve();
      },
      datasync: async () => {
        if (this.#bytes > 0) this.groups.push(this.#bytes);
        this.#bytes = 0;
        if (this.isHeld) await new Promise<void>((resolve) => this.#letGo = resolve);
        await file.datasync();
      },
    };
  }

  /** Lets a sync that is under way end. */
  async release(): Promise<void> {
    this.#letGo?.();
    this.#letGo = null;
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function batch(producer: number, number: number, bytes: number): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: bytes + 1000 });
  builder.append(`${producer}`, `${number}`.padEnd(bytes, "."), [], 0);
  return builder.seal();
}

async function openSlow(): Promise<{ disk: SlowDisk; log: EmbeddedLog }> {
  const disk = new SlowDisk();
  const clock = new HeldClock();
  const log = await EmbeddedLog.open({ disk, folder: "log", clock, log: keptLog() });
  await log.createTopic("t", 1, {});
  disk.groups.length = 0;
  return { disk, log };
}

Deno.test("append() waits for the sync under way and its own, however many producers there are", async () => {
  const { disk, log } = await openSlow();
  disk.isHeld = true;
  const answered: number[] = [];
  const append = (producer: number) => {
    const bytes = batch(producer, 0, 100);
    return log.partition("t", 0).append(bytes, checkProducedBatch(bytes))
      .then(() => answered.push(producer));
  };
  const first = append(0);
  await disk.release();
  const others = Array.from({ length: 1000 }, (_, i) => append(i + 1));
  await disk.release();
  assert.deepEqual(answered, [0], "nothing is answered before its sync");
  assert.equal(disk.groups.length, 2);
  await disk.release();
  assert.equal(answered.length, 1001);
  await Promise.all([first, ...others]);
  assert.deepEqual(
    answered,
    Array.from({ length: 1001 }, (_, i) => i),
    "in the order of the calls",
  );
  assert.equal(disk.groups.length, 2);
  disk.isHeld = false;
  await log.close();
});

Deno.test("append() syncs at most 8 MiB at once, and refuses what nobody with credits can have waiting", async () => {
  const { disk, log } = await openSlow();
  disk.isHeld = true;
  disk.keepsBytes = false;
  const mebibyte = 1 << 20;
  // The same bytes each time: nobody reads them here.
  const bytes = batch(0, 0, mebibyte);
  const header = checkProducedBatch(bytes);
  let refused = 0;
  const appends = Array.from({ length: 300 }, () => {
    return log.partition("t", 0).append(bytes, header).catch((error) => {
      assert.match(
        error.message,
        /^Cannot append to t-0: \d+ bytes wait to be written, the most is/,
      );
      refused++;
    });
  });
  disk.isHeld = false;
  await disk.release();
  await Promise.all(appends);
  assert.ok(refused > 30 && refused < 50, `${refused} refused`);
  assert.ok(Math.max(...disk.groups) <= 8 * mebibyte, `${Math.max(...disk.groups)} bytes`);
  assert.ok(disk.groups.length < 50, `${disk.groups.length} syncs`);
  // It takes more again, now that nothing waits.
  await log.partition("t", 0).append(bytes, header);
  await log.close();
});
