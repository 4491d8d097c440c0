/**
 * The keys of a standalone worker, with the defaults and validators of Kafka Connect 4.2
 * (`StandaloneConfig`, `RestServerConfig`).
 *
 * @module
 */

import {
  check,
  ConfigDef,
  type ConfigKey,
  type ConfigType,
  invalid,
  oneOf,
  oneOfIgnoringCase,
  range,
} from "../../api/mod.ts";
import type { Props } from "./properties.ts";

const required = { importance: "HIGH" } as const;

function optional<T extends ConfigType>(
  type: T,
  value: ConfigKey<T>["default"],
  doc: string,
  validator?: ConfigKey["validator"],
): ConfigKey<T> {
  return { type, default: value, importance: "LOW", doc, ...validator && { validator } };
}

function pluginVersion(what: string) {
  return optional("STRING", null, `The version of the ${what} to use.`);
}

const listenerUrls = check(
  "List of comma-separated URLs, ex: http://localhost:8080,https://localhost:8443.",
  (name, value) => {
    for (const url of value as readonly string[]) {
      if (!/^https?:\/\/[^/]*:\d{1,5}\/?$/i.test(url)) {
        throw invalid(name, url, "it must be a URL such as http://localhost:8083");
      }
      if (!/^http:/i.test(url)) throw invalid(name, url, "https is not supported yet");
    }
    if ((value as readonly string[]).length === 0) {
      throw invalid(name, "", "List must not be empty");
    }
  },
);

const ssl = {
  "ssl.protocol": optional("STRING", "TLSv1.3", "The TLS protocol."),
  "ssl.provider": optional("STRING", null, "The security provider."),
  "ssl.cipher.suites": optional("LIST", [], "The cipher suites that may be used."),
  "ssl.enabled.protocols": optional("LIST", ["TLSv1.2", "TLSv1.3"], "The protocols allowed."),
  "ssl.keystore.type": optional("STRING", "JKS", "The format of the key store."),
  "ssl.keystore.location": optional("STRING", null, "The file of the key store."),
  "ssl.keystore.password": optional("PASSWORD", null, "The key store's password."),
  "ssl.key.password": optional("PASSWORD", null, "The password of the private key."),
  "ssl.keystore.key": optional("PASSWORD", null, "The private key itself."),
  "ssl.keystore.certificate.chain": optional("PASSWORD", null, "The certificates of the key."),
  "ssl.truststore.certificates": optional("PASSWORD", null, "The certificates to trust."),
  "ssl.truststore.type": optional("STRING", "JKS", "The format of the trust store."),
  "ssl.truststore.location": optional("STRING", null, "The file of the trust store."),
  "ssl.truststore.password": optional("PASSWORD", null, "The trust store's password."),
  "ssl.keymanager.algorithm": optional("STRING", "SunX509", "The key manager's algorithm."),
  "ssl.trustmanager.algorithm": optional("STRING", "PKIX", "The trust manager's algorithm."),
  "ssl.endpoint.identification.algorithm": optional("STRING", "https", "How hosts are checked."),
  "ssl.secure.random.implementation": optional("STRING", null, "Where randomness comes from."),
  "ssl.engine.factory.class": optional("CLASS", null, "What makes TLS engines."),
} as const;

const rest = {
  "listeners": optional(
    "LIST",
    ["http://:8083"],
    "Where the REST API listens, as URLs; a port of 0 takes a free one.",
    listenerUrls,
  ),
  "rest.advertised.host.name": optional("STRING", null, "The host that others are told."),
  "rest.advertised.port": optional("INT", null, "The port that others are told."),
  "rest.advertised.listener": optional("STRING", null, "Which listener others are told."),
  "access.control.allow.origin": optional("STRING", "", "Which origins browsers may call from."),
  "access.control.allow.methods": optional("STRING", "", "Which methods browsers may use."),
  "response.http.headers.config": optional("STRING", "", "Rules for headers of answers."),
  "ssl.client.auth": optional(
    "STRING",
    "none",
    "Whether clients must show a certificate.",
    oneOf("required", "requested", "none"),
  ),
  "rest.extension.classes": optional("LIST", [], "Extensions of the REST API."),
  "admin.listeners": optional("LIST", null, "Where the admin resources listen."),
} as const;

