/** Clients reach brokers with TLS and SASL as their configuration says, and say in one line why they cannot. */

import { match, ok, strictEqual } from "node:assert/strict";
import { makeIdentity, pkcs12Of } from "../../scripts/kafka/certificates.ts";
import { Cluster, users } from "../../scripts/kafka/cluster.ts";
import { localDisk, reasonOf, systemClock } from "../../src/base/mod.ts";
import { adminSettings, type Props } from "../../src/herder/mod.ts";
import { KafkaClient } from "../../src/kafka/mod.ts";
import { inTemporaryFolder } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { javaTest } from "./java.ts";

/** Opens a client that is configured so. */
async function open(props: Props, log = keptLog()): Promise<KafkaClient> {
  const sources = {
    readFile: (path: string) => localDisk.readFile(path),
    fetch: globalThis.fetch,
    clock: systemClock,
    log,
  };
  const { connection } = await adminSettings({ "client.id": "test", ...props }, sources);
  return new KafkaClient({ ...connection, clock: systemClock, random: () => 0.5, log });
}

/** Reads metadata with a client that is configured so. @returns the cluster's id */
async function reach(props: Props): Promise<string | null> {
  const client = await open(props);
  try {
    return (await client.metadata([])).clusterId;
  } finally {
    client.close();
  }
}

/** What is said when a client configured so cannot reach the cluster: one line. */
async function refusal(props: Props): Promise<{ name: string; message: string }> {
  const error = await reach(props).then(() => null, (error: unknown) => error as Error);
  ok(error !== null, "it was let in");
  const message = reasonOf(error);
  strictEqual(message.includes("\n"), false, message);
  return { name: error.name, message };
}

/** What works, and what is refused with which error: its name, and its message behind the address. */
interface Expectations {
  works: [what: string, props: Props][];
  refused: [what: string, props: Props, name: string, reason: RegExp][];
}

function overTls(cluster: Cluster, folder: string): Expectations {
  const { authority, client, clientKey, clientCertificate } = cluster.certificates;
  const trust = { "ssl.truststore.type": "PEM", "ssl.truststore.location": authority };
  const key = { "ssl.keystore.type": "PEM", "ssl.keystore.location": client };
  const tls = {
    "bootstrap.servers": cluster.bootstrapServers("SSL"),
    "security.protocol": "SSL",
  };
  const text = (path: string) => Deno.readTextFileSync(path);
  return {
    works: [
      ["PEM files", { ...tls, ...trust, ...key }],
      ["PEM text", {
        ...tls,
        "ssl.truststore.certificates": text(authority),
        "ssl.keystore.key": text(clientKey),
        "ssl.keystore.certificate.chain": text(clientCertificate),
      }],
      ["PKCS12 files", {
        ...tls,
        "ssl.keystore.type": "PKCS12",
        "ssl.keystore.location": `${folder}/client.p12`,
        "ssl.keystore.password": "secret",
        "ssl.truststore.type": "PKCS12",
        "ssl.truststore.location": `${folder}/trust.p12`,
        "ssl.truststore.password": "secret",
      }],
      ["TLS 1.2 alone", { ...tls, ...trust, ...key, "ssl.enabled.protocols": "TLSv1.2" }],
    ],
    refused: [
      [
        "no certificate",
        { ...tls, ...trust },
        "AuthenticationError",
        /: received fatal alert: BadCertificate; the broker wants a certificate, and there is no ssl.keystore$/,
      ],
      [
        "a certificate of a stranger",
        { ...tls, ...trust, ...key, "ssl.keystore.location": `${folder}/stranger.pem` },
        "AuthenticationError",
        /: received fatal alert: \w*(Certificate|CA)\w*$/,
      ],
      [
        "a broker of a stranger",
        { ...tls, ...key },
        "AuthenticationError",
        /: unable to verify the first certificate$/,
      ],
      [
        "a listener without TLS",
        { ...tls, ...trust, ...key, "bootstrap.servers": cluster.bootstrapServers() },
        "ConnectionError",
        /disconnected before secure TLS connection was established; security.protocol is SSL, which this port may not speak$/,
      ],
    ],
  };
}

function overSasl(cluster: Cluster): Expectations {
  const expectations: Expectations = { works: [], refused: [] };
  const trust = {
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": cluster.certificates.authority,
  };
  for (const protocol of ["SASL_PLAINTEXT", "SASL_SSL"] as const) {
    for (const mechanism of ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]) {
      const as = (username: string, password: string): Props => ({
        "bootstrap.servers": cluster.bootstrapServers(protocol),
        "security.protocol": protocol,
        ...trust,
        "sasl.mechanism": mechanism,
        "sasl.jaas.config": `org.M required username="${username}" password="${password}";`,
      });
      const what = `${protocol} ${mechanism}`;
      expectations.works.push([what, as("alice", users.alice)]);
      const reason = mechanism === "PLAIN"
        ? /: SASL PLAIN authentication failed: .*Invalid username or password$/
        : /: SASL SCRAM SHA\d+ authentication failed: .*invalid credentials/;
      expectations.refused.push([what, as("alice", "wrong-secret"), "AuthenticationError", reason]);
    }
  }
  return expectations;
}

