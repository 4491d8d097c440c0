/**
 * What numbers were over the last while: rates, averages, peaks. Kafka: `Rate`, `Avg` and `Max`, whose samples
 * are as long as `metrics.sample.window.ms` says; here one is taken when somebody asks, and nothing otherwise.
 *
 * @module
 */

/** Numbers by their names. */
type Numbers = Readonly<Record<string, number>>;

interface Sample {
  ms: number;
  totals: Numbers;
  peaks: Numbers;
}

/** How many samples a window has at most; those that are closer to each other become one. */
const samplesMax = 120;

/** Samples of numbers over a while. */
export class SampleWindow {
  readonly #windowMs: number;
  /** The first one is the last from before the window. */
  #samples: Sample[];

  /** A window that begins now, when all totals are 0. */
  constructor(windowMs: number, startMs: number) {
    this.#windowMs = windowMs;
    this.#samples = [{ ms: startMs, totals: {}, peaks: {} }];
  }

  /** Adds a sample: what only grows, and what was the greatest since the last one. */
  add(ms: number, totals: Numbers, peaks: Numbers): void {
    const last = this.#samples.at(-1)!;
    const isClose = this.#samples.length > 1 && ms - last.ms < this.#windowMs / samplesMax;
    if (isClose) {
      const greater = Object.entries(peaks).map(([name, value]) => [
        name,
        Math.max(value, last.peaks[name]),
      ]);
      Object.assign(last, { totals, peaks: Object.fromEntries(greater) });
    } else this.#samples.push({ ms, totals, peaks });
    while (this.#samples.length > 2 && this.#samples[1].ms <= ms - this.#windowMs) {
      this.#samples.shift();
    }
  }

  /** How much a total grows in a second. */
  rate(name: string): number {
    const passedMs = this.#samples.at(-1)!.ms - this.#samples[0].ms;
    return passedMs > 0 ? this.#growth(name) / passedMs * 1000 : 0;
  }

  /** A total for each of another; NaN when there was none. */
  average(sum: string, count: string): number {
    return this.#growth(sum) / this.#growth(count);
  }

  /** The greatest of what was greatest; NaN when nothing was sampled. */
  peak(name: string): number {
    const peaks = this.#peaks(name);
    return peaks.length === 0 ? NaN : Math.max(...peaks);
  }

  /** The average of what was sampled as the greatest. */
  averagePeak(name: string): number {
    const peaks = this.#peaks(name);
    return peaks.reduce((sum, value) => sum + value, 0) / peaks.length;
  }

  #growth(name: string): number {
    return (this.#samples.at(-1)!.totals[name] ?? 0) - (this.#samples[0].totals[name] ?? 0);
  }

  #peaks(name: string): number[] {
    return this.#samples.slice(1).map(({ peaks }) => peaks[name]);
  }
}
