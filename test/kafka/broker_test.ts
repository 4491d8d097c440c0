/** The brokers that tests run against, and every way to reach them, with the Java client. */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { anyCluster, Cluster, users } from "../../scripts/kafka/cluster.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { type Java, javaTest } from "./java.ts";

type Settings = Record<string, string>;

/** Sends and reads a record with each of these clients. @returns what came, or the error's name */
async function roundTrips(java: Java, clients: readonly Settings[]): Promise<string[]> {
  const program = await java.withPrograms();
  let lines: string[] = [];
  await inTemporaryFolder(async (folder) => {
    const files = await Promise.all(clients.map(async (settings, i) => {
      const text = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`).join("");
      await Deno.writeTextFile(`${folder}/${i}.properties`, text);
      return `${folder}/${i}.properties`;
    }));
    const { code, stdout, stderr } = await program.run("RoundTrip", ...files);
    strictEqual(code, 0, stderr);
    // The client's log comes in between.
    lines = [...stdout.matchAll(/^result: (.*)$/gm)].map(([_, result]) => result);
  });
  return lines;
}

function sasl(mechanism: string, name: string, password: string): Settings {
  const module = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  return {
    "sasl.mechanism": mechanism,
    "sasl.jaas.config": `org.apache.kafka.common.security.${module} required ` +
      `username="${name}" password="${password}";`,
  };
}

javaTest(
  "a broker takes and gives a record, with every security, and refuses strangers",
  async (java) => {
    const cluster = await Cluster.start();
    try {
      const { authority, client } = cluster.certificates;
      const trust = { "ssl.truststore.type": "PEM", "ssl.truststore.location": authority };
      const key = { "ssl.keystore.type": "PEM", "ssl.keystore.location": client };
      const through = (listener: Parameters<Cluster["bootstrapServers"]>[0]) => ({
        "bootstrap.servers": cluster.bootstrapServers(listener),
        "security.protocol": listener!,
      });
      const scram = ["SCRAM-SHA-256", "SCRAM-SHA-512"];
      deepStrictEqual(
        await roundTrips(java, [
          through("PLAINTEXT"),
          { ...through("SSL"), ...trust, ...key },
          { ...through("SASL_PLAINTEXT"), ...sasl("PLAIN", "alice", users.alice) },
          ...scram.map((mechanism) => ({
            ...through("SASL_SSL"),
            ...trust,
            ...sasl(mechanism, "admin", users.admin),
          })),
          { ...through("SSL"), ...trust },
          { ...through("SASL_PLAINTEXT"), ...sasl("PLAIN", "alice", "wrong") },
          { ...through("SASL_PLAINTEXT"), ...sasl("SCRAM-SHA-512", "alice", "wrong") },
        ]),
        [
          ...Array.from({ length: 5 }, () => "value"),
          ...["SslAuthenticationException", "SaslAuthenticationException"],
          "SaslAuthenticationException",
        ],
      );
    } finally {
      await cluster.stop();
    }
  },
);

javaTest(
  "a broker that was killed, or held, serves again on the same port and data",
  async (java) => {
    const cluster = await Cluster.start();
    try {
      const [broker] = cluster.brokers;
      const settings = { "bootstrap.servers": cluster.bootstrapServers() };
      const topics = ["--bootstrap-server", cluster.bootstrapServers()];
      const topicCommand = "org.apache.kafka.tools.TopicCommand";
      const made = await java.run(topicCommand, ...topics, "--create", "--topic", "kept");
      strictEqual(made.code, 0, made.stdout + made.stderr);
      const { pid } = broker;
      await broker.stop("SIGKILL");
      strictEqual(broker.pid, null);
      await broker.start();
      ok(broker.pid !== pid);
      const listed = await java.run(topicCommand, ...topics, "--list");
      deepStrictEqual(listed.stdout.trim().split("\n").filter((name) => name === "kept"), ["kept"]);
      broker.pause();
      const impatient = { "request.timeout.ms": "1000", "default.api.timeout.ms": "1500" };
      deepStrictEqual(await roundTrips(java, [{ ...settings, ...impatient }]), [
        "TimeoutException",
      ]);
      broker.resume();
      deepStrictEqual(await roundTrips(java, [settings]), ["value"]);
    } finally {
      await cluster.stop();
    }
  },
);

javaTest("brokers end, and leave nothing behind, when whoever started them is killed", async () => {
  const script = new URL("../../scripts/kafka/broker.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", script],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += text;
    if (said.includes("SCRAM")) break;
  }
  const port = Number(/plain text +bootstrap\.servers=127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  const authority = /authority +(\S+)/.exec(said)![1];
  const isUp = () =>
    Deno.connect({ hostname: "127.0.0.1", port }).then(
      (connection) => (connection.close(), true),
      () => false,
    );
  const isThere = () => Deno.stat(authority).then(() => true, () => false);
  deepStrictEqual([await isUp(), await isThere()], [true, true]);
  child.kill("SIGKILL");
  await child.status;
  await until(async () => !await isUp() && !await isThere());
});

javaTest("three brokers serve on when one of them is killed", async (java) => {
  const cluster = await Cluster.start({
    brokers: 3,
    configs: { "default.replication.factor": "3", "min.insync.replicas": "2" },
  });
  try {
    const settings = { "bootstrap.servers": cluster.bootstrapServers() };
    deepStrictEqual(await roundTrips(java, [settings]), ["value"]);
    await cluster.brokers[0].stop("SIGKILL");
    const patient = { "request.timeout.ms": "30000", "default.api.timeout.ms": "30000" };
    deepStrictEqual(
      await roundTrips(java, [{ ...settings, ...patient }]),
      ["value"],
    );
  } finally {
    await cluster.stop();
  }
});

javaTest("anyCluster() gives the brokers that KAFKA_BOOTSTRAP_SERVERS names", async () => {
  const before = Deno.env.get("KAFKA_BOOTSTRAP_SERVERS");
  Deno.env.set("KAFKA_BOOTSTRAP_SERVERS", "there:9092");
  try {
    const { bootstrapServers, stop } = await anyCluster();
    strictEqual(bootstrapServers, "there:9092");
    await stop();
  } finally {
    if (before === undefined) Deno.env.delete("KAFKA_BOOTSTRAP_SERVERS");
    else Deno.env.set("KAFKA_BOOTSTRAP_SERVERS", before);
  }
});
