/** One group of a Java consumer and ours: both divide partitions, whichever of them leads. */

import assert from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { BatchBuilder, readRecords } from "../../src/batch/mod.ts";
import { type GroupConsumer } from "../../src/topics/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { startReader } from "./group_reader.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

const decoder = new TextDecoder();
let running: ReturnType<typeof anyCluster> | null = null;
Deno.test.afterAll(async () => await (await running)?.stop());
const assignorClasses = {
  "range": "org.apache.kafka.clients.consumer.RangeAssignor",
  "cooperative-sticky": "org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
};

/** Our member, polled all the time, as a sink task does. */
class Ours {
  readonly values: string[] = [];
  readonly #owned = new Set<number>();
  readonly #consumer: GroupConsumer;
  readonly #closing = new AbortController();
  readonly #done: Promise<void>;

  constructor(consumer: GroupConsumer) {
    this.#consumer = consumer;
    this.#done = this.#run();
  }

  get partitionCount(): number {
    return this.#owned.size;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#done;
    await this.#consumer.close();
  }

  async #run(): Promise<void> {
    const offsets = new Map<number, { topic: string; partition: number; offset: bigint }>();
    const options = { bytesMax: 1 << 20, waitMsMax: 200, signal: this.#closing.signal };
    while (!this.#closing.signal.aborted) {
      const event = await this.#consumer.poll(options);
      if (event.type === "assigned") event.partitions.forEach((p) => this.#owned.add(p.partition));
      if (event.type === "revoked") {
        const mine = event.partitions.flatMap(({ partition }) => offsets.get(partition) ?? []);
        await this.#consumer.commit(mine);
      }
      if (event.type === "revoked" || event.type === "lost") {
        for (const { partition } of event.partitions) {
          this.#owned.delete(partition);
          offsets.delete(partition);
        }
      }
      if (event.type !== "batches") continue;
      const { topic, partition } = event;
      for (const { offset, value } of readRecords(event.batches)) {
        if (offset < event.position) continue;
        this.values.push(decoder.decode(value!));
        offsets.set(partition, { topic, partition, offset: offset + 1n });
      }
    }
  }
}

for (
  const [javaLeads, assignor] of [
    [true, "range"],
    [false, "range"],
    [true, "cooperative-sticky"],
    [false, "cooperative-sticky"],
  ] as const
) {
  const who = javaLeads ? "Java's consumer leads" : "ours leads";
  javaTest(
    `a group in which ${who} divides partitions by ${assignor}, and each record is read once`,
    async (java) => {
      const cluster = await (running ??= anyCluster());
      const id = crypto.randomUUID().slice(0, 8);
      const topics = topicsOf(cluster.bootstrapServers, {
        consumer: { heartbeatIntervalMs: 200, assignors: [assignor] },
      });
      try {
        await inTemporaryFolder(async (folder) => {
          await topics.createTopics([{ name: id, partitions: 4, replicationFactor: 1 }]);
          const join = async () =>
            new Ours(
              await topics.joinGroup({
                groupId: id,
                selection: { topics: [id] },
                autoOffsetReset: "earliest",
                clientId: "ours",
              }),
            );
          const other = () =>
            startReader(java, folder, id, {
              "bootstrap.servers": cluster.bootstrapServers,
              "group.id": id,
              "auto.offset.reset": "earliest",
              "heartbeat.interval.ms": "200",
              "enable.auto.commit": "false",
              "partition.assignment.strategy": assignorClasses[assignor],
            });
          // Whoever joins first leads.
          let ours = javaLeads ? null : await join();
          if (ours !== null) await until(() => ours!.partitionCount === 4);
          const theirs = await other();
          if (ours === null) {
            await until(() => theirs.lines.includes("assigned: 4"), () => theirs.lines.join());
            ours = await join();
          }
          const mine = ours;
          await until(
            () => mine.partitionCount === 2 && theirs.partitionCount() === 2,
            () => `${mine.partitionCount} ours; ${theirs.lines.join()}`,
          );
          const sent: string[] = [];
          for (let i = 0; i < 40; i++) {
            const builder = new BatchBuilder({ sizeMax: 1000 });
            builder.append(null, `value ${i}`, [], Date.now());
            await topics.append(id, i % 4, builder.seal());
            sent.push(`value ${i}`);
          }
          await until(() => mine.values.length + theirs.values().length >= 40);
          assert.deepEqual([...mine.values, ...theirs.values()].sort(), sent.sort());
          assert.equal(mine.values.length, 20);
          await theirs.leave();
          await until(() => mine.partitionCount === 4);
          await mine.close();
        });
      } finally {
        await topics.close();
      }
    },
  );
}
