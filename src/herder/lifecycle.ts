/**
 * The states of connectors and tasks, and what leads from one to another.
 *
 * @module
 */

/** The states, as REST names them; DESTROYED is never shown. Kafka: `AbstractStatus.State`. */
export const lifecycleStates = [
  "UNASSIGNED",
  "RUNNING",
  "PAUSED",
  "STOPPED",
  "FAILED",
  "RESTARTING",
  "DESTROYED",
] as const;

/** A state of a connector or a task. */
export type LifecycleState = (typeof lifecycleStates)[number];

/** The states that REST shows. */
export type TaskState = Exclude<LifecycleState, "DESTROYED">;

/**
 * What happens to a connector or a task:
 *
 * - `run`: it has started, or goes on
 * - `pause`: it does nothing until it goes on
 * - `stop`: it does nothing, and has no tasks, until it starts anew
 * - `fail`: it has ended with an error
 * - `restart`: it is about to end, and to start anew
 * - `end`: it has ended, and is about to be something else
 * - `destroy`: it is there no longer
 */
export type LifecycleEvent = "run" | "pause" | "stop" | "fail" | "restart" | "end" | "destroy";

type Row = Partial<Record<LifecycleEvent, LifecycleState>>;

const always = { stop: "STOPPED", restart: "RESTARTING", destroy: "DESTROYED" } as const;

/**
 * Where each event leads; what is not there changes nothing. What has failed neither runs nor pauses before
 * it was restarted, stopped or ended. Kafka: `WorkerConnector.State`, `WorkerTask`.
 */
export const transitions: Readonly<Record<LifecycleState, Row>> = {
  UNASSIGNED: { run: "RUNNING", pause: "PAUSED", fail: "FAILED", ...always },
  RUNNING: { pause: "PAUSED", fail: "FAILED", end: "UNASSIGNED", ...always },
  PAUSED: { run: "RUNNING", fail: "FAILED", end: "UNASSIGNED", ...always },
  STOPPED: { run: "RUNNING", pause: "PAUSED", fail: "FAILED", end: "UNASSIGNED", ...always },
  FAILED: { end: "UNASSIGNED", ...always },
  RESTARTING: { run: "RUNNING", pause: "PAUSED", fail: "FAILED", ...always },
  DESTROYED: {},
};

/** The states out of which a connector starts: what has failed waits for a restart, as what restarts does. */
export const startable: ReadonlySet<LifecycleState> = new Set(["UNASSIGNED", "PAUSED", "STOPPED"]);

/** A step from one state to another. */
export interface Transition {
  /** The state before. */
  from: LifecycleState;
  /** What has happened. */
  event: LifecycleEvent;
  /** The state now. */
  to: LifecycleState;
}

/** The state of one connector or task. */
export class Lifecycle {
  readonly #onTransition: (transition: Transition) => void;
  #state: LifecycleState = "UNASSIGNED";
  #trace: string | null = null;

  /** It begins UNASSIGNED; `onTransition` is told of each step. */
  constructor(onTransition: (transition: Transition) => void) {
    this.#onTransition = onTransition;
  }

  /** The state now. */
  get state(): LifecycleState {
    return this.#state;
  }

  /** Why it has failed; kept while it restarts. */
  get trace(): string | null {
    return this.#trace;
  }

  /** Something happens. @returns whether it changes the state */
  take(event: LifecycleEvent, trace: string | null = null): boolean {
    const from = this.#state;
    const to = transitions[from][event];
    if (to === undefined || to === from) return false;
    this.#state = to;
    if (to !== "RESTARTING") this.#trace = to === "FAILED" ? trace : null;
    this.#onTransition({ from, event, to });
    return true;
  }
}
