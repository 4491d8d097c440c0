/** Time as a parameter, so that tests can hold and move it. */

/** Wall time, a monotonic time, and waiting. */
export interface Clock {
  /** Wall time in milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start, never going back. */
  monotonic(): number;
  /**
   * Resolves after `delayMs` milliseconds, or at once (without an error) when `signal` aborts.
   * Leaves no timer behind.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The longest wait that a timer can be set to; it would fire at once for a longer one. */
const timerMsMax = 2 ** 31 - 1;

/** The machine's own clock. A wait of more than 24 days ends after 24 days. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(delayMs, signal) {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      function done() {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      }
      const timer = setTimeout(done, Math.min(delayMs, timerMsMax));
      signal?.addEventListener("abort", done);
    });
  },
};
