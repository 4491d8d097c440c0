/**
 * How much a task does. Kafka: `WorkerTask.TaskMetricsGroup`, `SourceTaskMetricsGroup`, `SinkTaskMetricsGroup` and
 * `ErrorHandlingMetrics`, whose names these are.
 *
 * @module
 */

import type { Clock, Logger } from "../base/mod.ts";
import type { CountsMessage } from "../task/mod.ts";
import type { TaskState } from "./lifecycle.ts";
import type { Attributes, Measured } from "./measured.ts";
import { SampleWindow } from "./sample_window.ts";

/** What is known of a sink task beside its counts. */
export interface SinkPlace {
  /** How many partitions it has. */
  partitions: number;
  /** How many records it was given whose offsets are not committed. */
  active: number;
  /** How many it has yet to be handed; null when that is not known. */
  lag: number | null;
}

const nothing: CountsMessage = {
  type: "counts",
  ...{ records: 0, sent: 0, active: 0, calls: 0, callMs: 0, callMsMax: 0, callRecords: 0 },
  ...{ callRecordsMax: 0, failures: 0, errors: 0, skipped: 0, retries: 0, logged: 0, letters: 0 },
  ...{ letterFailures: 0, lastErrorMs: 0 },
};

/** What is told of a task, whichever it is. */
export type TaskMeasure = Omit<Measured, "tags">;

/** Kafka: `metrics.sample.window.ms` times `metrics.num.samples`, as they are unless told. */
const windowMsDefault = 60_000;

/** What {@linkcode TaskMeter} measures with. */
export interface TaskMeterOptions {
  /** Time. */
  clock: Clock;
  /** Where each commit is told. */
  log: Logger;
  /** How long the while is of which metrics tell, in milliseconds. */
  metricsWindowMs?: number;
}

/** Measures one task. */
export class TaskMeter {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #window: SampleWindow;
  #written = 0;
  #commits = 0;
  #commitFailures = 0;
  #commitMs = 0;
  #commitMsMax = 0;
  #state: TaskState = "UNASSIGNED";
  #stateSinceMs: number;
  readonly #stateMs: Partial<Record<TaskState, number>> = {};

  /** Nothing has been done yet. */
  constructor({ clock, log, metricsWindowMs = windowMsDefault }: TaskMeterOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#stateSinceMs = clock.monotonic();
    this.#window = new SampleWindow(metricsWindowMs, this.#stateSinceMs);
  }

  /** Records of a source are durable. */
  written(records: number): void {
    this.#written += records;
  }

  /** It has another state. */
  is(state: TaskState): void {
    const now = this.#clock.monotonic();
    this.#stateMs[this.#state] = (this.#stateMs[this.#state] ?? 0) + now - this.#stateSinceMs;
    this.#stateSinceMs = now;
    this.#state = state;
  }

