/** `connect topics` shows what brokers hold, reached as the worker's file says. */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { Cluster, users } from "../../scripts/kafka/cluster.ts";
import { systemClock } from "../../src/base/mod.ts";
import { BatchBuilder, type CompressionName, compressionNames } from "../../src/batch/mod.ts";
import { Connect, connectCommand, inTemporaryFolder } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

const encoder = new TextEncoder();
const converters = {
  "key.converter": "StringConverter",
  "value.converter": "StringConverter",
  "offset.storage.file.filename": "offsets",
};

/** Three records: with a key and headers, with a key and no value, and with a value alone. */
function batch(compression: CompressionName): Uint8Array<ArrayBuffer> {
  const builder = new BatchBuilder({ sizeMax: 100_000, compression });
  const headers = [{ key: "h", value: encoder.encode("1") }, { key: "empty", value: null }];
  builder.append("ключ", `${compression} ${"x".repeat(200)}`, headers, Date.now());
  builder.append("key", null, [], Date.now());
  builder.append(null, compression, [], Date.now());
  return builder.seal();
}

const lines = compressionNames.flatMap((name) => [
  `ключ\t${name} ${"x".repeat(200)}`,
  "key\tnull",
  `null\t${name}`,
]);
const values = lines.map((line) => line.split("\t")[1]);

/** Fills `full`, and makes `empty` with two partitions. */
async function fill(bootstrapServers: string): Promise<void> {
  const topics = topicsOf(bootstrapServers);
  try {
    await topics.createTopics([
      { name: "full", replicationFactor: 1 },
      { name: "empty", partitions: 2, replicationFactor: 1, configs: { "retention.ms": "5000" } },
    ]);
    for (const name of compressionNames) await topics.append("full", 0, batch(name));
  } finally {
    await topics.close();
  }
}

/** A worker's file by the name that is given to it, and how to run a command with it. */
function commandIn(folder: string) {
  const connect = new Connect(folder);
  let files = 0;
  return async (props: Record<string, string>, action: string, ...rest: string[]) => {
    const name = `worker${files++}`;
    await connect.write({ [name]: { ...converters, ...props } });
    return await connect.run("topics", action, ...rest, "--worker", `${name}.properties`);
  };
}

/** What a command prints that goes well. */
async function printed(
  running: Promise<{ code: number; stdout: string; stderr: string }>,
): Promise<string[]> {
  const { code, stdout, stderr } = await running;
  deepStrictEqual([code, stderr], [0, ""]);
  return stdout.split("\n").slice(0, -1);
}

/** The whole of what a command says that goes wrong. */
async function complaint(
  running: Promise<{ code: number; stdout: string; stderr: string }>,
): Promise<[code: number, line: string]> {
  const { code, stdout, stderr } = await running;
  strictEqual(stdout, "");
  match(stderr, /^connect: [^\n]*\n$/);
  return [code, stderr.slice("connect: ".length, -1)];
}

type Command = ReturnType<typeof commandIn>;

async function showsWhatThereIs(topics: Command, plain: Record<string, string>): Promise<void> {
  deepStrictEqual(await printed(topics(plain, "list")), ["empty", "full"]);
  deepStrictEqual(await printed(topics(plain, "describe", "empty")), [
    "Topic: empty\tPartitionCount: 2\tConfigs: retention.ms=5000",
    "\tPartition: 0\tLogStartOffset: 0\tEndOffset: 0",
    "\tPartition: 1\tLogStartOffset: 0\tEndOffset: 0",
  ]);
  const [_, partition] = await printed(topics(plain, "describe", "full"));
  strictEqual(partition, `\tPartition: 0\tLogStartOffset: 0\tEndOffset: ${lines.length}`);
  const all = ["full", "--from-beginning", "--max-messages", String(lines.length)];
  deepStrictEqual(await printed(topics(plain, "read", ...all)), values);
  const withKeys = [...all, "--property", "print.key=true"];
  deepStrictEqual(await printed(topics(plain, "read", ...withKeys)), lines);
  const second = ["full", "--partition", "0", "--offset", "1", "--max-messages", "2"];
  const more = ["offset", "headers"].flatMap((field) => ["--property", `print.${field}=true`]);
  deepStrictEqual(await printed(topics(plain, "read", ...second, ...more)), [
    `Offset:1\tNO_HEADERS\t${values[1]}`,
    `Offset:2\tNO_HEADERS\t${values[2]}`,
  ]);
  const [first] = await printed(
    topics(plain, "read", "full", "--from-beginning", "--max-messages", "1", "--json"),
  );
  const { ts, ...rest } = JSON.parse(first);
  strictEqual(Math.abs(ts - Date.now()) < 600_000, true);
  deepStrictEqual(rest, {
    ...{ topic: "full", partition: 0, offset: 0, tstype: "create" },
    ...{ headers: ["h", "1", "empty", null], key: "ключ", payload: values[0] },
  });
  const described = await printed(topics(plain, "describe", "empty", "--json"));
  deepStrictEqual(JSON.parse(described.join("")), {
    name: "empty",
    partitions: [0, 1].map((partition) => ({ partition, logStartOffset: 0, endOffset: 0 })),
    configs: { "retention.ms": "5000" },
  });
  // A limit within a batch.
  const some = ["full", "--from-beginning", "--max-messages", "4"];
  deepStrictEqual(await printed(topics(plain, "read", ...some)), values.slice(0, 4));
}