/** All keys of a standalone worker. */
export const standaloneConfigDef = ConfigDef.of({
  "bootstrap.servers": optional(
    "LIST",
    ["embedded:data"],
    "The Kafka brokers, or embedded:DIR for topics in a folder, with no broker.",
  ),
  "client.dns.lookup": optional(
    "STRING",
    "use_all_dns_ips",
    "How the names of brokers are looked up.",
    oneOf("use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"),
  ),
  "key.converter": { type: "CLASS", doc: "What turns keys into bytes and back.", ...required },
  "key.converter.plugin.version": pluginVersion("key converter"),
  "value.converter": { type: "CLASS", doc: "What turns values into bytes and back.", ...required },
  "value.converter.plugin.version": pluginVersion("value converter"),
  "task.shutdown.graceful.timeout.ms": optional(
    "LONG",
    5000,
    "How long tasks may take to stop before they are ended, all together.",
  ),
  "offset.flush.interval.ms": optional("LONG", 60000, "How often offsets are committed."),
  "offset.flush.timeout.ms": optional("LONG", 5000, "How long a commit of offsets may take."),
  "plugin.path": optional("LIST", null, "Files and folders of plugins."),
  "plugin.discovery": optional(
    "STRING",
    "hybrid_warn",
    "How plugins are found on a JVM; there is but one way here.",
    oneOfIgnoringCase("ONLY_SCAN", "SERVICE_LOAD", "HYBRID_WARN", "HYBRID_FAIL"),
  ),
  "metrics.sample.window.ms": optional("LONG", 30000, "The window of a sample.", range(0)),
  "metrics.num.samples": optional("INT", 2, "How many samples there are.", range(1)),
  "metrics.recording.level": optional(
    "STRING",
    "INFO",
    "How much is measured.",
    oneOf("INFO", "DEBUG"),
  ),
  "metric.reporters": optional(
    "LIST",
    ["org.apache.kafka.common.metrics.JmxReporter"],
    "Where metrics go on a JVM.",
  ),
  "header.converter": optional(
    "CLASS",
    "org.apache.kafka.connect.storage.SimpleHeaderConverter",
    "What turns headers into bytes and back.",
  ),
  "header.converter.plugin.version": pluginVersion("header converter"),
  "config.providers": optional("LIST", [], "What replaces variables in configurations."),
  "connector.client.config.override.policy": optional(
    "STRING",
    "All",
    "Which client settings a connector may override.",
  ),
  "topic.creation.enable": optional("BOOLEAN", true, "Whether sources may make topics."),
  ...ssl,
  "topic.tracking.enable": optional("BOOLEAN", true, "Whether the topics in use are tracked."),
  "topic.tracking.allow.reset": optional("BOOLEAN", true, "Whether tracking may be reset."),
  ...rest,
  "offset.storage.file.filename": {
    type: "STRING",
    doc: "The file that keeps source offsets.",
    ...required,
  },
});

/** Keys whose rest belongs to others: converters, clients, providers. Kafka: `isTopicTrackingEnabled` etc. */
const openPrefixes = [
  "key.converter.",
  "value.converter.",
  "header.converter.",
  "config.providers.",
  "producer.",
  "consumer.",
  "admin.",
  "listeners.https.",
];

/** A standalone worker's configuration, and the keys that mean nothing to it. */
export function parseStandaloneConfig(props: Props) {
  const config = standaloneConfigDef.parse(props);
  const unknown = Object.keys(props).filter((key) =>
    !Object.hasOwn(standaloneConfigDef.keys, key) &&
    !openPrefixes.some((prefix) => key.startsWith(prefix))
  );
  return { config, unknown };
}

/** The keys under a prefix, without it. */
export function withPrefix(props: Props, prefix: string): Props {
  return Object.fromEntries(
    Object.entries(props)
      .filter(([key]) => key.startsWith(prefix) && key.length > prefix.length)
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
