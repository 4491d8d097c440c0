/** Batches that take records, and how long they wait for more when they could go at once (`linger.ms`). */

import type { Clock } from "../base/mod.ts";
import type { BatchBuilder } from "../batch/mod.ts";

/** A batch that takes records. */
export interface OpenBatch<R> {
  /** Where they go. */
  topic: string;
  /** The partition they go to. */
  partition: number;
  /** What builds it. */
  builder: BatchBuilder;
  /** When it was opened, monotonic. */
  sinceMs: number;
  /** The number of its first record. */
  first: number;
  /** Its records, when someone wants to hear of them. */
  records: R[] | null;
}

/** Lets batches wait, the oldest the longest. */
export class Linger<R> {
  readonly #lingerMs: number;
  readonly #clock: Clock;
  readonly #open: ReadonlyMap<string, OpenBatch<R>>;
  readonly #onDue: () => void;
  readonly #closing = new AbortController();
  #isTimed = false;

  /** For batches that are `open`, in the order they were opened; `onDue` is called when one has waited enough. */
  constructor(
    lingerMs: number,
    clock: Clock,
    open: ReadonlyMap<string, OpenBatch<R>>,
    onDue: () => void,
  ) {
    this.#lingerMs = lingerMs;
    this.#clock = clock;
    this.#open = open;
    this.#onDue = onDue;
  }

  /** Those that have waited enough; there will be a call when another has. */
  due(): OpenBatch<R>[] {
    if (this.#lingerMs === 0) return [...this.#open.values()];
    const fromMs = this.#clock.monotonic() - this.#lingerMs;
    const due = [...this.#open.values()].filter(({ sinceMs }) => sinceMs <= fromMs);
    const next = [...this.#open.values()][due.length];
    if (next !== undefined) this.#callIn(next.sinceMs - fromMs);
    return due;
  }

  /** Calls no more. */
  close(): void {
    this.#closing.abort();
  }

  /** One call at a time: what is due after it will be found by then. */
  async #callIn(delayMs: number): Promise<void> {
    if (this.#isTimed) return;
    this.#isTimed = true;
    await this.#clock.sleep(delayMs, this.#closing.signal);
    this.#isTimed = false;
    if (!this.#closing.signal.aborted) this.#onDue();
  }
}
