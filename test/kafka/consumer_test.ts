/** Consumers of a real broker, where they do more than the contract of the topics port asks. */

import assert from "node:assert/strict";
import { type Broker, Cluster } from "../../scripts/kafka/cluster.ts";
import { systemClock } from "../../src/base/mod.ts";
import { BatchBuilder, readRecords } from "../../src/batch/mod.ts";
import {
  connectionDefaults,
  consumerDefaults,
  type ConsumerSettings,
  Fetcher,
  KafkaClient,
} from "../../src/kafka/mod.ts";
import {
  type ConsumerEvent,
  type GroupConsumer,
  KafkaTopics,
  type PartitionOffset,
} from "../../src/topics/mod.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { type Java, javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

const patienceMs = 60_000;
const decoder = new TextDecoder();
let running: Promise<Cluster> | null = null;
Deno.test.afterAll(async () => await (await running)?.stop());

interface Bench {
  topics: KafkaTopics;
  cluster: Cluster;
  /** The name of a topic and a group that no other test has. */
  id: string;
  java: Java;
}

/** A test with topics whose consumers have settings of their own, on the one broker of this file. */
function consumerTest(
  name: string,
  settings: Partial<ConsumerSettings>,
  test: (bench: Bench) => Promise<void>,
): void {
  javaTest(name, async (java) => {
    await onCluster(await (running ??= Cluster.start()), java, settings, test);
  });
}

async function onCluster(
  cluster: Cluster,
  java: Java,
  settings: Partial<ConsumerSettings>,
  test: (bench: Bench) => Promise<void>,
): Promise<void> {
  const topics = topicsOf(cluster.bootstrapServers(), {
    consumer: { heartbeatIntervalMs: 200, ...settings },
  });
  try {
    await test({ topics, cluster, java, id: crypto.randomUUID().slice(0, 8) });
  } finally {
    await topics.close();
  }
}

async function write(topics: KafkaTopics, topic: string, partition: number, ...values: string[]) {
  const builder = new BatchBuilder({ sizeMax: 1 << 16 });
  for (const value of values) builder.append(null, value, [], Date.now());
  await topics.append(topic, partition, builder.seal());
}

/** A member that does what a sink task does, and remembers what it was told. */
class Member {
  readonly values: string[] = [];
  readonly told: ConsumerEvent[] = [];
  readonly positions = new Map<number, PartitionOffset>();
  readonly #consumer: GroupConsumer;

  constructor(consumer: GroupConsumer) {
    this.#consumer = consumer;
  }

  static async join({ topics, id }: Bench, options: {
    clientId?: string;
    autoOffsetReset?: "earliest" | "latest" | "none";
  } = {}): Promise<Member> {
    return new Member(
      await topics.joinGroup({
        groupId: id,
        selection: { topics: [id] },
        autoOffsetReset: "earliest",
        clientId: "member",
        ...options,
      }),
    );
  }

  async step(): Promise<void> {
    const event = await this.#consumer.poll({ bytesMax: 1 << 20, waitMsMax: 50 });
    if (event.type !== "idle") this.told.push(event);
    if (event.type === "assigned") {
      for (const position of event.partitions) this.positions.set(position.partition, position);
    }
    if (event.type === "revoked") {
      await this.commit(event.partitions.map(({ partition }) => partition));
    }
    if (event.type === "revoked" || event.type === "lost") {
      for (const { partition } of event.partitions) this.positions.delete(partition);
    }
    if (event.type !== "batches") return;
    for (const { offset, value } of readRecords(event.batches)) {
      if (offset < event.position) continue;
      this.values.push(decoder.decode(value!));
      this.positions.get(event.partition)!.offset = offset + 1n;
    }
  }

  async commit(partitions: readonly number[] = [...this.positions.keys()]): Promise<void> {
    await this.#consumer.commit(partitions.map((one) => this.positions.get(one)!));
  }

  async close(): Promise<void> {
    await this.#consumer.close();
  }
}

/** Lets members poll in turn until a condition holds. */
async function until(holds: () => boolean, ...members: Member[]): Promise<void> {
  const endMs = performance.now() + patienceMs;
  while (!holds()) {
    assert.ok(
      performance.now() < endMs,
      `it did not come about: ${members.map(({ told }) => told.map(({ type }) => type))}`,
    );
    for (const member of members) await member.step();
  }
}

const transactions = ["commit:one", "abort:two", "abort:three", "commit:four", "abort:five"];
const committed = ["one-1", "one-2", "four-1", "four-2"];

