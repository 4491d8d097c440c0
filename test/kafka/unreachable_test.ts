/**
 * Workers that are told the wrong password, certificate, host or protocol: each says in one line what is
 * wrong and not over and over, its REST API answers, and its tasks do what Java's do, which were asked.
 */

import assert from "node:assert/strict";
import { Cluster, users } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { ofClients, overTls, type Props, status, workerProps } from "./lines.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** How long workers are listened to, in milliseconds: they try ten times and more. */
const listeningMs = 10_000;

/** A mistake. */
interface Mistake {
  what: string;
  servers: string;
  /** How all clients of the worker reach them. */
  security: Props;
  /** What tasks do: Java's wait for what may pass, and fail at what is refused. */
  state: "RUNNING" | "FAILED";
  /** What is said of it, by each client once. */
  says: RegExp;
}

function sasl(mechanism: "PLAIN" | "SCRAM-SHA-512", password: string): Props {
  const module = mechanism === "PLAIN" ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
  return {
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": mechanism,
    "sasl.jaas.config": `org.apache.kafka.common.security.${module} required ` +
      `username="alice" password="${password}";`,
  };
}

function mistakesWith(cluster: Cluster): Mistake[] {
  const { authority, client, clientCertificate } = cluster.certificates;
  const certified = overTls(authority, client);
  const [plain, ssl, login] = (["PLAINTEXT", "SSL", "SASL_PLAINTEXT"] as const)
    .map((listener) => cluster.bootstrapServers(listener));
  return [
    {
      what: "a wrong password",
      servers: login,
      security: sasl("PLAIN", "wrong"),
      state: "FAILED",
      says: /SASL PLAIN authentication failed: .*Invalid username or password/,
    },
    {
      what: "a wrong password (SCRAM)",
      servers: login,
      security: sasl("SCRAM-SHA-512", "wrong"),
      state: "FAILED",
      says: /SASL SCRAM SHA512 authentication failed: .*invalid credentials/,
    },
    {
      what: "an authority that has not signed the broker",
      servers: ssl,
      security: { ...certified, "ssl.truststore.location": clientCertificate },
      state: "FAILED",
      says: /unable to verify the first certificate|unable to get local issuer certificate/,
    },
    {
      what: "no certificate of its own",
      servers: ssl,
      security: {
        "security.protocol": "SSL",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": authority,
      },
      state: "FAILED",
      says: /BadCertificate; the broker wants a certificate, and there is no ssl\.keystore/,
    },
    {
      what: "a host that is not there",
      servers: "no-such-host.invalid:9092",
      security: {},
      state: "RUNNING",
      says: /no answer from no-such-host\.invalid:9092: .*ENOTFOUND/,
    },
    {
      what: "a port for logins without one",
      servers: login,
      security: {},
      state: "RUNNING",
      says: /no answer from .*; security\.protocol is PLAINTEXT, which this port may not speak/,
    },
    {
      what: "a login on a port without",
      servers: plain,
      security: sasl("PLAIN", users.alice),
      state: "FAILED",
      says: /; security\.protocol is SASL_PLAINTEXT, which this port may not speak/,
    },
  ];
}

const source: Props = {
  "name": "source",
  "connector.class": "FileStreamSource",
  "file": "in.txt",
  "topic": "lines",
};
const sink: Props = {
  "name": "sink",
  "connector.class": "FileStreamSink",
  "file": "out.txt",
  "topics": "lines",
};

/** What a worker's log says that is not as it should be. */
function complaints(log: string): string[] {
  return log.split("\n").filter((line) => /\] (WARN|ERROR) /.test(line));
}

javaTest("workers say once what keeps them from their brokers, and answer", async (_, context) => {
  const cluster = await Cluster.start();
  try {
    // All at once, since they do little but wait.
    await Promise.all(
      mistakesWith(cluster).map((mistake) =>
        context.step({
          name: `told of ${mistake.what}`,
          sanitizeOps: false,
          sanitizeResources: false,
          sanitizeExit: false,
          fn: () => inTemporaryFolder((folder) => checkMistake(folder, mistake)),
        })
      ),
    );
  } finally {
    await cluster.stop();
  }
});

async function checkMistake(folder: string, mistake: Mistake): Promise<void> {
  const { servers, security, state, says } = mistake;
  await Deno.writeTextFile(`${folder}/in.txt`, "0\n1\n");
  const connect = new Connect(folder);
  const url = await connect.start({
    worker: workerProps(servers, ofClients(security)),
    source,
    sink,
  });
  await new Promise((resolve) => setTimeout(resolve, listeningMs));
  for (const name of ["source", "sink"]) {
    const { connector, tasks: [task] } = await status(url, name);
    assert.deepEqual([connector.state, task.state], ["RUNNING", state], connect.log);
    if (state === "FAILED") assert.match(task.trace!, says);
  }
  // The worker's own client, the source's and the sink's.
  const lines = complaints(connect.log);
  assert.equal(lines.length, 3, connect.log);
  for (const line of lines) assert.match(line, says);
  assert.ok(!connect.log.includes('wrong"'), connect.log);
  assert.equal(await connect.stop(), 0, connect.log);
}

javaTest("a worker goes on by itself once the port speaks its protocol", async () => {
  const cluster = await Cluster.start();
  const { authority, client } = cluster.certificates;
  const [{ ports }] = cluster.brokers;
  const tls = overTls(authority, client);
  const cases = [
    { security: {}, wrong: ports.SSL, right: ports.PLAINTEXT, says: "protocol is PLAINTEXT," },
    { security: tls, wrong: ports.PLAINTEXT, right: ports.SSL, says: "protocol is SSL," },
  ];
  const proxy = new TcpProxy();
  try {
    for (const { security, wrong, right, says } of cases) {
      await inTemporaryFolder(async (folder) => {
        proxy.target = wrong;
        await Deno.writeTextFile(`${folder}/in.txt`, "0\n1\n");
        const connect = new Connect(folder);
        const worker = workerProps(`127.0.0.1:${proxy.port}`, ofClients(security));
        const topic = `lines-${right}`;
        const ours = { ...source, topic };
        await connect.start({
          worker,
          source: ours,
          sink: { ...sink, name: topic, topics: topic },
        });
        await until(() => complaints(connect.log).length === 3, () => connect.log);
        for (const line of complaints(connect.log)) assert.ok(line.includes(says), line);
        proxy.target = right;
        const out = () => Deno.readTextFile(`${folder}/out.txt`);
        await until(async () => await out() === "0\n1\n", () => connect.log);
        assert.equal(await connect.stop(), 0, connect.log);
      });
    }
  } finally {
    proxy.refuse();
    await cluster.stop();
  }
});
