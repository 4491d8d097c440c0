/**
 * The keys of a standalone worker, with the defaults and validators of Kafka Connect 4.2
 * (`WorkerConfig`, `StandaloneConfig`).
 *
 * @module
 */

import {
  ConfigDef,
  type ConfigKey,
  type ConfigKeys,
  type ConfigType,
  oneOf,
  oneOfIgnoringCase,
  range,
  validList,
} from "../../api/mod.ts";
import type { Props } from "./properties.ts";
import { restAdditionsConfigDef } from "./rest_additions.ts";
import { restKeys } from "./rest_config.ts";

function optional<T extends ConfigType, const D extends ConfigKey<T>["default"]>(
  type: T,
  value: D,
  doc: string,
  rest: Partial<Pick<ConfigKey<T>, "importance" | "validator">> = {},
) {
  return { type, default: value, importance: "LOW", doc, ...rest } as const;
}

function required<T extends ConfigType>(type: T, doc: string) {
  return { type, importance: "HIGH", doc } as const;
}

function pluginVersion(what: string) {
  return optional("STRING", null, `The version of the ${what} to use.`);
}

const high = { importance: "HIGH" } as const;
const medium = { importance: "MEDIUM" } as const;

/** The keys of TLS. Kafka: `SslConfigs`. */
export const sslKeys = {
  "ssl.protocol": optional("STRING", "TLSv1.3", "The TLS protocol.", medium),
  "ssl.provider": optional("STRING", null, "The security provider of a JVM.", medium),
  "ssl.cipher.suites": optional(
    "LIST",
    [],
    "The cipher suites that may be used; any unless told.",
    {
      validator: validList(),
    },
  ),
  "ssl.enabled.protocols": optional("LIST", ["TLSv1.2", "TLSv1.3"], "The protocols allowed.", {
    ...medium,
    validator: validList(),
  }),
  "ssl.keystore.type": optional("STRING", "JKS", "The format of the key store.", medium),
  "ssl.keystore.location": optional("STRING", null, "The file of the key store.", high),
  "ssl.keystore.password": optional("PASSWORD", null, "The key store's password.", high),
  "ssl.key.password": optional("PASSWORD", null, "The password of the private key.", high),
  "ssl.keystore.key": optional("PASSWORD", null, "The private key itself.", high),
  "ssl.keystore.certificate.chain": optional("PASSWORD", null, "The key's certificates.", high),
  "ssl.truststore.certificates": optional("PASSWORD", null, "The certificates to trust.", high),
  "ssl.truststore.type": optional("STRING", "JKS", "The format of the trust store.", medium),
  "ssl.truststore.location": optional("STRING", null, "The file of the trust store.", high),
  "ssl.truststore.password": optional("PASSWORD", null, "The trust store's password.", high),
  "ssl.keymanager.algorithm": optional("STRING", "SunX509", "The key manager's algorithm."),
  "ssl.trustmanager.algorithm": optional("STRING", "PKIX", "The trust manager's algorithm."),
  "ssl.endpoint.identification.algorithm": optional("STRING", "https", "How hosts are checked."),
  "ssl.secure.random.implementation": optional(
    "STRING",
    null,
    "Where a JVM takes randomness from.",
  ),
  "ssl.engine.factory.class": optional("CLASS", null, "What makes TLS engines on a JVM."),
} as const satisfies ConfigKeys;

