/**
 * `connect test`: runs records through the transforms and converters of a connector, in a Web Worker as its
 * tasks do, and compares what comes out with what is expected.
 *
 * @module
 */

import {
  ConfigError,
  ConnectError,
  localDisk,
  type Logger,
  reasonOf,
  type Secrets,
  systemClock,
} from "../base/mod.ts";
import {
  ConfigVariables,
  Connectors,
  overridePolicy,
  parseConnectorFile,
  type Props,
  taskSpec,
} from "../herder/mod.ts";
import { tryRecords } from "../sandbox/mod.ts";
import { type TaskSpec, type TrialOutcome } from "../task/mod.ts";
import { inFile, readFile, readWorkerFile } from "./files.ts";
import { parseCases } from "./trial_cases.ts";
import { differencesOf, jsonLines, outcomeJson } from "./trial_report.ts";

/** What `connect test` is told. */
export interface TrialArguments {
  /** The file of cases. */
  casesFile: string;
  /** The connector's file. */
  connectorFile: string;
  /** The worker's file; null: the connector names its converters itself. */
  workerFile: string | null;
  /** Whether what came out is written into the file of cases. */
  isUpdate: boolean;
}

/**
 * Runs the cases of a file.
 * @returns what to print, and the exit code
 * @throws {ConfigError} naming what will not do
 */
export async function runCases(
  args: TrialArguments,
  log: Logger,
  secrets: Secrets,
): Promise<{ text: string; code: number }> {
  const { casesFile, isUpdate } = args;
  const spec = await specOf(args, log, secrets);
  const bytes = await readFile(casesFile);
  const file = await inFile(casesFile, () => parseCases(bytes, spec.kind, isUpdate));
  const { cases } = file;
  const inputs = cases.map(({ input }) => input);
  const outcomes = (await tried(args.connectorFile, spec, inputs, log)).map((outcome, index) => {
    if (outcome.is === "unsound") {
      const { at, message } = outcome;
      const name = JSON.stringify(cases[index].name);
      throw new ConfigError(`${casesFile}: case ${name}: record.${at}: ${message}`);
    }
    return outcome.is === "failed"
      ? { ...outcome, message: secrets.mask(outcome.message) }
      : outcome;
  });
  if (isUpdate) return await update(casesFile, file, outcomes);
  const lines: string[] = [];
  let failed = 0;
  for (const [index, { name, expect }] of cases.entries()) {
    const differences = differencesOf(expect!, outcomes[index]);
    if (differences.length > 0) failed++;
    lines.push(`${differences.length === 0 ? "passed" : "FAILED"}  ${name}`);
    lines.push(...differences.map((difference) => `        ${difference}`));
  }
  lines.push(`${cases.length - failed} passed, ${failed} failed`);
  return { text: secrets.mask(`${lines.join("\n")}\n`), code: failed > 0 ? 1 : 0 };
}

/** What a task of the connector would run with. @throws {ConfigError} naming the file */
async function specOf(
  { connectorFile, workerFile }: TrialArguments,
  log: Logger,
  secrets: Secrets,
): Promise<TaskSpec> {
  const worker = workerFile === null ? null : await readWorkerFile(workerFile, log, secrets);
  const { props } = parseConnectorFile(connectorFile, await readFile(connectorFile));
  const connectors = new Connectors(log, [], { onRaised() {}, onReconfigure() {} });
  try {
    return await inFile(connectorFile, async () => {
      const { props: workerProps, variables } = worker ??
        { props: withoutWorker(props), variables: ConfigVariables.none() };
      const { type } = await connectors.validate(props, overridePolicy(workerProps), variables);
      const { props: resolved } = await variables.resolve(props);
      const connector = { ...resolved, name: props.name };
      return taskSpec({ kind: type, worker: workerProps, connector, task: 0, config: {} });
    });
  } finally {
    connectors.close();
  }
}

/** The worker of a connector that names its converters itself. @throws {ConfigError} when it does not */
function withoutWorker(connector: Props): Props {
  for (const key of ["key.converter", "value.converter"]) {
    if (Object.hasOwn(connector, key)) continue;
    throw new ConfigError(
      `${key}: the connector has none of its own; --worker WORKER.properties names the worker's`,
    );
  }
  const { "key.converter": key, "value.converter": value } = connector;
  return { "key.converter": key, "value.converter": value, "offset.storage.file.filename": "none" };
}

async function tried(
  connectorFile: string,
  spec: TaskSpec,
  inputs: Parameters<typeof tryRecords>[0]["inputs"],
  log: Logger,
): Promise<TrialOutcome[]> {
  try {
    return await tryRecords({ spec, inputs, files: [], clock: systemClock, log });
  } catch (cause) {
    if (!(cause instanceof ConnectError)) throw cause;
    throw new ConfigError(`${connectorFile}: ${reasonOf(cause)}`, { cause });
  }
}

/** Writes what came out into the file of cases, where that is not what is expected; all else as it was. */
async function update(
  path: string,
  { cases, json }: ReturnType<typeof parseCases>,
  outcomes: readonly TrialOutcome[],
): Promise<{ text: string; code: number }> {
  let changed = 0;
  const updated = json.map((one, index) => {
    const { expect } = cases[index];
    const isSame = expect !== undefined && differencesOf(expect, outcomes[index]).length === 0;
    if (isSame) return one;
    changed++;
    return { ...one, expect: outcomeJson(outcomes[index]) };
  });
  if (changed > 0) {
    const next = `${path}.new`;
    await Deno.writeTextFile(next, `${jsonLines(updated)}\n`);
    await localDisk.rename(next, path);
  }
  return { text: `${changed} of ${cases.length} cases changed in ${path}\n`, code: 0 };
}
