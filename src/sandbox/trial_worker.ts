/** Tries the transforms and converters of a connector in a Web Worker that may reach nothing but plugins. */

import { fileURLToPath } from "node:url";
import { type Clock, ConnectError, type Logger } from "../base/mod.ts";
import { FromTrial, type TaskSpec, type TrialInput, type TrialOutcome } from "../task/mod.ts";
import { nothing } from "./permissions.ts";
import { SandboxedWorker } from "./sandboxed_worker.ts";

/** How long one record may take before it counts as failed, in milliseconds. */
const recordMsMax = 10_000;

/** What is tried. */
export interface TrialSpec {
  /** The task whose transforms and converters they are. */
  spec: TaskSpec;
  /** The records. */
  inputs: readonly TrialInput[];
  /** Plugin files from outside. */
  files: readonly string[];
  /** Time. */
  clock: Clock;
  /** Where plugins' messages go. */
  log: Logger;
}

/**
 * Tries records. One that ends its Web Worker, or does not end, has failed; those behind it are tried in
 * another one.
 * @throws {ConnectError} when the transforms and converters cannot be made
 */
export async function tryRecords({ inputs, ...rest }: TrialSpec): Promise<TrialOutcome[]> {
  const outcomes: TrialOutcome[] = [];
  while (outcomes.length < inputs.length) {
    const next = { ...rest, inputs: inputs.slice(outcomes.length) };
    const failure = await runWorker(next, (outcome) => outcomes.push(outcome));
    if (failure === null) break;
    outcomes.push({ is: "failed", at: "", message: failure });
  }
  return outcomes;
}

/** @returns why the record that was under way has failed, or null when all were tried */
async function runWorker(
  { spec, inputs, files, clock, log }: TrialSpec,
  report: (outcome: TrialOutcome) => void,
): Promise<string | null> {
  const ended = Promise.withResolvers<string | null>();
  let isReady = false;
  let turn = new AbortController();
  function fail(reason: string): void {
    if (isReady) ended.resolve(reason);
    else ended.reject(new ConnectError(reason));
  }
  function watch(): void {
    turn.abort();
    const { signal } = turn = new AbortController();
    void clock.sleep(recordMsMax, signal).then(() => {
      if (!signal.aborted) fail(`it did not end within ${recordMsMax} ms`);
    });
  }
  const worker = new SandboxedWorker<FromTrial>({
    init: { role: "trial", files, spec, inputs },
    permissions: { ...nothing, read: files.map((file) => fileURLToPath(file)) },
    schema: FromTrial,
    name: "trial",
    logs: { plugin: log, task: log, errors: log },
    onMessage(message) {
      watch();
      if (message.type === "ready") isReady = true;
      if (message.type === "tried") report(message.outcome);
      if (message.type === "stopped") ended.resolve(null);
    },
    onFailed: (trace) => fail(trace.split("\n")[0]),
  });
  watch();
  try {
    return await ended.promise;
  } finally {
    turn.abort();
    worker.terminate();
  }
}
