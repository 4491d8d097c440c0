/** The command line asks Kafka's own worker as it asks ours. */

import { anyCluster } from "../../scripts/kafka/cluster.ts";
import { inTemporaryFolder, until } from "../e2e/connect.ts";
import { playRemoteStory } from "../e2e/remote_story.ts";
import { javaTest } from "./java.ts";
import { JavaWorker } from "./java_worker.ts";

javaTest(
  "connect changes what Kafka's standalone worker runs, from the first connector to none",
  async (java) => {
    const { bootstrapServers, stop } = await anyCluster();
    try {
      await inTemporaryFolder(async (folder) => {
        const worker = await JavaWorker.start(java, folder, {
          "bootstrap.servers": bootstrapServers,
          "key.converter": "org.apache.kafka.connect.storage.StringConverter",
          "value.converter": "org.apache.kafka.connect.storage.StringConverter",
          "offset.storage.file.filename": `${folder}/offsets`,
          "offset.flush.interval.ms": "100",
          "listeners": "http://127.0.0.1:0",
          "plugin.discovery": "only_scan",
        }, []);
        try {
          // It listens before it has anything to answer with.
          await until(async () => (await worker.get<string[]>("connectors")).length === 0);
          await playRemoteStory(folder, await worker.url());
        } finally {
          await worker.stop();
        }
      });
    } finally {
      await stop();
    }
  },
);
