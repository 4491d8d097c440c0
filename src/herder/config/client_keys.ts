/**
 * The keys of Kafka's clients that are honoured here, with the types, defaults and validators of Kafka
 * 4.2; unhonoured_keys.ts has the others. Kafka: `ProducerConfig`, `ConsumerConfig`,
 * `AdminClientConfig`, `SaslConfigs`.
 *
 * @module
 */

import {
  check,
  ConfigDef,
  type ConfigKey,
  type ConfigKeys,
  type ConfigType,
  invalid,
  nonEmptyString,
  oneOf,
  oneOfIgnoringCase,
  range,
  validList,
} from "../../api/mod.ts";
import { compressionNames } from "../../batch/mod.ts";
import {
  adminDefaults,
  connectionDefaults,
  consumerDefaults,
  producerDefaults,
} from "../../kafka/mod.ts";
import { sslKeys } from "./worker_config.ts";

function key<T extends ConfigType, const D extends ConfigKey<T>["default"]>(
  type: T,
  value: D,
  doc: string,
  validator?: ConfigKey<T>["validator"],
) {
  return { type, default: value, importance: "MEDIUM", doc, validator } as const;
}

const notNegative = range(0);

/** What Kafka's clients know of TLS, less what only a JVM has. */
const {
  "ssl.provider": _provider,
  "ssl.cipher.suites": _cipherSuites,
  "ssl.keymanager.algorithm": _keyManager,
  "ssl.trustmanager.algorithm": _trustManager,
  "ssl.secure.random.implementation": _random,
  "ssl.engine.factory.class": _factory,
  ...ssl
} = sslKeys;

const connectionKeys = {
  "bootstrap.servers": {
    type: "LIST",
    importance: "HIGH",
    doc: "The brokers to begin with, as host:port.",
    validator: validList({ isEmptyAllowed: false }),
  },
  "client.id": key("STRING", "", "What the client calls itself."),
  "request.timeout.ms": key(
    "INT",
    connectionDefaults.requestTimeoutMs,
    "How long a broker may take to answer.",
    notNegative,
  ),
  "retry.backoff.ms": key(
    "LONG",
    BigInt(connectionDefaults.retryBackoffMs),
    "The first wait before a request is sent again.",
    notNegative,
  ),
  "retry.backoff.max.ms": key(
    "LONG",
    BigInt(connectionDefaults.retryBackoffMaxMs),
    "The longest such wait.",
    notNegative,
  ),
  "metadata.max.age.ms": key(
    "LONG",
    BigInt(connectionDefaults.metadataMaxAgeMs),
    "How long metadata is believed.",
    notNegative,
  ),
  "socket.connection.setup.timeout.ms": key(
    "LONG",
    BigInt(connectionDefaults.connectTimeoutMs),
    "How long connecting may take.",
  ),
  "security.protocol": key(
    "STRING",
    "PLAINTEXT",
    "Whether there is TLS, and who authenticates how.",
    oneOfIgnoringCase("SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"),
  ),
  ...ssl,
  // Kafka: clients drop what is there twice, where a worker refuses it.
  "ssl.enabled.protocols": { ...ssl["ssl.enabled.protocols"], validator: undefined },
  "sasl.mechanism": key("STRING", "GSSAPI", "How the client authenticates."),
  "sasl.jaas.config": key("PASSWORD", null, "What it authenticates with."),
  "sasl.oauthbearer.token.endpoint.url": key("STRING", null, "Where tokens come from."),
  "sasl.oauthbearer.client.credentials.client.id": key("STRING", null, "Who asks for tokens."),
  "sasl.oauthbearer.client.credentials.client.secret": key("PASSWORD", null, "Their secret."),
  "sasl.oauthbearer.scope": key("STRING", null, "What tokens are asked for."),
} as const satisfies ConfigKeys;

const gzipLevel = check("[1,...,9] or -1", (name, value) => {
  const level = value as number;
  if (level === -1 || level >= 1 && level <= 9) return;
  throw invalid(name, value, "Value must be between 1 and 9 or equal to -1");
});

const autoOffsetReset = check(
  "[latest, earliest, none, by_duration:PnDTnHnMn.nS]",
  (name, value) => {
    const duration = /^by_duration:P(?!$)(\d+D)?(T(?=[\d.])(\d+H)?(\d+M)?(\d+([.,]\d{0,9})?S)?)?$/i;
    if (["latest", "earliest", "none"].includes(value as string)) return;
    if (duration.test(value as string)) return;
    throw invalid(
      name,
      value,
      `Invalid value \`${value}\` for configuration ${name}. The value must be either 'earliest', ` +
        "'latest', 'none' or of the format 'by_duration:<PnDTnHnMn.nS.>'.",
    );
  },
);

