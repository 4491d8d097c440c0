/** What our worker says of configurations is what Kafka's own says, in its order. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { ConfigVariables, Connectors, overridePolicy } from "../../src/herder/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { connectorConfigs, type NullableProps } from "./connector_configs.ts";
import { javaTest } from "./java.ts";
import { JavaWorker } from "./java_worker.ts";

const converters = {
  "key.converter": "org.apache.kafka.connect.json.JsonConverter",
  "value.converter": "org.apache.kafka.connect.json.JsonConverter",
};

const sources: readonly NullableProps[] = [
  { "key.converter.plugin.version": "9.9" },
  { "key.converter": "StringConverter", "key.converter.plugin.version": "[4.0,5.0)" },
  { "key.converter": "StringConverter", "key.converter.plugin.version": "[4.0" },
  { "key.converter": "StringConverter", "key.converter.plugin.version": "latest" },
  { "transforms": "a", "transforms.a.type": "Filter", "transforms.a.plugin.version": "9.9" },
  { "transforms": "a", "transforms.a.type": "Filter", "transforms.a.plugin.version": "[4.0,5)" },
  { "transforms": "a", "transforms.a.type": "Filter", "transforms.a.plugin.version": "[4" },
  { "transforms": "a", "transforms.a.type": "StringConverter" },
  { "transforms": "a", "transforms.a.type": "org.apache.kafka.connect.storage.StringConverter" },
  {
    "transforms": "a",
    "transforms.a.type": "org.apache.kafka.connect.storage.StringConverter",
    "transforms.a.negate": "true",
  },
  { "transforms": "a", "transforms.a.type": "org.apache.kafka.connect.transforms.HoistField" },
  { "transforms": "a", "transforms.a.type": "com.x.Y", "transforms.a.negate": "true" },
  { "transforms": "a", "transforms.a.type": null },
  { "tasks.max": null, "zz.unknown": null, "foo": null, "bar": null, "topic": null },
  { "key.converter": null },
  { "transforms": null, "predicates": null },
  {
    "producer.override.unknown": "x",
    "producer.override.linger.ms": " 7 ",
    "producer.override.sasl.jaas.config": "secret",
    "producer.override.bootstrap.servers": "a:1, b:2",
    "producer.override.interceptor.classes": "",
    "producer.override.enable.idempotence": "TRUE",
    "producer.override.sasl.kerberos.ticket.renew.jitter": "1",
  },
  {
    "topic.creation.default.partitions": "1",
    "topic.creation.default.replication.factor": "1",
    "admin.override.retries": "3",
    "admin.override.client.id": "x",
    "producer.override.acks": "all",
  },
  { "value.converter": "org.apache.kafka.connect.storage.SimpleHeaderConverter" },
  {
    "header.converter": "org.apache.kafka.connect.converters.LongConverter",
    "key.converter": "IntegerConverter",
    "value.converter": "ByteArrayConverter",
  },
  { "key.converter": "" },
  {
    "transforms": "a b, c",
    "transforms.a b.type": "Filter",
    "transforms.c.type": "InsertHeader",
    "transforms.c.header": "h",
  },
  {
    "transforms": "a",
    "transforms.a.type": "org.apache.kafka.connect.transforms.ReplaceField$Value",
    "transforms.a.exclude": "x",
    "transforms.a.include": "y",
  },
  {
    "transforms": "a",
    "transforms.a.type": "org.apache.kafka.connect.transforms.TimestampConverter$Value",
    "transforms.a.target.type": "nope",
  },
  {
    "transforms": "a",
    "transforms.a.type": "org.apache.kafka.connect.transforms.HeaderFrom$Value",
    "transforms.a.fields": "x",
    "transforms.a.headers": "y,z",
    "transforms.a.operation": "x",
  },
  {
    "transforms": "a",
    "transforms.a.type": "org.apache.kafka.connect.transforms.MaskField$Value",
    "transforms.a.fields": "",
    "transforms.a.replacement": "",
  },
  { "connector.plugin.version": "[4.0,5.0)" },
  { "connector.plugin.version": "" },
  { "connector.plugin.version": "latest" },
  { "connector.plugin.version": "(,4.1],[4.2,)" },
  { "connector.plugin.version": "[5,)" },
  { "topic": "t,u", "batch.size": " 5 ", "tasks.max": " 2 " },
  { "exactly.once.support": "REQUIRED" },
  { "exactly.once.support": "required" },
  { "transaction.boundary": "connector" },
  {
    "producer.override.sasl.kerberos.ticket.renew.jitter": "1",
    "producer.override.metrics.num.samples": "3",
    "producer.override.key.serializer": "org.apache.kafka.common.serialization.StringSerializer",
  },
  {
    "transforms": "a",
    "transforms.a.type": "RegexRouter",
    "transforms.a.regex": null,
    "transforms.a.negate": null,
    "transforms.a.predicate": null,
  },
  {
    "transforms": "a,predicates",
    "predicates": "a,transforms",
    "transforms.a.type": "DropHeaders",
    "predicates.a.type": "HasHeaderKey",
    "predicates.a.name": "x",
    "transforms.a.headers": "x,y",
    "transforms.predicates.type": "RegexRouter",
  },
  { "name": null },
  { "topic": "  " },
  {
    "header.converter": "StringConverter",
    "header.converter.converter.encoding": "nope",
    "value.converter": "Json",
    "value.converter.schemas.enable": "FALSE",
    "value.converter.schema.content": "x",
  },
  { "topic.creation.groups": "a,a", "topic.creation.a.include": "[" },
  {
    "offsets.storage.topic": "",
    "transaction.boundary.interval.ms": "-1",
    "exactly.once.support": "",
  },
];

const sinks: readonly NullableProps[] = [
  {
    "errors.deadletterqueue.topic.name": "d",
    "producer.override.acks": "all",
    "admin.override.retries": "3",
    "consumer.override.max.poll.records": "5",
  },
  {
    "consumer.override.auto.offset.reset": "x",
    "consumer.override.partition.assignment.strategy": "a",
  },
  { "consumer.override.group.id": "g" },
  {
    "key.converter": "JsonConverter",
    "key.converter.schemas.cache.size": "x",
    "key.converter.decimal.format": "numeric",
    "key.converter.unknown": "1",
  },
  { "topics": null },
  { "topics": "\u0007" },
  { "topics.regex": "d", "errors.deadletterqueue.topic.name": "d" },
  { "topics": null, "topics.regex": null },
  {
    "topics": ",a",
    "tasks.max": "99999999999",
    "errors.retry.timeout": " -1 ",
    "errors.tolerance": "ALL",
    "config.action.reload": "RESTART",
  },
];

/** The same ones every time: whoever looks for more differences changes the seed. */
const random = fc.sample(connectorConfigs, { numRuns: 100, seed: 1 });

