/**
 * `connect standalone`: checks everything that is configured, and only then opens the log and starts.
 *
 * @module
 */

import { ConfigError, localDisk, type Logger, reasonOf, systemClock } from "../base/mod.ts";
import {
  Connectors,
  embeddedFolder,
  isAdminKey,
  type Listener,
  type OverridePolicy,
  overridePolicy,
  parseConnectorFile,
  parseListeners,
  type Props,
  StandaloneHerder,
  unknownWorkerKeys,
} from "../herder/mod.ts";
import { createApp } from "../rest/mod.ts";
import { FileOffsetStore } from "../store/mod.ts";
import { EmbeddedTopics, groupOffsetsTopic, Spool } from "../topics/mod.ts";
import { clientSources, kafkaTopics, plannedSpool } from "./kafka.ts";
import { inFile, readFile, readWorkerFile } from "./files.ts";

/** Runs a standalone worker until it is told to stop. @throws {ConfigError} before anything is written */
export async function runStandalone(files: readonly string[], log: Logger): Promise<void> {
  const [workerFile, ...connectorFiles] = files;
  const stop = stopSignal(log);
  let herder: StandaloneHerder | null = null;
  let isStarted = false;
  let isStopping = false;
  const connectors = new Connectors(log, [], {
    onRaised: (name, trace) => herder?.connectorRaised(name, trace),
    onReconfigure: (name) => herder?.reconfigureTasks(name),
  });
  const { props: workerProps, config } = await readWorkerFile(workerFile);
  await inFile(workerFile, () => connectors.validateWorker(workerProps));
  const folder = embeddedFolder(config["bootstrap.servers"]);
  const clients = folder === null ? clientSources(log) : null;
  warnOfUnknown(workerProps, clients !== null, log);
  const kafka = clients && await inFile(workerFile, () => kafkaTopics(workerProps, clients));
  const spooling = await inFile(
    workerFile,
    () => plannedSpool(workerProps, config["bootstrap.servers"], clients),
  );
  const listeners = await inFile(workerFile, () => parseListeners(config.listeners));
  const policy = await inFile(workerFile, () => overridePolicy(workerProps));
  const planned = await readConnectors(connectorFiles, connectors, policy);
  if (spooling !== null) { for (const { props } of planned) warnOfOverrides(props, log); }
  const offsets = await inFile(
    workerFile,
    () => FileOffsetStore.open(localDisk, config["offset.storage.file.filename"]),
  );
  const { server, workerId } = listen(
    workerFile,
    listeners,
    () => isStarted ? herder : null,
    () => kafka === null ? `embedded:${folder}` : kafka.clusterId,
    log,
  );
  const topics = kafka ?? await inFile(
    workerFile,
    () => EmbeddedTopics.open({ disk: localDisk, folder: folder!, clock: systemClock, log }),
  );
  const shared = { disk: localDisk, target: topics, clock: systemClock, log };
  const spool = spooling && await inFile(workerFile, () => Spool.open({ ...spooling, ...shared }));
  // Tasks wait for the brokers by themselves; this tells what keeps them waiting.
  kafka?.connect().catch((error) => isStopping || log.error(`connect-admin: ${reasonOf(error)}`));
  try {
    const running = herder = new StandaloneHerder({
      workerProps,
      workerId,
      connectors,
      files: [],
      topics,
      writers: spool ?? topics,
      internalTopics: new Set([groupOffsetsTopic]),
      clients,
      offsets,
      clock: systemClock,
      log,
    });
    const started = (async () => {
      for (const { props, description } of planned) {
        await running.startConnector(props, description);
      }
      isStarted = true;
      log.info("Kafka Connect worker started");
    })();
    await Promise.race([stop, started.then(() => stop)]);
    log.info("Kafka Connect worker stopping");
    await running.stop();
  } finally {
    isStopping = true;
    await spool?.close();
    await topics.close();
    await server.shutdown();
  }
  log.info("Kafka Connect worker stopped");
}

async function readConnectors(
  files: readonly string[],
  connectors: Connectors,
  policy: OverridePolicy,
) {
  const planned: { props: Props; description: Awaited<ReturnType<Connectors["validate"]>> }[] = [];
  for (const file of files) {
    const { props, initialState } = parseConnectorFile(file, await readFile(file));
    await inFile(file, async () => {
      if (planned.some((other) => other.props.name === props.name)) {
        throw new ConfigError(`name: Connector ${props.name} already exists`);
      }
      if (initialState !== "RUNNING") {
        throw new ConfigError(`initial_state=${initialState}: only RUNNING can be used so far`);
      }
      planned.push({ props, description: await connectors.validate(props, policy) });
    });
  }
  return planned;
}

/** Kafka: `AbstractConfig.logUnused`, which names keys but never values. */
function warnOfUnknown(workerProps: Props, hasBrokers: boolean, log: Logger): void {
  const unknown = unknownWorkerKeys(workerProps).filter((key) => !hasBrokers || !isAdminKey(key));
  if (unknown.length === 0) return;
  log.warn(`These configurations '[${unknown.join(", ")}]' were supplied but are not used yet.`);
}

/** With a spool all records go to Kafka by one producer. */
function warnOfOverrides(props: Props, log: Logger): void {
  const overrides = Object.keys(props).filter((key) => key.startsWith("producer.override."));
  if (overrides.length === 0) return;
  log.warn(
    `${props.name}: the spool writes to Kafka with the worker's own producer; of ` +
      `${
        overrides.join(", ")
      } only what makes batches (compression.type, batch.size) has an effect`,
  );
}

function listen(
  workerFile: string,
  listeners: readonly Listener[],
  herder: () => StandaloneHerder | null,
  clusterId: () => string | null,
  log: Logger,
) {
  const app = createApp({ herder, commit: "unknown", clusterId });
  const servers = listeners.map(({ url, host, port }) => {
    try {
      const options = { hostname: host || "0.0.0.0", port, onListen: () => {} };
      return Deno.serve(options, app.fetch);
    } catch (cause) {
      throw new ConfigError(
        `${workerFile}: Cannot listen on listeners=${url}: ${reasonOf(cause)}`,
        { cause },
      );
    }
  });
  const [{ addr }] = servers;
  const host = addr.hostname === "0.0.0.0" ? Deno.hostname() : addr.hostname;
  for (const { addr } of servers) log.info(`REST API at http://${host}:${addr.port}/`);
  return {
    workerId: `${host}:${addr.port}`,
    server: { shutdown: () => Promise.all(servers.map((server) => server.shutdown())) },
  };
}

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function stopSignal(log: Logger): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      if (++count > 1) {
        log.warn("Stopped without waiting for tasks");
        Deno.exit(1);
      }
      resolve();
    });
  }
  return promise;
}
