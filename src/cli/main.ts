/**
 * The command line: each command reads its arguments here, and only then loads what it needs. Exit codes: 0 when
 * all went well, 78 (EX_CONFIG) for a wrong argument, file, key or port, and for what a worker says is wrong in
 * what it was asked, 141 when nobody reads what is printed any more, 1 for any other failure.
 *
 * @module
 */

import { ConfigError, NotFoundError, reasonOf, Secrets, systemClock } from "../base/mod.ts";
import { actionOf, commands, meantBy, parse, print } from "./arguments.ts";
import { closeLog, openLog, writeLine } from "./console_log.ts";
import { help } from "./help.ts";
import type { RestClient, RestTarget } from "./rest_client.ts";

const version = "0.1.0 (Kafka Connect 4.2.0)";

/** What a shell says of a command that ended so: 128 and SIGPIPE. */
const brokenPipe = 141;

/** Runs a command. @returns the exit code */
export async function main(args: readonly string[]): Promise<number> {
  const secrets = new Secrets();
  try {
    const code = await run(args, secrets) ?? 0;
    await closeLog();
    return code;
  } catch (error) {
    await closeLog();
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
      const { values, positionals } = parse(command, rest);
      if (values.help) return print(help.standalone);
      if (positionals.length === 0) {
        throw new ConfigError(
          "standalone: the worker's file is missing; see connect standalone --help",
        );
      }
      const [{ runStandalone }, log] = await Promise.all([
        import("./standalone.ts"),
        openLog(secrets, { isHeld: true }),
      ]);
      return await runStandalone(positionals, log, secrets);
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
    case "status":
      return await runStatus(rest, secrets);
    case "connectors":
      return await runConnectors(rest, secrets);
    case "top":
      return await runTop(rest, secrets);
    case "completions":
      return await runCompletions(rest, secrets);
    case "distributed":
      throw new ConfigError(
        "distributed: workers do not share connectors yet; connect standalone runs them in one process",
      );
    case "help":
      // As after most programs' names.
      return await run([...rest.slice(0, 1), "--help"], secrets);
    default: {
      const meant = meantBy(command, Object.keys(commands));
      const hint = meant === "" ? "see connect --help" : `did you mean ${meant}?`;
      throw new ConfigError(`Unknown command "${command}"; ${hint}`);
    }
  }
}

async function runValidate(args: readonly string[], secrets: Secrets): Promise<number | void> {
  const { values, positionals } = parse("validate", args);
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
  const { values, positionals: [casesFile, connectorFile, ...more] } = parse("test", args);
  if (values.help) return print(help.test);
  if (connectorFile === undefined) {
    const what = casesFile === undefined ? "the file of cases" : "the connector's file";
    throw new ConfigError(`test: ${what} is missing; see connect test --help`);
  }
  if (more.length > 0) throw new ConfigError(`test: unexpected argument "${more[0]}"`);
  const { runCases } = await import("./trial.ts");
  const { worker: workerFile = null, update: isUpdate = false } = values;
  const { log } = await openLog(secrets, { level: "WARN" });
  const { text, code } = await runCases(
    { casesFile, connectorFile, workerFile, isUpdate },
    log,
    secrets,
  );
  print(text);
  return code;
}

async function runTopics(args: readonly string[], secrets: Secrets): Promise<void> {
  const { values, positionals: [action, topic, ...more] } = parse("topics", args);
  if (values.help || action === undefined) return print(help.topics);
  actionOf("topics", action);
  if (more.length > 0) throw new ConfigError(`topics ${action}: unexpected argument "${more[0]}"`);
  if (typeof values.worker !== "string") {
    throw new ConfigError(
      `topics ${action}: --worker WORKER.properties is missing; see connect topics --help`,
    );
  }
  if (action !== "list" && topic === undefined) {
    throw new ConfigError(`topics ${action}: the topic is missing`);
  }
  const topics = await import("./topics.ts");
  const { readOptions } = await import("./topics_arguments.ts");
  const options = readOptions(values);
  const source = await openSource(values.worker, secrets);
  try {
    const asJson = values.json === true;
    if (action === "list") return await topics.listTopics(source, asJson);
    if (action === "describe") return await topics.describeTopic(source, topic, asJson);
    await topics.readTopic(source, topic, options, systemClock);
  } finally {
    await source.close();
  }
}

async function runSpool(args: readonly string[], secrets: Secrets): Promise<void> {
  const { values, positionals: [action, ...more] } = parse("spool", args);
  if (values.help || action === undefined) return print(help.spool);
  actionOf("spool", action);
  if (more.length > 0) throw new ConfigError(`spool status: unexpected argument "${more[0]}"`);
  if (typeof values.worker !== "string") {
    throw new ConfigError(
      "spool status: --worker WORKER.properties is missing; see connect spool --help",
    );
  }
  const { spoolStatus } = await import("./spool.ts");
  const { log } = await openLog(secrets, { level: "ERROR" });
  print(await spoolStatus(values.worker, values.json === true, log, secrets));
}