const asked: NullableProps[] = [
  ...random,
  ...sources.map((own) => ({ "connector.class": "FileStreamSource", topic: "t", ...own })),
  ...sinks.map((own) => ({ "connector.class": "FileStreamSink", topics: "t", ...own })),
].map((own) => ({ name: "v", file: "/f", ...own }));

/** Without words that are ours, or an accident of Java's. */
function comparable(infos: unknown): unknown {
  return JSON.parse(JSON.stringify(infos, (key, value) => {
    if (key === "documentation") return "";
    if (key !== "errors") return value;
    return value.map((message: string) =>
      message.replace(/Cannot invoke .* because "this\.pattern" is null$/, "null")
    );
  }));
}

async function answers(url: string, props: NullableProps): Promise<unknown> {
  const path = `connector-plugins/${props["connector.class"]}/config/validate`;
  const response = await fetch(url + path, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(props),
  });
  const text = await response.text();
  assert.equal(response.status, 200, text);
  return JSON.parse(text);
}

javaTest("Connectors.configInfos() says what Kafka's worker says", async (java, context) => {
  const { bootstrapServers, stop } = await anyCluster();
  const events = { onReconfigure() {}, onRaised() {} };
  const connectors = new Connectors(keptLog(), [], events);
  const ours = {
    worker: converters,
    policy: overridePolicy({}),
    variables: ConfigVariables.none(),
  };
  try {
    await inTemporaryFolder(async (folder) => {
      const worker = await JavaWorker.start(java, folder, {
        "bootstrap.servers": bootstrapServers,
        ...converters,
        "offset.storage.file.filename": `${folder}/offsets`,
        "listeners": "http://127.0.0.1:0",
      }, []);
      try {
        // It listens before it has anything to answer with.
        await until(async () => (await worker.get<string[]>("connectors")).length === 0);
        const url = await worker.url();
        for (const props of asked) {
          await context.step(JSON.stringify(props), async () => {
            const [theirs, found] = [
              await answers(url, props),
              await connectors.configInfos(props, ours),
            ].map(comparable);
            assert.deepEqual(found, theirs);
            assert.equal(JSON.stringify(found), JSON.stringify(theirs));
          });
        }
      } finally {
        await worker.stop();
      }
    });
  } finally {
    connectors.close();
    await stop();
  }
});
