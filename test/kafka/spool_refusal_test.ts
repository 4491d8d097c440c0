/** A worker with a spool in front of a real broker that refuses some topics and takes another. */

import assert from "node:assert/strict";
import { Cluster, users } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { type Java, javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

const string = "org.apache.kafka.connect.storage.StringConverter";
const names = ["denied", "gone", "large", "fine"] as const;

function files(cluster: Cluster) {
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required ` +
    `username="alice" password="${users.alice}";`;
  const worker: Record<string, string> = {
    "bootstrap.servers": cluster.bootstrapServers("SASL_PLAINTEXT"),
    "listeners": "http://127.0.0.1:0",
    "key.converter": string,
    "value.converter": string,
    "offset.storage.file.filename": "connect.offsets",
    "spool.dir": "spool",
  };
  for (const prefix of ["", "producer.", "admin."]) {
    worker[`${prefix}security.protocol`] = "SASL_PLAINTEXT";
    worker[`${prefix}sasl.mechanism`] = "PLAIN";
    worker[`${prefix}sasl.jaas.config`] = login;
  }
  const source = (topic: string) => ({
    "name": topic,
    "connector.class": "FileStreamSource",
    "file": `${topic}.txt`,
    topic,
  });
  const sources = Object.fromEntries(names.map((name) => [name, source(name)]));
  return { worker, ...sources };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The commands of Kafka that change topics and permissions, as a user that may do all. */
function admin(java: Java, cluster: Cluster) {
  return async (command: string, ...args: string[]) => {
    const servers = ["--bootstrap-server", cluster.bootstrapServers()];
    const { code, stdout, stderr } = await java.run(command, ...servers, ...args);
    assert.equal(code, 0, `${stdout}${stderr}`);
  };
}

const topicCommand = "org.apache.kafka.tools.TopicCommand";
const configCommand = "kafka.admin.ConfigCommand";
const aclCommand = "org.apache.kafka.tools.AclCommand";
const denial = ["--deny-principal", "User:alice", "--operation", "Write", "--topic", "denied"];
const sizeOf = (bytes: number) => ["--add-config", `max.message.bytes=${bytes}`];

javaTest(
  "tasks are FAILED whose topic a broker refuses, others go on, and nothing is dropped",
  async (java) => {
    const cluster = await Cluster.start({ configs: { "auto.create.topics.enable": "false" } });
    const kafka = admin(java, cluster);
    const topics = topicsOf(cluster.bootstrapServers());
    const create = (name: string) =>
      topics.createTopics([{ name, partitions: 1, replicationFactor: 1 }]);
    try {
      await inTemporaryFolder(async (folder) => {
        const connect = new Connect(folder);
        const write = async (name: string, lines: readonly (number | string)[]) => {
          const text = lines.map((line) => `${line}\n`).join("");
          await Deno.writeTextFile(`${folder}/${name}.txt`, text, { append: true });
        };
        const values = async (name: string) => {
          const file = ["--worker", "admin.properties"];
          const described = await connect.run("topics", "describe", name, ...file);
          const count = Number(/EndOffset: (\d+)/.exec(described.stdout)?.[1] ?? 0);
          if (count === 0) return [];
          const all = ["--from-beginning", "--max-messages", String(count)];
          const { stdout } = await connect.run("topics", "read", name, ...file, ...all);
          return stdout.trimEnd().split("\n");
        };
        const has = (name: string, count: number) =>
          until(async () => (await values(name)).length >= count, () => connect.log);
        const task = async (url: string, name: string) => {
          const answer = await fetch(`${url}connectors/${name}/status`);
          return (await answer.json()).tasks[0] as { state: string; trace?: string };
        };
        const fails = async (url: string, name: string, why: RegExp) => {
          await until(async () => (await task(url, name)).state === "FAILED", () => connect.log);
          const { trace } = await task(url, name);
          assert.match(trace!, why);
          assert.match(trace!, new RegExp(`the topic "${name}"`));
        };
        const all = files(cluster);
        const { worker } = all;
        const plain = { ...worker, "bootstrap.servers": cluster.bootstrapServers() };
        const isSecret = (key: string) => /sasl|security/.test(key);
        await connect.write({
          admin: Object.fromEntries(Object.entries(plain).filter(([key]) => !isSecret(key))),
        });
        for (const name of names) {
          await create(name);
          await write(name, numbers(0, 10));
        }
        let url = await connect.start(all);
        for (const name of names) await has(name, 10);

        await kafka(aclCommand, "--add", ...denial);
        await kafka(topicCommand, "--delete", "--topic", "gone");
        const large = ["--alter", "--entity-type", "topics", "--entity-name", "large"];
        await kafka(configCommand, ...large, ...sizeOf(1000));
        for (const name of ["denied", "gone", "fine"]) await write(name, numbers(10, 20));
        await write("large", [10, "x".repeat(2000), 12]);
        await fails(url, "denied", /TOPIC_AUTHORIZATION_FAILED/);
        await fails(url, "large", /MESSAGE_TOO_LARGE: one record takes/);
        await fails(url, "gone", /Kafka has no topic "gone" that this worker may see/);
        await has("fine", 20);
        assert.equal((await task(url, "fine")).state, "RUNNING");
        const status = await connect.run("spool", "status", "--worker", "worker.properties");
        assert.match(status.stdout, /denied-0\t.*Waiting: 10\t.*Problem: .*AUTHORIZATION_FAILED/);
        assert.equal(await connect.stop(), 0, connect.log);

        // Started anew while nothing is mended, a task fails as soon as it has something to write.
        await write("denied", [20]);
        url = await connect.start(all);
        await fails(url, "denied", /TOPIC_AUTHORIZATION_FAILED/);
        assert.equal(await connect.stop(), 0, connect.log);

        await kafka(aclCommand, "--remove", "--force", ...denial);
        await create("gone");
        await kafka(configCommand, ...large, ...sizeOf(100_000));
        await connect.start(all);
        await has("denied", 21);
        await has("gone", 10);
        await has("large", 13);
        assert.equal(await connect.stop(), 0, connect.log);
        assert.deepEqual((await values("denied")).map(Number), numbers(0, 21));
        assert.deepEqual((await values("gone")).map(Number), numbers(10, 20));
        assert.deepEqual((await values("large")).slice(10), ["10", "x".repeat(2000), "12"]);
        assert.deepEqual((await values("fine")).map(Number), numbers(0, 20));
      });
    } finally {
      await topics.close();
      await cluster.stop();
    }
  },
);
