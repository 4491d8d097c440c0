/**
 * What a standalone worker is to do, checked before anything is opened or written: `connect standalone`
 * starts a plan, `connect validate` tells what is wrong with one.
 *
 * @module
 */

import { ConfigError, localDisk, type Logger, loggers, named, type Secrets } from "../base/mod.ts";
import {
  clientFindings,
  type ConfigVariables,
  type Connectors,
  embeddedFolder,
  type Finding,
  herderAdditions,
  type InitialConnector,
  InvalidConfigError,
  isAdminKey,
  type LogSettings,
  logSettings,
  overridePolicy,
  parseConnectorFile,
  type Props,
  refuse,
  type RestServerConfig,
  restServerConfig,
  type StandaloneConfig,
  standaloneConfigDef,
  unknownWorkerKeys,
} from "../herder/mod.ts";
import { FileConnectorStore, FileOffsetStore } from "../store/mod.ts";
import type { KafkaTopics } from "../topics/mod.ts";
import { inFile, readFile, readWorkerProps } from "./files.ts";
import { clientSources, kafkaTopics, plannedSpool } from "./kafka.ts";

/** A connector that is to run. */
export interface PlannedConnector extends InitialConnector {
  /** Its file. */
  path: string;
  /** What its class is. */
  description: NonNullable<InitialConnector["description"]>;
}

/** What a standalone worker is to do. */
export interface Plan {
  /** The worker's file. */
  workerFile: string;
  /** The worker's properties, without variables. */
  props: Props;
  /** What resolves the variables of connectors. */
  variables: ConfigVariables;
  /** The folder of the embedded log, or null with brokers. */
  folder: string | null;
  /** What Kafka clients are made with; null without brokers. */
  clients: ReturnType<typeof clientSources> | null;
  /** The topics of the brokers, not connected yet; null without brokers. */
  kafka: KafkaTopics | null;
  /** Where sources are spooled; null when they are not. */
  spooling: Awaited<ReturnType<typeof plannedSpool>>;
  /** The REST API. */
  rest: RestServerConfig;
  /** What the log looks like, and how much it shows. */
  logging: LogSettings;
  /** The connectors, in the order of their files. */
  connectors: readonly PlannedConnector[];
  /** The offsets of sources. */
  offsets: FileOffsetStore;
  /** Connectors that were changed while a worker ran; null: they are forgotten. */
  store: FileConnectorStore | null;
}

/** A mistake in a file. */
export interface Problem {
  /** The file. */
  file: string;
  /** The key, when it is about one. */
  key: string | null;
  /** What is wrong, in Kafka's words where it has some. */
  reason: string;
}

/** What plans are made with. */
export interface Planning {
  /** Check plugins. */
  connectors: Connectors;
  /** Where it is told what has no effect. */
  log: Logger;
  /** Takes note of what variables stand for. */
  secrets: Secrets;
}

/** A plan, or what is wrong with it: all of it, and the first as an error. */
export type Planned =
  | { plan: Plan; problems: readonly [] }
  | { plan: null; problems: readonly Problem[]; error: ConfigError };

/** Plans what the files say: the worker's first. */
export async function planStandalone(
  [workerFile, ...connectorFiles]: readonly string[],
  planning: Planning,
): Promise<Planned> {
  const problems = new Problems();
  const worker = await planWorker(workerFile, planning, problems);
  const connectors: PlannedConnector[] = [];
  const names = new Set<string>();
  for (const file of connectorFiles) {
    const planned = await planConnector(file, names, worker, planning, problems);
    if (planned !== null) connectors.push(planned);
  }
  const { config } = worker;
  const path = config["offset.storage.file.filename"];
  const offsets = path === undefined ? null : await problems.in(
    workerFile,
    "offset.storage.file.filename",
    () => FileOffsetStore.open(localDisk, path),
  );
  const { connectorsFile } = worker;
  const store = connectorsFile === null ? null : await problems.in(
    workerFile,
    "config.storage.file.filename",
    () => FileConnectorStore.open(localDisk, connectorsFile),
  );
  if (problems.error !== null) return { plan: null, problems: problems.all, error: problems.error };
  if (worker.spooling !== null) {
    for (const { props } of connectors) warnOfOverrides(props, planning.log);
  }
  const { props, variables, logging, folder, clients, kafka, spooling, rest } = worker;
  const plan = { props, variables: variables!, folder, clients, kafka, spooling, rest: rest! };
  const found = { ...plan, logging: logging!, workerFile, connectors, offsets: offsets!, store };
  return { plan: found, problems: [] };
}

/** What could be made of a worker's file. */
type PlannedWorker =
  & Pick<Plan, "props" | "folder" | "clients" | "kafka" | "spooling">
  & {
    /** Null when the file will not do. */
    rest: RestServerConfig | null;
    /** Null when the file or its providers will not do. */
    variables: ConfigVariables | null;
    /** Null when its keys will not do. */
    logging: LogSettings | null;
    /** The keys whose values will do. */
    config: Partial<StandaloneConfig>;
    /** Where connectors are kept; null: they are not. */
    connectorsFile: string | null;
  };

/** The clients of a worker itself, in the order they are made. */
const kinds = ["admin", "producer", "consumer"] as const;

