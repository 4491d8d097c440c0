/**
 * What is shown of the keys of Kafka's clients, where a connector overrides them: all that Kafka 4.2
 * knows, honoured or not.
 *
 * @module
 */

import type { ConfigKey, ConfigType, Importance } from "../../api/mod.ts";
import type { ClientKind } from "./client_configs.ts";
import { clientConfigDefs } from "./client_keys.ts";
import { unhonouredKeys } from "./unhonoured_keys.ts";

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** The keys that matter more than others, and less. */
const high = words(`
bootstrap.controllers bootstrap.servers buffer.memory compression.type fetch.min.bytes group.id
group.protocol heartbeat.interval.ms key.deserializer key.serializer max.partition.fetch.bytes
session.timeout.ms ssl.key.password ssl.keystore.certificate.chain ssl.keystore.key ssl.keystore.location
ssl.keystore.password ssl.truststore.certificates ssl.truststore.location ssl.truststore.password
value.deserializer value.serializer`);
const low = words(`
acks auto.commit.interval.ms check.crcs client.rack config.providers enable.idempotence
enable.metrics.push fetch.max.wait.ms interceptor.classes
internal.throw.on.fetch.stable.offset.unsupported max.in.flight.requests.per.connection
metadata.max.age.ms metadata.max.idle.ms metadata.recovery.rebootstrap.trigger.ms
metadata.recovery.strategy metric.reporters metrics.num.samples metrics.recording.level
metrics.sample.window.ms partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms
reconnect.backoff.max.ms reconnect.backoff.ms retry.backoff.max.ms retry.backoff.ms
sasl.kerberos.kinit.cmd sasl.kerberos.min.time.before.relogin sasl.kerberos.ticket.renew.jitter
sasl.kerberos.ticket.renew.window.factor sasl.login.connect.timeout.ms sasl.login.read.timeout.ms
sasl.login.refresh.buffer.seconds sasl.login.refresh.min.period.seconds
sasl.login.refresh.window.factor sasl.login.refresh.window.jitter sasl.login.retry.backoff.max.ms
sasl.login.retry.backoff.ms sasl.oauthbearer.assertion.claim.exp.seconds
sasl.oauthbearer.assertion.claim.nbf.seconds sasl.oauthbearer.clock.skew.seconds
sasl.oauthbearer.expected.audience sasl.oauthbearer.expected.issuer sasl.oauthbearer.header.urlencode
sasl.oauthbearer.jwks.endpoint.refresh.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms sasl.oauthbearer.scope.claim.name
sasl.oauthbearer.sub.claim.name security.providers ssl.cipher.suites
ssl.endpoint.identification.algorithm ssl.engine.factory.class ssl.keymanager.algorithm
ssl.secure.random.implementation ssl.trustmanager.algorithm transaction.timeout.ms
transaction.two.phase.commit.enable transactional.id`);

function importanceOf(kind: ClientKind, name: string): Importance {
  if (name === "retries") return kind === "producer" ? "HIGH" : "LOW";
  if (name === "client.id") return kind === "consumer" ? "LOW" : "MEDIUM";
  return high.has(name) ? "HIGH" : low.has(name) ? "LOW" : "MEDIUM";
}

/** The types of the keys that ours do not honour; text unless told. */
const types: readonly [ConfigType, ReadonlySet<string>][] = [
  [
    "INT",
    words(`
auto.commit.interval.ms compression.lz4.level metrics.num.samples receive.buffer.bytes retries
sasl.login.connect.timeout.ms sasl.login.read.timeout.ms sasl.oauthbearer.assertion.claim.exp.seconds
sasl.oauthbearer.assertion.claim.nbf.seconds sasl.oauthbearer.clock.skew.seconds send.buffer.bytes
transaction.timeout.ms`),
  ],
  [
    "BOOLEAN",
    words(`
check.crcs enable.auto.commit enable.metrics.push exclude.internal.topics
internal.throw.on.fetch.stable.offset.unsupported partitioner.adaptive.partitioning.enable
partitioner.ignore.keys sasl.oauthbearer.assertion.claim.jti.include
sasl.oauthbearer.header.urlencode transaction.two.phase.commit.enable`),
  ],
  [
    "LONG",
    words(`
connections.max.idle.ms metadata.max.idle.ms metadata.recovery.rebootstrap.trigger.ms
metrics.sample.window.ms partitioner.availability.timeout.ms reconnect.backoff.max.ms
reconnect.backoff.ms sasl.kerberos.min.time.before.relogin sasl.login.retry.backoff.max.ms
sasl.login.retry.backoff.ms sasl.oauthbearer.jwks.endpoint.refresh.ms
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms sasl.oauthbearer.jwks.endpoint.retry.backoff.ms
socket.connection.setup.timeout.max.ms`),
  ],
  [
    "LIST",
    words(`
bootstrap.controllers config.providers interceptor.classes metric.reporters
sasl.oauthbearer.expected.audience ssl.cipher.suites`),
  ],
  [
    "CLASS",
    words(`
key.deserializer key.serializer partitioner.class sasl.client.callback.handler.class
sasl.login.callback.handler.class sasl.login.class sasl.oauthbearer.jwt.retriever.class
sasl.oauthbearer.jwt.validator.class ssl.engine.factory.class value.deserializer value.serializer`),
  ],
  [
    "DOUBLE",
    words(`
sasl.kerberos.ticket.renew.jitter sasl.kerberos.ticket.renew.window.factor
sasl.login.refresh.window.factor sasl.login.refresh.window.jitter`),
  ],
  ["SHORT", words("sasl.login.refresh.buffer.seconds sasl.login.refresh.min.period.seconds")],
  ["PASSWORD", words("sasl.oauthbearer.assertion.private.key.passphrase")],
];

const assignors = ["RangeAssignor", "CooperativeStickyAssignor"]
  .map((name) => `class org.apache.kafka.clients.consumer.${name}`);

/** The defaults of Kafka that are not what ours do, or shown otherwise; undefined: the key is required. */
const kafkaDefaults: Readonly<Record<string, unknown>> = {
  // Kafka: an admin client may do with bootstrap.controllers.
  "admin bootstrap.servers": [],
  "consumer partition.assignment.strategy": assignors,
  "producer enable.metrics.push": "true",
  "consumer enable.metrics.push": "true",
  "consumer enable.auto.commit": "true",
  "producer key.serializer": undefined,
  "producer value.serializer": undefined,
  "consumer key.deserializer": undefined,
  "consumer value.deserializer": undefined,
};

/** A key of a client as Kafka knows it, its default as text; null when it knows none of that name. */
export function clientKey(kind: ClientKind, name: string): ShownKey | null {
  const honoured = clientConfigDefs[kind].keys as Readonly<Record<string, ConfigKey>>;
  const importance = importanceOf(kind, name);
  const special = `${kind} ${name}`;
  const override = Object.hasOwn(kafkaDefaults, special) && { default: kafkaDefaults[special] };
  if (Object.hasOwn(honoured, name)) return { ...honoured[name], importance, ...override };
  const value = unhonouredKeys(kind).get(name);
  if (value === undefined) return null;
  const type = types.find(([_, names]) => names.has(name))?.[0] ?? "STRING";
  const doc = "Kafka's clients know it; it has no effect here.";
  const text = value === "" && type !== "LIST" ? null : value;
  return { type, importance, doc, default: text, ...override };
}

/** A key whose default may stand as text. */
export type ShownKey = Omit<ConfigKey, "default"> & { default?: unknown };
