/** A clock that stands until it is moved. */

import type { Clock } from "../../src/base/mod.ts";

/** Time as the test says it is. */
export class HeldClock implements Clock {
  #nowMs: number;
  /** How much the time of day is ahead. */
  #setMs = 0;
  readonly #sleepers = new Set<{ wakeMs: number; wake(): void }>();

  /** Stands at `nowMs`. */
  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs + this.#setMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || delayMs <= 0) return resolve();
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { wakeMs: this.#nowMs + delayMs, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Somebody sets the time of day. */
  set(byMs: number): void {
    this.#setMs += byMs;
  }

  /** Moves on, and wakes who has slept long enough. */
  advance(byMs: number): void {
    this.#nowMs += byMs;
    for (const { wakeMs, wake } of [...this.#sleepers]) if (wakeMs <= this.#nowMs) wake();
  }
}
