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
  top: { options: { ...remote, ...json, interval: { type: "string" } }, operand: "none" },
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
    throw new ConfigError(`${command}: ${reasonOf(cause).split(". ")[0]}`, { cause });
  }
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
