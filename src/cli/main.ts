/**
 * The command line: `connect standalone`, `connect validate`, `connect test`, `connect topics`, `connect spool`, `connect dlq`, help and version. Exit codes: 0 when all
 * went well, 78 (EX_CONFIG) for a wrong argument, file, key or port, 141 when nobody reads what is printed any
 * more, 1 for any other failure.
 *
 * @module
 */

import { parseArgs, type ParseArgsConfig } from "node:util";
import {
  ConfigError,
  maskedLog,
  NotFoundError,
  reasonOf,
  Secrets,
  systemClock,
} from "../base/mod.ts";
import { consoleLog, writeLine } from "./console_log.ts";

const version = "0.1.0 (Kafka Connect 4.2.0)";

const help = {
  "": `Usage: connect COMMAND [ARGUMENTS]

Kafka Connect for the edge: runs source and sink connectors, with or without Kafka.

Commands:
  standalone WORKER.properties [CONNECTOR.properties|.json ...]   runs connectors in one process
  validate WORKER.properties [CONNECTOR.properties|.json ...]     checks what standalone would refuse
  test CASES.json CONNECTOR.properties|.json                      tries its transforms and converters
  topics list|describe|read                                       shows what topics hold
  spool status                                                    shows what waits for Kafka
  dlq replay TOPIC                                                puts failed records through a sink again

Options:
  -h, --help   this text; after a command, how to use that command
  --version    the version

Exit codes: 0 when all went well, 78 when an argument, file, key, class or port will not do (one line
says which, and nothing is written), 141 when nobody reads what is printed any more, 1 for any other failure.
`,
  standalone: `Usage: connect standalone WORKER.properties [CONNECTOR.properties|.json ...]

Runs the connectors of the files given until Ctrl-C or SIGTERM: then tasks finish what they have, commit
their offsets, and it ends with exit code 0. A second Ctrl-C ends it at once. The log is on standard error.

WORKER.properties needs three keys; this is a whole one:

  key.converter=org.apache.kafka.connect.json.JsonConverter
  value.converter=org.apache.kafka.connect.json.JsonConverter
  offset.storage.file.filename=connect.offsets

Topics live in the folder "data", or DIR with bootstrap.servers=embedded:DIR; no broker is needed.
The REST API is at listeners=http://:8083.

A connector is a file of properties, or of JSON: the keys alone, or {"name": ..., "config": {...}}:

  name=my-source
  connector.class=FileStreamSource
  file=test.txt
  topic=connect-test

Options:
  -h, --help   this text
`,
  validate: `Usage: connect validate WORKER.properties [CONNECTOR.properties|.json ...] [--json]

Checks the files as standalone does before it starts anything, and starts nothing: every key of the worker and
of its connectors, converters, transforms, predicates, config providers, Kafka clients, the spool, listeners and
folders. All that is wrong is printed, one mistake a line with its file and key, and the exit code is 78. What
would have no effect, and what would make a task fail later, is printed as a warning. A port or a folder that is in
use now is no mistake.

Options:
  --json       as JSON
  -h, --help   this text
`,
  test:
    `Usage: connect test CASES.json CONNECTOR.properties|.json [--worker WORKER.properties] [--update]

Runs records through the transforms (with their predicates) and converters of a connector, as its tasks do, and
compares what comes out; no broker, no worker and nothing of the connector's own is needed. CASES.json is a list:

  [{ "name": "a line becomes a struct",
     "record": { "topic": "lines", "value": "foo", "valueSchema": "string" },
     "expect": { "topic": "lines", "key": null, "value": { "json": { "line": "foo" } } } },
   { "name": "an empty line is dropped", "record": { "topic": "lines", "value": "" }, "expect": "dropped" },
   { "name": "a number is no line", "record": { "topic": "lines", "value": 1 }, "expect": { "error": "..." } }]

For a source the record is as the connector gives it, and what is expected as a topic would hold it: null,
{"text": ...}, {"json": ...} or {"base64": ...} for "key", "value" and the "value" of each of "headers"
([{"key": ..., "value": ...}]). For a sink it is the other way round. Data are JSON; "keySchema", "valueSchema" and a
header's "schema" are schemas as JsonConverter has them, or the names of simple types. "partition" and "timestamp"
(in milliseconds) may be given. Of what is expected, what is left out is not compared; an error is known by a part of
its message. It exits with 0 when all cases pass, with 1 when one fails, with 78 when a file will not do.

Options:
  --worker WORKER.properties   the worker whose converters and config providers the connector uses
  --update                     writes what came out into CASES.json, where that was not what is expected
  -h, --help                   this text
`,
  topics: `Usage: connect topics list            --worker WORKER.properties
       connect topics describe TOPIC  --worker WORKER.properties
       connect topics read TOPIC      --worker WORKER.properties [OPTIONS]

Shows the topics of the brokers that the worker's file names, reached as it says, or those of its embedded log;
also while the worker runs. A topic whose records are compressed is read as any other.

  list       the names of the topics, one a line
  describe   a topic's settings, and its partitions with their first and next offsets
  read       the values of a topic's records, one a line, and what comes until Ctrl-C

Options:
  --worker WORKER.properties   the file of the worker, which says where its topics are
  --from-beginning             read from the first record kept; only new ones without it
  --max-messages N             end after N records
  --property print.key=true    begin each line with the record's key and a tab
  -h, --help                   this text
`,
  dlq:
    `Usage: connect dlq replay TOPIC --worker WORKER.properties --connector CONNECTOR.properties|.json

Runs a sink connector over the records of its dead letter queue, up to where that ends now, and ends. With
errors.deadletterqueue.context.headers.enable the records are as they were before they failed: those headers are
taken away, and the topic is that of the record. Without it their topic is TOPIC.

What fails again is dealt with as the connector's errors.* keys say; by default it fails, and the exit code is 1. What
has been replayed is not replayed again: the group connect-NAME-dlq-replay remembers it. With the embedded log the
worker must not run meanwhile.

Options:
  --worker WORKER.properties         the file of the worker, which says where its topics are
  --connector CONNECTOR.properties   the file of the connector
  -h, --help                         this text
`,
  spool: `Usage: connect spool status --worker WORKER.properties [--json]

Shows what the worker's spool (spool.dir) holds, also while the worker runs: the bytes its segments take and
may take, and for each partition the records that wait for Kafka, the age of the oldest of them by its
timestamp, and how many a second Kafka takes, measured for two seconds.

Options:
  --worker WORKER.properties   the file of the worker, which says where its spool is
  --json                       as JSON; numbers of records are text, for they may have 64 bits
  -h, --help                   this text
`,
} as const;

