/**
 * A sink task is called in the same order by Java's worker and by ours: when it starts, gets records, commits,
 * gives up partitions to another member of its group, gets them back, and stops.
 */

import assert from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import { BatchBuilder } from "../../src/batch/mod.ts";
import { Connectors, StandaloneHerder } from "../../src/herder/mod.ts";
import { KafkaTopics } from "../../src/topics/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { type Java, javaTest } from "./java.ts";
import { JavaWorker } from "./java_worker.ts";
import { startReader } from "./group_reader.ts";
import { topicsOf } from "./topics_of.ts";

type Props = Record<string, string>;

/** A worker with one recording sink. */
interface Side {
  /** All calls so far. */
  calls(): string[];
  stop(): Promise<void>;
}

const recordsMax = 100;
let running: ReturnType<typeof anyCluster> | null = null;
Deno.test.afterAll(async () => await (await running)?.stop());

function workerProps(bootstrapServers: string, folder: string): Props {
  return {
    "bootstrap.servers": bootstrapServers,
    "key.converter": "org.apache.kafka.connect.storage.StringConverter",
    "value.converter": "org.apache.kafka.connect.storage.StringConverter",
    "offset.storage.file.filename": `${folder}/offsets`,
    "offset.flush.interval.ms": "500",
    "listeners": "http://127.0.0.1:0",
    "plugin.discovery": "only_scan",
  };
}

function connectorProps(name: string, strategy: string): Props {
  return {
    "name": name,
    "connector.class": "RecordingSink",
    "tasks.max": "1",
    "topics": name,
    "consumer.override.heartbeat.interval.ms": "200",
    "consumer.override.max.poll.records": `${recordsMax}`,
    "consumer.override.partition.assignment.strategy": strategy,
  };
}

async function startTheirs(java: Java, folder: string, worker: Props, connector: Props) {
  const program = await java.withPrograms();
  const started = await JavaWorker.start(program, folder, worker, [connector]);
  return { calls: () => callsIn(started.lines), stop: () => started.stop() };
}

async function startOurs(topics: KafkaTopics, workerProps: Props, props: Props): Promise<Side> {
  const log = keptLog();
  const files = [new URL("recording_sink.js", import.meta.url).href];
  const connectors = new Connectors(log, files, { onReconfigure() {}, onRaised() {} });
  const herder = new StandaloneHerder({
    workerProps,
    workerId: "worker:8083",
    connectors,
    files,
    topics,
    internalTopics: new Set(),
    clients: { readFile: localDisk.readFile, fetch, clock: systemClock, log },
    offsets: {
      read: (_, partitions) => partitions.map(() => null),
      list: () => [],
      commit: async () => {},
    },
    clock: systemClock,
    log,
  });
  await herder.startConnector(props, await connectors.describe(props));
  return { calls: () => callsIn(log.lines), stop: () => herder.stop() };
}

function callsIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /CALLED (.*)$/.exec(line)?.[1] ?? []);
}

/** What does not hang on the time: of commits only those that go before a close, and puts without numbers. */
function order(calls: readonly string[]): string[] {
  const timeless = calls.filter((call, i) =>
    call !== "put 0" && !(call.startsWith("preCommit") && !calls[i + 1].startsWith("close"))
  );
  return timeless.map((call) => call.replace(/^put .*/, "put"))
    .filter((call, i, all) => call !== all[i - 1]);
}

async function write(topics: KafkaTopics, topic: string, partition: number, count: number) {
  const builder = new BatchBuilder({ sizeMax: 1 << 16 });
  for (let i = 0; i < count; i++) builder.append(null, `${i}`, [], Date.now());
  await topics.append(topic, partition, builder.seal());
}

/** What happens to the sink, whoever runs it. @returns all calls of its task */
async function play(side: Side, topics: KafkaTopics, name: string, other: {
  join(): ReturnType<typeof startReader>;
}): Promise<string[]> {
  const has = (...calls: string[]) =>
    until(
      () => calls.every((call) => side.calls().includes(call)),
      () => `${name}: ${calls} of ${side.calls().join("; ")}`,
    );
  const count = (call: string) => side.calls().filter((one) => one === call).length;
  await has("open 0 1 of 0 1");
  for (const partition of [0, 1]) await write(topics, name, partition, 250);
  await has("preCommit 0:250 1:250", "put 0");
  const reader = await other.join();
  await until(() => reader.lines.includes("assigned: 1"), () => `${name}: ${reader.lines}`);
  const opened = count("open 0 1 of 0 1") + count("open 1 of 0 1");
  await reader.leave();
  await until(() => count("open 0 1 of 0 1") + count("open 1 of 0 1") > opened);
  await side.stop();
  return side.calls();
}

for (const assignor of ["RangeAssignor", "CooperativeStickyAssignor"]) {
  javaTest(`a sink task is called as by Java's worker while ${assignor} divides`, async (java) => {
    const { bootstrapServers } = await (running ??= anyCluster());
    const topics = topicsOf(bootstrapServers);
    const strategy = `org.apache.kafka.clients.consumer.${assignor}`;
    try {
      await inTemporaryFolder(async (folder) => {
        const worker = workerProps(bootstrapServers, folder);
        const playOn = async (
          who: string,
          start: (connector: Props) => Promise<Side>,
        ): Promise<string[]> => {
          const name = `${who}-${crypto.randomUUID().slice(0, 8)}`;
          await topics.createTopics([{ name, partitions: 2, replicationFactor: 1 }]);
          return await play(await start(connectorProps(name, strategy)), topics, name, {
            join: () =>
              startReader(java, folder, name, {
                "bootstrap.servers": bootstrapServers,
                "group.id": `connect-${name}`,
                "heartbeat.interval.ms": "200",
                "enable.auto.commit": "false",
                "partition.assignment.strategy": strategy,
              }),
          });
        };
        const theirs = await playOn("theirs", (props) => startTheirs(java, folder, worker, props));
        const ours = await playOn("ours", (props) => startOurs(topics, worker, props));
        assert.deepEqual(order(ours), order(theirs));
        for (const calls of [ours, theirs]) {
          const sizes = calls.flatMap((call) => /^put (\d+)$/.exec(call)?.[1] ?? []).map(Number);
          assert.equal(Math.max(...sizes), recordsMax);
          assert.equal(sizes.reduce((sum, size) => sum + size), 500);
          // When nothing has come, a commit begins with a look at the time.
          const looked = calls.filter((_, i) => calls[i - 1] === "put 0");
          assert.ok(looked.includes("preCommit 0:250 1:250"), looked.join("\n"));
        }
      });
    } finally {
      await topics.close();
    }
  });
}
