/** Any sequence of what can happen to a log, against a model that is a list of records. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { checkProducedBatch } from "../../../src/batch/mod.ts";
import { EmbeddedLog, EmbeddedLogReader } from "../../../src/log/mod.ts";
import { impatientClock, seeded } from "../../faults/each_fault.ts";
import { type Fault, keptLog, MemoryDisk } from "../../faults/memory_disk.ts";
import { batchOf, readAll, type ReadRecord, type TestRecord } from "./partition.ts";

const deleteRetentionMs = 5_000;
const retentionMs = 20_000;
const settings = {
  "segment.bytes": "400",
  "segment.ms": "30000",
  "retention.ms": `${retentionMs}`,
  "delete.retention.ms": `${deleteRetentionMs}`,
  "min.cleanable.dirty.ratio": "0.2",
};

/** One thing that happens. */
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("append" as const),
      keys: fc.array(fc.tuple(fc.nat(4), fc.boolean()), { minLength: 1, maxLength: 3 }),
      compression: fc.constantFrom("none" as const, "gzip" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("advance" as const), byMs: fc.nat(15_000) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("maintain" as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("reopen" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom("kill" as const, "crash" as const),
      seed: fc.integer(),
    }),
  },
  {
    // What comes next meets this fault, after so many operations of the disk.
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("fault" as const),
      fault: fc.constantFrom<Fault>("fail", "crash", "crashAfter"),
      after: fc.nat(30),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** An append of these keys, `-key` for one without a value. */
function put(keys: string, compression: "none" | "gzip" = "none"): Action {
  const pairs = keys.split(" ").map((
    key,
  ): [number, boolean] => [Number(key.replace("-", "")), key.startsWith("-")]);
  return { type: "append", keys: pairs, compression };
}

const maintain: Action = { type: "maintain" };
const advance = (byMs: number): Action => ({ type: "advance", byMs });
const failAfter = (after: number): Action => ({ type: "fault", fault: "fail", after });

/** What once went wrong, and must not again. */
const incidents: [Action[]][] = [
  // A segment that could not be closed was taken for one that does not grow any more, and removed.
  [[put("0"), advance(20_001), failAfter(0), maintain, put("0"), maintain]],
  // The next segment was begun, not finished, and the one before was written to again.
  [[put("0"), advance(20_001), failAfter(5), maintain, put("0"), { type: "kill", seed: 0 }]],
  // A cleaned segment did not last, but was noted as cleaned, so that a deleted value came back.
  [[
    ...["0", "0", "0", "3 2"].map((keys) => put(keys)),
    put("0", "gzip"),
    ...["0", "0", "-2 0", "0"].map((keys) => put(keys)),
    ...[maintain, { type: "crash", seed: 0 } as const, put("0"), put("0"), put("0")],
    ...[advance(5000), put("0 0", "gzip"), maintain],
  ]],
  // An index that was half written was believed after the segment could not be read once.
  [[
    ...[put("0"), put("0"), put("0", "gzip"), put("0"), put("0", "gzip")],
    ...[{ type: "crash", seed: -146873577 } as const, failAfter(0), maintain, maintain],
  ]],
];

class Model {
  disk = new MemoryDisk();
  log: EmbeddedLog | null = null;
  nowMs = 1_700_000_000_000;
  /** Every record that is there for certain, by offset, while nothing takes it away. */
  readonly records: ReadRecord[] = [];
  /** Records whose append was cut short: all of a batch or none of it is there. */
  pending: TestRecord[] = [];
  readonly policy: string;
  #values = 0;

  constructor(policy: string) {
    this.policy = policy;
  }

  async open(): Promise<void> {
    const clock = { ...impatientClock, now: () => this.nowMs };
    const { disk } = this;
    this.log = await EmbeddedLog.open({ disk, folder: "log", clock, log: keptLog() });
    if (!this.log.topicNames.includes("t")) {
      await this.log.createTopic("t", 1, { ...settings, "cleanup.policy": this.policy });
    }
  }

  async do(action: Action): Promise<void> {
    switch (action.type) {
      case "append": {
        const records = action.keys.map(([key, isDelete]) => (
          { key: `key ${key}`, value: isDelete ? null : `${this.#values++}` }
        ));
        this.pending = records;
        const batch = batchOf(records, this.nowMs, action.compression);
        const partition = this.log!.partition("t", 0);
        await this.#unlessStopped(async () => {
          const offset = await partition.append(batch, checkProducedBatch(batch));
          this.#acknowledge(Number(offset));
        });
        break;
      }
      case "advance":
        this.nowMs += action.byMs;
        break;
      case "maintain":
        await this.#unlessStopped(() => this.log!.maintain(new AbortController().signal));
        break;
      case "reopen":
        await this.#unlessStopped(() => this.log!.close());
        // A disk that refuses once lets the next start succeed.
        if (!this.disk.isStopped) {
          await this.open().catch(() => this.disk.isStopped ? undefined : this.open());
        }
        break;
      case "kill":
        await this.#restart(this.disk.afterKill());
        break;
      case "crash":
        await this.#restart(this.disk.afterCrash(seeded(action.seed)));
        break;
      case "fault": {
        let left = action.after;
        this.disk.fault = () => left-- === 0 ? action.fault : "none";
        break;
      }
    }
    if (this.disk.isStopped) await this.#restart(this.disk.afterCrash(seeded(this.#values)));
  }

  /** What the log holds must be what the model says it may hold. */
  async check(): Promise<void> {
    this.disk.fault = () => "none";
    const partition = this.log!.partition("t", 0);
    const found = await readAll(partition);
    assert.ok(Number(partition.endOffset) >= this.records.length);
    for (const record of found) assert.deepEqual(record, this.records[record.offset]);
    const kept = new Set(found.map(({ offset }) => offset));
    const isDeleted = this.policy.includes("delete");
    const start = Number(partition.startOffset);
    if (!isDeleted) assert.equal(start, 0);
    for (const record of this.records) {
      if (kept.has(record.offset)) continue;
      const { offset, key, value, timestampMs } = record;
      const what = `offset ${offset}, ${key}=${value},`;
      if (isDeleted && offset < start && this.nowMs - timestampMs > retentionMs) continue;
      assert.ok(this.policy.includes("compact"), `${what} is lost`);
      const isSuperseded = this.records.some((other) => other.offset > offset && other.key === key);
      if (isSuperseded) continue;
      const mayGo = value === null && this.nowMs - timestampMs >= deleteRetentionMs;
      assert.ok(mayGo, `${what} the last of its key, is lost`);
      // Where a delete has gone, nothing that it deleted may be left.
      assert.ok(!found.some((other) => other.key === key), `${key} is back`);
    }
    const beside = await new EmbeddedLogReader(this.disk, "log", assert.fail).partition("t", 0);
    assert.deepEqual(await readAll(beside), found);
    beside.close();
  }

  /** Waits for something that may never end, because the machine stops. */
  async #unlessStopped(work: () => Promise<void>): Promise<void> {
    const working = work();
    await Promise.race([
      working,
      this.disk.stopped.then(() => void working.catch(() => {})),
    ]);
  }

  #acknowledge(baseOffset: number): void {
    assert.equal(baseOffset, this.records.length);
    for (const { key, value } of this.pending.splice(0)) {
      const offset = this.records.length;
      this.records.push({ offset, key, value, timestampMs: this.nowMs });
    }
  }

  async #restart(disk: MemoryDisk): Promise<void> {
    // The old process is gone: what it still tries comes to nothing.
    this.disk.fault = () => "crash";
    await this.log!.close().catch(() => {});
    this.disk = disk;
    await this.open();
    const end = Number(this.log!.partition("t", 0).endOffset);
    assert.ok(end >= this.records.length, `${end} offsets are left of ${this.records.length}`);
    // A batch that was not acknowledged may have made it all the same, whole.
    if (end > this.records.length) {
      assert.equal(end, this.records.length + this.pending.length);
      this.#acknowledge(this.records.length);
    }
    this.pending = [];
  }
}

for (const policy of ["delete", "compact", "compact,delete"]) {
  Deno.test(`a log with cleanup.policy=${policy} holds what a model says, whatever happens`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 60, size: "max" }), async (actions) => {
        const model = new Model(policy);
        await model.open();
        for (const [i, next] of actions.entries()) {
          await model.do(next);
          if (i % 5 === 0) await model.check();
        }
        await model.check();
        await model.log!.close();
      }),
      { numRuns: 150, examples: incidents },
    );
  });
}
