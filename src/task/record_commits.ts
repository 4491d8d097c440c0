/** Tells a source task what has become of its records; one that does not ask pays nothing for it. */

import { type SourceRecord, SourceTask } from "../api/mod.ts";
import type { SentBatch } from "./sent_batches.ts";

/** The calls of `commitRecord` and `commit` of one task. */
export class RecordCommits {
  /** Whether the task wants to hear of its records. */
  readonly areWanted: boolean;
  readonly #task: SourceTask;

  /** For a task. */
  constructor(task: SourceTask) {
    this.#task = task;
    this.areWanted = task.commitRecord !== SourceTask.prototype.commitRecord;
  }

  /** A batch is durable, its records at `base` and behind. Rejects with what the task throws. */
  async stored(batch: SentBatch<SourceRecord>, base: bigint): Promise<void> {
    if (!this.areWanted) return;
    const { topic, partition, records } = batch;
    for (const [index, record] of records!.entries()) {
      const offset = base + BigInt(index);
      await this.#task.commitRecord(record, { topic, partition, offset });
    }
  }

  /** A record goes nowhere. @returns what to wait for, or null */
  dropped(record: SourceRecord): Promise<void> | null {
    if (!this.areWanted) return null;
    return Promise.resolve(this.#task.commitRecord(record, null));
  }

  /** Offsets are stored. An error here is no reason to fail (as 4.2). */
  async offsets(): Promise<void> {
    await this.#task.commit();
  }
}
