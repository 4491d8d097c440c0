/** A task while its connector is there: its state, and what runs it. */

import { type Logger, reasonOf, traceOf } from "../base/mod.ts";
import type { Props } from "./config/mod.ts";
import { Lifecycle, type LifecycleEvent, type Transition } from "./lifecycle.ts";
import type { TaskMeasure } from "./task_meter.ts";
import type { PreparedTask, TaskRunner, TaskStatus } from "./task_runner.ts";

/** What the states of a runner mean for its task. */
const events: Partial<Record<TaskStatus["state"], LifecycleEvent>> = {
  RUNNING: "run",
  PAUSED: "pause",
  FAILED: "fail",
};

/** What a task is made with. */
export interface RunningTaskOptions {
  /** Its name, for messages. */
  name: string;
  /** Its number. */
  id: number;
  /** Its configuration, with variables. */
  config: Props;
  /** Gives it all that it needs. */
  prepare(task: RunningTask): Promise<PreparedTask>;
  /** How long it may take to stop, in milliseconds. */
  stopMsMax: number;
  /** Is told of each step of its state. */
  onTransition(transition: Transition): void;
  /** Where messages go. */
  log: Logger;
}

/** A task. One call of {@linkcode start}, {@linkcode stop} and {@linkcode resume} at a time. */
export class RunningTask {
  /** Its number. */
  readonly id: number;
  /** Its configuration, with variables. */
  readonly config: Props;
  /** Its state. */
  readonly lifecycle: Lifecycle;
  readonly #options: RunningTaskOptions;
  #runner: TaskRunner | null = null;
  /** Counts its starts: what an earlier one tells comes too late. */
  #start = 0;

  /** It does nothing yet. */
  constructor(options: RunningTaskOptions) {
    this.#options = options;
    this.id = options.id;
    this.config = options.config;
    this.lifecycle = new Lifecycle(options.onTransition);
  }

  /**
   * Starts it; one that cannot start is FAILED.
   * @param isWanted whether it is to start still, asked once all that it needs is there
   */
  // Kafka: `WorkerTask.doRun` waits with all else until a task that begins paused is resumed.
  async start(isPaused: boolean, isWanted: () => boolean): Promise<void> {
    const start = ++this.#start;
    if (isPaused) return void this.lifecycle.take("pause");
    try {
      const prepared = await this.#options.prepare(this);
      if (!isWanted()) return await prepared.discard();
      this.#runner = prepared.start((status) => {
        const event = start === this.#start ? events[status.state] : undefined;
        if (event !== undefined) this.lifecycle.take(event, status.trace);
      });
    } catch (error) {
      const { name, log } = this.#options;
      if (!isWanted()) return log.info(`Task ${name} was not started: ${reasonOf(error)}`);
      log.error(`Task ${name} has failed to start: ${reasonOf(error)}`);
      this.lifecycle.take("fail", traceOf(error));
    }
  }

  /** How much it does; nothing is known of one that does not run. */
  async measure(): Promise<TaskMeasure[]> {
    return await this.#runner?.measure() ?? [];
  }

  /** Lets it do nothing until it is resumed. */
  pause(): void {
    if (this.#runner === null) this.lifecycle.take("pause");
    else this.#runner.pause();
  }

  /** Lets it go on, or start if it has not. */
  async resume(isWanted: () => boolean): Promise<void> {
    if (this.#runner !== null) this.#runner.resume();
    else if (this.lifecycle.state === "PAUSED") await this.start(false, isWanted);
  }

  /** Stops it, and ends it when that takes too long; what it still tells of its state does not count. */
  async stop(): Promise<void> {
    const runner = this.#runner;
    this.#runner = null;
    this.#start++;
    const { name, stopMsMax, log } = this.#options;
    try {
      await runner?.stop(stopMsMax);
    } catch (error) {
      log.error(`Task ${name} has not stopped as it should: ${reasonOf(error)}`);
    }
  }
}