/** What a shell says of a command that ended so: 128 and SIGPIPE. */
const brokenPipe = 141;

/** Runs a command. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const secrets = new Secrets();
  try {
    return await run(args, secrets) ?? 0;
  } catch (error) {
    // Whoever read what is printed has had enough, as in `connect topics list | head -1`.
    if (error instanceof Deno.errors.BrokenPipe) return brokenPipe;
    // Kafka's messages have several lines where there are several mistakes, and in regular expressions.
    writeLine(`connect: ${secrets.mask(reasonOf(error)).replaceAll(/\s*\n\s*/g, " ")}`);
    return error instanceof ConfigError || error instanceof NotFoundError ? 78 : 1;
  }
}

/** @returns the exit code, when it is not 0 */
async function run(args: readonly string[], secrets: Secrets): Promise<number | void> {
  const [command, ...rest] = args;
  switch (command) {
    case "--version":
      return print(`${version}\n`);
    case undefined:
    case "--help":
    case "-h":
      return print(help[""]);
    case "standalone": {
      const { values, positionals } = parse(command, rest, helpOption);
      if (values.help) return print(help.standalone);
      if (positionals.length === 0) {
        throw new ConfigError(
          "standalone: the worker's file is missing; see connect standalone --help",
        );
      }
      const { runStandalone } = await import("./standalone.ts");
      return await runStandalone(
        positionals,
        maskedLog(consoleLog(systemClock), secrets),
        secrets,
      );
    }
    case "validate":
      return await runValidate(rest, secrets);
    case "test":
      return await runTest(rest, secrets);
    case "topics":
      return await runTopics(rest, secrets);
    case "spool":
      return await runSpool(rest, secrets);
    case "dlq":
      return await runDlq(rest, secrets);
    default:
      throw new ConfigError(`Unknown command "${command}"; see connect --help`);
  }
}

async function runValidate(args: readonly string[], secrets: Secrets): Promise<number | void> {
  const { values, positionals } = parse("validate", args, {
    ...helpOption,
    json: { type: "boolean" },
  });
  if (values.help) return print(help.validate);
  if (positionals.length === 0) {
    throw new ConfigError("validate: the worker's file is missing; see connect validate --help");
  }
  const { validate } = await import("./validate.ts");
  const { text, code } = await validate(positionals, values.json === true, secrets);
  print(text);
  return code;
}

async function runTest(args: readonly string[], secrets: Secrets): Promise<number | void> {
  const { values, positionals: [casesFile, connectorFile, ...more] } = parse("test", args, {
    ...helpOption,
    worker: { type: "string" },
    update: { type: "boolean" },
  });
  if (values.help) return print(help.test);
  if (connectorFile === undefined) {
    const what = casesFile === undefined ? "the file of cases" : "the connector's file";
    throw new ConfigError(`test: ${what} is missing; see connect test --help`);
  }
  if (more.length > 0) throw new ConfigError(`test: unexpected argument "${more[0]}"`);
  const { runCases } = await import("./trial.ts");
  const { worker: workerFile = null, update: isUpdate = false } = values;
  const log = maskedLog(consoleLog(systemClock, "warn"), secrets);
  const { text, code } = await runCases(
    { casesFile, connectorFile, workerFile, isUpdate },
    log,
    secrets,
  );
  print(text);
  return code;
}

async function runTopics(args: readonly string[], secrets: Secrets): Promise<void> {
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
    throw new ConfigError(
      `topics ${action}: --worker WORKER.properties is missing; see connect topics --help`,
    );
  }
  if (action !== "list" && topic === undefined) {
    throw new ConfigError(`topics ${action}: the topic is missing`);
  }
  const recordsMax = maxMessages(values["max-messages"]);
  const printKey = printsKey(values.property);
  const topics = await import("./topics.ts");
  const source = await openSource(values.worker, secrets);
  try {
    if (action === "list") return await topics.listTopics(source);
    if (action === "describe") return await topics.describeTopic(source, topic);
    const fromBeginning = values["from-beginning"] === true;
    await topics.readTopic(source, topic, { fromBeginning, recordsMax, printKey }, systemClock);
  } finally {
    await source.close();
  }
}

async function runSpool(args: readonly string[], secrets: Secrets): Promise<void> {
  const { values, positionals: [action, ...more] } = parse("spool", args, {
    ...helpOption,
    worker: { type: "string" },
    json: { type: "boolean" },
  });
  if (values.help || action === undefined) return print(help.spool);
  if (action !== "status") {
    throw new ConfigError(`spool: unknown action "${action}"; it must be status`);
  }
  if (more.length > 0) throw new ConfigError(`spool status: unexpected argument "${more[0]}"`);
  if (typeof values.worker !== "string") {
    throw new ConfigError(
      "spool status: --worker WORKER.properties is missing; see connect spool --help",
    );
  }
  const { spoolStatus } = await import("./spool.ts");
  const log = maskedLog(consoleLog(systemClock, "error"), secrets);
  print(await spoolStatus(values.worker, values.json === true, log, secrets));
}

async function runDlq(args: readonly string[], secrets: Secrets): Promise<number | void> {
  const { values, positionals: [action, topic, ...more] } = parse("dlq", args, {
    ...helpOption,
    worker: { type: "string" },
    connector: { type: "string" },
  });
  if (values.help || action === undefined) return print(help.dlq);
  if (action !== "replay") {
    throw new ConfigError(`dlq: unknown action "${action}"; it must be replay`);
  }
  if (topic === undefined) throw new ConfigError("dlq replay: the topic is missing");
  if (more.length > 0) throw new ConfigError(`dlq replay: unexpected argument "${more[0]}"`);
  const { worker: workerFile, connector: connectorFile } = values;
  if (workerFile === undefined || connectorFile === undefined) {
    const missing = workerFile === undefined
      ? "--worker WORKER.properties"
      : "--connector CONNECTOR.properties";
    throw new ConfigError(`dlq replay: ${missing} is missing; see connect dlq --help`);
  }
  const { replayLetters } = await import("./letters.ts");
  const { stopSignal } = await import("./stop_signal.ts");
  const log = maskedLog(consoleLog(systemClock), secrets);
  const signal = stopSignal(log);
  const { text, code } = await replayLetters(
    { topic, workerFile, connectorFile, signal },
    log,
    secrets,
  );
  print(secrets.mask(text));
  return code;
}

/** How long brokers are waited for unless the worker's file says it, in milliseconds: someone sits and looks. */
const patienceMs = 10_000;

/** The topics that a worker's file names. @throws {ConfigError} */
async function openSource(workerFile: string, secrets: Secrets) {
  const { inFile, readWorkerFile } = await import("./files.ts");
  const { embeddedSource, kafkaSource } = await import("./topic_source.ts");
  const { embeddedFolder } = await import("../herder/mod.ts");
  // What keeps it from its end is told there, in one line; the worker tells of keys that have no effect.
  const log = maskedLog(consoleLog(systemClock, "error"), secrets);
  const { props, config } = await readWorkerFile(workerFile, log, secrets);
  const folder = embeddedFolder(config["bootstrap.servers"]);
  if (folder !== null) return embeddedSource(folder);
  const { clientSources, kafkaTopics } = await import("./kafka.ts");
  const patience = { "default.api.timeout.ms": String(patienceMs) };
  const topics = () => kafkaTopics({ ...patience, ...props }, clientSources(log));
  return kafkaSource(await inFile(workerFile, topics));
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
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length;) start += Deno.stdout.writeSync(bytes.subarray(start));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