async function runDlq(args: readonly string[], secrets: Secrets): Promise<number | void> {
  const { values, positionals: [action, topic, ...more] } = parse("dlq", args);
  if (values.help || action === undefined) return print(help.dlq);
  actionOf("dlq", action);
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
  const { log } = await openLog(secrets);
  const signal = stopSignal(log);
  const { text, code } = await replayLetters(
    { topic, workerFile, connectorFile, signal },
    log,
    secrets,
  );
  print(secrets.mask(text));
  return code;
}

async function runStatus(args: readonly string[], secrets: Secrets): Promise<void> {
  const { values, positionals: [name, ...more] } = parse("status", args);
  if (values.help) return print(help.status);
  if (more.length > 0) throw new ConfigError(`status: unexpected argument "${more[0]}"`);
  const { showStatus } = await import("./remote.ts");
  await withWorker(values, secrets, async (client) => {
    print(await showStatus(client, name, values.json === true));
  });
}

async function runConnectors(args: readonly string[], secrets: Secrets): Promise<void> {
  const { values, positionals: [action, ...operands] } = parse("connectors", args);
  if (values.help || action === undefined) return print(help.connectors);
  const known = actionOf("connectors", action);
  const operandsMax = known === "list"
    ? 0
    : known === "config" || known === "offsets"
    ? 1
    : Infinity;
  if (operands.length > operandsMax) {
    throw new ConfigError(`connectors ${action}: unexpected argument "${operands[operandsMax]}"`);
  }
  if (known !== "list" && !operands[0]) {
    const what = known === "create" ? "the connector's file" : "the connector's name";
    throw new ConfigError(`connectors ${action}: ${what} is missing`);
  }
  const { "include-tasks": includeTasks = false, "only-failed": onlyFailed = false } = values;
  if (known !== "restart" && (includeTasks || onlyFailed)) {
    const option = includeTasks ? "--include-tasks" : "--only-failed";
    throw new ConfigError(`connectors ${action}: ${option} goes with restart alone`);
  }
  const remote = await import("./remote.ts");
  await withWorker(values, secrets, async (client) => {
    if (known === "list") return print(await remote.listConnectors(client, values.json === true));
    if (known === "create") return await remote.createConnectors(client, operands, print);
    if (known === "config" || known === "offsets") {
      return print(await remote.showPart(client, operands[0], known));
    }
    await remote.changeConnectors(client, known, operands, { includeTasks, onlyFailed }, print);
  });
}

async function runTop(args: readonly string[], secrets: Secrets): Promise<void> {
  const { values, positionals: [more] } = parse("top", args);
  if (values.help) return print(help.top);
  if (more !== undefined) throw new ConfigError(`top: unexpected argument "${more}"`);
  const { intervalMsOf, top } = await import("./top.ts");
  const options = { asJson: values.json === true, intervalMs: intervalMsOf(values.interval) };
  const { "admin-url": url } = values;
  await withWorker(values, secrets, async (client) => {
    if (url === undefined) return await top(client, client, options, systemClock);
    await withWorker({ ...values, url, urlOption: "--admin-url" }, secrets, async (admin) => {
      await top(client, admin, options, systemClock);
    });
  });
}

async function runCompletions(args: readonly string[], secrets: Secrets): Promise<void> {
  const { values, positionals: [action, ...words] } = parse("completions", args);
  if (values.help || action === undefined) return print(help.completions);
  const shell = actionOf("completions", action);
  const { completionLines, scripts } = await import("./completions.ts");
  if (!args.includes("--")) return print(scripts[shell]);
  const namesOf = async (target: RestTarget) => {
    const { namesSchema } = await import("./worker_answers.ts");
    let names: string[] = [];
    await withWorker({ ...target, timeout: "1" }, secrets, async (client) => {
      names = await client.ask("/connectors", namesSchema);
    }).catch(() => {});
    return names;
  };
  print(await completionLines(shell, words, namesOf));
}

/** Asks a worker, and ends the connections to it. */
async function withWorker(
  target: RestTarget,
  secrets: Secrets,
  action: (client: RestClient) => Promise<void>,
): Promise<void> {
  const { RestClient } = await import("./rest_client.ts");
  const client = await RestClient.open(target, (name) => Deno.env.get(name), secrets);
  try {
    await action(client);
  } finally {
    client.close();
  }
}

/** How long brokers are waited for unless the worker's file says it, in milliseconds: someone sits and looks. */
const patienceMs = 10_000;

/** The topics that a worker's file names. @throws {ConfigError} */
async function openSource(workerFile: string, secrets: Secrets) {
  const { inFile, readWorkerFile } = await import("./files.ts");
  const { embeddedSource, kafkaSource } = await import("./topic_source.ts");
  const { embeddedFolder } = await import("../herder/mod.ts");
  // What keeps it from its end is told there, in one line; the worker tells of keys that have no effect.
  const { log } = await openLog(secrets, { level: "ERROR" });
  const { props, config } = await readWorkerFile(workerFile, log, secrets);
  const folder = embeddedFolder(config["bootstrap.servers"]);
  if (folder !== null) return embeddedSource(folder);
  const { clientSources, kafkaTopics } = await import("./kafka.ts");
  const patience = { "default.api.timeout.ms": String(patienceMs) };
  const topics = () => kafkaTopics({ ...patience, ...props }, clientSources(log));
  return kafkaSource(await inFile(workerFile, topics));
}

if (import.meta.main) Deno.exit(await main(Deno.args));