/** All keys of a standalone worker, in Kafka's order. */
export const standaloneConfigDef = ConfigDef.of({
  // Kafka: the key is required.
  "bootstrap.servers": {
    type: "LIST",
    default: ["embedded:data"],
    importance: "HIGH",
    validator: validList({ isEmptyAllowed: false }),
    doc: "The Kafka brokers, or embedded:DIR for topics in a folder, with no broker.",
  },
  "client.dns.lookup": optional(
    "STRING",
    "use_all_dns_ips",
    "How the names of brokers are looked up.",
    {
      ...medium,
      validator: oneOf("use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"),
    },
  ),
  "key.converter": required("CLASS", "What turns keys into bytes and back."),
  "key.converter.plugin.version": pluginVersion("key converter"),
  "value.converter": required("CLASS", "What turns values into bytes and back."),
  "value.converter.plugin.version": pluginVersion("value converter"),
  "task.shutdown.graceful.timeout.ms": optional(
    "LONG",
    5000n,
    "How long tasks may take to stop before they are ended, all together.",
  ),
  "offset.flush.interval.ms": optional("LONG", 60000n, "How often offsets are committed."),
  "offset.flush.timeout.ms": optional("LONG", 5000n, "How long a commit of offsets may take."),
  "plugin.path": optional("LIST", null, "Files and folders of plugins; not read yet.", {
    validator: validList({ isEmptyAllowed: false, isNullAllowed: true }),
  }),
  "plugin.discovery": optional(
    "STRING",
    "hybrid_warn",
    "How plugins are found on a JVM; there is but one way here.",
    { validator: oneOfIgnoringCase("ONLY_SCAN", "SERVICE_LOAD", "HYBRID_WARN", "HYBRID_FAIL") },
  ),
  "metrics.sample.window.ms": optional("LONG", 30000n, "The window of a sample.", {
    validator: range(0),
  }),
  "metrics.num.samples": optional("INT", 2, "How many samples there are.", { validator: range(1) }),
  "metrics.recording.level": optional("STRING", "INFO", "How much is measured.", {
    validator: oneOf("INFO", "DEBUG"),
  }),
  "metric.reporters": optional(
    "LIST",
    ["org.apache.kafka.common.metrics.JmxReporter"],
    "Where metrics go on a JVM.",
    { validator: validList() },
  ),
  "header.converter": optional(
    "CLASS",
    "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    "What turns headers into bytes and back.",
  ),
  "header.converter.plugin.version": pluginVersion("header converter"),
  "config.providers": optional("LIST", [], "What replaces variables in configurations.", {
    validator: validList(),
  }),
  "connector.client.config.override.policy": optional(
    "STRING",
    "All",
    "Which client settings a connector may override.",
    medium,
  ),
  "topic.creation.enable": optional("BOOLEAN", true, "Whether sources may make topics."),
  ...sslKeys,
  "topic.tracking.enable": optional("BOOLEAN", true, "Whether the topics in use are tracked."),
  "topic.tracking.allow.reset": optional("BOOLEAN", true, "Whether tracking may be reset."),
  ...restKeys,
  "offset.storage.file.filename": required("STRING", "The file that keeps source offsets."),
});

/** The values of a standalone worker's keys. */
export type StandaloneConfig = ReturnType<typeof standaloneConfigDef.parse>;

/** Keys that belong to others, with what follows: converters, providers, clients, listeners, the spool, the log. */
const openPrefixes = [
  "key.converter.",
  "value.converter.",
  "header.converter.",
  "config.providers.",
  // The policy has it, not the worker.
  "connector.client.config.override.allowlist",
  "producer.",
  "consumer.",
  "admin.",
  "listeners.https.",
  "admin.listeners.https.",
  "config.storage.file.filename",
  "task.auto.restart.",
  "spool.dir",
  "spool.max.bytes",
  "log.format",
  "log.level",
];

/** The keys that mean nothing to a standalone worker, or nothing yet, in the order they were given. */
export function unknownWorkerKeys(props: Props): string[] {
  return Object.keys(props).filter((key) =>
    (!Object.hasOwn(standaloneConfigDef.keys, key) || key === "plugin.path") &&
    !Object.hasOwn(restAdditionsConfigDef.keys, key) &&
    !openPrefixes.some((prefix) => key.startsWith(prefix))
  );
}

/** The folder of `embedded:DIR`, or null when topics are on brokers. */
export function embeddedFolder(bootstrapServers: readonly string[]): string | null {
  const [first] = bootstrapServers;
  if (bootstrapServers.length > 1 || !first.startsWith("embedded:")) return null;
  return first.slice("embedded:".length) || "data";
}

/** The keys under a prefix, without it. */
export function withPrefix<V extends string | null>(
  props: Readonly<Record<string, V>>,
  prefix: string,
): Record<string, V> {
  return Object.fromEntries(
    Object.entries(props)
      .filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
