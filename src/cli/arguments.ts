/**
 * What each command takes, in one table: arguments are read by it, and shells complete them by it.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { ConfigError, reasonOf } from "../base/mod.ts";

/** What an argument stands for. */
export type Operand = "file" | "connector" | "topic" | "none";

/** What a command takes. */
export interface Command {
  /** Its options, as `parseArgs` has them. */
  options: NonNullable<ParseArgsConfig["options"]>;
  /** What its arguments are, when it has no actions. */
  operand?: Operand;
  /** What it can do, and what the arguments of that are. */
  actions?: Record<string, Operand>;
}

const help = { help: { type: "boolean", short: "h" } } as const;
const json = { json: { type: "boolean" } } as const;
const worker = { worker: { type: "string" } } as const;
/** Of commands that ask a worker. */
const remote = {
  ...help,
  url: { type: "string" },
  cacert: { type: "string" },
  timeout: { type: "string" },
} as const;

/** All commands. */
export const commands = {
  standalone: { options: help, operand: "file" },
  validate: { options: { ...help, ...json }, operand: "file" },
  test: { options: { ...help, ...worker, update: { type: "boolean" } }, operand: "file" },
  topics: {
    options: {
      ...help,
      ...worker,
      ...json,
      "from-beginning": { type: "boolean" },
      offset: { type: "string" },
      partition: { type: "string" },
      "max-messages": { type: "string" },
      property: { type: "string", multiple: true },
    },
    actions: { list: "none", describe: "topic", read: "topic" },
  },
  spool: { options: { ...help, ...worker, ...json }, actions: { status: "none" } },
  dlq: {
    options: { ...help, ...worker, connector: { type: "string" } },
    actions: { replay: "topic" },
  },
  status: { options: { ...remote, ...json }, operand: "connector" },
  connectors: {
    options: {
      ...remote,
      ...json,
      "include-tasks": { type: "boolean" },
      "only-failed": { type: "boolean" },
    },
    actions: {
      list: "none",
      create: "file",
      delete: "connector",
      pause: "connector",
      resume: "connector",
      stop: "connector",
      restart: "connector",
      config: "connector",
      offsets: "connector",
    },
  },
  top: {
    options: {
      ...remote,
      ...json,
      interval: { type: "string" },
      "admin-url": { type: "string" },
    },
    operand: "none",
  },
  completions: { options: help, actions: { bash: "none", zsh: "none", fish: "none" } },
} as const satisfies Record<string, Command>;

/** Options whose value is the name of a file. */
export const fileOptions: ReadonlySet<string> = new Set(["worker", "connector", "cacert"]);

/** Reads a command's arguments. @throws {ConfigError} of one that it does not have */
export function parse<C extends keyof typeof commands>(command: C, args: readonly string[]) {
  try {
    const { options }: (typeof commands)[C] = commands[command];
    return parseArgs({
      args: [...args],
      options: options as (typeof commands)[C]["options"],
      allowPositionals: true,
    });
  } catch (cause) {
    const [why] = reasonOf(cause).split(". ");
    const [, wrong] = /^Unknown option '--?([^']+)'$/.exec(why) ?? [];
    const meant = wrong === undefined ? "" : meantBy(wrong, Object.keys(commands[command].options));
    throw new ConfigError(`${command}: ${why}${meant && `; did you mean --${meant}?`}`, { cause });
  }
}

/** What a user may have meant by a word with a mistake or two; empty when it is like nothing. */
export function meantBy(wrong: string, known: readonly string[]): string {
  const near = known.map((word) => ({ word, mistakes: mistakesBetween(wrong, word) }))
    .filter(({ word, mistakes }) => mistakes <= 2 && mistakes < word.length / 2);
  return near.toSorted((a, b) => a.mistakes - b.mistakes)[0]?.word ?? "";
}

/** How many letters are missing, too many or others; two that have changed places are one mistake. */
function mistakesBetween(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const other = a[i] === b[j] ? 0 : 1;
      const isSwapped = a[i] === b[j - 1] && a[i - 1] === b[j];
      const swapped = isSwapped ? before[j - 1] + 1 : Infinity;
      next.push(Math.min(last[j + 1] + 1, next[j] + 1, last[j] + other, swapped));
    }
    [before, last] = [last, next];
  }
  return last[b.length];
}

/**
 * The action that was asked for.
 * @throws {ConfigError} when the command does not have it
 */
export function actionOf<C extends "topics" | "spool" | "dlq" | "connectors" | "completions">(
  command: C,
  action: string,
): keyof (typeof commands)[C]["actions"] & string {
  const known = Object.keys(commands[command].actions);
  if (known.includes(action)) return action as keyof (typeof commands)[C]["actions"] & string;
  const last = known.pop();
  const all = known.length === 0 ? last : `${known.join(", ")} or ${last}`;
  throw new ConfigError(`${command}: unknown action "${action}"; it must be ${all}`);
}

/** Prints on standard output, all of it. */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length;) start += Deno.stdout.writeSync(bytes.subarray(start));
}
