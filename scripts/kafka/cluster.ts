/**
 * Kafka 4.2 in KRaft mode, for tests and for trying things out: one broker or three, formatted fresh in a
 * temporary folder, on free ports, each with a listener in plain text, one with TLS and client
 * certificates, and one with SASL. Every broker is a process of its own that can be killed, held and
 * started again on the same ports and data. None outlives the process that started it.
 *
 * @module
 */

import { Java } from "../../test/kafka/java.ts";
import { type Certificates, certificatesIn, makeCertificates } from "./certificates.ts";
import { Keeper } from "./keeper.ts";

/** Small heaps and few threads: what is tested is the client. */
const jvm = [
  "-Xmx256m",
  "-Xss512k",
  `-Dlog4j2.configurationFile=${new URL("log4j2.properties", import.meta.url).pathname}`,
];
/** The id of each cluster: 16 bytes. */
const clusterId = "only-for-testsXXXXXXXX";
/** How long a broker may take to start, in milliseconds. */
const startMsMax = 60_000;

/** Users of the SASL listeners, the same for PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
export const users = { admin: "admin-secret", alice: "alice-secret" } as const;

/** The listeners of a broker. */
export type Listener = "PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL";

const listeners: readonly Listener[] = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

/** What a cluster is to be. */
export interface ClusterOptions {
  /** How many brokers; 1 unless told. */
  brokers?: 1 | 3;
  /** Where the first broker listens in plain text; a free port unless told. */
  port?: number;
  /** Settings of brokers beyond those that make it small and quick. */
  configs?: Readonly<Record<string, string>>;
}

/** One broker of a cluster. */
export class Broker {
  /** Its number, from 1. */
  readonly id: number;
  /** The port of each listener. */
  readonly ports: Readonly<Record<Listener | "CONTROLLER", number>>;
  readonly #java: Java;
  readonly #keeper: Keeper;
  readonly #folder: string;
  #child: Deno.ChildProcess | null = null;
  #reading: Promise<void> = Promise.resolve();
  #said = "";

  /** A broker that does not run yet. */
  constructor(java: Java, keeper: Keeper, id: number, folder: string, ports: number[]) {
    this.#java = java;
    this.#keeper = keeper;
    this.#folder = folder;
    this.id = id;
    const names = [...listeners, "CONTROLLER"] as const;
    this.ports = Object.fromEntries(names.map((name, i) => [name, ports[i]])) as Broker["ports"];
  }

  /** What it has said on its console since it was started. */
  get log(): string {
    return this.#said;
  }

  /** The process, or null while there is none. */
  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Writes its settings, and prepares its folder for the cluster: Kafka's tool does so once, and is a JVM of
   * its own that would take a third of the time that a broker takes to start.
   */
  async format(settings: Readonly<Record<string, string>>): Promise<void> {
    await Deno.mkdir(this.#folder);
    await this.#writeSettings(this.#propertiesFile, settings);
    const formatted = await this.#java.once(`formatted-${this.id}`, async (folder) => {
      const path = `${folder}/server.properties`;
      await this.#writeSettings(path, { ...settings, "log.dirs": `${folder}/data` });
      const scram = Object.entries(users).flatMap(([name, password]) =>
        ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
          "--add-scram",
          `${mechanism}=[name=${name},password=${password}]`,
        ])
      );
      const { code, stdout, stderr } = await this.#java.run(
        "kafka.tools.StorageTool",
        ...["format", "--cluster-id", clusterId, "-c", path, ...scram],
      );
      if (code !== 0) throw new Error(`Cannot format broker ${this.id}: ${stderr}${stdout}`);
    });
    await Deno.mkdir(settings["log.dirs"]);
    await copyFiles(`${formatted}/data`, settings["log.dirs"]);
  }

  async #writeSettings(path: string, settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    await Deno.writeTextFile(path, lines.join(""));
  }

  /** Starts it, and waits until it serves. */
  async start(): Promise<void> {
    const options = { jvm, stdin: "null", stdout: "piped", stderr: "piped" } as const;
    const child = this.#java.command("kafka.Kafka", [this.#propertiesFile], options).spawn();
    this.#child = child;
    await this.#keeper.add(child.pid);
    this.#said = "";
    const started = Promise.withResolvers<void>();
    const failed = (why: string) =>
      started.reject(new Error(`Broker ${this.id} ${why}\n${this.#said}`));
    const timer = setTimeout(() => failed(`did not start in ${startMsMax} ms`), startMsMax);
    const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        this.#said = (this.#said + text).slice(-100_000);
        if (this.#said.includes("] Kafka Server started")) started.resolve();
      }
    };
    this.#reading = Promise.all([read(child.stdout), read(child.stderr)]).then(() =>
      failed("ended before it served")
    );
    try {
      await started.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Holds its process, as a machine that does not answer. */
  pause(): void {
    this.#child!.kill("SIGSTOP");
  }

  /** Lets its process go on. */
  resume(): void {
    this.#child!.kill("SIGCONT");
  }

  /** Ends its process: SIGTERM lets it hand over and close its log, SIGKILL does not. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    try {
      child.kill(signal);
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof TypeError)) throw error;
    }
    await child.status;
    await this.#keeper.remove(child.pid);
    await this.#reading;
  }

  get #propertiesFile(): string {
    return `${this.#folder}/server.properties`;
  }
}

/** A cluster that runs. */
export class Cluster {
  /** Its brokers. */
  readonly brokers: readonly Broker[];
  /** Certificates for its TLS listeners. */
  readonly certificates: Certificates;
  readonly #keeper: Keeper;

  private constructor(keeper: Keeper, brokers: readonly Broker[], certificates: Certificates) {
    this.#keeper = keeper;
    this.brokers = brokers;
    this.certificates = certificates;
  }

  /** Starts a cluster, and waits until all brokers serve. */
  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const java = await Java.open();
    const folder = await Deno.makeTempDir({ prefix: "kafka-" });
    const keeper = new Keeper(folder);
    const count = options.brokers ?? 1;
    const ports = freePorts(count * (listeners.length + 1));
    ports[0] = options.port ?? ports[0];
    const brokers = Array.from({ length: count }, (_, i) => {
      const own = ports.slice(i * (listeners.length + 1), (i + 1) * (listeners.length + 1));
      return new Broker(java, keeper, i + 1, `${folder}/${i + 1}`, own);
    });
    try {
      const today = new Date().toISOString().slice(0, 10);
      await copyFiles(await java.once(`certificates-${today}`, makeCertificates), folder);
      const cluster = new Cluster(keeper, brokers, certificatesIn(folder));
      await Promise.all(brokers.map((broker) => {
        const settings = settingsOf(broker, brokers, folder, cluster.certificates);
        return broker.format({ ...settings, ...options.configs });
      }));
      await Promise.all(brokers.map((broker) => broker.start()));
      return cluster;
    } catch (error) {
      await Promise.all(brokers.map((broker) => broker.stop("SIGKILL")));
      await keeper.close();
      throw error;
    }
  }

  /** What `bootstrap.servers` is for a listener. */
  bootstrapServers(listener: Listener = "PLAINTEXT"): string {
    return this.brokers.map(({ ports }) => `127.0.0.1:${ports[listener]}`).join(",");
  }

  /** Kills all brokers, and removes their folder. */
  async stop(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.stop("SIGKILL")));
    await this.#keeper.close();
  }
}