for (const isolationLevel of ["read_committed", "read_uncommitted"] as const) {
  consumerTest(
    `a consumer that is ${isolationLevel} reads transactions of a Java producer as it should`,
    { isolationLevel },
    async (bench) => {
      const { topics, cluster, id, java } = bench;
      await topics.createTopics([{ name: id }]);
      const program = await java.withPrograms();
      const args = [cluster.bootstrapServers(), id, ...transactions];
      const { code, stderr } = await program.run("Transactions", ...args);
      assert.equal(code, 0, stderr);
      await write(topics, id, 0, "end");
      const member = await Member.join(bench);
      await until(() => member.values.includes("end"), member);
      const all = transactions.flatMap((one) => [1, 2].map((i) => `${one.split(":")[1]}-${i}`));
      const expected = isolationLevel === "read_committed" ? committed : all;
      assert.deepEqual(member.values, [...expected, "end"]);
      await member.close();
    },
  );
}

consumerTest(
  "poll() goes where autoOffsetReset says when a position is out of range",
  {},
  async (bench) => {
    const { topics, id } = bench;
    await topics.createTopics([{ name: id }]);
    await write(topics, id, 0, "0", "1");
    const first = await Member.join(bench);
    await until(() => first.values.length === 2, first);
    first.positions.get(0)!.offset = 1000n;
    await first.commit();
    await first.close();

    const none = await Member.join(bench, { autoOffsetReset: "none" });
    await until(() => none.positions.size === 1, none);
    for (let i = 0; i < 2; i++) {
      await assert.rejects(until(() => false, none), {
        name: "OffsetOutOfRangeError",
        message: `Fetch position 1000 is out of range for partition ${id}-0, and ` +
          "auto.offset.reset is none",
      });
    }
    await none.close();

    const earliest = await Member.join(bench);
    await until(() => earliest.values.length === 2, earliest);
    assert.deepEqual(earliest.values, ["0", "1"]);
    await earliest.close();
  },
);

consumerTest(
  "a member reads a topic that brokers make when it asks for it",
  {},
  async (bench) => {
    const { topics, id } = bench;
    const member = await Member.join(bench);
    await until(() => member.positions.size === 1, member);
    assert.ok((await topics.listTopics()).includes(id));
    await member.close();
  },
);

consumerTest(
  "poll() hands out batches that are larger than every limit of a fetch",
  { fetchBytesMax: 100, partitionFetchBytesMax: 100 },
  async (bench) => {
    const { topics, id } = bench;
    await topics.createTopics([{ name: id, partitions: 2 }]);
    const values = ["a", "b", "c", "d"].map((letter) => letter.repeat(10_000));
    for (const [i, value] of values.entries()) await write(topics, id, i % 2, value);
    const member = await Member.join(bench);
    await until(() => member.values.length === 4, member);
    assert.deepEqual(member.values.toSorted(), values);
    await member.close();
  },
);

consumerTest(
  "members that divide by cooperative-sticky keep what does not move, and read on meanwhile",
  { assignors: ["cooperative-sticky"] },
  async (bench) => {
    const { topics, id } = bench;
    await topics.createTopics([{ name: id, partitions: 4 }]);
    const one = await Member.join(bench);
    await until(() => one.positions.size === 4, one);
    for (const partition of [0, 1, 2, 3]) await write(topics, id, partition, `first ${partition}`);
    await until(() => one.values.length === 4, one);
    const two = await Member.join(bench);
    await until(() => one.positions.size === 2 && two.positions.size === 2, one, two);
    assert.deepEqual(new Set([...one.positions.keys(), ...two.positions.keys()]).size, 4);
    const revoked = one.told.filter(({ type }) => type === "revoked");
    assert.deepEqual(revoked.map((event) => "partitions" in event && event.partitions.length), [2]);
    assert.ok(!two.told.some(({ type }) => type === "revoked" || type === "lost"));
    for (const partition of [0, 1, 2, 3]) await write(topics, id, partition, `second ${partition}`);
    await until(() => one.values.length + two.values.length === 8, one, two);
    assert.equal(two.values.length, 2, "what was committed is not read again");
    await two.close();
    await until(() => one.positions.size === 4, one);
    await one.close();
  },
);

consumerTest(
  "a member whose name for good another takes fails, and says so",
  { groupInstanceId: "only-one" },
  async (bench) => {
    await bench.topics.createTopics([{ name: bench.id }]);
    const one = await Member.join(bench);
    await until(() => one.positions.size === 1, one);
    const two = await Member.join(bench);
    await until(() => two.positions.size === 1, two);
    await assert.rejects(until(() => false, one), { message: /FENCED_INSTANCE_ID/ });
    await two.close();
    await one.close();
  },
);

