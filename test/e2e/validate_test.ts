/** `connect validate`: all mistakes of all files at once, and none where there is none. */

import assert from "node:assert/strict";
import { Connect, inTemporaryFolder } from "./connect.ts";

const config = new URL("../../config/", import.meta.url);

const files: Record<string, string> = {
  "w.properties": `listeners=http://127.0.0.1:0,https://localhost:1,nowhere
key.converter=StringConverter
value.converter=JsonConvertor
offset.flush.interval.ms=soon
offset.storage.file.filename=/
bootstrap.servers=localhost:9092
connector.client.config.override.policy=Some
producer.acks=most
consumer.fetch.min.bytes=few
admin.request.timeout.ms=-1
spool.dir=
spool.max.bytes=12
topic.creation.enable=maybe
admin.listeners=ftp://localhost:1
rest.connections.max=0
rest.extension.classes=com.example.Extension
rest.advertised.port=-1
access.control.allow.origin=http://(
response.http.headers.config=setDate Expires:tomorrow
my.key=1
plugin.path=plugins
config.providers=dir
config.providers.dir.class=DirectoryConfigProvider
`,
  "a.properties": `name=a
connector.class=FileStreamSource
topic=
tasks.max=\${dir:.:secret.txt}
value.converter=None
transforms=x
transforms.x.type=org.apache.kafka.connect.transforms.HoistField$Value
transforms.x.predicate=gone
topic.creation.default.partitions=0
producer.override.batch.size=big
`,
  "b.properties": "name=a\nconnector.class=FileStreamSink\ntopics=t\ntopics.regex=t\n",
  "c.json": '{"name": "c",}',
  "secret.txt": "hunter2",
};

const expected = [
  "warning: These configurations '[my.key, plugin.path]' were supplied but are not used yet.",
  "w.properties: offset.flush.interval.ms: Invalid value soon for configuration",
  "w.properties: topic.creation.enable: Invalid value maybe for configuration topic.creation.enable: ",
  "w.properties: value.converter: Invalid value JsonConvertor for configuration value.converter: Class " +
  "JsonConvertor could not be found. (Did you mean org.apache.kafka.connect.json.JsonConverter?)",
  "w.properties: admin.request.timeout.ms: Invalid value -1 for configuration request.timeout.ms: ",
  "w.properties: producer.acks: Invalid value most for configuration acks: ",
  "w.properties: consumer.fetch.min.bytes: Invalid value few for configuration fetch.min.bytes: ",
  "w.properties: spool.dir: Invalid value  for configuration spool.dir: ",
  "w.properties: spool.max.bytes: Invalid value 12 for configuration spool.max.bytes: ",
  "w.properties: listeners: Invalid value nowhere for configuration listeners: ",
  "w.properties: admin.listeners: Invalid value ftp://localhost:1 for configuration admin.listeners: ",
  "w.properties: rest.connections.max: Invalid value 0 for configuration rest.connections.max: ",
  "w.properties: ssl.keystore.location: https needs a key and a certificate: ",
  "w.properties: rest.advertised.port: Invalid value -1 for configuration rest.advertised.port: ",
  "w.properties: access.control.allow.origin: Invalid value http://( for configuration access.",
  "w.properties: response.http.headers.config: Invalid header config 'setDate Expires:tomorrow'. ",
  "w.properties: connector.client.config.override.policy: Invalid value Some for configuration",
  "a.properties: tasks.max: Invalid value ${dir:.:secret.txt} for configuration tasks.max: ",
  "a.properties: topic: Invalid value  for configuration topic: ",
  "a.properties: value.converter: Invalid value None for configuration value.converter: ",
  'a.properties: transforms.x.field: Missing required configuration "transforms.x.field" ',
  "a.properties: transforms.x.predicate: Invalid value gone for configuration transforms.x.predicate: ",
  "a.properties: producer.override.batch.size: Invalid value big for configuration batch.size: ",
  "a.properties: topic.creation.default.replication.factor: Missing required configuration ",
  "a.properties: topic.creation.default.partitions: Invalid value 0 for configuration partitions: ",
  "b.properties: name: Connector a already exists",
  "b.properties: topics: topics and topics.regex are mutually exclusive options, ",
  "b.properties: topics.regex: topics and topics.regex are mutually exclusive options, ",
  "c.json: it is not sound JSON (line 1 column 14)",
  'w.properties: offset.storage.file.filename: The offsets file "/" (offset.storage.file.filename) ',
];

Deno.test("validate tells all mistakes of all files, and no secret", async () => {
  await inTemporaryFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const named = Object.keys(files).filter((name) => name !== "secret.txt");
    const connect = new Connect(folder);
    const { code, stdout, stderr } = await connect.run("validate", ...named);
    assert.equal(code, 78);
    assert.equal(stderr, "");
    assert.ok(!stdout.includes("hunter2"), stdout);
    const lines = stdout.trimEnd().split("\n");
    for (const line of expected) {
      assert.ok(lines.some((one) => one.startsWith(line)), `${line}\n${stdout}`);
    }
    assert.match(lines.at(-1)!, /^\d+ errors in 4 of 4 files$/);
    const wrong = lines.filter((line) => !expected.some((one) => line.startsWith(one)));
    // What follows from a value that is not there.
    for (const line of wrong.slice(0, -1)) {
      assert.match(line, /Invalid value null for configuration/);
    }

    const json = JSON.parse((await connect.run("validate", "--json", ...named)).stdout);
    assert.deepEqual(
      json.errors.map(({ file, key, reason }: Record<string, string | null>) =>
        key === null ? `${file}: ${reason}` : `${file}: ${key}: ${reason}`
      ),
      lines.slice(1, -1),
    );
    assert.deepEqual([json.valid, json.connectors, json.files], [false, [], named]);
  });
});

Deno.test("validate finds nothing wrong in the samples, and leaves nothing behind", async () => {
  await inTemporaryFolder(async (folder) => {
    const connectors = ["connect-file-source.properties", "connect-file-sink.properties"];
    const workers = ["connect-standalone", "connect-kafka", "connect-spool"];
    const names = [...connectors, ...workers.map((name) => `${name}.properties`)];
    for (const name of names) await Deno.copyFile(new URL(name, config), `${folder}/${name}`);
    for (const worker of names.slice(2)) {
      const { code, stdout } = await new Connect(folder).run("validate", worker, ...connectors);
      assert.match(
        stdout,
        /^3 files without errors: a worker with 2 connectors: local-file-source, local-file-sink$/m,
      );
      assert.equal(code, 0, stdout);
    }
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(left, names.sort());
  });
});

Deno.test("validate warns of what would make a connector's tasks fail", async () => {
  await inTemporaryFolder(async (folder) => {
    const worker = await Deno.readTextFile(new URL("connect-kafka.properties", config));
    await Deno.writeTextFile(`${folder}/w.properties`, `${worker}listeners=http://127.0.0.1:0\n`);
    const source = await Deno.readTextFile(new URL("connect-file-source.properties", config));
    const override = "producer.override.ssl.truststore.location=gone.pem\n" +
      "producer.override.ssl.truststore.type=PEM\nproducer.override.security.protocol=SSL\n";
    await Deno.writeTextFile(`${folder}/c.properties`, source + override);
    const { code, stdout } = await new Connect(folder).run(
      "validate",
      "w.properties",
      "c.properties",
    );
    assert.match(
      stdout,
      /^warning: c\.properties: .*gone\.pem.* \(its tasks will fail\)$/m,
    );
    assert.equal(code, 0);
  });
});
