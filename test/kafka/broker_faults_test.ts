/**
 * A standalone worker whose broker is killed, held, or cut off while lines pass at full rate: every line
 * comes through, in the order of its partition, and nobody restarts anything.
 */

import assert from "node:assert/strict";
import { Cluster } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { javaTest } from "./java.ts";
import { checkRunning, LineFlow, type Props, workerProps } from "./lines.ts";
import { TcpProxy } from "./tcp_proxy.ts";

/** How long the broker is held, in milliseconds: as long as clients wait for an answer. */
const heldMs = 30_000;
/** How long nothing gets through, in milliseconds: longer than the group waits for a member. */
const lostMs = 8_000;

/** A network that is cut may be noticed soon; these are the least that a broker takes. */
const impatient: Props = {
  "producer.request.timeout.ms": "2000",
  "consumer.request.timeout.ms": "2000",
  "consumer.session.timeout.ms": "6000",
  "consumer.heartbeat.interval.ms": "1000",
};

/** Two flows, through a topic of one partition and through one of four. */
class Flows {
  readonly connect: Connect;
  readonly #flows: readonly LineFlow[];
  #url = "";

  constructor(folder: string) {
    this.connect = new Connect(folder);
    this.#flows = [new LineFlow(folder, "one", 1), new LineFlow(folder, "four", 4)];
  }

  /** Starts the worker, and the writing. @returns the URL of its REST API */
  async start(worker: Props): Promise<string> {
    for (const flow of this.#flows) flow.start();
    const files = this.#flows.map((flow) => flow.files);
    return this.#url = await this.connect.start(Object.assign({ worker }, ...files));
  }

  /** Waits until more has come out of all. */
  async advance(): Promise<void> {
    await Promise.all(this.#flows.map((flow) => flow.advance(this.connect)));
    await this.checkRunning();
  }

  async checkRunning(): Promise<void> {
    const names = this.#flows.flatMap(({ files }) => Object.keys(files));
    await checkRunning(this.#url, names);
  }

  /** Waits until everything has come out, and ends the worker. */
  async finish(): Promise<void> {
    await Promise.all(this.#flows.map((flow) => flow.stop()));
    for (const flow of this.#flows) await flow.check(this.connect);
    await this.checkRunning();
    assert.equal(await this.connect.stop(), 0, this.connect.log);
    assert.ok(!this.connect.log.includes("has failed"), this.connect.log);
  }
}

javaTest("a worker waits for a broker that comes late; meanwhile REST answers", async () => {
  const cluster = await Cluster.start();
  try {
    await inTemporaryFolder(async (folder) => {
      const [broker] = cluster.brokers;
      await broker.stop();
      const flows = new Flows(folder);
      const url = await flows.start(workerProps(cluster.bootstrapServers()));
      await until(() => flows.connect.log.includes("ECONNREFUSED"), () => flows.connect.log);
      const root = await (await fetch(url)).json();
      assert.equal(root.kafka_cluster_id, null);
      await broker.start();
      await flows.advance();
      await flows.finish();
    });
  } finally {
    await cluster.stop();
  }
});

javaTest("a broker is killed, and held for 30 s, and every line comes through", async () => {
  const cluster = await Cluster.start();
  try {
    await inTemporaryFolder(async (folder) => {
      const [broker] = cluster.brokers;
      const flows = new Flows(folder);
      await flows.start(workerProps(cluster.bootstrapServers()));
      await flows.advance();
      await broker.stop("SIGKILL");
      await until(() => flows.connect.log.includes("no answer from"), () => flows.connect.log);
      await flows.checkRunning();
      await broker.start();
      await flows.advance();
      broker.pause();
      await new Promise((resolve) => setTimeout(resolve, heldMs));
      await flows.checkRunning();
      broker.resume();
      await flows.advance();
      await flows.finish();
    });
  } finally {
    await cluster.stop();
  }
});

javaTest(
  "a network drops, swallows and refuses connections, and every line comes through",
  async () => {
    const proxy = new TcpProxy();
    const cluster = await Cluster.start({
      configs: { "advertised.listeners": `PLAINTEXT://127.0.0.1:${proxy.port}` },
    });
    try {
      proxy.target = cluster.brokers[0].ports.PLAINTEXT;
      await inTemporaryFolder(async (folder) => {
        const flows = new Flows(folder);
        await flows.start(workerProps(`127.0.0.1:${proxy.port}`, impatient));
        await flows.advance();
        proxy.drop();
        await flows.advance();
        proxy.swallow();
        await new Promise((resolve) => setTimeout(resolve, lostMs));
        await flows.checkRunning();
        proxy.mend();
        await flows.advance();
        proxy.refuse();
        await until(() => flows.connect.log.includes("ECONNREFUSED"), () => flows.connect.log);
        proxy.mend();
        await flows.advance();
        await flows.finish();
      });
    } finally {
      await cluster.stop();
      proxy.refuse();
    }
  },
);
