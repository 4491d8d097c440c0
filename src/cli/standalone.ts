/**
 * `connect standalone`: checks everything that is configured, and only then opens the log and starts.
 *
 * @module
 */

import { ConfigError, localDisk, type Logger, reasonOf, systemClock } from "../base/mod.ts";
import {
  Connectors,
  parseConnectorFile,
  parseStandaloneConfig,
  type Props,
  StandaloneHerder,
} from "../herder/mod.ts";
import { createApp } from "../rest/mod.ts";
import { FileOffsetStore } from "../store/mod.ts";
import { EmbeddedTopics, groupOffsetsTopic } from "../topics/mod.ts";
import { logFolder, readFile, readWorkerFile } from "./files.ts";

/** Runs a standalone worker until it is told to stop. @throws {ConfigError} before anything is written */
export async function runStandalone(files: readonly string[], log: Logger): Promise<void> {
  const [workerFile, ...connectorFiles] = files;
  const stop = stopSignal(log);
  let herder: StandaloneHerder | null = null;
  const connectors = new Connectors(log, (name, trace) => herder?.connectorRaised(name, trace));
  const workerProps = await readWorkerFile(workerFile);
  const { config, unknown } = parseStandaloneConfig(workerProps);
  for (const key of unknown) log.warn(`${workerFile}: the configuration '${key}' is not known`);
  const folder = logFolder(workerFile, workerProps);
  const planned = await readConnectors(connectorFiles, connectors);
  const { server, workerId } = listen(workerFile, config.listeners, () => herder, folder, log);
  const topics = await EmbeddedTopics.open({ disk: localDisk, folder, clock: systemClock, log });
  try {
    const offsets = await FileOffsetStore.open(localDisk, config["offset.storage.file.filename"]);
    const starting = new StandaloneHerder({
      workerProps,
      workerId,
      connectors,
      topics,
      internalTopics: new Set([groupOffsetsTopic]),
      offsets,
      clock: systemClock,
      log,
    });
    for (const { props, description } of planned) {
      await starting.startConnector(props, description);
    }
    herder = starting;
    log.info("Kafka Connect worker started");
    await stop;
    log.info("Kafka Connect worker stopping");
    await starting.stop();
  } finally {
    await topics.close();
    await server.shutdown();
  }
  log.info("Kafka Connect worker stopped");
}

async function readConnectors(files: readonly string[], connectors: Connectors) {
  const planned: { props: Props; description: Awaited<ReturnType<Connectors["validate"]>> }[] = [];
  for (const file of files) {
    const props = parseConnectorFile(file, await readFile(file));
    try {
      if (planned.some((other) => other.props.name === props.name)) {
        throw new ConfigError(`Connector ${props.name} already exists`);
      }
      planned.push({ props, description: await connectors.validate(props) });
    } catch (cause) {
      throw new ConfigError(`${file}: ${reasonOf(cause)}`, { cause });
    }
  }
  return planned;
}

function listen(
  workerFile: string,
  listeners: readonly string[],
  herder: () => StandaloneHerder | null,
  clusterId: string,
  log: Logger,
) {
  const app = createApp({ herder, commit: "unknown", clusterId: `embedded:${clusterId}` });
  const servers: Deno.HttpServer<Deno.NetAddr>[] = [];
  for (const listener of listeners) {
    const [, host, port] = /^http:\/\/([^/]*):(\d+)\/?$/i.exec(listener)!;
    try {
      const options = { hostname: host || "0.0.0.0", port: Number(port), onListen: () => {} };
      servers.push(Deno.serve(options, app.fetch));
    } catch (cause) {
      throw new ConfigError(
        `${workerFile}: Cannot listen on listeners=${listener}: ${reasonOf(cause)}`,
        { cause },
      );
    }
  }
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