/**
 * A cluster to talk to: the one that runs already, where KAFKA_BOOTSTRAP_SERVERS names it, or else one
 * broker of our own.
 */
export async function anyCluster(): Promise<{ bootstrapServers: string; stop(): Promise<void> }> {
  const running = Deno.env.get("KAFKA_BOOTSTRAP_SERVERS") ?? "";
  if (running !== "") return { bootstrapServers: running, stop: () => Promise.resolve() };
  const cluster = await Cluster.start();
  return { bootstrapServers: cluster.bootstrapServers(), stop: () => cluster.stop() };
}

async function copyFiles(from: string, to: string): Promise<void> {
  for await (const { name } of Deno.readDir(from)) {
    await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
  }
}

/** Ports that nobody listens on. All are held until the last is found, so that they differ. */
function freePorts(count: number): number[] {
  const held = Array.from({ length: count }, () => Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  const ports = held.map((listener) => (listener.addr as Deno.NetAddr).port);
  for (const listener of held) listener.close();
  return ports;
}

function settingsOf(
  { id, ports }: Broker,
  brokers: readonly Broker[],
  folder: string,
  certificates: Certificates,
): Record<string, string> {
  const address = (name: Listener | "CONTROLLER") => `${name}://127.0.0.1:${ports[name]}`;
  const replicas = String(brokers.length);
  return {
    "process.roles": "broker,controller",
    "node.id": String(id),
    "broker.rack": `rack-${id}`,
    "controller.quorum.voters": brokers
      .map((broker) => `${broker.id}@127.0.0.1:${broker.ports.CONTROLLER}`).join(","),
    "controller.listener.names": "CONTROLLER",
    "listeners": [...listeners, "CONTROLLER" as const].map(address).join(","),
    "advertised.listeners": listeners.map(address).join(","),
    "listener.security.protocol.map": [...listeners, "CONTROLLER"]
      .map((name) => `${name}:${name === "CONTROLLER" ? "PLAINTEXT" : name}`).join(","),
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": `${folder}/${id}/data`,
    ...security(certificates),
    // Internal topics that are made at once, on as many brokers as there are.
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": replicas,
    "transaction.state.log.num.partitions": "1",
    "transaction.state.log.replication.factor": replicas,
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": replicas,
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    // A broker that was killed is missed soon, and may come back soon.
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",
    "controller.quorum.election.timeout.ms": "500",
    "controller.quorum.fetch.timeout.ms": "1000",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": "2097152",
  };
}

/** TLS with client certificates, SASL, and rules that bind SASL users as soon as there are any. */
function security({ authority, broker }: Certificates): Record<string, string> {
  const known = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const mechanisms: Record<string, string> = {
    "PLAIN": `org.apache.kafka.common.security.plain.PlainLoginModule required ${known.join(" ")};`,
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
    // Tokens without a signature, which brokers believe unless they are told how to check them.
    "OAUTHBEARER": "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required " +
      'unsecuredLoginStringClaim_sub="admin";',
  };
  const settings: Record<string, string> = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "allow.everyone.if.no.acl.found": "true",
    "super.users": "User:ANONYMOUS;User:admin",
    "ssl.keystore.type": "PEM",
    "ssl.keystore.location": broker,
    "ssl.truststore.type": "PEM",
    "ssl.truststore.location": authority,
    "listener.name.ssl.ssl.client.auth": "required",
    "sasl.enabled.mechanisms": Object.keys(mechanisms).join(","),
  };
  for (const listener of ["sasl_plaintext", "sasl_ssl"]) {
    for (const [mechanism, jaas] of Object.entries(mechanisms)) {
      settings[`listener.name.${listener}.${mechanism.toLowerCase()}.sasl.jaas.config`] = jaas;
    }
  }
  return settings;
}
