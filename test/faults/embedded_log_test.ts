/** Nothing that was acknowledged is lost, whichever operation of the disk fails or is cut short. */

import assert from "node:assert/strict";
import { checkProducedBatch, readBatches } from "../../src/batch/mod.ts";
import { EmbeddedLog } from "../../src/log/mod.ts";
import { batchOf, readAll, type ReadRecord } from "../unit/log/partition.ts";
import { eachOperation, impatientClock as clock, type Scenario } from "./each_fault.ts";
import { type Fault, keptLog, type MemoryDisk } from "./memory_disk.ts";

const faults: readonly Fault[] = ["fail", "crash", "crashAfter"];

/** A log, what it has acknowledged, and what readers have already been given. */
interface Run {
  log: EmbeddedLog;
  /** Acknowledged records by their offsets. */
  acknowledged: Map<number, string>;
  /** Everything that was ever handed to it, by offset or not. */
  offered: Set<string>;
  /** The time that retention and compaction go by. */
  nowMs: number;
  isDone: boolean;
}

async function openLog(disk: MemoryDisk, now = clock.now): Promise<EmbeddedLog> {
  return await EmbeddedLog.open({ disk, folder: "log", clock: { ...clock, now }, log: keptLog() });
}

async function start(disk: MemoryDisk, configs: Record<string, string>): Promise<Run> {
  const run: Run = {
    log: null!,
    acknowledged: new Map(),
    offered: new Set(),
    nowMs: clock.now(),
    isDone: false,
  };
  run.log = await openLog(disk, () => run.nowMs);
  await run.log.createTopic("t", 1, configs);
  return run;
}

/** Appends one record. */
async function append(run: Run, key: string, value: string): Promise<void> {
  const text = `${key}=${value}`;
  run.offered.add(text);
  const batch = batchOf([{ key, value }], run.nowMs);
  const offset = await run.log.partition("t", 0).append(batch, checkProducedBatch(batch));
  run.acknowledged.set(Number(offset), text);
}

function textOf({ key, value }: ReadRecord): string {
  return `${key}=${value}`;
}

/**
 * Reads `t`: nothing but what was offered is there, acknowledged records have their offsets, and what
 * was read is still there when the machine stops right after.
 */
async function readSound(run: Run, disk: MemoryDisk, where: string): Promise<ReadRecord[]> {
  const log = await openLog(disk, () => run.nowMs);
  const found = await readAll(log.partition("t", 0));
  for (const record of found) {
    const text = run.acknowledged.get(record.offset) ?? textOf(record);
    assert.equal(textOf(record), text, `${where}: offset ${record.offset}`);
    assert.ok(run.offered.has(text), `${where}: ${text} was never written`);
  }
  const again = await openLog(disk.afterCrash(), () => run.nowMs);
  assert.deepEqual(await readAll(again.partition("t", 0)), found, `${where}: not durable`);
  await again.close();
  // It goes on: what is appended now is read again.
  const next = batchOf([{ key: "next", value: "1" }], run.nowMs);
  const offset = await log.partition("t", 0).append(next, checkProducedBatch(next));
  const last = (await readAll(log.partition("t", 0))).at(-1)!;
  assert.deepEqual([BigInt(last.offset), textOf(last)], [offset, "next=1"], where);
  await log.close();
  return found;
}

const close = async ({ log }: Run) => await log.close();

/** Checks what is found on a copy of the disk: the log may still run, and to open it writes. */
function checking(
  check: (run: Run, found: ReadRecord[], where: string) => void,
): Scenario<Run>["check"] {
  return async (run, disk, where) => {
    const copy = disk.afterKill();
    check(run, await readSound(run, copy, where), where);
    // Opening has removed whatever was left half done.
    const names = (await copy.list("log/t-0")).map(({ name }) => name);
    const isLeft = (name: string) =>
      /cleaned|recovered/.test(name) || !names.includes(name.replace(/\.\w+$/, ".log"));
    assert.deepEqual(names.filter(isLeft), [], where);
    let next = 0n;
    for (const name of names.filter((name) => name.endsWith(".log"))) {
      assert.ok(BigInt(name.slice(0, 20)) >= next, `${where}: ${name} overlaps the one before`);
      for (const { header } of readBatches(copy.peek(`log/t-0/${name}`)!)) {
        next = header.baseOffset + BigInt(header.lastOffsetDelta) + 1n;
      }
    }
  };
}

const appending: Scenario<Run> = {
  prepare: (disk) => start(disk, { "segment.bytes": "250" }),
  async act(run) {
    await Promise.all(Array.from({ length: 4 }, (_, i) => append(run, "a", `${i}`)));
    for (let i = 4; i < 8; i++) await append(run, "a", `${i}`);
    run.isDone = true;
  },
  close,
  check: checking((run, found, where) => {
    const kept = new Set(found.map(({ offset }) => offset));
    for (const offset of run.acknowledged.keys()) {
      assert.ok(kept.has(offset), `${where}: the acknowledged offset ${offset} is lost`);
    }
    const values = found.map(({ value }) => Number(value));
    assert.deepEqual(values, values.toSorted((a, b) => a - b), `${where}: out of order`);
  }),
};