/** Each of these is one line, which names the cause. */
async function saysWhyNot(topics: Command, cluster: Cluster): Promise<void> {
  const plain = { "bootstrap.servers": cluster.bootstrapServers() };
  for (const action of ["describe", "read"]) {
    deepStrictEqual(await complaint(topics(plain, action, "none")), [
      78,
      'There is no topic "none"',
    ]);
  }
  const away = { "bootstrap.servers": "127.0.0.1:1", "default.api.timeout.ms": "500" };
  const [code, line] = await complaint(topics(away, "list"));
  strictEqual(code, 1);
  match(line, /^No broker of bootstrap\.servers=127\.0\.0\.1:1 answers: .*ECONNREFUSED/);
  const [refusedCode, refused] = await complaint(topics(overSasl(cluster, "wrong"), "list"));
  strictEqual(refusedCode, 1);
  match(refused, /: SASL SCRAM SHA256 authentication failed: .*invalid credentials/);
  const untrusted = {
    "bootstrap.servers": cluster.bootstrapServers("SSL"),
    "security.protocol": "SSL",
  };
  match((await complaint(topics(untrusted, "list")))[1], /unable to verify the first certificate$/);
}

function overTls(cluster: Cluster): Record<string, string> {
  const { authority, client } = cluster.certificates;
  return {
    "bootstrap.servers": cluster.bootstrapServers("SSL"),
    "security.protocol": "SSL",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": authority,
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": client,
  };
}

function overSasl(cluster: Cluster, password: string): Record<string, string> {
  return {
    "bootstrap.servers": cluster.bootstrapServers("SASL_PLAINTEXT"),
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": "SCRAM-SHA-256",
    "sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required " +
      `username="alice" password="${password}";`,
  };
}

/** Reads a line of what a command prints, and closes the pipe. @returns how it ends */
async function readOneLine(
  folder: string,
  args: string[],
): Promise<[code: number, stderr: string]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...connectCommand, ...args],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const stderr = await new Response(child.stderr).text();
  return [(await child.status).code, stderr];
}

javaTest(
  "connect topics shows what brokers hold, and says in one line why it cannot",
  async (_, context) => {
    const cluster = await Cluster.start();
    try {
      await fill(cluster.bootstrapServers());
      await inTemporaryFolder(async (folder) => {
        const topics = commandIn(folder);
        const plain = { "bootstrap.servers": cluster.bootstrapServers() };
        await context.step("in plain text", () => showsWhatThereIs(topics, plain));
        for (
          const [what, props] of [
            ["over TLS with a client's certificate", overTls(cluster)],
            ["with SASL", overSasl(cluster, users.alice)],
          ] as const
        ) {
          await context.step(what, async () => {
            const some = ["full", "--from-beginning", "--max-messages", "2"];
            deepStrictEqual(await printed(topics(props, "read", ...some)), values.slice(0, 2));
          });
        }
        await context.step("and says why it cannot", () => saysWhyNot(topics, cluster));
        await context.step("and ends quietly when nobody reads on", async () => {
          const connect = new Connect(folder);
          const [file] = await connect.write({ worker: { ...converters, ...plain } });
          const args = ["topics", "read", "full", "--from-beginning", "--worker", file];
          const more = fillOn(cluster.bootstrapServers());
          deepStrictEqual(await readOneLine(folder, args), [141, ""]);
          await more.stop();
        });
      });
    } finally {
      await cluster.stop();
    }
  },
);

/** Goes on filling `full` until it is stopped: a pipe that is closed is noticed when it is written to. */
function fillOn(bootstrapServers: string) {
  const stopping = new AbortController();
  const filling = (async () => {
    const topics = topicsOf(bootstrapServers);
    while (!stopping.signal.aborted) {
      await topics.append("full", 0, batch("none"));
      await systemClock.sleep(50, stopping.signal);
    }
    await topics.close();
  })();
  return {
    stop() {
      stopping.abort();
      return filling;
    },
  };
}
