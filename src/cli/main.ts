/**
 * The command line: `connect standalone`, `connect topics`, help and version. Exit codes: 0 when all
 * went well, 78 (EX_CONFIG) for a wrong argument, file, key or port, 1 for any other failure.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { ConfigError, NotFoundError, reasonOf, systemClock } from "../base/mod.ts";
import { consoleLog, writeLine } from "./console_log.ts";

const version = "0.1.0 (Kafka Connect 4.2.0)";

const help = {
  "": `Usage: connect COMMAND [ARGUMENTS]

Kafka Connect for the edge: runs source and sink connectors, with or without Kafka.

Commands:
  standalone WORKER.properties [CONNECTOR.properties|.json ...]   runs connectors in one process
  topics list|describe|read                                       shows what the embedded log holds

Options:
  --help      this text, or that of a command
  --version   the version
`,
  standalone: `Usage: connect standalone WORKER.properties [CONNECTOR.properties|.json ...]

Runs the connectors of the files given until Ctrl-C or SIGTERM, then stops them in order.
Without bootstrap.servers, or with bootstrap.servers=embedded:DIR, topics live in a folder
(data unless told) and no broker is needed.
`,
  topics: `Usage: connect topics list            --worker WORKER.properties
       connect topics describe TOPIC  --worker WORKER.properties
       connect topics read TOPIC      --worker WORKER.properties [OPTIONS]

Shows the topics of the embedded log that the worker's file names, also while the worker runs.

Options of read:
  --from-beginning            from the first record kept; only new ones without it
  --max-messages N            end after N records; runs until Ctrl-C without it
  --property print.key=true   each line begins with the key and a tab
`,
} as const;

/** Runs a command. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await run(args);
    return 0;
  } catch (error) {
    // Kafka's messages have several lines where there are several mistakes, and in regular expressions.
    writeLine(`connect: ${reasonOf(error).replaceAll(/\s*\n\s*/g, " ")}`);
    return error instanceof ConfigError || error instanceof NotFoundError ? 78 : 1;
  }
}

async function run(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  switch (command) {
    case "--version":
      return print(`${version}\n`);
    case undefined:
    case "--help":
    case "-h":
    case "help":
      return print(help[""]);
    case "standalone": {
      const { values, positionals } = parse(command, rest, helpOption);
      if (values.help) return print(help.standalone);
      if (positionals.length === 0) {
        throw new ConfigError("standalone: the worker's file is missing");
      }
      const { runStandalone } = await import("./standalone.ts");
      return await runStandalone(positionals, consoleLog(systemClock));
    }
    case "topics":
      return await runTopics(rest);
    default:
      throw new ConfigError(`Unknown command "${command}"; connect --help lists what there is`);
  }
}

async function runTopics(args: readonly string[]): Promise<void> {
  const { values, positionals: [action, topic, ...more] } = parse("topics", args, {
    ...helpOption,
    worker: { type: "string" },
    "from-beginning": { type: "boolean" },
    "max-messages": { type: "string" },
    property: { type: "string", multiple: true },
  });
  if (values.help || action === undefined) return print(help.topics);
  if (!["list", "describe", "read"].includes(action)) {
    throw new ConfigError(`topics: unknown action "${action}"; it must be list, describe or read`);
  }
  if (more.length > 0) throw new ConfigError(`topics ${action}: unexpected argument "${more[0]}"`);
  if (typeof values.worker !== "string") {
    throw new ConfigError(`topics ${action}: --worker WORKER.properties is missing`);
  }
  if (action !== "list" && topic === undefined) {
    throw new ConfigError(`topics ${action}: the topic is missing`);
  }
  const recordsMax = maxMessages(values["max-messages"]);
  const printKey = printsKey(values.property);
  const { logFolder, readWorkerFile } = await import("./files.ts");
  const { config } = await readWorkerFile(values.worker);
  const folder = logFolder(values.worker, config);
  const topics = await import("./topics.ts");
  if (action === "list") return await topics.listTopics(folder);
  if (action === "describe") return await topics.describeTopic(folder, topic);
  const fromBeginning = values["from-beginning"] === true;
  await topics.readTopic(folder, topic, { fromBeginning, recordsMax, printKey }, systemClock);
}

function maxMessages(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text);
  throw new ConfigError(`topics read: --max-messages ${text}: it must be a number of at least 1`);
}

function printsKey(properties: readonly string[] | undefined): boolean {
  let printsKey = false;
  for (const property of properties ?? []) {
    const found = /^print\.key=(true|false)$/.exec(property);
    if (found === null) {
      throw new ConfigError(
        `topics read: --property ${property}: only print.key=true|false is known`,
      );
    }
    printsKey = found[1] === "true";
  }
  return printsKey;
}

const helpOption = { help: { type: "boolean", short: "h" } } as const;

function parse<const O extends NonNullable<ParseArgsConfig["options"]>>(
  command: string,
  args: readonly string[],
  options: O,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    throw new ConfigError(`${command}: ${reasonOf(cause).split(". ")[0]}`, { cause });
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
