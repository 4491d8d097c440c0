/**
 * `connect standalone`: checks everything that is configured, and only then opens the log and starts.
 *
 * @module
 */

import {
  type DiskSyncs,
  localDisk,
  loggers,
  meteredDisk,
  type Secrets,
  systemClock,
} from "../base/mod.ts";
import {
  Connectors,
  initialConnectors,
  standaloneConfigDef,
  StandaloneHerder,
} from "../herder/mod.ts";
import type { WorkerLog } from "../logging/mod.ts";
import { createApps, RestServer } from "../rest/mod.ts";
import { takeConsole } from "../sandbox/mod.ts";
import { EmbeddedTopics, groupOffsetsTopic, Spool, type Topics } from "../topics/mod.ts";
import { commit } from "./commit.ts";
import { takeWarnings } from "./console_log.ts";
import { inFile } from "./files.ts";
import { planStandalone } from "./plan.ts";
import { scrapeWorker } from "./scrape.ts";
import { stopSignal } from "./stop_signal.ts";

/** Runs a standalone worker until it is told to stop. @throws {ConfigError} before anything is written */
export async function runStandalone(
  files: readonly string[],
  workerLog: WorkerLog,
  secrets: Secrets,
): Promise<void> {
  const { log } = workerLog;
  const spoolLog = log.named({ name: loggers.spool });
  const restLog = log.named({ name: loggers.restServer });
  const consoleLog = log.named({ name: loggers.console });
  takeConsole((level, textOf) => consoleLog[level](textOf()));
  const stop = aborted(stopSignal(log));
  let herder: StandaloneHerder | null = null;
  let topics: Topics | null = null;
  const syncs = { log: { count: 0, tookMs: 0 }, spool: { count: 0, tookMs: 0 } };
  const connectors = new Connectors(log, [], {
    onRaised: (name, trace) => herder?.connectorRaised(name, trace),
    onReconfigure: (name) => herder?.reconfigureTasks(name),
  });
  const planned = await planStandalone(files, { connectors, log, secrets });
  if (planned.plan === null) throw planned.error;
  workerLog.configure(planned.plan.logging);
  const { workerFile, props, variables, folder, clients, kafka, spooling, store } = planned.plan;
  const { rest } = planned.plan;
  const { adminListeners } = rest;
  const config = standaloneConfigDef.parse(props);
  const { main, admin } = createApps({
    herder: () => herder,
    commit,
    clusterId: () => kafka === null ? `embedded:${folder}` : kafka.clusterId,
    adminListeners: adminListeners === null
      ? "main"
      : adminListeners.length === 0
      ? "off"
      : "apart",
    topicTracking: {
      isEnabled: config["topic.tracking.enable"],
      allowsReset: config["topic.tracking.allow.reset"],
    },
    hasUi: rest.hasUi,
    measurable: () => herder,
    secrets,
    clock: systemClock,
    log: restLog,
    loggers: workerLog.levels,
    metrics: () => scrapeWorker({ herder, topics, spool: spooling, syncs }),
  });
  const server = await inFile(workerFile, () =>
    RestServer.open({
      config: rest,
      main: (request) => main.fetch(request),
      admin: admin && ((request) => admin.fetch(request)),
      clock: systemClock,
      log: restLog,
    }));
  await takeWarnings(consoleLog);
  const onDisk = (syncs: DiskSyncs) => (
    { disk: meteredDisk(localDisk, systemClock, syncs), clock: systemClock }
  );
  topics = kafka ?? await inFile(workerFile, () => {
    const topicLog = log.named({ name: loggers.topicLog });
    return EmbeddedTopics.open({ ...onDisk(syncs.log), folder: folder!, log: topicLog });
  });
  const shared = { ...onDisk(syncs.spool), target: topics, log: spoolLog };
  const spool = spooling && await inFile(workerFile, () => Spool.open({ ...spooling, ...shared }));
  try {
    const kept = store?.connectors ?? new Map();
    const { initial, outdated } = initialConnectors(planned.plan.connectors, kept, log);
    for (const name of outdated) await store!.put(name, null);
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
      store,
      clock: systemClock,
      log: log.named({ name: loggers.herder }),
    });
    const started = (async () => {
      await Promise.all(
        initial.map((connector) =>
          running.startConnector(connector.props, connector.description, connector)
        ),
      );
      running.ready();
      log.info("Kafka Connect worker started");
    })();
    // Tasks wait for the brokers by themselves; this tells what keeps them waiting.
    void kafka?.connect();
    await Promise.race([stop, started.then(() => stop)]);
    log.info("Kafka Connect worker stopping");
    await running.stop();
  } finally {
    await spool?.close();
    await topics.close();
    await server.close();
  }
  log.info("Kafka Connect worker stopped");
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
