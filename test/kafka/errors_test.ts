/**
 * Records that fail, with topics on a real broker: ours and Java's worker write the same dead letters as
 * were recorded.
 */

import assert from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import { scenarios, Stage } from "../golden/error_scenarios.ts";
import { type Java, javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

type Props = Record<string, string>;

const workerProps = {
  "key.converter": "org.apache.kafka.connect.storage.StringConverter",
  "value.converter": "org.apache.kafka.connect.storage.StringConverter",
  "offset.flush.interval.ms": "200",
  "listeners": "http://127.0.0.1:0",
  "plugin.discovery": "only_scan",
};

/** Java's worker with some connectors, until `isDone`. */
async function playTheirs(
  java: Java,
  folder: string,
  worker: Props,
  connectors: readonly Props[],
  isDone: () => Promise<boolean>,
): Promise<void> {
  const paths = [];
  for (const props of [worker, ...connectors]) {
    const lines = Object.entries(props).map(([key, value]) => `${key}=${value}\n`);
    paths.push(`${folder}/${paths.length}.properties`);
    await Deno.writeTextFile(paths.at(-1)!, lines.join(""));
  }
  const main = "org.apache.kafka.connect.cli.ConnectStandalone";
  const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const child = java.command(main, paths, silent).spawn();
  try {
    await until(isDone);
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}

javaTest("ours and Java's worker write the dead letters that are recorded", async (java) => {
  const cluster = await anyCluster();
  const { bootstrapServers } = cluster;
  const log = keptLog();
  const topics = topicsOf(bootstrapServers);
  const prefix = `errors-${crypto.randomUUID().slice(0, 8)}`;
  const name = (who: string, i: number) => `${prefix}-${who}-${i}`;
  try {
    await inTemporaryFolder(async (folder) => {
      const worker = {
        ...workerProps,
        "bootstrap.servers": bootstrapServers,
        "offset.storage.file.filename": `${folder}/offsets`,
      };
      const clients = { readFile: localDisk.readFile, fetch, clock: systemClock, log };
      const stage = new Stage(topics, folder, worker, clients);
      try {
        await Promise.all(scenarios.map((one, i) => stage.play(one, name("ours", i))));

        // Java counts the brokers when it makes the topic, and so does the broker for us.
        const [{ config }] = scenarios;
        const many = await stage.prepare(
          {
            ...scenarios[0],
            config: { ...config, "errors.deadletterqueue.topic.replication.factor": "3" },
          },
          `${prefix}-many`,
        );
        await stage.start(many);
        await until(() => stage.task(many.name).state === "FAILED");
        assert.match(
          stage.task(many.name).trace!,
          /^org\.apache\.kafka\.connect\.errors\.ConnectException: Could not initialize dead letter queue with topic=.*\n(\t.*\n)*Caused by: .*INVALID_REPLICATION_FACTOR/,
        );
      } finally {
        await stage.stop();
      }

      const theirs = [...scenarios.entries()].filter(([_, { dlqRecords }]) => dlqRecords);
      const connectors = [];
      for (const [i, one] of theirs) connectors.push(await stage.prepare(one, name("theirs", i)));
      await playTheirs(java, folder, worker, connectors, async () => {
        const counts = theirs.map(([i]) => stage.deadLetterCount(name("theirs", i)));
        return (await Promise.all(counts)).every((count, at) =>
          count === theirs[at][1].dlqRecords!.length
        );
      });
      for (const [i, one] of theirs) await stage.checkDeadLetters(one, name("theirs", i));
    });
  } finally {
    await topics.close();
    await cluster.stop();
  }
});
