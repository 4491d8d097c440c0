/**
 * `connect standalone`: checks everything that is configured, and only then opens the log and starts.
 *
 * @module
 */

import { localDisk, type Logger, reasonOf, type Secrets, systemClock } from "../base/mod.ts";
import { Connectors, type Herder, StandaloneHerder } from "../herder/mod.ts";
import { createApps, RestServer } from "../rest/mod.ts";
import { EmbeddedTopics, groupOffsetsTopic, Spool } from "../topics/mod.ts";
import { inFile } from "./files.ts";
import { planStandalone } from "./plan.ts";
import { stopSignal } from "./stop_signal.ts";

/** Runs a standalone worker until it is told to stop. @throws {ConfigError} before anything is written */
export async function runStandalone(
  files: readonly string[],
  log: Logger,
  secrets: Secrets,
): Promise<void> {
  const stop = aborted(stopSignal(log));
  let herder: StandaloneHerder | null = null;
  let isStarted = false;
  let isStopping = false;
  const connectors = new Connectors(log, [], {
    onRaised: (name, trace) => herder?.connectorRaised(name, trace),
    onReconfigure: (name) => herder?.reconfigureTasks(name),
  });
  // While the Web Worker of the connectors starts.
  RestServer.prepare();
  const planned = await planStandalone(files, { connectors, log, secrets });
  if (planned.plan === null) throw planned.error;
  const { workerFile, props, variables, folder, clients, kafka, spooling } = planned.plan;
  const { rest } = planned.plan;
  const { adminListeners } = rest;
  const { main, admin } = createApps({
    herder: () => isStarted && herder !== null ? known(herder) : null,
    commit: "unknown",
    clusterId: () => kafka === null ? `embedded:${folder}` : kafka.clusterId,
    adminListeners: adminListeners === null
      ? "main"
      : adminListeners.length === 0
      ? "off"
      : "apart",
    secrets,
    clock: systemClock,
    log,
  });
  const server = await inFile(workerFile, () =>
    RestServer.open({
      config: rest,
      main: (request) => main.fetch(request),
      admin: admin && ((request) => admin.fetch(request)),
      clock: systemClock,
      log,
    }));
  const topics = kafka ?? await inFile(
    workerFile,
    () => EmbeddedTopics.open({ disk: localDisk, folder: folder!, clock: systemClock, log }),
  );
  const shared = { disk: localDisk, target: topics, clock: systemClock, log };
  const spool = spooling && await inFile(workerFile, () => Spool.open({ ...spooling, ...shared }));
  try {
    const running = herder = new StandaloneHerder({
      workerProps: props,
      variables,
      workerId: server.workerId,
      connectors,
      files: [],
      topics,
      writers: spool ?? topics,
      internalTopics: new Set([groupOffsetsTopic]),
      clients,
      offsets: planned.plan.offsets,
      clock: systemClock,
      log,
    });
    const started = (async () => {
      await Promise.all(
        planned.plan.connectors.map(({ props, description }) =>
          running.startConnector(props, description)
        ),
      );
      running.ready();
      isStarted = true;
      log.info("Kafka Connect worker started");
    })();
    // Tasks wait for the brokers by themselves; this tells what keeps them waiting.
    kafka?.connect().catch((error) => isStopping || log.error(`connect-admin: ${reasonOf(error)}`));
    await Promise.race([stop, started.then(() => stop)]);
    log.info("Kafka Connect worker stopping");
    await running.stop();
  } finally {
    isStopping = true;
    await spool?.close();
    await topics.close();
    await server.close();
  }
  log.info("Kafka Connect worker stopped");
}

/** What the herder can be asked so far. */
function known(herder: StandaloneHerder): Herder {
  const message = "Worker has completed startup and is ready to handle requests.";
  const answers: Pick<Herder, "health" | "connectors" | "connectorStatus"> = {
    health: () => Promise.resolve({ status: "healthy", message }),
    connectors: () => Promise.resolve(herder.connectorNames),
    connectorStatus: (name) => Promise.try(() => herder.status(name)),
  };
  return answers as Herder;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