const producerKeys = {
  ...connectionKeys,
  "acks": key("STRING", "all", "Who must have a record.", oneOf("all", "-1", "0", "1")),
  "linger.ms": key(
    "LONG",
    5n,
    "How long a batch waits for more records.",
    notNegative,
  ),
  "batch.size": key(
    "INT",
    16_384,
    "When a batch waits no longer.",
    notNegative,
  ),
  "compression.type": key(
    "STRING",
    producerDefaults.compression,
    "How batches are compressed.",
    oneOf(...compressionNames),
  ),
  "compression.gzip.level": key("INT", -1, "How hard gzip tries.", gzipLevel),
  "compression.zstd.level": key("INT", 3, "How hard zstd tries.", range(-131072, 22)),
  "max.request.size": key(
    "INT",
    producerDefaults.requestBytesMax,
    "The largest request, and so the largest record.",
    notNegative,
  ),
  "delivery.timeout.ms": key(
    "INT",
    producerDefaults.deliveryTimeoutMs,
    "How long a record may be on its way.",
    notNegative,
  ),
  "retries": key(
    "INT",
    producerDefaults.retriesMax,
    "How often a batch is sent again.",
    range(0, 2_147_483_647),
  ),
  "max.in.flight.requests.per.connection": key(
    "INT",
    producerDefaults.requestsInFlightMax,
    "How many requests may wait for an answer.",
    range(1),
  ),
  "enable.idempotence": key("BOOLEAN", true, "Whether brokers drop what is sent twice."),
  "max.block.ms": key(
    "LONG",
    BigInt(producerDefaults.blockMsMax),
    "How long a caller waits for metadata.",
    notNegative,
  ),
  "buffer.memory": key(
    "LONG",
    33_554_432n,
    "How many bytes may wait to be sent.",
    notNegative,
  ),
} as const satisfies ConfigKeys;

const consumerKeys = {
  ...connectionKeys,
  "group.id": key("STRING", null, "The consumer group."),
  "group.instance.id": key("STRING", null, "The member's name for good.", nonEmptyString),
  "session.timeout.ms": key(
    "INT",
    consumerDefaults.sessionTimeoutMs,
    "When a member that is not heard is gone.",
  ),
  "heartbeat.interval.ms": key(
    "INT",
    consumerDefaults.heartbeatIntervalMs,
    "How often a member is heard.",
  ),
  "partition.assignment.strategy": key(
    "LIST",
    [
      "org.apache.kafka.clients.consumer.RangeAssignor",
      "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
    ],
    "How partitions are divided.",
  ),
  "client.rack": key("STRING", consumerDefaults.clientRack, "Where the consumer stands."),
  "max.partition.fetch.bytes": key(
    "INT",
    consumerDefaults.partitionFetchBytesMax,
    "The most an answer holds of a partition.",
    notNegative,
  ),
  "fetch.min.bytes": key(
    "INT",
    consumerDefaults.fetchBytesMin,
    "What a broker waits for.",
    notNegative,
  ),
  "fetch.max.bytes": key(
    "INT",
    consumerDefaults.fetchBytesMax,
    "The most an answer holds.",
    notNegative,
  ),
  "fetch.max.wait.ms": key(
    "INT",
    consumerDefaults.fetchWaitMsMax,
    "How long it waits.",
    notNegative,
  ),
  "auto.offset.reset": key(
    "STRING",
    consumerDefaults.autoOffsetReset,
    "Where to begin without an offset.",
    autoOffsetReset,
  ),
  "default.api.timeout.ms": key(
    "INT",
    consumerDefaults.apiTimeoutMs,
    "How long calls may take.",
    notNegative,
  ),
  "max.poll.records": key(
    "INT",
    consumerDefaults.pollRecordsMax,
    "How many records at once.",
    range(1),
  ),
  "max.poll.interval.ms": key(
    "INT",
    consumerDefaults.pollIntervalMsMax,
    "When a member that does not poll is gone.",
    range(1),
  ),
  "allow.auto.create.topics": key(
    "BOOLEAN",
    consumerDefaults.allowsTopicCreation,
    "Whether brokers may make topics that are named and not there.",
  ),
  "isolation.level": key(
    "STRING",
    consumerDefaults.isolationLevel,
    "Whether transactions are read before they are committed.",
    oneOf("read_committed", "read_uncommitted"),
  ),
} as const satisfies ConfigKeys;

const adminKeys = {
  ...connectionKeys,
  "default.api.timeout.ms": key(
    "INT",
    adminDefaults.apiTimeoutMs,
    "How long calls may take.",
    notNegative,
  ),
} as const satisfies ConfigKeys;

/** The keys that each kind of client honours. */
export const clientConfigDefs = {
  producer: ConfigDef.of(producerKeys),
  consumer: ConfigDef.of(consumerKeys),
  admin: ConfigDef.of(adminKeys),
};

/** What every client has. */
export type ConnectionValues = Omit<AdminValues, "default.api.timeout.ms">;
/** What an admin client has. */
export type AdminValues = ReturnType<typeof clientConfigDefs.admin.parse>;
/** What a producer has. */
export type ProducerValues = ReturnType<typeof clientConfigDefs.producer.parse>;
/** What a consumer has. */
export type ConsumerValues = ReturnType<typeof clientConfigDefs.consumer.parse>;

/** Whether this is a key of Kafka's admin client, which a worker's own client takes from the worker. */
export function isAdminKey(key: string): boolean {
  return Object.hasOwn(clientConfigDefs.admin.keys, key);
}
