/**
 * What happens when an operation on a record fails (KIP-298): whether it is tried again, whether the record
 * is passed over or the task ends. Kafka: `RetryWithToleranceOperator`.
 *
 * An operation is nearly always done at once and succeeds, so no one stands around it: the loops catch what
 * it throws, and only then come here.
 *
 * @module
 */

import { RetriableError } from "../api/mod.ts";
import { type Clock, ConnectError } from "../base/mod.ts";
import type { TaskCounts } from "./task_counts.ts";

/** Where a record failed, as Kafka names it. */
export type Stage =
  | "TASK_PUT"
  | "TRANSFORMATION"
  | "KEY_CONVERTER"
  | "VALUE_CONVERTER"
  | "HEADER_CONVERTER"
  | "KAFKA_PRODUCE";

/** An operation by its place, and who does it. */
export interface Operation {
  /** Its place. */
  stage: Stage;
  /** The class that does it, by its Java name. */
  className: string;
}

/** What a connector says of errors: its keys `errors.*`. */
export interface ErrorSpec {
  /** How long an operation is tried again, in milliseconds; negative: for ever. */
  retryTimeoutMs: number;
  /** The longest wait between two tries, in milliseconds. */
  retryDelayMsMax: number;
  /** Whether a record that fails is passed over (all) or ends the task (none). */
  tolerance: "none" | "all";
  /** Whether each failure is logged. */
  log: boolean;
  /** Whether the log says which record it was. */
  logRecords: boolean;
  /** Where records that failed go; null: nowhere. */
  deadLetters: {
    /** The topic. */
    topic: string;
    /** Whether headers tell what went wrong. */
    withContext: boolean;
  } | null;
}

/** As it is when a connector says nothing of errors. */
export const strictErrors: ErrorSpec = {
  retryTimeoutMs: 0,
  retryDelayMsMax: 60_000,
  tolerance: "none",
  log: false,
  logRecords: false,
  deadLetters: null,
};

/** The wait before the first further try, in milliseconds; it doubles from try to try. */
const retryDelayMsMin = 300;

/**
 * How long to wait before try number `attempt + 1`, in milliseconds. Beyond the longest wait it is any
 * shorter one, so that many tasks do not try at once. Kafka: `RetryWithToleranceOperator.backoff`.
 */
export function retryDelayMs(
  attempt: number,
  leftMs: number,
  delayMsMax: number,
  random: () => number,
): number {
  const doubledMs = retryDelayMsMin * 2 ** (attempt - 1);
  const delayMs = doubledMs > delayMsMax ? Math.floor(random() * delayMsMax) : doubledMs;
  return Math.max(0, Math.min(delayMs, leftMs));
}

/** How a record's way ended on which an operation has failed once. */
export type Outcome<V> =
  /** A later try has succeeded, and so has all behind it. */
  | { is: "done"; value: V }
  /** An operation has failed for good. */
  | { is: "failed"; error: unknown }
  /** The record is not wanted any more before that is known: it stays where it came from. */
  | { is: "givenUp" };

/** What {@linkcode ErrorPolicy} needs. */
export interface ErrorPolicyOptions {
  /** What the connector says. */
  spec: ErrorSpec;
  /** Time. */
  clock: Clock;
  /** A number from 0 up to 1. */
  random: () => number;
  /** Lets time pass. @returns whether the record is still wanted */
  wait: (delayMs: number) => Promise<boolean>;
  /** Where it is counted what has failed. */
  counts: TaskCounts;
}

/** The policy of one task. */
export class ErrorPolicy {
  readonly #options: ErrorPolicyOptions;

  /** Nothing has failed yet. */
  constructor(options: ErrorPolicyOptions) {
    this.#options = options;
  }

  /** Where it is counted what has failed. */
  get counts(): TaskCounts {
    return this.#options.counts;
  }

  /** Whether records that fail are passed over. */
  get isTolerant(): boolean {
    return this.#options.spec.tolerance === "all";
  }

  /**
   * Tries again what has thrown `error`, as long as it may and that can help. `goOn` does the operation
   * that `progress` stands at, and those behind it.
   */
  async retry<V>(
    progress: { readonly at: number },
    goOn: () => V,
    error: unknown,
  ): Promise<Outcome<V>> {
    const { spec, clock, random, wait, counts } = this.#options;
    const { retryTimeoutMs, retryDelayMsMax } = spec;
    const nextEndMs = () => retryTimeoutMs < 0 ? Infinity : clock.monotonic() + retryTimeoutMs;
    let { at } = progress;
    let endMs = nextEndMs();
    for (let attempt = 1;; attempt++) {
      const leftMs = endMs - clock.monotonic();
      if (error instanceof RetriableError) counts.failures++;
      if (!(error instanceof RetriableError) || leftMs <= 0) {
        this.#failed();
        counts.errors++;
        return { is: "failed", error };
      }
      const isWanted = await wait(retryDelayMs(attempt, leftMs, retryDelayMsMax, random));
      // Kafka: a task that stops takes what it was trying for failed, and may lose it that way.
      if (!isWanted) return { is: "givenUp" };
      counts.retries++;
      try {
        return { is: "done", value: goOn() };
      } catch (again) {
        error = again;
      }
      if (progress.at === at) continue;
      // Each operation has a time of its own.
      at = progress.at;
      attempt = 0;
      endMs = nextEndMs();
    }
  }

  /** Counts a failure that is reported instead of thrown. Kafka: `RetryWithToleranceOperator.executeFailed`. */
  reported(): void {
    this.#failed();
    if (!this.isTolerant) this.counts.errors++;
  }

  /** Lets a record that was reported pass as failed. @throws {ConnectError} where no failure is tolerated */
  tolerate(error: unknown): void {
    if (this.isTolerant) return;
    throw new ConnectError("Tolerance exceeded in error handler", { cause: error });
  }

  #failed(): void {
    const { counts, clock } = this.#options;
    counts.failures++;
    counts.lastErrorMs = clock.now();
  }
}