async function planWorker(
  file: string,
  { connectors, log, secrets }: Planning,
  problems: Problems,
): Promise<PlannedWorker> {
  const planned: PlannedWorker = {
    ...{ props: {}, config: {}, variables: null, logging: null, folder: null, clients: null },
    ...{ kafka: null, spooling: null, rest: null, connectorsFile: null },
  };
  const read = await problems.reading(file, () => readWorkerProps(file, log, secrets));
  if (read === null) return planned;
  Object.assign(planned, read);
  const { props } = read;
  const values = standaloneConfigDef.validate(props);
  await problems.in(file, null, () => refuse(values));
  const sound = values.filter(({ errorMessages }) => errorMessages.length === 0);
  const config: Partial<StandaloneConfig> = planned.config = Object.fromEntries(
    sound.map(({ name, value }) => [name, value]),
  );
  planned.logging = await problems.in(file, null, () => logSettings(props));
  const { "bootstrap.servers": servers } = config;
  if (servers !== undefined) {
    planned.folder = embeddedFolder(servers);
    const clients = planned.clients = planned.folder === null ? clientSources(log) : null;
    warnOfUnknown(props, clients !== null, log);
    if (clients !== null) {
      planned.kafka = await problems.in(file, null, () => {
        const owner = { worker: props, connector: {}, clientId: "connect" };
        refuse(kinds.flatMap((kind) => clientFindings(kind, owner)));
        return kafkaTopics(props, clients);
      });
    }
    // How it writes to Kafka is wrong in the same way as what was told already.
    const spool = () => plannedSpool(props, servers, planned.kafka && clients);
    planned.spooling = await problems.in(file, "spool.dir", spool);
  }
  const additions = await problems.in(file, null, () => herderAdditions(props));
  planned.connectorsFile = additions?.connectorsFile ?? null;
  // Brokers first: what reaches them is loaded while all else is checked.
  await problems.in(file, null, () => connectors.validateWorker(props));
  const env = (name: string) => Deno.env.get(name);
  planned.rest = await restServerConfig(
    props,
    config,
    { readFile: localDisk.readFile, env, log },
    (key, action) => problems.in(file, key, action),
  );
  await problems.in(file, "connector.client.config.override.policy", () => overridePolicy(props));
  return planned;
}

async function planConnector(
  file: string,
  names: Set<string>,
  { props: workerProps, variables }: PlannedWorker,
  { connectors }: Planning,
  problems: Problems,
): Promise<PlannedConnector | null> {
  const read = await problems.reading(
    file,
    async () => parseConnectorFile(file, await readFile(file)),
  );
  if (read === null) return null;
  const { props, initialState } = read;
  await problems.in(file, "name", () => {
    if (!names.has(props.name)) return;
    throw new ConfigError(`name: Connector ${props.name} already exists`);
  });
  names.add(props.name);
  // With no providers to ask, what variables stand for is not known, and would be told as wrong.
  if (variables === null) return null;
  const description = await problems.in(
    file,
    null,
    () => connectors.validate(props, policyOf(workerProps), variables),
  );
  if (description === null) return null;
  const target = initialState === "RUNNING" ? "STARTED" : initialState;
  return { path: file, props, description, target, file: props };
}

/** The worker's policy; one that allows all where there is none of its name, which is told elsewhere. */
function policyOf(workerProps: Props): ReturnType<typeof overridePolicy> {
  try {
    return overridePolicy(workerProps);
  } catch {
    return overridePolicy({});
  }
}

/** Mistakes, in the order they were found. */
class Problems {
  readonly all: Problem[] = [];
  /** The first, as an error. */
  error: ConfigError | null = null;

  /** Does what may find mistakes in a file. @returns what it gives, or null when it finds some */
  async in<T>(file: string, key: string | null, action: () => T | Promise<T>): Promise<T | null> {
    try {
      return await inFile(file, action);
    } catch (error) {
      return this.#take(file, key, error, `${file}: `);
    }
  }

  /** The same for what names the file by itself. */
  async reading<T>(file: string, action: () => Promise<T>): Promise<T | null> {
    try {
      return await action();
    } catch (error) {
      return this.#take(file, null, error, `${file}: `);
    }
  }

  #take(file: string, key: string | null, error: unknown, prefix: string): null {
    if (!(error instanceof ConfigError)) throw error;
    this.error ??= error;
    const found: readonly Finding[] = error instanceof InvalidConfigError
      ? error.findings
      : [{ name: key ?? "", errorMessages: [error.message.replace(prefix, "")] }];
    for (const { name, errorMessages } of found) {
      for (const message of errorMessages) {
        const isNamed = name !== "" && message.startsWith(`${name}: `);
        const reason = isNamed ? message.slice(`${name}: `.length) : message;
        this.all.push({ file, key: name || null, reason });
      }
    }
    return null;
  }
}

/** Kafka: `AbstractConfig.logUnused`, which names keys but never values. */
function warnOfUnknown(workerProps: Props, hasBrokers: boolean, log: Logger): void {
  const unknown = unknownWorkerKeys(workerProps).filter((key) => !hasBrokers || !isAdminKey(key));
  if (unknown.length === 0) return;
  const config = named(log, { name: loggers.config });
  config.warn(`These configurations '[${unknown.join(", ")}]' were supplied but are not used yet.`);
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
