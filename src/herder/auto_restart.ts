/**
 * Restarting by itself what has failed: at once, then after longer and longer waits, as Strimzi's operator does
 * from outside.
 *
 * @module
 */

import type { Clock } from "../base/mod.ts";
import type { AutoRestartConfig } from "./config/mod.ts";
import type { AutoRestartStatus } from "./herder.ts";

/** How long after a restart the next one may come, in milliseconds: n² + n minutes after `count` of them. */
export function waitMsAfter(count: number, { unitMs, waitMsMax }: AutoRestartConfig): number {
  return Math.min((count * count + count) * unitMs, waitMsMax);
}

/** What {@linkcode AutoRestart} works with. */
export interface AutoRestartOptions extends AutoRestartConfig {
  /** Restarts what has failed. */
  restart(): void;
  /** It has been restarted too often. */
  onGivenUp(count: number): void;
  /** Time. */
  clock: Clock;
}

/** The restarts of one connector, with its tasks. */
export class AutoRestart {
  readonly #options: AutoRestartOptions;
  #count = 0;
  /** On the monotonic clock: devices without a battery find out what time it is after they have begun. */
  #restartedMs = -Infinity;
  /** As people are told it, since the epoch. */
  #nextMs: number | null = null;
  #waiting = new AbortController();

  /** Nothing has failed yet. */
  constructor(options: AutoRestartOptions) {
    this.#options = options;
  }

  /** What is told of them. */
  get status(): AutoRestartStatus {
    return { count: this.#countNow(), next_restart_timestamp: this.#nextMs };
  }

  /** Something has failed. */
  failed(): void {
    if (this.#nextMs !== null) return;
    const { clock, countMax, onGivenUp } = this.#options;
    this.#count = this.#countNow();
    if (this.#count >= countMax) return onGivenUp(this.#count);
    const nextMs = this.#restartedMs + waitMsAfter(this.#count, this.#options);
    const waitMs = Math.ceil(Math.max(0, nextMs - clock.monotonic()));
    this.#nextMs = clock.now() + waitMs;
    void this.#restartAfter(waitMs, this.#waiting.signal);
  }

  /** Somebody else has taken care of it. */
  cancel(): void {
    this.#waiting.abort();
    this.#waiting = new AbortController();
    this.#nextMs = null;
  }

  /** It begins anew, as if it had never failed. */
  reset(): void {
    this.cancel();
    this.#count = 0;
    this.#restartedMs = -Infinity;
  }

  async #restartAfter(waitMs: number, signal: AbortSignal): Promise<void> {
    const { clock, restart } = this.#options;
    await clock.sleep(waitMs, signal);
    if (signal.aborted) return;
    this.#nextMs = null;
    this.#count++;
    this.#restartedMs = clock.monotonic();
    restart();
  }

  /** How many restarts count: none once it has run as long as it would have to wait. */
  #countNow(): number {
    if (this.#nextMs !== null) return this.#count;
    const ranMs = this.#options.clock.monotonic() - this.#restartedMs;
    return ranMs >= waitMsAfter(this.#count, this.#options) ? 0 : this.#count;
  }
}
