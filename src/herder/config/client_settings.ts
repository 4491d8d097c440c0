/**
 * What a client's configuration means to ours: settings with types, and what is in it that we cannot
 * honour. Kafka: the constructors of `KafkaProducer`, `KafkaConsumer` and `KafkaAdminClient`.
 *
 * @module
 */

import { invalid } from "../../api/mod.ts";
import { type Clock, ConfigError, type Disk, type Logger } from "../../base/mod.ts";
import {
  type AdminSettings,
  type AssignorName,
  type ConnectionSettings,
  type ConsumerSettings,
  parseAddress,
  producerDefaults,
  type ProducerSettings,
} from "../../kafka/mod.ts";
import type { ClientKind } from "./client_configs.ts";
import {
  clientConfigDefs,
  type ConnectionValues,
  type ConsumerValues,
  type ProducerValues,
} from "./client_keys.ts";
import { saslOf } from "./client_sasl.ts";
import { unhonouredKeys } from "./unhonoured_keys.ts";
import type { Props } from "./properties.ts";

/** What settings are made from besides the configuration. */
export interface ClientSources {
  /** The content of a file, or null when there is none. */
  readFile: Disk["readFile"];
  /** Asks an endpoint for a token. */
  fetch: typeof fetch;
  /** Time. */
  clock: Clock;
  /** Where keys are named that are not honoured. */
  log: Logger;
}

/** A client's settings, and how it reaches the cluster. */
export interface ClientSettings<S> {
  /** How the cluster is reached. */
  connection: ConnectionSettings;
  /** What is particular to its kind. */
  settings: S;
}

/** What a producer is told. @throws {ConfigError} in Kafka's words */
export async function producerSettings(
  configs: Props,
  sources: ClientSources,
): Promise<ClientSettings<ProducerSettings>> {
  const values = clientConfigDefs.producer.parse(configs);
  const settings = producerOf(values, configs);
  return { connection: await connectionOf("producer", configs, values, sources), settings };
}

/** What a consumer is told, and its group. @throws {ConfigError} in Kafka's words */
export async function consumerSettings(
  configs: Props,
  sources: ClientSources,
): Promise<ClientSettings<ConsumerSettings> & { groupId: string }> {
  const values = clientConfigDefs.consumer.parse(configs);
  const groupId = values["group.id"];
  if (groupId === null) throw new ConfigError("group.id must be set for a consumer");
  const settings = consumerOf(values, sources.log);
  return {
    connection: await connectionOf("consumer", configs, values, sources),
    settings,
    groupId,
  };
}

/** What an admin client is told. @throws {ConfigError} in Kafka's words */
export async function adminSettings(
  configs: Props,
  sources: ClientSources,
): Promise<ClientSettings<AdminSettings>> {
  const values = clientConfigDefs.admin.parse(configs);
  const settings = { apiTimeoutMs: values["default.api.timeout.ms"] };
  return { connection: await connectionOf("admin", configs, values, sources), settings };
}

async function connectionOf(
  kind: ClientKind,
  configs: Props,
  values: ConnectionValues,
  sources: ClientSources,
): Promise<ConnectionSettings> {
  for (const server of values["bootstrap.servers"]) {
    try {
      parseAddress(server);
    } catch {
      throw new ConfigError(`Invalid url in bootstrap.servers: ${server}`);
    }
  }
  const protocol = values["security.protocol"].toUpperCase();
  const connection: ConnectionSettings = {
    bootstrapServers: values["bootstrap.servers"],
    clientId: values["client.id"],
    connectTimeoutMs: Number(values["socket.connection.setup.timeout.ms"]),
    requestTimeoutMs: values["request.timeout.ms"],
    retryBackoffMs: Number(values["retry.backoff.ms"]),
    retryBackoffMaxMs: Number(values["retry.backoff.max.ms"]),
    metadataMaxAgeMs: Number(values["metadata.max.age.ms"]),
    tls: protocol.endsWith("SSL") ? await tls(values, sources) : null,
    sasl: protocol.startsWith("SASL") ? saslOf(values, sources) : null,
  };
  warnOfKeys(kind, configs, connection.clientId, sources.log);
  if (connection.tls !== null) {
    for (const version of values["ssl.enabled.protocols"]) {
      if (version === "TLSv1.2" || version === "TLSv1.3") continue;
      const what = `${version} of ssl.enabled.protocols is not supported, and has no effect`;
      sources.log.warn(`${connection.clientId}: ${what}`);
    }
  }
  return connection;
}

/** Loaded when it is needed: it brings the platform's TLS and cryptography. */
async function tls(values: ConnectionValues, { readFile }: ClientSources) {
  const { tlsOf } = await import("./client_tls.ts");
  return await tlsOf(values, readFile);
}

function warnOfKeys(kind: ClientKind, configs: Props, clientId: string, log: Logger): void {
  const known = unhonouredKeys(kind);
  const unused = Object.keys(configs)
    .filter((key) => !Object.hasOwn(clientConfigDefs[kind].keys, key));
  for (const key of unused) {
    const isSame = configs[key].trim() === known.get(key);
    if (!known.has(key) || isSame) continue;
    log.warn(`${clientId}: ${key} is not supported, and has no effect`);
  }
  const unknown = unused.filter((key) => !known.has(key));
  if (unknown.length === 0) return;
  log.warn(
    `${clientId}: These configurations '[${
      unknown.join(", ")
    }]' were supplied but are not used yet.`,
  );
}