for (const fault of faults) {
  Deno.test(`appends survive each operation's ${fault}, and writing resumes by itself`, async () => {
    const count = await eachOperation(fault, {
      ...appending,
      async check(run, disk, where) {
        if (!disk.isStopped && fault === "fail") {
          assert.ok(run.isDone, `${where}: it did not resume`);
        }
        await appending.check(run, disk, where);
      },
    });
    assert.ok(count > 30, `${count} operations`);
  });
}

for (const fault of faults) {
  Deno.test(`a topic is made whole or not at all when an operation's ${fault} comes between`, async () => {
    const configs = { "segment.bytes": "1000", "retention.ms": "5000" };
    interface Creation {
      log: EmbeddedLog;
      isMade: boolean;
    }
    const count = await eachOperation<Creation>(fault, {
      async prepare(disk) {
        const log = await openLog(disk);
        await log.createTopic("other", 1, { "segment.bytes": "2000" });
        return { log, isMade: false };
      },
      async act(state) {
        try {
          await state.log.createTopic("t", 3, configs);
          state.isMade = true;
        } catch (error) {
          assert.equal((error as Error).name, "RetriableError");
        }
      },
      close: async ({ log }) => await log.close(),
      async check(state, disk, where) {
        const copy = disk.afterKill();
        let log = await openLog(copy);
        if (state.isMade) assert.ok(log.topicNames.includes("t"), `${where}: t is lost`);
        if (log.topicNames.includes("t")) {
          assert.equal(log.partitions("t")!.length, 3, where);
          assert.deepEqual(log.configs("t"), configs, where);
        } else {
          // Made again, otherwise, nothing of the first attempt is left.
          await log.createTopic("t", 2, {});
          await log.close();
          log = await openLog(copy);
          assert.equal(log.partitions("t")!.length, 2, where);
          assert.deepEqual(log.configs("t"), {}, where);
        }
        assert.deepEqual(log.configs("other"), { "segment.bytes": "2000" }, where);
        await log.close();
        // What was found, and could have been written to, is not lost any more.
        log = await openLog(copy.afterCrash());
        assert.ok(log.topicNames.includes("t"), `${where}: t was found and is lost`);
        await log.close();
      },
    });
    assert.ok(count > 15, `${count} operations`);
  });
}

const maintained = new AbortController().signal;

for (const fault of faults) {
  Deno.test(`retention takes only what is old when an operation's ${fault} comes between`, async () => {
    const count = await eachOperation<Run>(fault, {
      async prepare(disk) {
        const run = await start(disk, { "segment.bytes": "250", "retention.ms": "60000" });
        for (let i = 0; i < 6; i++) await append(run, "old", `${i}`);
        run.nowMs += 61_000;
        for (let i = 0; i < 3; i++) await append(run, "new", `${i}`);
        return run;
      },
      async act(run) {
        await run.log.maintain(maintained);
        // What failed is done the next time.
        await run.log.maintain(maintained);
        await append(run, "new", "3");
        run.isDone = true;
      },
      close,
      check: checking((run, found, where) => {
        const texts = found.map(textOf);
        const news = [...run.acknowledged.values()].filter((text) => text.startsWith("new"));
        for (const text of news) assert.ok(texts.includes(text), `${where}: ${text} is lost`);
        // Without a gap: what is kept of the old is its end.
        const offsets = found.map(({ offset }) => offset);
        assert.deepEqual(offsets, offsets.map((_, i) => offsets[0] + i), where);
        if (run.isDone && where.endsWith("fault")) {
          assert.ok(!texts.some((text) => text.startsWith("old")), `${where}: ${texts}`);
        }
      }),
    });
    assert.ok(count > 15, `${count} operations`);
  });
}

for (const fault of faults) {
  Deno.test(`compaction keeps the last of each key when an operation's ${fault} comes between`, async () => {
    const count = await eachOperation<Run>(fault, {
      async prepare(disk) {
        const run = await start(disk, { "segment.bytes": "320", "cleanup.policy": "compact" });
        for (let i = 0; i < 24; i++) await append(run, `key ${i % 3}`, `${i}`);
        return run;
      },
      async act(run) {
        await run.log.maintain(maintained);
        for (let i = 24; i < 36; i++) await append(run, `key ${i % 3}`, `${i}`);
        await run.log.maintain(maintained);
        await run.log.maintain(maintained);
        run.isDone = true;
      },
      close,
      check: checking((run, found, where) => {
        const last = new Map<string, number>();
        for (const text of run.acknowledged.values()) {
          const [key, value] = text.split("=");
          last.set(key, Math.max(last.get(key) ?? -1, Number(value)));
        }
        for (const [key, value] of last) {
          const latest = found.findLast((record) => record.key === key);
          // What was not acknowledged may be there too, and is later.
          assert.ok(
            latest !== undefined && Number(latest.value) >= value,
            `${where}: ${key} is ${latest?.value}, not ${value}`,
          );
        }
        if (run.isDone) assert.ok(found.length < 20, `${where}: ${found.length} records`);
      }),
    });
    assert.ok(count > 50, `${count} operations`);
  });
}
