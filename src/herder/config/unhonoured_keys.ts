/**
 * The keys that Kafka's clients know, but ours do not honour. Each stands with the value under which ours
 * do what Kafka's do, if there is one: most often Kafka's default. A key that is set to another value is
 * named in a warning.
 *
 * @module
 */

import type { ClientKind } from "./client_configs.ts";

const tables = {
  all: `
client.dns.lookup use_all_dns_ips
config.providers
enable.metrics.push false
metadata.recovery.rebootstrap.trigger.ms 300000
metadata.recovery.strategy rebootstrap
metric.reporters org.apache.kafka.common.metrics.JmxReporter
metrics.num.samples 2
metrics.recording.level INFO
metrics.sample.window.ms 30000
reconnect.backoff.max.ms 1000
reconnect.backoff.ms 50
sasl.client.callback.handler.class
sasl.kerberos.kinit.cmd /usr/bin/kinit
sasl.kerberos.min.time.before.relogin 60000
sasl.kerberos.service.name
sasl.kerberos.ticket.renew.jitter 0.05
sasl.kerberos.ticket.renew.window.factor 0.8
sasl.login.callback.handler.class
sasl.login.class
sasl.login.connect.timeout.ms
sasl.login.read.timeout.ms
sasl.login.refresh.buffer.seconds 300
sasl.login.refresh.min.period.seconds 60
sasl.login.refresh.window.factor 0.8
sasl.login.refresh.window.jitter 0.05
sasl.login.retry.backoff.max.ms 10000
sasl.login.retry.backoff.ms 100
sasl.oauthbearer.assertion.algorithm RS256
sasl.oauthbearer.assertion.claim.aud
sasl.oauthbearer.assertion.claim.exp.seconds 300
sasl.oauthbearer.assertion.claim.iss
sasl.oauthbearer.assertion.claim.jti.include false
sasl.oauthbearer.assertion.claim.nbf.seconds 60
sasl.oauthbearer.assertion.claim.sub
sasl.oauthbearer.assertion.file
sasl.oauthbearer.assertion.private.key.file
sasl.oauthbearer.assertion.private.key.passphrase
sasl.oauthbearer.assertion.template.file
sasl.oauthbearer.clock.skew.seconds 30
sasl.oauthbearer.expected.audience
sasl.oauthbearer.expected.issuer
sasl.oauthbearer.header.urlencode false
sasl.oauthbearer.jwks.endpoint.refresh.ms 3600000
sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms 10000
sasl.oauthbearer.jwks.endpoint.retry.backoff.ms 100
sasl.oauthbearer.jwks.endpoint.url
sasl.oauthbearer.jwt.retriever.class org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever
sasl.oauthbearer.jwt.validator.class org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator
sasl.oauthbearer.scope.claim.name scope
sasl.oauthbearer.sub.claim.name sub
security.providers
send.buffer.bytes 131072
socket.connection.setup.timeout.max.ms 30000
ssl.cipher.suites
ssl.engine.factory.class
ssl.keymanager.algorithm SunX509
ssl.provider
ssl.secure.random.implementation
ssl.trustmanager.algorithm PKIX`,
  producer: `
compression.lz4.level 9
connections.max.idle.ms 540000
interceptor.classes
key.serializer org.apache.kafka.common.serialization.ByteArraySerializer
metadata.max.idle.ms 300000
partitioner.adaptive.partitioning.enable true
partitioner.availability.timeout.ms 0
partitioner.class
partitioner.ignore.keys false
receive.buffer.bytes 32768
transaction.timeout.ms 60000
transaction.two.phase.commit.enable false
transactional.id
value.serializer org.apache.kafka.common.serialization.ByteArraySerializer`,
  consumer: `
auto.commit.interval.ms 5000
check.crcs true
connections.max.idle.ms 540000
enable.auto.commit false
exclude.internal.topics true
group.protocol classic
group.remote.assignor
interceptor.classes
internal.throw.on.fetch.stable.offset.unsupported false
key.deserializer org.apache.kafka.common.serialization.ByteArrayDeserializer
receive.buffer.bytes 65536
share.acknowledgement.mode implicit
share.acquire.mode BATCH_OPTIMIZED
value.deserializer org.apache.kafka.common.serialization.ByteArrayDeserializer`,
  admin: `
bootstrap.controllers
connections.max.idle.ms 300000
receive.buffer.bytes 65536
retries 2147483647`,
};

/** The keys that Kafka's client of a kind knows, but ours does not honour, each with the value that has no need of it. */
export function unhonouredKeys(kind: ClientKind): ReadonlyMap<string, string> {
  const lines = `${tables.all}${tables[kind]}`.trim().split("\n");
  return new Map(lines.map((line) => {
    const [key, value = ""] = line.split(" ");
    return [key, value];
  }));
}
