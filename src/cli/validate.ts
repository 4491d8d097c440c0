/**
 * `connect validate`: what a standalone worker would refuse at its start, all of it, without starting
 * anything.
 *
 * @module
 */

import { type Logger, reasonOf, type Secrets } from "../base/mod.ts";
import { Connectors, taskFindings } from "../herder/mod.ts";
import { tryFolder } from "./folders.ts";
import { tryListeners } from "./listen.ts";
import { type Plan, planStandalone, type Problem } from "./plan.ts";
import { suggestions } from "./suggestions.ts";

/** What is found in files. */
interface Report {
  files: readonly string[];
  /** The names of the connectors, if nothing is wrong. */
  connectors: string[];
  errors: readonly Problem[];
  /** What has no effect, or will not do once tasks start. */
  warnings: string[];
}

/** Checks the files of a worker and its connectors. @returns what to print, and the exit code */
export async function validate(
  files: readonly string[],
  asJson: boolean,
  secrets: Secrets,
): Promise<{ text: string; code: number }> {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const log: Logger = { debug() {}, info() {}, warn, error: warn };
  const connectors = new Connectors(log, [], { onRaised() {}, onReconfigure() {} });
  const report: Report = { files, connectors: [], errors: [], warnings };
  try {
    const planned = await planStandalone(files, { connectors, log, secrets });
    report.errors = await withSuggestions(planned.problems, connectors);
    if (planned.plan !== null) {
      report.errors = await whatStartsRefuse(planned.plan, log);
      report.connectors = planned.plan.connectors.map(({ props }) => props.name);
      warnings.push(...await whatTasksRefuse(planned.plan));
      await planned.plan.kafka?.close();
    }
  } finally {
    connectors.close();
  }
  const print = asJson ? jsonOf : textOf;
  return { text: secrets.mask(print(report)), code: report.errors.length > 0 ? 78 : 0 };
}

const unknownClass = /Class (\S+) could not be found|which name matches (\S+)$/;

/** The same, with the classes that may be meant by one that there is not. */
async function withSuggestions(
  problems: readonly Problem[],
  connectors: Connectors,
): Promise<Problem[]> {
  if (!problems.some(({ reason }) => unknownClass.test(reason))) return [...problems];
  const known = (await connectors.plugins()).map((plugin) => plugin.class);
  return problems.map((problem) => {
    const [, ...names] = unknownClass.exec(problem.reason) ?? [];
    const name = names.find((one) => one !== undefined);
    const meant = name === undefined ? [] : suggestions(name, known);
    if (meant.length === 0) return problem;
    return { ...problem, reason: `${problem.reason} (Did you mean ${meant.join(" or ")}?)` };
  });
}

/** What is opened when the worker starts, and is only looked at here. */
async function whatStartsRefuse(plan: Plan, log: Logger): Promise<Problem[]> {
  const { workerFile: file, folder, spooling, rest } = plan;
  const problems: Problem[] = tryListeners(rest, log)
    .map(({ key, error }) => ({ file, key, reason: error.message }));
  const folders = [["bootstrap.servers", folder], ["spool.dir", spooling?.folder ?? null]] as const;
  for (const [key, path] of folders) {
    if (path === null) continue;
    await tryFolder(path).catch((error) => problems.push({ file, key, reason: reasonOf(error) }));
  }
  return problems;
}

/** Kafka: what a connector's own clients will not do with makes its tasks fail, and not the worker. */
async function whatTasksRefuse({ props, connectors, clients, variables }: Plan): Promise<string[]> {
  if (clients === null) return [];
  const warnings: string[] = [];
  for (const { path, props: raw, description: { type } } of connectors) {
    const { props: resolved } = await variables.resolve(raw);
    const connector = { ...resolved, name: raw.name };
    const findings = await taskFindings(type, { worker: props, connector, clients });
    for (const { name, errorMessages } of findings) {
      for (const reason of errorMessages) {
        warnings.push(`${place({ file: path, key: name || null, reason })} (its tasks will fail)`);
      }
    }
  }
  return warnings;
}

/** A mistake as a line. */
function place({ file, key, reason }: Problem): string {
  const line = reason.replaceAll(/\s*\n\s*/g, " ");
  return key === null ? `${file}: ${line}` : `${file}: ${key}: ${line}`;
}

function textOf({ files, connectors, errors, warnings }: Report): string {
  const lines = warnings.map((warning) => `warning: ${warning.replaceAll(/\s*\n\s*/g, " ")}`);
  lines.push(...errors.map(place));
  if (errors.length > 0) {
    const wrong = new Set(errors.map(({ file }) => file)).size;
    lines.push(`${count(errors.length, "error")} in ${wrong} of ${count(files.length, "file")}`);
  } else {
    const names = connectors.length === 0 ? "" : `: ${connectors.join(", ")}`;
    lines.push(
      `${count(files.length, "file")} without errors: a worker with ` +
        `${count(connectors.length, "connector")}${names}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function jsonOf({ errors, ...rest }: Report): string {
  const { files, connectors, warnings } = rest;
  const report = { valid: errors.length === 0, files, connectors, errors, warnings };
  return `${JSON.stringify(report, null, 2)}\n`;
}