  /** Commits offsets, and measures it. Rejects as that does. */
  async committing(commit: () => Promise<void>): Promise<void> {
    const startMs = this.#clock.monotonic();
    try {
      await commit();
      const tookMs = Math.round(this.#clock.monotonic() - startMs);
      this.#log.debug(`Finished offset commit successfully in ${tookMs} ms`);
    } catch (error) {
      this.#commitFailures++;
      throw error;
    } finally {
      const tookMs = this.#clock.monotonic() - startMs;
      this.#commits++;
      this.#commitMs += tookMs;
      this.#commitMsMax = Math.max(this.#commitMsMax, tookMs);
    }
  }

  /** What it comes to, given what the task has told; `sink` is null for a source. */
  measure(told: CountsMessage | null, sink: SinkPlace | null): TaskMeasure[] {
    const counts = told ?? nothing;
    const active = sink?.active ?? counts.active;
    this.#sample(counts, active);
    return [
      { type: "connector-task-metrics", attributes: this.#taskAttributes(counts) },
      sink === null
        ? { type: "source-task-metrics", attributes: this.#sourceAttributes(counts) }
        : { type: "sink-task-metrics", attributes: this.#sinkAttributes(counts, sink) },
      { type: "task-error-metrics", attributes: errorAttributes(counts) },
      // Kafka: the consumer tells it, `records-lag`, for each partition.
      ...sink === null || sink.lag === null
        ? []
        : [{ type: "connect-edge-sink-task", attributes: { "records-lag": sink.lag } }],
    ];
  }

  #sample(counts: CountsMessage, active: number): void {
    const { records, sent, calls, callMs, callRecords, callMsMax, callRecordsMax } = counts;
    const commits = this.#commits;
    const commitMs = this.#commitMs;
    const written = this.#written;
    const commitFailures = this.#commitFailures;
    const totals = { records, sent, written, calls, callMs, callRecords, commits, commitMs };
    const peaks = { callMsMax, callRecordsMax, commitMsMax: this.#commitMsMax, active };
    this.#commitMsMax = 0;
    this.#window.add(this.#clock.monotonic(), { ...totals, commitFailures }, peaks);
  }

  #taskAttributes({ calls }: CountsMessage): Attributes {
    const failed = this.#commits === 0 ? 0 : this.#window.average("commitFailures", "commits");
    const isAny = this.#commits > 0 && !Number.isNaN(failed);
    return {
      "batch-size-avg": this.#window.average("callRecords", "calls"),
      "batch-size-max": calls === 0 ? NaN : this.#window.peak("callRecordsMax"),
      "offset-commit-avg-time-ms": this.#window.average("commitMs", "commits"),
      "offset-commit-max-time-ms": this.#commits === 0 ? NaN : this.#window.peak("commitMsMax"),
      "offset-commit-failure-percentage": isAny ? failed : 0,
      "offset-commit-success-percentage": isAny ? 1 - failed : 0,
      "pause-ratio": this.#ratio("PAUSED"),
      "running-ratio": this.#ratio("RUNNING"),
    };
  }

  #sourceAttributes({ records, calls, active }: CountsMessage): Attributes {
    const window = this.#window;
    return {
      "poll-batch-avg-time-ms": window.average("callMs", "calls"),
      "poll-batch-max-time-ms": calls === 0 ? NaN : window.peak("callMsMax"),
      "source-record-active-count": active,
      "source-record-active-count-avg": window.averagePeak("active"),
      "source-record-active-count-max": window.peak("active"),
      "source-record-poll-rate": window.rate("records"),
      "source-record-poll-total": records,
      "source-record-write-rate": window.rate("written"),
      "source-record-write-total": this.#written,
    };
  }

  #sinkAttributes({ records, sent, calls }: CountsMessage, sink: SinkPlace): Attributes {
    const window = this.#window;
    const completed = this.#commits - this.#commitFailures;
    return {
      "offset-commit-completion-rate": window.rate("commits") - window.rate("commitFailures"),
      "offset-commit-completion-total": completed,
      "offset-commit-seq-no": this.#commits,
      // One commit waits for the one before it: none comes too late.
      "offset-commit-skip-rate": 0,
      "offset-commit-skip-total": 0,
      "partition-count": sink.partitions,
      "put-batch-avg-time-ms": window.average("callMs", "calls"),
      "put-batch-max-time-ms": calls === 0 ? NaN : window.peak("callMsMax"),
      "sink-record-active-count": sink.active,
      "sink-record-active-count-avg": window.averagePeak("active"),
      "sink-record-active-count-max": window.peak("active"),
      "sink-record-read-rate": window.rate("records"),
      "sink-record-read-total": records,
      "sink-record-send-rate": window.rate("sent"),
      "sink-record-send-total": sent,
    };
  }

  /** The part of its time that it was in a state. */
  #ratio(state: TaskState): number {
    const sinceMs = this.#clock.monotonic() - this.#stateSinceMs;
    const all = Object.values(this.#stateMs).reduce((sum, ms) => sum + ms, sinceMs);
    const spent = (this.#stateMs[state] ?? 0) + (this.#state === state ? sinceMs : 0);
    return all === 0 ? 0 : spent / all;
  }
}

function errorAttributes(counts: CountsMessage): Attributes {
  return {
    "deadletterqueue-produce-failures": counts.letterFailures,
    "deadletterqueue-produce-requests": counts.letters,
    "last-error-timestamp": counts.lastErrorMs,
    "total-errors-logged": counts.logged,
    "total-record-errors": counts.errors,
    "total-record-failures": counts.failures,
    "total-records-skipped": counts.skipped,
    "total-retries": counts.retries,
  };
}