/** With tokens without a signature, which need no one but the broker. */
function overOauthBearer(cluster: Cluster): Expectations {
  const as = (options: string): Props => ({
    "bootstrap.servers": cluster.bootstrapServers("SASL_SSL"),
    "security.protocol": "SASL_SSL",
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": cluster.certificates.authority,
    "sasl.mechanism": "OAUTHBEARER",
    "sasl.jaas.config": `org.M required unsecuredLoginStringClaim_sub="alice"${options};`,
  });
  return {
    works: [["OAUTHBEARER", as("")]],
    refused: [[
      "OAUTHBEARER and a token that is too old",
      as(` unsecuredLoginLifetimeSeconds="-3600"`),
      "AuthenticationError",
      /: SASL OAUTHBEARER authentication failed: /,
    ]],
  };
}

const nobody: Expectations["refused"] = [
  [
    "a port where no one listens",
    { "bootstrap.servers": "127.0.0.1:1" },
    "ConnectionError",
    /^No broker of bootstrap\.servers=127\.0\.0\.1:1 answers: .*ECONNREFUSED/,
  ],
  [
    "a host that is not there",
    { "bootstrap.servers": "no-such-host.invalid:9092" },
    "ConnectionError",
    /^No broker of bootstrap\.servers=no-such-host\.invalid:9092 answers: .*no-such-host/,
  ],
];

/** Makes the files that are not there yet. */
async function makeStores(cluster: Cluster, folder: string): Promise<void> {
  const { authority, clientKey, clientCertificate } = cluster.certificates;
  const client = {
    key: await Deno.readTextFile(clientKey),
    certificate: await Deno.readTextFile(clientCertificate),
  };
  await Deno.writeFile(`${folder}/client.p12`, pkcs12Of(client, "secret"));
  // As users of Java make theirs.
  const store = [
    "-keystore",
    `${folder}/trust.p12`,
    "-storetype",
    "PKCS12",
    "-storepass",
    "secret",
  ];
  const { success, stdout } = await new Deno.Command("keytool", {
    args: ["-importcert", "-noprompt", "-alias", "authority", "-file", authority, ...store],
  }).output();
  ok(success, new TextDecoder().decode(stdout));
  const stranger = makeIdentity("stranger");
  await Deno.writeTextFile(`${folder}/stranger.pem`, stranger.key + stranger.certificate);
}

javaTest(
  "Clients reach Kafka as they are told, and say in one line why they cannot",
  async (_, context) => {
    const cluster = await Cluster.start();
    try {
      await inTemporaryFolder(async (folder) => {
        await makeStores(cluster, folder);
        const clusterId = await reach({ "bootstrap.servers": cluster.bootstrapServers() });
        const all = [overTls(cluster, folder), overSasl(cluster), overOauthBearer(cluster)];
        for (const [what, props] of all.flatMap(({ works }) => works)) {
          await context.step(`with ${what}`, async () => {
            strictEqual(await reach(props), clusterId);
          });
        }
        for (
          const [what, props, name, reason] of [
            ...all.flatMap(({ refused }) => refused),
            ...nobody,
          ]
        ) {
          await context.step(`not with ${what}`, async () => {
            const refused = await refusal(props);
            strictEqual(refused.name, name, refused.message);
            match(refused.message, reason);
            strictEqual(refused.message.includes("wrong-secret"), false);
          });
        }
      });
    } finally {
      await cluster.stop();
    }
  },
);

javaTest(
  "Clients log in again before a broker ends their sessions, and lose nothing by it",
  async () => {
    const sessionMs = 1500;
    const configs = { "connections.max.reauth.ms": `${sessionMs}` };
    const cluster = await Cluster.start({ configs });
    const log = keptLog();
    const client = await open({
      "bootstrap.servers": cluster.bootstrapServers("SASL_PLAINTEXT"),
      "security.protocol": "SASL_PLAINTEXT",
      "sasl.mechanism": "PLAIN",
      "sasl.jaas.config": `org.M required username="alice" password="${users.alice}";`,
    }, log);
    try {
      const endMs = performance.now() + 3 * sessionMs;
      let count = 0;
      // A broker that has ended a session closes its connection at the next request.
      for (; performance.now() < endMs; count++) {
        await Promise.all([client.metadata([]), client.metadata([])]);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      ok(count > 10, `${count}`);
      const connections = log.lines.filter((line) =>
        /kafkajs Connection .*: Connecting$/.test(line)
      );
      ok(connections.length >= 3, "it logs in again");
      ok(connections.length <= 6, `${connections.length} connections`);
      strictEqual(
        log.lines.some((line) => line.includes("no answer")),
        false,
        log.lines.join("\n"),
      );
    } finally {
      client.close();
      await cluster.stop();
    }
  },
);
