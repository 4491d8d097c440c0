/**
 * Records that fail, with topics on a real broker: Java's worker does with them what is recorded, and so does
 * ours.
 */

import assert from "node:assert/strict";
import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { localDisk, systemClock } from "../../src/base/mod.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { keptLog } from "../faults/memory_disk.ts";
import golden from "../golden/errors-dlq.json" with { type: "json" };
import { scenarios, Stage } from "../golden/error_scenarios.ts";
import { errorWorkerProps, recordErrors } from "./error_recording.ts";
import { javaTest } from "./java.ts";
import { topicsOf } from "./topics_of.ts";

javaTest("ours and Java's worker do with records that fail what is recorded", async (java) => {
  const cluster = await anyCluster();
  const { bootstrapServers } = cluster;
  const topics = topicsOf(bootstrapServers);
  const prefix = `errors-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await inTemporaryFolder(async (folder) => {
      const worker = {
        ...errorWorkerProps,
        "bootstrap.servers": bootstrapServers,
        "offset.storage.file.filename": `${folder}/offsets`,
      };
      const clients = { readFile: localDisk.readFile, fetch, clock: systemClock, log: keptLog() };
      const stage = new Stage(topics, folder, worker, clients);
      try {
        await Promise.all(scenarios.map((one, i) => stage.play(one, `${prefix}-${i}`)));

        // Java counts the brokers when it makes the topic, and so does the broker for us.
        const [{ config }] = scenarios;
        const tooMany = { ...config, "errors.deadletterqueue.topic.replication.factor": "3" };
        const name = `${prefix}-many`;
        await stage.start({ ...scenarios[0], config: tooMany }, name);
        await until(() => stage.task(name).state === "FAILED");
        assert.match(
          stage.task(name).trace!,
          /^org\.apache\.kafka\.connect\.errors\.ConnectException: Could not initialize dead letter queue with topic=.*\n(\t.*\n)*Caused by: .*INVALID_REPLICATION_FACTOR/,
        );
      } finally {
        await stage.stop();
      }
    });
    assert.deepEqual(await recordErrors(java, bootstrapServers, topics), golden);
  } finally {
    await topics.close();
    await cluster.stop();
  }
});