consumerTest(
  "a member goes on when the coordinator, which leads the partitions too, is killed and comes back",
  {},
  async (bench) => {
    const { topics, cluster, id } = bench;
    await topics.createTopics([{ name: id, partitions: 2 }]);
    await write(topics, id, 0, "before");
    const member = await Member.join(bench);
    await until(() => member.values.length === 1, member);
    await member.commit();
    const [broker] = cluster.brokers;
    await broker.stop("SIGKILL");
    await member.step();
    await broker.start();
    const writing = write(topics, id, 1, "after");
    // When the test fails before it, the failure is what counts.
    writing.catch(() => {});
    await until(() => member.values.includes("after"), member);
    await writing;
    await member.commit();
    assert.deepEqual(
      (await topics.groupOffsets(id)).sort((a, b) => a.partition - b.partition),
      [0, 1].map((partition) => ({ topic: id, partition, offset: 1n })),
    );
    assert.deepEqual(member.values, ["before", "after"]);
    await member.close();
  },
);

javaTest("a consumer reads from the replica in its rack", async (java) => {
  const cluster = await Cluster.start({
    brokers: 3,
    configs: {
      "replica.selector.class": "org.apache.kafka.common.replica.RackAwareReplicaSelector",
    },
  });
  try {
    await onCluster(cluster, java, {}, async ({ topics, id }) => {
      await topics.createTopics([{ name: id, replicationFactor: 3 }]);
      await write(topics, id, 0, "a", "b");
      const client = clientOf(cluster);
      const leader = await client.leader(id, 0);
      const near = leader % 3 + 1;
      const asked: number[] = [];
      const send = client.send.bind(client);
      client.send = (nodeId, request, lane) => {
        if (request.apiName === "Fetch") asked.push(nodeId);
        return send(nodeId, request, lane);
      };
      const arrived = Promise.withResolvers<void>();
      const fetcher = new Fetcher({
        client,
        settings: { ...consumerDefaults, clientRack: `rack-${near}` },
        metadataMaxAgeMs: connectionDefaults.metadataMaxAgeMs,
        onNews: () => arrived.resolve(),
        onUnknown() {},
        clock: systemClock,
        log: keptLog(),
      });
      fetcher.follow([{ topic: id, partition: 0, offset: 0n }]);
      await arrived.promise;
      const values = [...readRecords(fetcher.take(1 << 20)!.batches)]
        .map(({ value }) => decoder.decode(value!));
      assert.deepEqual(values, ["a", "b"]);
      assert.equal(asked[0], leader);
      assert.ok(asked.slice(1).every((nodeId) => nodeId === near), `${asked}`);
      assert.ok(asked.length > 1);
      fetcher.close();
      client.close();
    });
  } finally {
    await cluster.stop();
  }
});

javaTest("members go on with other brokers when one of three is killed", async (java) => {
  const cluster = await Cluster.start({ brokers: 3 });
  try {
    await onCluster(cluster, java, {}, async (bench) => {
      const { topics, id } = bench;
      const partitions = [0, 1, 2];
      // Each broker leads one partition.
      await topics.createTopics([{ name: id, partitions: 3, replicationFactor: 3 }]);
      const members = [await Member.join(bench), await Member.join(bench)];
      const expected: string[] = [];
      const writeAll = async (when: string) => {
        for (const partition of partitions) {
          expected.push(`${partition} ${when}`);
          await write(topics, id, partition, `${partition} ${when}`);
        }
      };
      const read = () => members.flatMap(({ values }) => values);
      const commit = () => Promise.all(members.map((member) => member.commit()));
      await writeAll("before");
      await until(() => read().length === 3, ...members);
      await commit();
      await (await coordinatorOf(cluster, id)).stop("SIGKILL");
      const writing = writeAll("after");
      writing.catch(() => {});
      await until(() => read().length === 6, ...members);
      await writing;
      await commit();
      assert.deepEqual(read().sort(), expected.sort());
      const offsets = (await topics.groupOffsets(id)).map(({ offset }) => offset);
      assert.deepEqual(offsets, [2n, 2n, 2n]);
      for (const member of members) await member.close();
    });
  } finally {
    await cluster.stop();
  }
});

function clientOf(cluster: Cluster): KafkaClient {
  return new KafkaClient({
    ...connectionDefaults,
    bootstrapServers: cluster.bootstrapServers().split(","),
    clientId: "client",
    clock: systemClock,
    random: Math.random,
    log: keptLog(),
  });
}

/** The broker that coordinates a group. */
async function coordinatorOf(cluster: Cluster, groupId: string): Promise<Broker> {
  const client = clientOf(cluster);
  const nodeId = await client.coordinator(groupId);
  client.close();
  return cluster.brokers.find(({ id }) => id === nodeId)!;
}
