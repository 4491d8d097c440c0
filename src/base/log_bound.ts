/** Keeps whoever logs without end from filling queues and disks. */

import type { Clock } from "./clock.ts";

/** How many messages pass in a second. */
export const messagesPerSecondMax = 1000;
/** How many characters pass in a second, in all messages together. */
export const charsPerSecondMax = 1024 * 1024;

/** Lets a number of messages pass in a second, and counts the rest. */
export class LogBound {
  readonly #clock: Clock;
  readonly #factor: number;
  readonly #say: (dropped: number) => void;
  #startMs = -Infinity;
  #messages = 0;
  #chars = 0;
  #dropped = 0;

  /**
   * Counts from nothing.
   * @param say told at the end of a second in which messages were left out, how many
   * @param factor how many times as much passes
   */
  constructor(clock: Clock, say: (dropped: number) => void, factor = 1) {
    this.#clock = clock;
    this.#say = say;
    this.#factor = factor;
  }

  /** Whether a message of so many characters passes. */
  admits(chars: number): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#startMs >= 1000) {
      this.#startMs = now;
      this.#messages = this.#chars = 0;
    }
    const isWithin = this.#messages < messagesPerSecondMax * this.#factor &&
      this.#chars + chars <= charsPerSecondMax * this.#factor;
    if (isWithin) {
      this.#messages++;
      this.#chars += chars;
    } else if (this.#dropped++ === 0) {
      void this.#clock.sleep(this.#startMs + 1000 - now).then(() => {
        this.#say(this.#dropped);
        this.#dropped = 0;
      });
    }
    return isWithin;
  }
}
