/** One thing at a time, and how the next one gets its turn when something hangs. */

import { type Clock, ConnectError } from "../base/mod.ts";

/** How {@linkcode Turns} wait. */
export interface TurnsOptions {
  /** Whose turns they are, for messages. */
  name: string;
  /** How long what is under way may go on once somebody cannot wait for it, in milliseconds. */
  patienceMs: number;
  /** Time. */
  clock: Clock;
}

/** The turns of a connector. */
export class Turns {
  readonly #options: TurnsOptions;
  #last: Promise<unknown> = Promise.resolve();
  /** How many wait that would end what is under way. */
  #pressing = 0;
  /** Aborts when what is under way has to come to an end. */
  #hurry = new AbortController();
  readonly #over = new AbortController();

  /** Nothing is under way. */
  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /**
   * Does something once all before it is done.
   * @param isPressing whether it ends what is under way, when that hangs
   */
  take<T>(isPressing: boolean, action: () => Promise<T>): Promise<T> {
    if (isPressing) {
      this.#pressing++;
      this.#hurry.abort();
    }
    const taken = this.#last.then(() => {
      if (isPressing && --this.#pressing === 0 && !this.isOver) this.#hurry = new AbortController();
      return action();
    });
    this.#last = taken.catch(() => {});
    return taken;
  }

  /** No more waits: what is under way comes to an end at once. */
  end(): void {
    this.#over.abort();
    this.#hurry.abort();
  }

  /** Whether no more is waited for. */
  get isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /**
   * Waits for what may hang, such as a plugin, as long as nobody presses; and then for a while.
   * @throws {ConnectError} when it is not waited for any longer
   */
  async wait<T>(call: Promise<T>): Promise<T> {
    const { name, patienceMs, clock } = this.#options;
    const settled = new AbortController();
    const hurried = Promise.withResolvers<void>();
    const { signal } = this.#hurry;
    const hurry = () => hurried.resolve();
    if (signal.aborted) hurry();
    else signal.addEventListener("abort", hurry);
    const ended = hurried.promise.then(async () => {
      await clock.sleep(patienceMs, AbortSignal.any([settled.signal, this.#over.signal]));
      throw new ConnectError(`${name} was not waited for any longer`);
    });
    ended.catch(() => {});
    try {
      return await Promise.race([call, ended]);
    } finally {
      signal.removeEventListener("abort", hurry);
      settled.abort();
    }
  }

  /** Waits for what may hang, but no longer than the same while. @returns whether it is done */
  async waitAWhile(call: Promise<unknown>): Promise<boolean> {
    const settled = new AbortController();
    const late = this.#options.clock.sleep(this.#options.patienceMs, settled.signal)
      .then(() => false);
    try {
      return await Promise.race([call.then(() => true), late]);
    } finally {
      settled.abort();
    }
  }
}