/** Kafka: `ProducerConfig.postProcessAndValidateIdempotenceConfigs`, `KafkaProducer.configureDeliveryTimeout` */
function producerOf(values: ProducerValues, configs: Props): ProducerSettings {
  const acks = values.acks === "all" ? -1 : Number(values.acks) as -1 | 0 | 1;
  const retries = values.retries;
  const inFlight = values["max.in.flight.requests.per.connection"];
  const isAsked = values["enable.idempotence"] && Object.hasOwn(configs, "enable.idempotence");
  if (isAsked && retries === 0) {
    throw new ConfigError("Must set retries to non-zero when using the idempotent producer.");
  }
  if (isAsked && acks !== -1) {
    throw new ConfigError(
      "Must set acks to all in order to use the idempotent producer. Otherwise we cannot guarantee " +
        "idempotence.",
    );
  }
  const isIdempotent = values["enable.idempotence"] && retries > 0 && acks === -1;
  if (isIdempotent && inFlight > 5) {
    throw new ConfigError(
      "To use the idempotent producer, max.in.flight.requests.per.connection must be set to at most " +
        `5. Current value is ${inFlight}.`,
    );
  }
  const lingerMs = Number(values["linger.ms"]);
  const deliveryTimeoutMs = values["delivery.timeout.ms"];
  const shortestMs = Math.min(lingerMs + values["request.timeout.ms"], 2_147_483_647);
  if (deliveryTimeoutMs < shortestMs && Object.hasOwn(configs, "delivery.timeout.ms")) {
    throw new ConfigError(
      "delivery.timeout.ms should be equal to or larger than linger.ms + request.timeout.ms",
    );
  }
  /** What ours do otherwise than Kafka's unless they are told. */
  const told = (key: keyof ProducerValues, own: number) =>
    Object.hasOwn(configs, key) ? Number(values[key]) : own;
  return {
    acks,
    lingerMs: told("linger.ms", producerDefaults.lingerMs),
    batchBytes: told("batch.size", producerDefaults.batchBytes),
    compression: values["compression.type"] as ProducerSettings["compression"],
    compressionLevel: compressionLevelOf(values),
    requestBytesMax: values["max.request.size"],
    deliveryTimeoutMs: Math.max(deliveryTimeoutMs, shortestMs),
    retriesMax: retries,
    requestsInFlightMax: inFlight,
    isIdempotent,
    blockMsMax: Number(values["max.block.ms"]),
    bufferBytesMax: told("buffer.memory", producerDefaults.bufferBytesMax),
  };
}

function compressionLevelOf(values: ProducerValues): number | null {
  switch (values["compression.type"]) {
    case "gzip":
      return values["compression.gzip.level"];
    case "zstd":
      return values["compression.zstd.level"];
    default:
      return null;
  }
}

function consumerOf(values: ConsumerValues, log: Logger): ConsumerSettings {
  const reset = values["auto.offset.reset"];
  if (reset.startsWith("by_duration:")) {
    throw invalid("auto.offset.reset", reset, "there are earliest, latest and none");
  }
  const [session, heartbeat] = [values["session.timeout.ms"], values["heartbeat.interval.ms"]];
  if (heartbeat >= session) {
    throw new ConfigError("Heartbeat must be set lower than the session timeout");
  }
  const groupInstanceId = values["group.instance.id"];
  if (groupInstanceId !== null && !/^[a-zA-Z0-9._-]+$/.test(groupInstanceId)) {
    throw new ConfigError(
      `Group instance id is invalid: '${groupInstanceId}' contains one or more characters other ` +
        "than ASCII alphanumerics, '.', '_' and '-'",
    );
  }
  return {
    fetchBytesMin: values["fetch.min.bytes"],
    fetchBytesMax: values["fetch.max.bytes"],
    fetchWaitMsMax: values["fetch.max.wait.ms"],
    partitionFetchBytesMax: values["max.partition.fetch.bytes"],
    pollRecordsMax: values["max.poll.records"],
    pollIntervalMsMax: values["max.poll.interval.ms"],
    sessionTimeoutMs: session,
    heartbeatIntervalMs: heartbeat,
    autoOffsetReset: reset as ConsumerSettings["autoOffsetReset"],
    allowsTopicCreation: values["allow.auto.create.topics"],
    isolationLevel: values["isolation.level"] as ConsumerSettings["isolationLevel"],
    clientRack: values["client.rack"],
    assignors: assignorsOf(values, log),
    groupInstanceId,
    apiTimeoutMs: values["default.api.timeout.ms"],
  };
}

const assignorClasses: Readonly<Record<string, AssignorName>> = {
  RangeAssignor: "range",
  CooperativeStickyAssignor: "cooperative-sticky",
};

function assignorsOf(values: ConsumerValues, log: Logger): AssignorName[] {
  const names = [...new Set(values["partition.assignment.strategy"])];
  const found = names.flatMap((name) => {
    const assignor = assignorClasses[name.replace(/^org\.apache\.kafka\.clients\.consumer\./, "")];
    if (assignor !== undefined) return [assignor];
    log.warn(
      `${
        values["client.id"]
      }: ${name} of partition.assignment.strategy is not supported, and has ` +
        "no effect",
    );
    return [];
  });
  if (found.length > 0) return found;
  throw new ConfigError(
    `Invalid value [${
      names.join(", ")
    }] for configuration partition.assignment.strategy: there are ` +
      "org.apache.kafka.clients.consumer.RangeAssignor and CooperativeStickyAssignor",
  );
}
