/**
 * Rights and topics that are taken away while a worker runs: the connectors concerned do what they do in
 * Java's Kafka Connect 4.2, where each of these was tried, and the others go on.
 */

import assert from "node:assert/strict";
import { Cluster, users } from "../../scripts/kafka/cluster.ts";
import { Connect, inTemporaryFolder, until } from "../e2e/connect.ts";
import { type Java, javaTest } from "./java.ts";
import { checkRunning, type Props, status, workerProps } from "./lines.ts";

/** Settings of clients that are alice, whom rules bind. */
function asAlice(cluster: Cluster): Props {
  const settings = {
    "bootstrap.servers": cluster.bootstrapServers("SASL_PLAINTEXT"),
    "security.protocol": "SASL_PLAINTEXT",
    "sasl.mechanism": "PLAIN",
    "sasl.jaas.config": "org.apache.kafka.common.security.plain.PlainLoginModule required " +
      `username="alice" password="${users.alice}";`,
  };
  return Object.fromEntries(
    ["producer", "consumer", "admin"].flatMap((client) =>
      Object.entries(settings).map(([key, value]) => [`${client}.override.${key}`, value])
    ),
  );
}

/** A source and a sink, from `NAME.in` through the topic NAME to `NAME.out`. */
function pair(name: string, more: Props = {}): Record<string, Props> {
  return {
    [`${name}-source`]: {
      "name": `${name}-source`,
      "connector.class": "FileStreamSource",
      "file": `${name}.in`,
      "topic": name,
      "topic.creation.default.partitions": "1",
      "topic.creation.default.replication.factor": "1",
      ...more,
    },
    [`${name}-sink`]: {
      "name": `${name}-sink`,
      "connector.class": "FileStreamSink",
      "file": `${name}.out`,
      "topics": name,
      ...more,
    },
  };
}

/** Lines that go in, and that must come out in the same order, each once. */
class Lines {
  readonly #connect: Connect;
  readonly #names: readonly string[];
  readonly #all = new Map<string, string>();

  constructor(connect: Connect, names: readonly string[]) {
    this.#connect = connect;
    this.#names = names;
  }

  async write(text: string, names = this.#names): Promise<void> {
    for (const name of names) {
      this.#all.set(name, (this.#all.get(name) ?? "") + text);
      await Deno.writeTextFile(`${this.#connect.folder}/${name}.in`, text, { append: true });
    }
  }

  async come(names = this.#names): Promise<void> {
    const { folder } = this.#connect;
    for (const name of names) {
      const isThere = async () =>
        await Deno.readTextFile(`${folder}/${name}.out`) === this.#all.get(name);
      await until(isThere, () => `${name}: ${this.#connect.log}`);
    }
  }
}

/** Changes the cluster with Kafka's own tool. */
async function tool(java: Java, cluster: Cluster, name: string, ...args: string[]): Promise<void> {
  const servers = ["--bootstrap-server", cluster.bootstrapServers()];
  const { code, stdout, stderr } = await java.run(
    `org.apache.kafka.tools.${name}`,
    ...servers,
    ...args,
  );
  assert.equal(code, 0, stdout + stderr);
}

/** Takes all rights of alice to something. */
async function deny(java: Java, cluster: Cluster, ...resource: string[]): Promise<void> {
  const rule = ["--add", "--deny-principal", "User:alice", "--operation", "All", ...resource];
  await tool(java, cluster, "AclCommand", ...rule);
}

javaTest(
  "what loses its rights fails and says why, and what loses its topic waits",
  async (java) => {
    const cluster = await Cluster.start();
    try {
      await inTemporaryFolder(async (folder) => {
        const connect = new Connect(folder);
        const log = () => connect.log;
        const lines = new Lines(connect, ["topic", "group", "gone", "other"]);
        await lines.write("0\n1\n");
        const alice = asAlice(cluster);
        const others = { ...pair("gone"), ...pair("other") };
        const worker = workerProps(cluster.bootstrapServers());
        const bound = { ...pair("topic", alice), ...pair("group", alice) };
        const url = await connect.start({ worker, ...bound, ...others });
        await lines.come();

        const hasFailed = async (name: string, why: RegExp) => {
          await until(async () => (await status(url, name)).tasks[0].state === "FAILED", log);
          const { connector, tasks: [task] } = await status(url, name);
          assert.equal(connector.state, "RUNNING");
          assert.match(task.trace!, why);
          assert.match(
            connect.log,
            new RegExp(
              `ERROR \\[${name}\\|task-0\\] Task ${name}-0 has failed: .*${why.source}`,
            ),
          );
        };
        await deny(java, cluster, "--topic", "topic");
        await lines.write("2\n", ["topic"]);
        await hasFailed("topic-sink", /Cannot fetch topic-0: TOPIC_AUTHORIZATION_FAILED/);
        await hasFailed("topic-source", /"topic": TOPIC_AUTHORIZATION_FAILED|topic-0: TOPIC_AUTH/);
        await deny(java, cluster, "--group", "connect-group-sink");
        await hasFailed("group-sink", /GROUP_AUTHORIZATION_FAILED/);

        await tool(java, cluster, "TopicCommand", "--delete", "--topic", "gone");
        // What has no topic has nothing assigned any more, and begins anew with the next one.
        await until(() => /group connect-gone-sink joins again/.test(connect.log), log);
        await lines.write("2\n3\n", ["gone", "other"]);
        await lines.come(["gone", "other"]);
        await checkRunning(url, ["group-source", ...Object.keys(others)]);
        assert.equal(await connect.stop(), 0, connect.log);
      });
    } finally {
      await cluster.stop();
    }
  },
);
