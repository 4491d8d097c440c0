/** The herder's own turn: changes of what connectors there are, one after another. */

import { type Clock, ConnectError } from "../base/mod.ts";
import type { WorkerHealth } from "./herder.ts";
import { healthOf } from "./worker_health.ts";

/** Changes, one after another, and whether they get on. */
export class HerderTurn {
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();
  #isReady = false;
  #isOver = false;

  /** Nothing changes yet. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether no change is taken any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** The worker has started. */
  ready(): void {
    this.#isReady = true;
  }

  /** Takes no more changes. */
  end(): void {
    this.#isOver = true;
  }

  /** Changes something once all before it is done. @throws {ConnectError} when the worker stops */
  take<T>(change: () => Promise<T>): Promise<T> {
    const taken = this.#last.then(() => {
      if (this.#isOver) throw new ConnectError("The worker stops");
      return change();
    });
    this.#last = taken.catch(() => {});
    return taken;
  }

  /** Whether the worker has started, and changes get on. Kafka: `WorkerStatus`, in its words. */
  health(): Promise<WorkerHealth> {
    return healthOf(this.#isReady, this.#last, this.#clock);
  }
}
